package jinjaast_test

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner/internal/jinjaast"
)

// An answer is what jinja2 says about a template.
type answer struct {
	Facts        map[string]int
	Error        string
	Line         int
	Asked        bool // two more environments were asked
	Plain        bool // the one without extensions takes it
	Transformers bool // that of transformers does
}

// A driver is a process that runs jinja2.
type driver struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// start runs testdata/driver.py, or skips the test where there is no jinja2.
func start(t *testing.T) *driver {
	t.Helper()
	python, err := exec.LookPath(cmp.Or(os.Getenv("MODELSIEVE_PYTHON"), "python3"))
	if err != nil {
		t.Skip("SKIPPED: no Python at hand, so parsers cannot be compared")
	}
	if err := exec.Command(python, "-c", "import jinja2.sandbox").Run(); err != nil {
		t.Skipf("SKIPPED: %s has no jinja2, so parsers cannot be compared; set MODELSIEVE_PYTHON", python)
	}
	d := &driver{cmd: exec.Command(python, "testdata/driver.py")}
	out, err := d.cmd.StdoutPipe()
	if err == nil {
		d.in, err = d.cmd.StdinPipe()
	}
	if err == nil {
		err = d.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	d.out = bufio.NewReaderSize(out, 1<<20)
	return d
}

// ask sends templates and hands the answers on.
func (d *driver) ask(t *testing.T, all []string, each func(src string, a answer)) {
	t.Helper()
	go func() {
		defer d.in.Close()
		for _, src := range all {
			line, _ := json.Marshal(src)
			fmt.Fprintln(d.in, string(line))
		}
	}()
	for _, src := range all {
		line, err := d.out.ReadBytes('\n')
		if err != nil {
			t.Fatalf("the driver ended: %v", err)
		}
		var a answer
		if err := json.Unmarshal(line, &a); err != nil {
			t.Fatal(err)
		}
		each(src, a)
	}
	if err := d.cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// count is how many templates are compared: fewer without the Python of CI.
func count(t *testing.T) int {
	text := os.Getenv("MODELSIEVE_TEMPLATE_COUNT")
	switch {
	case text != "":
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		return n
	case testing.Short() || os.Getenv("MODELSIEVE_PYTHON") == "":
		return 2000
	}
	return 50000
}

// A tally counts how the parsers answer.
type tally struct {
	both, neither      int // take the template
	lines, otherLines  int // of those that neither takes: the errors lie in one line, or not
	differ             int
	plain, transformed int // taken by those environments as well
}

// shards is how many processes of Python share the work.
const shards = 2

// TestAgreesWithJinja compares with jinja2: this package takes what jinja2 takes, to the
// same attributes, items, names, filters, tests, calls and texts, and refuses what it
// refuses. MODELSIEVE_TEMPLATE_COUNT says how many templates are made.
func TestAgreesWithJinja(t *testing.T) {
	for seed := range uint64(shards) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			agrees(t, seed, count(t)/shards)
		})
	}
}

// agrees compares a number of templates.
func agrees(t *testing.T, seed uint64, number int) {
	d := start(t)
	originals := templates(t)
	r := rand.New(rand.NewPCG(1, seed))
	all := slices.Clone(originals)
	for i := range number / 8 {
		all = append(all, mutate(r, originals[i%len(originals)], originals))
	}
	for len(all) < len(originals)+number {
		all = append(all, generate(r))
	}
	var sum tally
	d.ask(t, all, func(src string, a answer) { compare(t, src, a, &sum) })
	t.Logf("%d templates: %d taken and %d refused by both, %d differ; of those that were asked, plain jinja2 takes %d, transformers %d; of the errors %d lie in the same line, %d do not",
		len(all), sum.both, sum.neither, sum.differ, sum.plain, sum.transformed, sum.lines, sum.otherLines)
	if sum.otherLines*20 > sum.lines {
		t.Error("too many errors lie in other lines")
	}
}

