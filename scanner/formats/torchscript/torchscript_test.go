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

func Fuzz(f *testing.F) { scantest.Fuzz(f, analyzers, torchscript.Analyzer) }
