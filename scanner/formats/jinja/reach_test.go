package jinja_test

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

// A builder writes templates that put the name of an internal together.
type builder struct {
	r       *rand.Rand
	before  strings.Builder // statements that the expression needs
	counted int
}

// name returns an expression that comes to a text.
func (b *builder) name(text string, depth int) string {
	half := 1 + b.r.IntN(max(1, len(text)-1))
	if depth == 0 || len(text) < 2 {
		return b.literal(text)
	}
	left, right := text[:half], text[half:]
	sub := func(text string) string { return b.name(text, depth-1) }
	switch b.r.IntN(22) {
	case 0:
		return fmt.Sprintf("(%s ~ %s)", sub(left), sub(right))
	case 1:
		return fmt.Sprintf("(%s + %s)", sub(left), sub(right))
	case 2:
		return fmt.Sprintf("[%s, %s]|join", sub(left), sub(right))
	case 3:
		return fmt.Sprintf("''.join([%s, %s])", sub(left), sub(right))
	case 4:
		return fmt.Sprintf("('%%s%%s' %% (%s, %s))", sub(left), sub(right))
	case 5:
		return fmt.Sprintf("('%%s%%s'|format(%s, %s))", sub(left), sub(right))
	case 6:
		return fmt.Sprintf("'{1}{0}'.format(%s, %s)", sub(right), sub(left))
	case 7:
		return fmt.Sprintf("(%s)[::-1]", sub(backwards(text)))
	case 8:
		return fmt.Sprintf("(%s)|reverse", sub(backwards(text)))
	case 9:
		return fmt.Sprintf("(%s)[1:-2]", sub("x"+text+"yz"))
	case 10:
		return fmt.Sprintf("(%s)|replace('~', '_')", sub(strings.ReplaceAll(text, "_", "~")))
	case 11:
		return fmt.Sprintf("(%s)|lower", sub(strings.ToUpper(text)))
	case 12:
		return fmt.Sprintf("(%s).split(',')[1]", sub("a,"+text+",b"))
	case 13:
		return fmt.Sprintf("{'a': 'b', 'c': %s}['c']", sub(text))
	case 14:
		return fmt.Sprintf("(%s if yes else 'a')", sub(text))
	case 15:
		return fmt.Sprintf("(nothing|default(%s))", sub(text))
	case 16:
		return fmt.Sprintf("['a', %s]|last", sub(text))
	case 17:
		return fmt.Sprintf("(%s)|trim", sub("  "+text+" "))
	case 18:
		return fmt.Sprintf("(%s).removeprefix('ab')", sub("ab"+text))
	}
	return b.variable(text, sub)
}

// variable sets a variable to a text, in one of the ways that there are.
func (b *builder) variable(text string, sub func(string) string) string {
	b.counted++
	v := fmt.Sprintf("v%d", b.counted)
	value := sub(text)
	switch b.r.IntN(6) {
	case 0:
		fmt.Fprintf(&b.before, "{%% set %s = %s %%}", v, value)
	case 1:
		fmt.Fprintf(&b.before, "{%% set a%s, %s = 1, %s %%}", v, v, value)
	case 2:
		fmt.Fprintf(&b.before, "{%% set %s = namespace(a=%s) %%}", v, value)
		return v + ".a"
	case 3:
		fmt.Fprintf(&b.before, "{%% set %s %%} {{ %s }}{%% endset %%}", v, value)
		return v + "|trim"
	case 4:
		fmt.Fprintf(&b.before, "{%% macro %s(a) %%}{{ a }}{%% endmacro %%}", v)
		return fmt.Sprintf("(%s(%s)|string)", v, value)
	default:
		fmt.Fprintf(&b.before, "{%% set %s = {'a': %s} %%}", v, value)
		return v + ".a"
	}
	return v
}

// literal writes a text, some of its characters escaped.
func (b *builder) literal(text string) string {
	var out strings.Builder
	for _, r := range text {
		if b.r.IntN(6) == 0 {
			fmt.Fprintf(&out, `\x%02x`, r)
		} else {
			out.WriteRune(r)
		}
	}
	return "'" + out.String() + "'"
}

func backwards(text string) string {
	out := []byte(text)
	for i := range len(out) / 2 {
		out[i], out[len(out)-1-i] = out[len(out)-1-i], out[i]
	}
	return string(out)
}

// template returns a template that takes something of x by a name.
func (b *builder) template(name string) string {
	forms := []string{"{{ x[%s] }}", "{{ x|attr(%s) }}", "{{ [x]|map(attribute=%s)|list }}", "{{ [x]|map('attr', %s)|list }}",
		"{%% for k in ['a', %s] %%}{{ x[k] }}{%% endfor %%}", "{%% macro m(k) %%}{{ x[k] }}{%% endmacro %%}{{ m(%s) }}"}
	form, key := forms[b.r.IntN(len(forms))], b.name(name, 1+b.r.IntN(3))
	return b.before.String() + fmt.Sprintf(form, key)
}

// TestReach renders templates that put names together with the real jinja2: where that
// takes an internal, the template must be reported.
func TestReach(t *testing.T) {
	python, err := exec.LookPath(cmp.Or(os.Getenv("MODELSIEVE_PYTHON"), "python3"))
	if err != nil || exec.Command(python, "-c", "import jinja2").Run() != nil {
		t.Skip("SKIPPED: no Python with jinja2, so nothing can be rendered; set MODELSIEVE_PYTHON")
	}
	r := rand.New(rand.NewPCG(3, 4))
	names := []string{"__class__", "__globals__", "__init__", "gi_frame", "f_back"}
	var templates, wanted []string
	for i := range 2000 {
		wanted = append(wanted, names[i%len(names)])
		templates = append(templates, (&builder{r: r}).template(wanted[i]))
	}
	reached, critical := 0, 0
	for i, took := range render(t, python, templates, wanted) {
		if !took {
			continue
		}
		reached++
		report := scantest.Scan(t, analyzers, "x.jinja", []byte(templates[i]))
		worst := scanner.Low
		for _, f := range report.Findings {
			worst = max(worst, f.Rule.Severity)
		}
		if worst == scanner.Critical {
			critical++
		}
		if worst < scanner.High {
			t.Errorf("jinja2 takes %s, and nothing is reported:\n%s\n%s", wanted[i], templates[i], scantest.Format(report))
		}
	}
	if reached < len(templates)*9/10 {
		t.Errorf("only %d of %d templates take what they should", reached, len(templates))
	}
	t.Logf("%d of %d templates take an internal, and are reported, %d of them as critical", reached, len(templates), critical)
}

// render asks jinja2 about each template.
func render(t *testing.T, python string, templates, wanted []string) []bool {
	t.Helper()
	cmd := exec.Command(python, "testdata/reach.py")
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
	go func() {
		defer in.Close()
		for i := range templates {
			line, _ := json.Marshal([]string{templates[i], wanted[i]})
			io.WriteString(in, string(line)+"\n")
		}
	}()
	var answers []bool
	for lines := bufio.NewScanner(out); lines.Scan(); {
		answers = append(answers, lines.Text() == "true")
	}
	if err := cmd.Wait(); err != nil || len(answers) != len(templates) {
		t.Fatalf("%d answers: %v", len(answers), err)
	}
	return answers
}
