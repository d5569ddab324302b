package torchscript_test

import (
	"testing"

	"github.com/modelsieve/modelsieve/internal/realtest"
)

// TestClaims has the real torch write files, load those that do something, and say which did.
func TestClaims(t *testing.T) { realtest.Claims(t, analyzers, "testdata/claims.py", "torch") }
