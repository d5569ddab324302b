package tarfile_test

import (
	"testing"

	"github.com/modelsieve/modelsieve/scanner/formats/tarfile"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

// TestEveryMemberThatPythonReads compares with Python's tarfile, on archives as it
// writes them and on broken ones.
func TestEveryMemberThatPythonReads(t *testing.T) {
	scantest.EveryMember(t, tarfile.Analyzer, 1500, "testdata/archives.py", "1500")
}
