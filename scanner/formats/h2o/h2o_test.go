package h2o_test

import (
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/formats/h2o"
	"github.com/modelsieve/modelsieve/scanner/formats/zipfile"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

var analyzers = []*scanner.Analyzer{h2o.Analyzer, zipfile.Analyzer}

func Test(t *testing.T) { scantest.Run(t, analyzers) }

func Fuzz(f *testing.F) { scantest.Fuzz(f, analyzers, h2o.Analyzer) }
