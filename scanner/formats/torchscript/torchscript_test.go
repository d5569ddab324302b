package torchscript_test

import (
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/formats/pickle"
	"github.com/modelsieve/modelsieve/scanner/formats/torch"
	"github.com/modelsieve/modelsieve/scanner/formats/torchscript"
	"github.com/modelsieve/modelsieve/scanner/formats/zipfile"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

var analyzers = []*scanner.Analyzer{zipfile.Analyzer, torch.Analyzer, pickle.Analyzer, torchscript.Analyzer}

func Test(t *testing.T) { scantest.Run(t, analyzers) }

// Without the archives: every input is read as a module, and is no archive besides.
func Fuzz(f *testing.F) {
	scantest.Fuzz(f, []*scanner.Analyzer{pickle.Analyzer, torchscript.Analyzer}, torchscript.Analyzer)
}
