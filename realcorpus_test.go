package modelsieve_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
)

// A corpusFile is an entry of the manifest that tools/corpus/make.py writes.
type corpusFile struct {
	Path  string
	Group string
	Clean bool // it is data, or a model of a library that is vetted as a whole: nothing is found
}

// maxFailing is the share of benign models that may fail by default: one in 400.
const maxFailing = 1.0 / 400

// TestRealCorpus scans benign models of every library that the Python at hand has, as
// the libraries save them.
func TestRealCorpus(t *testing.T) {
	python := os.Getenv("MODELSIEVE_PYTHON")
	if python == "" {
		t.Skip("SKIPPED: MODELSIEVE_PYTHON is not set to a Python with tools/realmodels/requirements.txt, so no corpus is made")
	}
	dir := t.TempDir()
	if out, err := exec.Command(python, "tools/corpus/make.py", dir, "--small").CombinedOutput(); err != nil {
		t.Fatalf("making the corpus: %v\n%s", err, out)
	} else {
		t.Logf("%s", out)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var files []corpusFile
	if err := json.Unmarshal(raw, &files); err != nil {
		t.Fatal(err)
	}
	judgeCorpus(t, scanDir(t, dir), files)
}

// judgeCorpus compares the verdicts on a corpus with what its manifest says.
func judgeCorpus(t *testing.T, report *scanner.Report, files []corpusFile) {
	t.Helper()
	failing, counts := 0, map[scanner.Verdict]int{}
	for _, f := range files {
		verdict, text := verdictOf(report, f.Path)
		counts[verdict]++
		switch {
		case f.Clean && verdict != scanner.VerdictClean:
			t.Errorf("%s: %s, want clean\n%s", f.Path, verdict, text)
		case verdict == scanner.VerdictFindings || verdict == scanner.VerdictIncomplete:
			failing++
			t.Logf("%s fails\n%s", f.Path, text)
		}
	}
	if len(files) < 1000 {
		t.Errorf("the corpus has %d files only", len(files))
	}
	if float64(failing) > maxFailing*float64(len(files)) {
		t.Errorf("%d of %d benign files fail", failing, len(files))
	}
	t.Logf("%d benign files: %v", len(files), counts)
}
