package torchexport_test

import (
	"slices"
	"testing"

	"github.com/modelsieve/modelsieve/internal/realtest"
	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/formats/pickle"
	"github.com/modelsieve/modelsieve/scanner/formats/torch"
)

// TestClaims has the real torch write files, load those that do something, and say which did.
func TestClaims(t *testing.T) {
	all := slices.Concat(analyzers, []*scanner.Analyzer{torch.Analyzer, pickle.Analyzer})
	realtest.Claims(t, all, "testdata/claims.py", "torch")
}
