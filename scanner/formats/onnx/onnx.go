// Package onnx reads ONNX models: a ModelProto, which is a protobuf message without a
// magic (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). It walks every graph,
// sub-graph, function and training graph down to each tensor, and passes over the
// content of tensors, so that a model of any size costs what its graph costs.
//
// A graph is no code. What it can do is name files that its tensors lie in, which
// loaders have read and written wherever they were, and operators that run code from
// elsewhere.
//
// The format that onnxruntime makes of a model (.ort), a FlatBuffer, is read as well.
//
// Not read: what custom operators make of their attributes.
package onnx

import (
	"context"
	"errors"
	"fmt"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/archiverules"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
	"github.com/modelsieve/modelsieve/scanner/internal/prototext"
	"github.com/modelsieve/modelsieve/scanner/internal/protowalk"
)

// Analyzer reads ONNX models.
var Analyzer = &scanner.Analyzer{
	Name: "onnx",
	Doc: `ONNX models: graphs, sub-graphs, functions, training graphs

Where tensors lie outside of the file, the paths, ranges and links are checked.
Operators that run code from elsewhere are named. Tensors are never read.`,
	Rules: []*scanner.Rule{
		ruleTraversal, ruleKey, ruleLink, rulePython, archiverules.Manifest, modelrules.CustomCode, modelrules.NativeEngine, modelrules.Malformed,
	},
	Match: match,
	Run:   run,
}

// A model is one that is read.
type model struct {
	ctx context.Context
	p   *scanner.Pass
	w   *protowalk.Walker

	done int64 // offset up to which bytes are accounted for
	held int64 // charged to the budget

	graphs    int // graphs and functions that were found
	files     map[string]*dataFile
	calls     callSet            // of the graph or function that is walked
	all       map[opKey]int64    // where an operator was first seen
	functions map[opKey]*callSet // by what they are called as
	names     []opKey            // of functions, in their order
}

func run(ctx context.Context, p *scanner.Pass) error {
	if isText(p.Artifact) {
		return prototext.Stream(ctx, p, "onnx", modelText)
	}
	m := &model{
		ctx: ctx, p: p, w: protowalk.New(p, p.Size, p.Budget), calls: newCallSet(),
		files: map[string]*dataFile{}, all: map[opKey]int64{}, functions: map[opKey]*callSet{},
	}
	defer func() { p.Budget.Release(m.held) }()
	head := make([]byte, 8)
	if n, _ := p.ReadAt(head, 0); isRuntime(head[:n]) {
		return m.runtime()
	}
	return m.proto()
}

// proto walks a ModelProto.
func (m *model) proto() error {
	p := m.p
	err := m.w.Each(scanner.Span{Length: p.Size}, m.field)
	var input *scanner.Error
	if errors.As(err, &input) {
		p.Analysed(m.done, input.At.Offset-m.done)
	}
	if err == nil {
		p.Analysed(m.done, p.Size-m.done)
		err = m.complete()
	}
	m.reportCustom()
	m.lookBeside()
	if err != nil {
		return err
	}
	return m.expand()
}

// complete tells whether it was a model at all.
func (m *model) complete() error {
	if m.graphs == 0 {
		return scanner.Errorf(scanner.Malformed, 0, "no ONNX model: it has no graph")
	}
	return nil
}

// field reads a field of the ModelProto.
func (m *model) field(f protowalk.Field) error {
	if f.Type != protowalk.Bytes {
		return nil
	}
	switch f.Number {
	case 2, 3, 4, 6, 8, 14, 26: // producer, its version, domain, doc_string, opset_import, metadata_props, configuration
		return nil
	case 7:
		return m.graph(f)
	case 20: // training_info: initialization, algorithm, bindings
		return m.w.Each(f.Span, func(g protowalk.Field) error {
			if g.Is(1, protowalk.Bytes) || g.Is(2, protowalk.Bytes) {
				return m.graph(g)
			}
			return m.other(g, 4)
		})
	case 25:
		return m.function(f)
	}
	return m.unknown(f)
}

// data accounts for the content of a field that is data, and for all before it.
func (m *model) data(f protowalk.Field) {
	m.p.Analysed(m.done, f.Span.Offset-m.done)
	m.p.Data(f.Span.Offset, f.Span.Length)
	m.done = f.Span.End()
}

// other passes over the fields that a message has up to a number, and hands on those
// that it does not have.
func (m *model) other(f protowalk.Field, last int32) error {
	if f.Number <= last || f.Type != protowalk.Bytes {
		return nil
	}
	return m.unknown(f)
}

// unknownBytes is how long a field may be, in bytes, that no version of the format has
// and that is not looked into.
const unknownBytes = 16

// unknown hands on a field that loaders keep and do not look at.
func (m *model) unknown(f protowalk.Field) error {
	if f.Span.Length <= unknownBytes {
		return nil
	}
	m.p.Analysed(m.done, f.Span.Offset-m.done)
	m.done = f.Span.End()
	return m.p.Section(m.ctx, scanner.Member{Name: fmt.Sprintf("unknown field %d", f.Number)}, f.Span.Offset, f.Span.Length)
}

// hold charges memory until the model was read.
func (m *model) hold(n int) error {
	if err := m.p.Budget.Hold(int64(n)); err != nil {
		return err
	}
	m.held += int64(n)
	return nil
}

// odd reports what no honest writer makes.
func (m *model) odd(at int64, text string) {
	m.p.Report(modelrules.Malformed, scanner.Span{Offset: at}, scanner.Detail{
		Message: "The ONNX model breaks a rule of its format: " + text + ".", Evidence: []string{text},
	})
}
