package modelsieve_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/formats"
)

// A realModel is an entry of the manifest that tools/realmodels/make.py writes.
type realModel struct {
	Path    string
	Verdict scanner.Verdict
	Names   []string
}

// TestRealModels scans what the real libraries write, and the same files with a
// call spliced in.
func TestRealModels(t *testing.T) {
	python := os.Getenv("MODELSIEVE_PYTHON")
	if python == "" {
		t.Skip("SKIPPED: MODELSIEVE_PYTHON is not set to a Python with tools/realmodels/requirements.txt, so no real models are made")
	}
	dir := t.TempDir()
	if out, err := exec.Command(python, "tools/realmodels/make.py", dir).CombinedOutput(); err != nil {
		t.Fatalf("making models: %v\n%s", err, out)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var models []realModel
	if err := json.Unmarshal(raw, &models); err != nil {
		t.Fatal(err)
	}
	report := scanDir(t, dir)
	counts := map[scanner.Verdict]int{}
	for _, m := range models {
		verdict, text := verdictOf(report, m.Path)
		counts[verdict]++
		if verdict != m.Verdict {
			t.Errorf("%s: %s, want %s\n%s", m.Path, verdict, m.Verdict, text)
		}
		for _, name := range m.Names {
			if !strings.Contains(text, name) {
				t.Errorf("%s: the findings do not name %s\n%s", m.Path, name, text)
			}
		}
	}
	t.Logf("%d real models: %v", len(models), counts)
}

// scanDir scans a folder under the default policy.
func scanDir(t *testing.T, dir string) *scanner.Report {
	t.Helper()
	targets, err := scanner.Discover(context.Background(), scanner.Selection{Dir: dir, Root: dir, Args: []string{"."}})
	if err != nil {
		t.Fatal(err)
	}
	report, err := scanner.Scan(context.Background(), targets, scanner.Config{Analyzers: formats.All()})
	if err != nil {
		t.Fatal(err)
	}
	scanner.Policy{FailOn: scanner.High}.Judge(report)
	return report
}

// verdictOf returns the verdict on a file and what was found in it.
func verdictOf(r *scanner.Report, path string) (verdict scanner.Verdict, text string) {
	var b strings.Builder
	for _, f := range r.Files {
		if f.Path == path {
			verdict = f.Verdict
		}
	}
	for _, f := range r.Findings {
		if f.Path == path {
			fmt.Fprintf(&b, "  %s %s: %s\n", f.Rule.ID, f.Member, f.Message)
		}
	}
	for _, g := range r.Gaps {
		if g.Path == path {
			fmt.Fprintf(&b, "  gap %s %s: %s\n", g.Reason, g.Member, g.Message)
		}
	}
	return verdict, b.String()
}
