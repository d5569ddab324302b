package savedmodel_test

import (
	"testing"

	"github.com/modelsieve/modelsieve/internal/realtest"
)

// TestRealModels scans models as TensorFlow and Keras write them, and such as open
// files, which the script has shown.
func TestRealModels(t *testing.T) { realtest.Models(t, analyzers, "testdata/models.py", "tensorflow") }
