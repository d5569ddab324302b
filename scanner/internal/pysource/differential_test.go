package pysource_test

import (
	"bufio"
	"cmp"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// astFacts is what CPython's parser says of a file.
type astFacts struct {
	Path    string
	Imports [][3]string
	Calls   [][2]any // line, dotted name or ""
}

// TestEverythingThatASTFinds compares with CPython's own parser on files of its standard
// library: every import, with its alias, and every call, with its line and name.
func TestEverythingThatASTFinds(t *testing.T) {
	python, err := exec.LookPath(cmp.Or(os.Getenv("MODELSIEVE_PYTHON"), "python3"))
	if err != nil {
		t.Skip("SKIPPED: python3 is not installed, so its parser cannot be compared with")
	}
	every := cmp.Or(os.Getenv("MODELSIEVE_EVERY"), "25")
	command := exec.Command(python, "testdata/ast_facts.py", every)
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	files := 0
	for lines := bufio.NewReader(out); ; files++ {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			break
		}
		var facts astFacts
		if err := json.Unmarshal(line, &facts); err != nil {
			t.Fatal(err)
		}
		compare(t, &facts)
	}
	if err := command.Wait(); err != nil || files < 20 {
		t.Fatalf("%d files compared: %v", files, err)
	}
	t.Logf("%d files compared", files)
}

// compare reads a file and looks for each of the facts.
func compare(t *testing.T, facts *astFacts) {
	src, err := os.ReadFile(facts.Path)
	if err != nil {
		t.Fatal(err)
	}
	s := read(t, string(src))
	if len(s.Problems) > 0 {
		t.Errorf("%s: %v", facts.Path, s.Problems)
	}
	imports := map[[3]string]bool{}
	for _, i := range s.Imports {
		imports[[3]string{i.Module, i.Name, i.As}] = true
	}
	for _, i := range facts.Imports {
		if !imports[i] {
			t.Errorf("%s: import %q is missing", facts.Path, i)
		}
	}
	found := map[int][]string{}
	for _, c := range s.Calls {
		if !c.Nested {
			found[c.Line] = append(append(found[c.Line], c.Text), c.Paths...) // letters may be other ones in the text
		}
	}
	for _, c := range facts.Calls {
		line, name := int(c[0].(float64)), c[1].(string)
		if !called(found[line], name) {
			t.Errorf("%s:%d: the call of %q is missing", facts.Path, line, name)
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
