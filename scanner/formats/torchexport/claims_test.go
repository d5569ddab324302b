package torchexport_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/formats/pickle"
	"github.com/modelsieve/modelsieve/scanner/formats/torch"
	"github.com/modelsieve/modelsieve/scanner/formats/torchexport"
	"github.com/modelsieve/modelsieve/scanner/formats/zipfile"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

// TestClaims has the real torch write files, load those that do something, and say which
// did. What did must be reported, and what is honest must not be.
func TestClaims(t *testing.T) {
	python := os.Getenv("MODELSIEVE_PYTHON")
	if python == "" || exec.Command(python, "-c", "import importlib.util as u; assert u.find_spec('torch')").Run() != nil {
		t.Skip("SKIPPED: MODELSIEVE_PYTHON names no Python with torch, so the claims about its loader cannot be checked")
	}
	folder := t.TempDir()
	out, err := exec.Command(python, "testdata/claims.py", folder).Output()
	if err != nil {
		t.Fatal(err)
	}
	var happened map[string]bool
	if err := json.Unmarshal(out[strings.LastIndexByte(strings.TrimSpace(string(out)), '\n')+1:], &happened); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	all := []*scanner.Analyzer{zipfile.Analyzer, torch.Analyzer, pickle.Analyzer, torchexport.Analyzer}
	files, err := filepath.Glob(filepath.Join(folder, "*.pt*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		name := filepath.Base(path)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		honest := strings.HasPrefix(name, "honest-")
		if !honest && !happened[strings.TrimSuffix(name, ".pt2")] {
			t.Errorf("%s: the loader did nothing", name)
		}
		report := scantest.Scan(t, all, name, data)
		if worst(report) != !honest || len(report.Gaps) > 0 {
			t.Errorf("%s: %s", name, scantest.Format(report))
		}
	}
}

// worst reports whether there is a finding of severity high or critical.
func worst(r *scanner.Report) bool {
	for _, f := range r.Findings {
		if f.Rule.Severity >= scanner.High {
			return true
		}
	}
	return false
}
