package savedmodel_test

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

// TestRealModels scans models as TensorFlow and Keras write them, and such as open
// files, which the script has shown.
func TestRealModels(t *testing.T) {
	python := os.Getenv("MODELSIEVE_PYTHON")
	if python == "" || exec.Command(python, "-c", "import tensorflow").Run() != nil {
		t.Skip("SKIPPED: MODELSIEVE_PYTHON is not set to a Python with tensorflow, so no real models are made")
	}
	dir := t.TempDir()
	if out, err := exec.Command(python, "testdata/models.py", dir).CombinedOutput(); err != nil {
		t.Fatalf("making models: %v\n%s", err, out)
	}
	compare(t, dir)
}

// compare scans a folder and compares with its manifest.
func compare(t *testing.T, dir string) {
	t.Helper()
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
	targets, err := scanner.Discover(context.Background(), scanner.Selection{Dir: dir, Root: dir, Args: []string{"."}})
	if err != nil {
		t.Fatal(err)
	}
	report, err := scanner.Scan(context.Background(), targets, scanner.Config{Analyzers: analyzers})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]string{}
	for i := range report.Findings {
		f := &report.Findings[i]
		if !slices.Contains(found[f.Path], f.Rule.ID) {
			found[f.Path] = append(found[f.Path], f.Rule.ID)
		}
	}
	for i := range report.Gaps {
		found[report.Gaps[i].Path] = append(found[report.Gaps[i].Path], "gap: "+report.Gaps[i].Message)
	}
	for _, m := range models {
		slices.Sort(found[m.Path])
		if !slices.Equal(found[m.Path], m.Rules) {
			t.Errorf("%s: %v, want %v", m.Path, found[m.Path], m.Rules)
		}
	}
	t.Logf("%d models", len(models))
}
