package formats_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/formats"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

// TestOrdinaryFiles scans the files that lie in repositories of models: they are silent,
// but for notes.
func TestOrdinaryFiles(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/ordinary.txtar")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, section := range archive.Files {
		name, data := strings.TrimPrefix(section.Name, "file: "), section.Data
		if recipe, ok := strings.CutPrefix(section.Name, "input: "); ok {
			name = recipe
			if data, err = scantest.Assemble(string(section.Data)); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	silent(t, dir, 130)
}

// TestOrdinaryFamilies does the same with what real libraries write.
func TestOrdinaryFamilies(t *testing.T) {
	python := os.Getenv("MODELSIEVE_PYTHON")
	if python == "" || exec.Command(python, "-c", "import importlib.util as u; assert all(map(u.find_spec, ('torch', 'transformers', 'mlflow', 'sklearn')))").Run() != nil {
		t.Skip("SKIPPED: MODELSIEVE_PYTHON is not a Python with torch, transformers, mlflow-skinny and scikit-learn, so no files of real libraries are made")
	}
	dir := t.TempDir()
	cmd := exec.Command(python, "testdata/families.py", dir)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s", out)
	silent(t, dir, 30)
}

// silent scans a folder of at least some files: nothing is found but notes, and there are
// no gaps.
func silent(t *testing.T, dir string, files int) {
	t.Helper()
	targets, err := scanner.Discover(t.Context(), scanner.Selection{Dir: dir, Root: dir, Args: []string{"."}})
	if err != nil {
		t.Fatal(err)
	}
	report, err := scanner.Scan(t.Context(), targets, scanner.Config{Analyzers: formats.All()})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range report.Findings {
		if f.Rule.Severity > scanner.Low {
			t.Errorf("%s %s: %s: %s", f.Path, f.Member, f.Rule.ID, f.Message)
		}
	}
	for _, g := range report.Gaps {
		t.Errorf("%s %s: gap %s: %s", g.Path, g.Member, g.Reason, g.Message)
	}
	if len(targets) < files {
		t.Errorf("only %d files", len(targets))
	}
}
