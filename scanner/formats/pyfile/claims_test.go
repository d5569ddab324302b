package pyfile_test

import (
	"testing"

	"github.com/modelsieve/modelsieve/internal/realtest"
)

// TestClaims has transformers, MLflow and torch.package load code along with a model, and say
// what the import ran. That must be reported where it lies.
func TestClaims(t *testing.T) {
	realtest.Claims(t, analyzers, "testdata/claims.py", "torch", "transformers", "mlflow")
}
