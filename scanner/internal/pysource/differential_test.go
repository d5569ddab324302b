package pysource_test

import (
	"bufio"
	"cmp"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// astFacts is what CPython's parser says of a file, or of a source.
type astFacts struct {
	Path    string
	Source  string
	Error   string // it refuses the source
	Imports [][3]string
	Calls   [][2]any // line, dotted name or ""
}

// ask runs a script with CPython and hands each line of what it prints on.
func ask(t *testing.T, python string, each func(*astFacts), script ...string) {
	t.Helper()
	command := exec.Command(python, script...)
	command.Stderr = os.Stderr
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewReader(out); ; {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			break
		}
		var facts astFacts
		if err := json.Unmarshal(line, &facts); err != nil {
			t.Fatal(err)
		}
		each(&facts)
	}
	if err := command.Wait(); err != nil {
		t.Fatal(err)
	}
}

// interpreter returns a Python, or skips the test.
func interpreter(t *testing.T) string {
	t.Helper()
	python, err := exec.LookPath(cmp.Or(os.Getenv("MODELSIEVE_PYTHON"), "python3"))
	if err != nil {
		t.Skip("SKIPPED: python3 is not installed, so its parser cannot be compared with")
	}
	return python
}

// TestEverythingThatASTFinds compares with CPython's own parser on files of its standard
// library: every import, with its alias, and every call, with its line and name.
func TestEverythingThatASTFinds(t *testing.T) {
	files := 0
	ask(t, interpreter(t), func(facts *astFacts) {
		files++
		src, err := os.ReadFile(facts.Path)
		if err != nil {
			t.Fatal(err)
		}
		compare(t, facts.Path, src, facts)
	}, "testdata/ast_facts.py", cmp.Or(os.Getenv("MODELSIEVE_EVERY"), "25"))
	if files < 20 {
		t.Errorf("only %d files compared", files)
	}
	t.Logf("%d files compared", files)
}

// TestMutantsThatASTTakes compares in the same way on mutants of such files: what each
// CPython takes is read without a problem. Of what it refuses more may be read; how much
// is only logged. MODELSIEVE_PYTHONS names interpreters, MODELSIEVE_MUTANTS how many
// mutants each gets.
func TestMutantsThatASTTakes(t *testing.T) {
	pythons := []string{interpreter(t)}
	if list := os.Getenv("MODELSIEVE_PYTHONS"); list != "" {
		pythons = filepath.SplitList(list)
	}
	for _, python := range pythons {
		taken, both, refused := 0, 0, 0
		ask(t, python, func(facts *astFacts) {
			switch {
			case facts.Error == "":
				taken++
				compare(t, facts.Source, []byte(facts.Source), facts)
			case len(read(t, facts.Source).Problems) > 0:
				both++
			default:
				refused++
			}
		}, "testdata/ast_mutants.py", "10", cmp.Or(os.Getenv("MODELSIEVE_MUTANTS"), "500"), "1")
		t.Logf("%s: %d mutants taken by both, %d refused by both, %d refused by CPython alone", python, taken, both, refused)
	}
}

// compare reads a source and looks for each of the facts.
func compare(t *testing.T, name string, src []byte, facts *astFacts) {
	t.Helper()
	s := read(t, string(src))
	if len(s.Problems) > 0 {
		t.Errorf("%s: %v", name, s.Problems)
	}
	imports := map[[3]string]bool{}
	for _, i := range s.Imports {
		imports[[3]string{i.Module, i.Name, i.As}] = true
	}
	for _, i := range facts.Imports {
		if !imports[i] {
			t.Errorf("%s: import %q is missing", name, i)
		}
	}
	found := map[int][]string{}
	for _, c := range s.Calls {
		if !c.Nested {
			found[c.Line] = append(append(found[c.Line], c.Text), c.Paths...) // letters may be other ones in the text
		}
	}
	for _, c := range facts.Calls {
		line, callee := int(c[0].(float64)), c[1].(string)
		if !called(found[line], callee) {
			t.Errorf("%s:%d: the call of %q is missing", name, line, callee)
		}
	}
}

// called reports whether one of the calls is of a name.
func called(texts []string, name string) bool {
	plain := strings.NewReplacer("(", "", ")", "", "\\", "") // the syntax tree has none
	for _, text := range texts {
		if name == "" || strings.HasPrefix(plain.Replace(strings.Join(strings.Fields(text), "")), name) {
			return true
		}
	}
	return false
}
