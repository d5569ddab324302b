package jinjaast_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner/internal/jinjaast"
)

// facts counts what a syntax tree holds, as testdata/driver.py does for jinja2's.
func facts(t *jinjaast.Template) map[string]int {
	count := map[string]int{}
	for _, s := range t.Statements {
		for _, n := range s.Exprs {
			jinjaast.Walk(n, func(n jinjaast.Node) {
				switch n := n.(type) {
				case *jinjaast.Attr:
					if n.Name[0] < '0' || n.Name[0] > '9' { // jinja2 makes a subscript of it
						count["attr "+n.Name]++
					}
				case *jinjaast.Subscript:
					if l, ok := n.Key.(*jinjaast.Literal); ok {
						if text, ok := l.Value.(string); ok {
							count["item "+text]++
						}
					}
				case *jinjaast.Filter:
					count["filter "+n.Name]++
				case *jinjaast.Test:
					count["test "+n.Name]++
				case *jinjaast.Name:
					count["name "+n.ID]++
				case *jinjaast.Call:
					count["calls"]++
				}
			})
		}
	}
	return count
}

// templates returns the templates of testdata, and of a folder that
// MODELSIEVE_TEMPLATES names.
func templates(tb testing.TB) []string {
	files, _ := filepath.Glob("testdata/*.jinja")
	if dir := os.Getenv("MODELSIEVE_TEMPLATES"); dir != "" {
		more, _ := filepath.Glob(filepath.Join(dir, "*.jinja"))
		files = append(files, more...)
	}
	var all []string
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		all = append(all, string(raw))
	}
	return all
}

// mutate changes a template in a few places, mostly by what other templates hold.
func mutate(r *rand.Rand, src string, others []string) string {
	pieces := []string{
		"{{", "}}", "{%", "%}", "{#", "#}", "-", "+", "|", "~", ".", "[", "]", "(", ")", "'", `"`, `\`, "if", " else ", " not in ", " is ", "for ", "set ",
		"**", "//", "raw", "endraw", "{% raw %}", "{% endraw %}", ",", ":", "=", "1_0", "0x1f", "1.5e3", " ", "é", "x", "*", "{", "}",
	}
	for range 1 + r.IntN(3) {
		at := r.IntN(len(src) + 1)
		switch r.IntN(4) {
		case 0:
			src = src[:at] + pieces[r.IntN(len(pieces))] + src[at:]
		case 1:
			src = src[:at] + src[min(len(src), at+1+r.IntN(6)):]
		case 2:
			other := others[r.IntN(len(others))]
			from := r.IntN(len(other))
			src = src[:at] + other[from:min(len(other), from+1+r.IntN(30))] + src[at:]
		default:
			src = src[:at]
		}
	}
	return strings.ToValidUTF8(src, "?")
}

// TestEverythingThatJinjaParses compares with jinja2: what it parses, this package
// parses, to the same attributes and items, and to no fewer names, filters, tests and
// calls. The other way round this package takes more: it does not ask whether blocks are
// nested as they should be, since other engines of the language have other blocks.
// MODELSIEVE_TEMPLATE_COUNT says how many templates are made.
func TestEverythingThatJinjaParses(t *testing.T) {
	python := os.Getenv("MODELSIEVE_PYTHON")
	if python == "" {
		t.Skip("SKIPPED: MODELSIEVE_PYTHON is not set to a Python with jinja2, so parsers cannot be compared")
	}
	cmd := exec.Command(python, "testdata/driver.py")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	originals := templates(t)
	r := rand.New(rand.NewPCG(1, 2))
	all := append([]string(nil), originals...)
	for i := range count(t) / 4 {
		all = append(all, mutate(r, originals[i%len(originals)], originals))
	}
	for len(all) < len(originals)+count(t) {
		all = append(all, generate(r))
	}
	go func() {
		defer in.Close()
		for _, src := range all {
			line, _ := json.Marshal(src)
			fmt.Fprintln(in, string(line))
		}
	}()
	lines, accepted, wider := bufio.NewReaderSize(out, 1<<20), 0, 0
	for i, src := range all {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			t.Fatalf("the driver ended: %v", err)
		}
		var answer struct {
			Facts map[string]int
			Error string
		}
		if err := json.Unmarshal(line, &answer); err != nil {
			t.Fatal(err)
		}
		if answer.Error == "" {
			accepted++
			compare(t, src, answer.Facts)
			continue
		}
		if _, err := jinjaast.Parse(src); err == nil {
			wider++
		}
		if i < len(originals) {
			t.Errorf("jinja2 does not parse template %d: %s", i, answer.Error)
		}
	}
	io.Copy(io.Discard, out)
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	t.Logf("jinja2 parses %d of %d templates; %d that it rejects are parsed here", accepted, len(all), wider)
}

// count is how many templates are compared.
func count(t *testing.T) int {
	text := os.Getenv("MODELSIEVE_TEMPLATE_COUNT")
	if text == "" {
		return 4000
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// compare checks a template that jinja2 parses.
func compare(t *testing.T, src string, want map[string]int) {
	t.Helper()
	parsed, err := jinjaast.Parse(src)
	if err != nil {
		t.Errorf("jinja2 parses this, and we: %v\n%.400q", err, around(src, err))
		return
	}
	got := facts(parsed)
	for key, n := range want {
		if got[key] < n {
			t.Errorf("%s: %d times, jinja2 says %d\n%.2000q", key, got[key], n, src)
		}
	}
	for key, n := range got {
		if kind, _, _ := strings.Cut(key, " "); (kind == "attr" || kind == "item") && n != want[key] {
			t.Errorf("%s: %d times, jinja2 says %d\n%.2000q", key, n, want[key], src)
		}
	}
}

// around cuts the part of a template in which an error lies.
func around(src string, err error) string {
	var at int
	if syntax := new(jinjaast.Error); errors.As(err, &syntax) {
		at = syntax.At
	}
	return src[max(0, at-100):min(len(src), at+100)]
}
