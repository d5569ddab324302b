package zipfile_test

import (
	"os/exec"
	"testing"

	"github.com/modelsieve/modelsieve/scanner/formats/zipfile"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

// TestEveryMemberThatPythonReads compares with Python's zipfile, on archives as it
// writes them and on broken ones.
func TestEveryMemberThatPythonReads(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("SKIPPED: python3 is not installed, so zipfile cannot be compared with")
	}
	archives, err := exec.Command(python, "testdata/archives.py", "1500").Output()
	if err != nil {
		t.Fatal(err)
	}
	scantest.EveryMember(t, zipfile.Analyzer, archives, 1500)
}
