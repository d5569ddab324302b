package zipfile_test

import (
	"testing"

	"github.com/modelsieve/modelsieve/scanner/formats/zipfile"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

// TestEveryMemberThatPythonReads compares with Python's zipfile, on archives as it
// writes them and on broken ones.
func TestEveryMemberThatPythonReads(t *testing.T) {
	scantest.EveryMember(t, zipfile.Analyzer, 1500, "testdata/archives.py", "1500")
}
