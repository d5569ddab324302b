package ortgenai_test

import (
	"testing"

	"github.com/modelsieve/modelsieve/internal/realtest"
	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/formats/ortgenai"
	"github.com/modelsieve/modelsieve/scanner/formats/zipfile"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

var analyzers = []*scanner.Analyzer{ortgenai.Analyzer, zipfile.Analyzer}

func Test(t *testing.T) { scantest.Run(t, analyzers) }

func Fuzz(f *testing.F) { scantest.Fuzz(f, analyzers[:1], ortgenai.Analyzer) }

// TestClaims has the real loader open a library that lies beside the configuration.
func TestClaims(t *testing.T) {
	realtest.Claims(t, analyzers, "testdata/claims.py", "onnxruntime_genai")
}
