package hdf5_test

import (
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/formats/hdf5"
	"github.com/modelsieve/modelsieve/scanner/formats/keras"
	"github.com/modelsieve/modelsieve/scanner/formats/pickle"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

var analyzers = []*scanner.Analyzer{hdf5.Analyzer, keras.Analyzer, pickle.Analyzer}

func Test(t *testing.T) { scantest.Run(t, analyzers) }

func Fuzz(f *testing.F) { scantest.Fuzz(f, analyzers, hdf5.Analyzer) }
