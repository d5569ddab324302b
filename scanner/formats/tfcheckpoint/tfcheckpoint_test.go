package tfcheckpoint_test

import (
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/formats/pickle"
	"github.com/modelsieve/modelsieve/scanner/formats/tfcheckpoint"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

var analyzers = []*scanner.Analyzer{pickle.Analyzer, tfcheckpoint.Analyzer}

func Test(t *testing.T) { scantest.Run(t, analyzers) }

func Fuzz(f *testing.F) { scantest.Fuzz(f, analyzers, tfcheckpoint.Analyzer) }
