package arrow_test

import (
	"testing"

	"github.com/modelsieve/modelsieve/internal/realtest"
)

// TestClaims has pyarrow before 14.0.1 read files with an extension type that is a pickle.
func TestClaims(t *testing.T) { realtest.Claims(t, analyzers, "testdata/claims.py", "pyarrow<14.0.1") }
