package pyfile_test

import (
	"testing"

	"github.com/modelsieve/modelsieve/internal/realtest"
)

// TestDatasetScript has the datasets library run a script of a data set; the script is
// reported where it lies.
func TestDatasetScript(t *testing.T) {
	realtest.Claims(t, analyzers, "testdata/dataset.py", "datasets<4")
}
