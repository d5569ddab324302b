package skops_test

import (
	"testing"

	"github.com/modelsieve/modelsieve/internal/realtest"
)

// TestClaims has skops before 0.12 load files whose nodes use another type than they
// declare.
func TestClaims(t *testing.T) {
	realtest.Claims(t, analyzers, "testdata/claims.py", "skops<0.12", "sklearn")
}
