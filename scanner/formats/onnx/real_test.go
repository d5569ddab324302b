package onnx_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
)

// TestRealModels scans models as onnx and onnxruntime write them, and such as make
// loaders read other files.
func TestRealModels(t *testing.T) {
	python := os.Getenv("MODELSIEVE_PYTHON")
	if python == "" || exec.Command(python, "-c", "import onnx").Run() != nil {
		t.Skip("SKIPPED: MODELSIEVE_PYTHON is not set to a Python with onnx, so no real models are made")
	}
	dir := t.TempDir()
	if out, err := exec.Command(python, "testdata/models.py", dir).CombinedOutput(); err != nil {
		t.Fatalf("making models: %v\n%s", err, out)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var models []struct {
		Path  string
		Rules []string
	}
	if err := json.Unmarshal(raw, &models); err != nil {
		t.Fatal(err)
	}
	found, gaps := rulesByPath(t, dir)
	for _, m := range models {
		if !slices.Equal(found[m.Path], m.Rules) || gaps[m.Path] != "" {
			t.Errorf("%s: %v %s, want %v", m.Path, found[m.Path], gaps[m.Path], m.Rules)
		}
	}
	t.Logf("%d models", len(models))
}

// rulesByPath scans a folder and returns the rules that fired and the gaps, by file.
func rulesByPath(t *testing.T, dir string) (rules map[string][]string, gaps map[string]string) {
	t.Helper()
	targets, err := scanner.Discover(context.Background(), scanner.Selection{Dir: dir, Root: dir, Args: []string{"."}})
	if err != nil {
		t.Fatal(err)
	}
	report, err := scanner.Scan(context.Background(), targets, scanner.Config{Analyzers: analyzers})
	if err != nil {
		t.Fatal(err)
	}
	rules, gaps = map[string][]string{}, map[string]string{}
	for i := range report.Findings {
		f := &report.Findings[i]
		if !slices.Contains(rules[f.Path], f.Rule.ID) {
			rules[f.Path] = append(rules[f.Path], f.Rule.ID)
		}
	}
	for path := range rules {
		slices.Sort(rules[path])
	}
	for i := range report.Gaps {
		gaps[report.Gaps[i].Path] += " gap: " + report.Gaps[i].Message
	}
	return rules, gaps
}
