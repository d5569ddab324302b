// Package coreml reads models of Core ML (.mlmodel, and the one in an .mlpackage): a Model
// in protobuf (coremltools, mlmodel/format/Model.proto, NeuralNetwork.proto, MIL.proto);
// and the Manifest.json of an .mlpackage, which says where in it the model lies.
package coreml

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/archiverules"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
	"github.com/modelsieve/modelsieve/scanner/internal/protowalk"
)

// Analyzer reads models of Core ML.
var Analyzer = &scanner.Analyzer{
	Name: "coreml",
	Doc: `Core ML models (.mlmodel)

Layers and models that the application has to bring are named, at any depth; files of
weights and linked models outside of the package are reported.`,
	Rules: []*scanner.Rule{modelrules.CustomCode, archiverules.Manifest},
	Match: match,
	Run:   run,
}

// version is the first field of a model, as a tag.
const version = 0x08

func match(h *scanner.Head) scanner.Claim {
	if isManifest(h) {
		return scanner.Sure
	}
	if strings.HasSuffix(strings.ToLower(h.Name()), ".mlmodel") && len(h.Prefix) > 2 && h.Prefix[0] == version {
		return scanner.Sure
	}
	return scanner.No
}

func run(_ context.Context, p *scanner.Pass) error {
	if path.Ext(strings.ToLower(p.Name())) == ".json" {
		return manifest(p)
	}
	m := &model{p: p, w: protowalk.New(p, p.Size, p.Budget), told: map[string]bool{}}
	err := m.walk(scanner.Span{Length: p.Size}, models)
	if err == nil {
		p.Analysed(0, p.Size)
	}
	return err
}

// A kind is a message: which of its fields are messages to walk, or strings to judge.
type kind struct {
	inner map[int32]*kind
	texts map[int32]judgement
}

// A judgement reports a string.
type judgement func(m *model, at int64, text string)

// The messages, by the numbers of their fields. Those that hold themselves are joined in
// newModels.
var models = newModels()

func newModels() *kind {
	custom := &kind{texts: map[int32]judgement{10: (*model).class}}
	network, layer := &kind{}, &kind{}
	layer.inner = map[int32]*kind{
		500: custom,
		605: {inner: map[int32]*kind{1: network, 2: network}}, // a branch
		615: {inner: map[int32]*kind{3: network, 4: network}}, // a loop
	}
	network.inner = map[int32]*kind{1: layer}
	block, file := &kind{}, &kind{texts: map[int32]judgement{1: (*model).blob}}
	value := &kind{inner: map[int32]*kind{5: file}}
	operation := &kind{inner: map[int32]*kind{4: block, 5: {inner: map[int32]*kind{2: value}}}}
	block.inner = map[int32]*kind{3: operation}
	function := &kind{inner: map[int32]*kind{3: {inner: map[int32]*kind{2: block}}}}
	program := &kind{inner: map[int32]*kind{2: {inner: map[int32]*kind{2: function}}}}
	linked := &kind{inner: map[int32]*kind{1: {inner: map[int32]*kind{1: fileName, 2: fileName}}}}
	root := &kind{}
	pipeline := &kind{inner: map[int32]*kind{1: root}}
	root.inner = map[int32]*kind{
		200: {inner: map[int32]*kind{1: pipeline}}, 201: {inner: map[int32]*kind{1: pipeline}}, 202: pipeline,
		303: network, 403: network, 500: network, 502: program, 555: custom, 556: linked,
	}
	return root
}

// fileName is a parameter of a string with a default value in it.
var fileName = &kind{texts: map[int32]judgement{1: (*model).path}}

// A model is one that is read.
type model struct {
	p    *scanner.Pass
	w    *protowalk.Walker
	told map[string]bool
}

// walk walks a message of a kind.
func (m *model) walk(in scanner.Span, k *kind) error {
	return m.w.Each(in, func(f protowalk.Field) error {
		if f.Type != protowalk.Bytes {
			return nil
		}
		if inner := k.inner[f.Number]; inner != nil {
			return m.walk(f.Span, inner)
		}
		judge := k.texts[f.Number]
		if judge == nil {
			return nil
		}
		const maxText = 1 << 10
		b := make([]byte, min(f.Span.Length, maxText))
		if n, err := m.p.ReadAt(b, f.Span.Offset); n < len(b) {
			return scanner.Errorf(scanner.Unreadable, f.Span.Offset, "reading: %v", err)
		}
		judge(m, f.At, string(b))
		return nil
	})
}

// class reports a class that the application has to have.
func (m *model) class(at int64, name string) {
	if m.told[name] || len(m.told) > 100 {
		return
	}
	m.told[name] = true
	m.p.Report(modelrules.CustomCode, scanner.Span{Offset: at}, scanner.Detail{
		Message: fmt.Sprintf("The model needs the class %q of the application.", scanner.Clean(name, 100)), Evidence: []string{name},
	})
}

// blob judges the file that weights lie in.
func (m *model) blob(at int64, name string) {
	m.path(at, strings.TrimPrefix(name, "@model_path/"))
}

// path judges a file that the model names.
func (m *model) path(at int64, name string) {
	if !m.told[name] && len(m.told) <= 100 {
		m.told[name] = true
		archiverules.ReportPath(m.p, scanner.Span{Offset: at}, "Loading the model reads", name)
	}
}
