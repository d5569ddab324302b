package tarfile_test

import (
	"os/exec"
	"testing"

	"github.com/modelsieve/modelsieve/scanner/formats/tarfile"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

// TestEveryMemberThatPythonReads compares with Python's tarfile, on archives as it
// writes them and on broken ones.
func TestEveryMemberThatPythonReads(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("SKIPPED: python3 is not installed, so tarfile cannot be compared with")
	}
	archives, err := exec.Command(python, "testdata/archives.py", "1500").Output()
	if err != nil {
		t.Fatal(err)
	}
	scantest.EveryMember(t, tarfile.Analyzer, archives, 1500)
}
