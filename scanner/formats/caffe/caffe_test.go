package caffe_test

import (
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/formats/caffe"
	"github.com/modelsieve/modelsieve/scanner/formats/pyfile"
	"github.com/modelsieve/modelsieve/scanner/formats/yamlfile"
	"github.com/modelsieve/modelsieve/scanner/formats/zipfile"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

var analyzers = []*scanner.Analyzer{caffe.Analyzer, pyfile.Analyzer, yamlfile.Analyzer, zipfile.Analyzer}

func Test(t *testing.T) { scantest.Run(t, analyzers) }

func Fuzz(f *testing.F) { scantest.Fuzz(f, analyzers, caffe.Analyzer) }
