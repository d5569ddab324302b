package hub_test

import (
	"context"
	"os"
	"os/exec"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/formats"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

// TestRealRepositories scans the repository files that the real libraries write for some
// hundred families of models: nothing may be found. It does so with every analyzer.
func TestRealRepositories(t *testing.T) {
	python := os.Getenv("MODELSIEVE_PYTHON")
	if python == "" || exec.Command(python, "-c", "import transformers, peft, diffusers, sentence_transformers").Run() != nil {
		t.Skip("SKIPPED: MODELSIEVE_PYTHON is not a Python with transformers, peft, diffusers and sentence-transformers, so no repositories are made")
	}
	dir := t.TempDir()
	cmd := exec.Command(python, "testdata/repositories.py", dir)
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	targets, err := scanner.Discover(context.Background(), scanner.Selection{Dir: dir, Root: dir, Args: []string{"."}})
	if err != nil {
		t.Fatal(err)
	}
	report, err := scanner.Scan(context.Background(), targets, scanner.Config{Analyzers: formats.All()})
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Findings)+len(report.Gaps) > 0 {
		t.Errorf("%s", scantest.Format(report))
	}
	if len(targets) < 500 {
		t.Errorf("only %d files were made", len(targets))
	}
}
