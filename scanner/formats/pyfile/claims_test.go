package pyfile_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
)

// TestClaims has transformers and torch.package load code along with a model, and say
// what the import ran. That must be reported where it lies.
func TestClaims(t *testing.T) {
	python := os.Getenv("MODELSIEVE_PYTHON")
	if python == "" || exec.Command(python, "-c", "import importlib.util as u; assert u.find_spec('torch') and u.find_spec('transformers')").Run() != nil {
		t.Skip("SKIPPED: MODELSIEVE_PYTHON names no Python with torch and transformers, so the claims about their loaders cannot be checked")
	}
	folder := t.TempDir()
	out, err := exec.Command(python, "testdata/claims.py", folder).Output()
	if err != nil {
		t.Fatal(err)
	}
	var ran map[string]bool
	if err := json.Unmarshal(out[strings.LastIndexByte(strings.TrimSpace(string(out)), '\n')+1:], &ran); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	targets, err := scanner.Discover(t.Context(), scanner.Selection{Dir: folder, Root: folder, Args: []string{"repository", "package.pt", "generating"}})
	if err != nil {
		t.Fatal(err)
	}
	report, err := scanner.Scan(t.Context(), targets, scanner.Config{Analyzers: analyzers})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, f := range report.Findings {
		found[path.Base(f.Path)] = found[path.Base(f.Path)] || f.Rule.ID == "python-top-level-exec"
	}
	for name, did := range ran {
		if !did || !found[name] {
			t.Errorf("%s: the loader ran it: %v, it was reported: %v", name, did, found[name])
		}
	}
}
