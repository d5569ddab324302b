package requirements_test

import (
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/formats/requirements"
	"github.com/modelsieve/modelsieve/scanner/formats/zipfile"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

var analyzers = []*scanner.Analyzer{requirements.Analyzer, zipfile.Analyzer}

func Test(t *testing.T) { scantest.Run(t, analyzers) }

func Fuzz(f *testing.F) { scantest.Fuzz(f, analyzers, requirements.Analyzer) }