// compare checks one template.
func compare(t *testing.T, src string, a answer, sum *tally) {
	t.Helper()
	parsed, err := jinjaast.Parse(src)
	switch {
	case a.Error != "" && err != nil:
		sum.neither++
		sum.place(src, a, err)
		if a.Plain || a.Transformers {
			t.Errorf("an environment with fewer extensions takes this: %.400q", src)
		}
		return
	case strings.HasPrefix(a.Error, "RecursionError"): // this package nests deeper
		return
	case a.Error != "":
		sum.differ++
		t.Errorf("jinja2 says in line %d: %s\n%.600q", a.Line, a.Error, src)
		return
	case err != nil:
		sum.differ++
		t.Errorf("jinja2 parses this, and we: %v\n%.400q", err, around(src, err))
		return
	}
	sum.both++
	if different := differences(parsed, a.Facts); different != "" {
		sum.differ++
		t.Errorf("%s\n%.2000q", different, src)
	}
	if a.Asked {
		sum.environments(t, src, parsed, a)
	}
}

// place compares where the errors lie.
func (sum *tally) place(src string, a answer, err error) {
	syntax := new(jinjaast.Error)
	if a.Line == 0 || !errors.As(err, &syntax) {
		return
	}
	before := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(src[:syntax.At])
	if 1+strings.Count(before, "\n") == a.Line {
		sum.lines++
	} else {
		sum.otherLines++
	}
}

// environments checks that the tags of a template tell which environments take it.
func (sum *tally) environments(t *testing.T, src string, parsed *jinjaast.Template, a answer) {
	t.Helper()
	plain, transformers := true, true
	for _, s := range parsed.Statements {
		switch s.Tag {
		case "do", "debug", "trans":
			plain, transformers = false, false
		case "generation", "break", "continue":
			plain = false
		}
	}
	if plain != a.Plain || transformers != a.Transformers {
		t.Errorf("plain jinja2 takes it: %v, the environment of transformers: %v; by its tags %v, %v\n%.400q", a.Plain, a.Transformers, plain, transformers, src)
	}
	if a.Plain {
		sum.plain++
	}
	if a.Transformers {
		sum.transformed++
	}
}

// differences compares what syntax trees hold. What jinja2 makes of a translation is more
// than what stands there.
func differences(parsed *jinjaast.Template, want map[string]int) string {
	got := facts(parsed)
	exact := !slices.ContainsFunc(parsed.Statements, func(s jinjaast.Statement) bool { return s.Tag == "trans" })
	keys := maps.Clone(got)
	maps.Copy(keys, want)
	for key := range keys {
		kind, _, _ := strings.Cut(key, " ")
		if got[key] != want[key] && (exact || kind == "attr" || kind == "item") {
			return fmt.Sprintf("%s: %d times, jinja2 says %d", key, got[key], want[key])
		}
	}
	return ""
}

// facts counts what a syntax tree holds, as testdata/driver.py does for jinja2's.
func facts(t *jinjaast.Template) map[string]int {
	found := map[string]int{}
	for _, s := range t.Statements {
		for i, n := range s.Exprs {
			target := s.Tag == "set block" || s.Tag == "set" && i < len(s.Exprs)-1
			if attr, ok := n.(*jinjaast.Attr); ok && target {
				found["attr "+attr.Name]++
				continue
			}
			jinjaast.Walk(n, func(n jinjaast.Node) {
				for _, key := range keysOf(n) {
					found[key]++
				}
			})
		}
	}
	return found
}

// keysOf is what an expression counts as.
func keysOf(n jinjaast.Node) []string {
	switch n := n.(type) {
	case *jinjaast.Attr:
		return []string{"attr " + n.Name}
	case *jinjaast.Subscript:
		if l, ok := n.Key.(*jinjaast.Literal); ok {
			if text, ok := l.Value.(string); ok {
				return []string{"item " + text}
			}
		}
	case *jinjaast.Literal:
		if text, ok := n.Value.(string); ok {
			return []string{"text " + text}
		}
	case *jinjaast.Filter:
		return []string{"filter " + n.Name}
	case *jinjaast.Test:
		return []string{"test " + n.Name}
	case *jinjaast.Name:
		return []string{"name " + n.ID}
	case *jinjaast.Call:
		return []string{"calls"}
	}
	return nil
}

// around cuts the part of a template in which an error lies.
func around(src string, err error) string {
	var at int
	if syntax := new(jinjaast.Error); errors.As(err, &syntax) {
		at = syntax.At
	}
	return src[max(0, at-100):min(len(src), at+100)]
}
