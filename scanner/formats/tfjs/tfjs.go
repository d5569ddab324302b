// Package tfjs reads models of TensorFlow.js: model.json, which holds a graph of TensorFlow
// or a config of Keras and names the files of the weights, and the manifest of weights that
// old converters wrote apart
// (https://github.com/tensorflow/tfjs/blob/master/tfjs-core/src/io/types.ts).
//
// TensorFlow.js has no operator that opens a file. Converters take such models back to
// TensorFlow, which has. The config of Keras is the keras analyzer's.
package tfjs

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/archiverules"
	"github.com/modelsieve/modelsieve/scanner/internal/jsontree"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
	"github.com/modelsieve/modelsieve/scanner/internal/tfops"
)

// Analyzer reads models of TensorFlow.js.
var Analyzer = &scanner.Analyzer{
	Name: "tfjs",
	Doc: `TensorFlow.js models (model.json)

Operators of the graph that would reach beyond it are reported, those that TensorFlow
lacks are named, and files of weights outside of the model's folder are reported.`,
	Rules: []*scanner.Rule{modelrules.GraphFileIO, modelrules.CustomCode, archiverules.Manifest},
	Match: match,
	Run:   run,
}

// match goes by the keys that a model has.
func match(h *scanner.Head) scanner.Claim {
	if h.Leftover || path.Ext(strings.ToLower(h.Name())) != ".json" {
		return scanner.No
	}
	switch text := jsontree.Searched(h); {
	case strings.Contains(text, `"modelTopology"`), strings.Contains(text, `"weightsManifest"`):
		return scanner.Sure
	case strings.ToLower(h.Name()) == "weights_manifest.json" && strings.Contains(text, `"paths"`):
		return scanner.Sure
	}
	return scanner.No
}

// maxText is how long a file may be, in bytes: it has no weights.
const maxText = 256 << 20

func run(_ context.Context, p *scanner.Pass) error {
	tree, broken, err := jsontree.Whole(p, maxText)
	if err != nil {
		return err
	}
	defer tree.Close()
	m := &model{p: p, told: map[string]bool{}}
	for n := range tree.Nodes() {
		if err := p.Budget.Step(1); err != nil {
			return err
		}
		m.node(n)
	}
	m.reportCustom()
	if broken == nil {
		p.Analysed(0, p.Size)
	}
	return broken
}

// A model is one that is read.
type model struct {
	p      *scanner.Pass
	told   map[string]bool
	custom []string
	first  scanner.Span
}

// nodes are the keys under which a graph has its nodes, as JSON has the fields of protobuf.
var nodes = []string{"node", "nodeDef", "node_def"}

// node judges one value of the JSON: an operator of a graph, or a path of the manifest.
func (m *model) node(n jsontree.Node) {
	if n.Kind() != jsontree.String {
		return
	}
	list := n.Parent()
	switch {
	case n.Key().Exists() && n.Key().Is("op"):
		if list = list.Parent(); list.Kind() == jsontree.Array && list.Key().Exists() && slices.Contains(nodes, list.Key().Text()) {
			m.operator(n.Span(), n.Text())
		}
	case list.Kind() == jsontree.Array && list.Key().Exists() && list.Key().Is("paths"):
		archiverules.ReportPath(m.p, n.Span(), "Loading the model takes weights from", n.Text())
	}
}

// fused are operators that the converter makes and TensorFlow does not have.
var fused = []string{"FusedConv2D", "FusedDepthwiseConv2dNative", "FusedMatMul", "Prelu"}

// operator judges an operator, each kind once.
func (m *model) operator(at scanner.Span, name string) {
	if m.told[name] || len(m.told) > 1000 {
		return
	}
	m.told[name] = true
	op, known := tfops.Lookup(name)
	switch does := op.Class.Does(); {
	case does != "":
		m.p.Report(modelrules.GraphFileIO, at, scanner.Detail{
			Message:  fmt.Sprintf("The graph has TensorFlow's %s, which %s where a converter takes the model back to TensorFlow.", name, does),
			Evidence: []string{name},
		})
	case !known && !slices.Contains(fused, strings.TrimPrefix(name, "_")) && len(m.custom) < 100:
		if len(m.custom) == 0 {
			m.first = at
		}
		m.custom = append(m.custom, name)
	}
}

// reportCustom names the operators that TensorFlow lacks, at once.
func (m *model) reportCustom() {
	if len(m.custom) == 0 {
		return
	}
	slices.Sort(m.custom)
	m.p.Report(modelrules.CustomCode, m.first, scanner.Detail{
		Message:  fmt.Sprintf("The graph uses %d operators that TensorFlow does not have, which the page has to register.", len(m.custom)),
		Evidence: m.custom,
	})
}
