package torch_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/formats/pickle"
	"github.com/modelsieve/modelsieve/scanner/formats/torch"
	"github.com/modelsieve/modelsieve/scanner/formats/zipfile"
)

// TestWeightsOnlyAgreesWithTorch compares the answer for the newest version with the torch at hand.
func TestWeightsOnlyAgreesWithTorch(t *testing.T) {
	python := os.Getenv("MODELSIEVE_PYTHON")
	if python == "" || exec.Command(python, "-c", "import torch, numpy").Run() != nil {
		t.Skip("SKIPPED: MODELSIEVE_PYTHON is not set to a Python with torch and numpy, so torch.load cannot be compared with")
	}
	dir := t.TempDir()
	out, err := exec.Command(python, "testdata/weightsonly.py", dir).Output()
	if err != nil {
		t.Fatalf("torch: %v\n%s", err, out)
	}
	var want map[string]bool
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatal(err)
	}
	got := newestAnswers(t, dir)
	for name, accepted := range want {
		if load, ok := got[name]; !ok || load.Accepted != accepted {
			t.Errorf("%s: torch loads it: %v; the answer is %+v", name, accepted, load)
		}
	}
	if len(want) < 70 {
		t.Errorf("only %d files were compared", len(want))
	}
}

// newestAnswers inspects the files of a folder and returns the last answer for each.
func newestAnswers(t *testing.T, dir string) map[string]scanner.Load {
	t.Helper()
	targets, err := scanner.Discover(context.Background(), scanner.Selection{Dir: dir, Root: dir, Args: []string{"."}})
	if err != nil {
		t.Fatal(err)
	}
	analyzers := []*scanner.Analyzer{torch.Analyzer, pickle.Analyzer, zipfile.Analyzer}
	report, err := scanner.Scan(context.Background(), targets, scanner.Config{Analyzers: analyzers, Inspect: true})
	if err != nil {
		t.Fatal(err)
	}
	answers := map[string]scanner.Load{}
	for _, a := range report.Artifacts {
		if len(a.Loads) > 0 {
			answers[a.Path] = a.Loads[len(a.Loads)-1]
		}
	}
	return answers
}
