// Package tflite reads TensorFlow Lite models, which are FlatBuffers, and the bundles of
// LiteRT-LM, which hold several of them
// (https://github.com/google-ai-edge/LiteRT/blob/main/tflite/converter/schema/schema.fbs).
// A .task bundle, and the metadata behind a model, are zip archives, which the zip
// analyzer opens.
//
// Operators, tensors and buffers are walked, options of built-in operators are not:
// they are numbers. Weights are never read.
package tflite

import (
	"context"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
)

// Analyzer reads TensorFlow Lite models and LiteRT-LM bundles.
var Analyzer = &scanner.Analyzer{
	Name: "tflite",
	Doc: `TensorFlow Lite models and LiteRT-LM bundles

Operators that the Flex delegate runs with TensorFlow's kernels are looked at, custom
ones are named, indexes and places of buffers are compared with what is there.`,
	Rules: []*scanner.Rule{modelrules.GraphFileIO, modelrules.CustomCode, modelrules.Malformed},
	Match: match,
	Run:   run,
}

const (
	identifier  = "TFL3"
	bundleMagic = "LITERTLM"
)

// match goes by the identifier. Early files have none, and are known by their name.
func match(h *scanner.Head) scanner.Claim {
	name := strings.ToLower(h.Name())
	switch {
	case len(h.Prefix) < 8:
		return scanner.No
	case string(h.Prefix[4:8]) == identifier, string(h.Prefix[:8]) == bundleMagic:
		return scanner.Sure
	case strings.HasSuffix(name, ".tflite") || strings.HasSuffix(name, ".lite"):
		return scanner.Maybe
	}
	return scanner.No
}

func run(ctx context.Context, p *scanner.Pass) error {
	head := make([]byte, min(8, p.Size))
	if n, err := p.ReadAt(head, 0); n < len(head) {
		return scanner.Errorf(scanner.Unreadable, 0, "reading: %v", err)
	}
	if string(head) == bundleMagic {
		return runBundle(ctx, p)
	}
	m := newModel(p)
	defer m.b.Close()
	return m.read(ctx)
}
