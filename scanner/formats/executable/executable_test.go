package executable_test

import (
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/formats/executable"
	"github.com/modelsieve/modelsieve/scanner/formats/gzipfile"
	"github.com/modelsieve/modelsieve/scanner/formats/jinja"
	"github.com/modelsieve/modelsieve/scanner/formats/pickle"
	"github.com/modelsieve/modelsieve/scanner/formats/tarfile"
	"github.com/modelsieve/modelsieve/scanner/formats/zipfile"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

var analyzers = []*scanner.Analyzer{executable.Analyzer, gzipfile.Analyzer, jinja.Analyzer, pickle.Analyzer, tarfile.Analyzer, zipfile.Analyzer}

func Test(t *testing.T) { scantest.Run(t, analyzers) }

func Fuzz(f *testing.F) { scantest.Fuzz(f, analyzers, executable.Analyzer) }
