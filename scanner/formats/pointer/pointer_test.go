package pointer_test

import (
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/formats/pointer"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

var analyzers = []*scanner.Analyzer{pointer.Analyzer}

func Test(t *testing.T) { scantest.Run(t, analyzers) }
func Fuzz(f *testing.F) { scantest.Fuzz(f, analyzers, pointer.Analyzer) }
