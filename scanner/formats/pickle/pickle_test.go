package pickle_test

import (
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/formats/pickle"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

func Test(t *testing.T) { scantest.Run(t, []*scanner.Analyzer{pickle.Analyzer}) }

func Fuzz(f *testing.F) { scantest.Fuzz(f, []*scanner.Analyzer{pickle.Analyzer}, pickle.Analyzer) }
