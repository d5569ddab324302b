package pyfile_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

// TestDatasetScript has the datasets library run a script of a data set; the script is
// reported where it lies.
func TestDatasetScript(t *testing.T) {
	python := os.Getenv("MODELSIEVE_PYTHON")
	if python == "" || exec.Command(python, "-c", "from importlib.metadata import version as v; assert int(v('datasets').split('.')[0]) < 4").Run() != nil {
		t.Skip("SKIPPED: MODELSIEVE_PYTHON names no Python with datasets before 4.0, so no script of a data set is run")
	}
	folder := t.TempDir()
	cmd := exec.Command(python, "testdata/dataset.py", folder)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil || strings.TrimSpace(string(out)) != "script" {
		t.Fatalf("the loader ran %q, %v", out, err)
	}
	targets, err := scanner.Discover(t.Context(), scanner.Selection{Dir: folder, Root: folder, Args: []string{"mine"}})
	if err != nil {
		t.Fatal(err)
	}
	report, err := scanner.Scan(t.Context(), targets, scanner.Config{Analyzers: analyzers})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"hf-dataset-script", "python-top-level-exec"} {
		if !strings.Contains(scantest.Format(report), want) {
			t.Errorf("no finding of %s:\n%s", want, scantest.Format(report))
		}
	}
}
