// Package caffe reads networks of Caffe, as text (.prototxt) and with their weights
// (.caffemodel): a NetParameter in protobuf
// (https://github.com/BVLC/caffe/blob/master/src/caffe/proto/caffe.proto).
//
// Two kinds of layers reach beyond the network: one is a class of a Python module that
// Caffe imports, the other writes what it is given to a file. Layers that read data are
// part of every network that is trained, and are left alone.
package caffe

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
	"github.com/modelsieve/modelsieve/scanner/internal/prototext"
	"github.com/modelsieve/modelsieve/scanner/internal/protowalk"
)

// Analyzer reads networks of Caffe.
var Analyzer = &scanner.Analyzer{
	Name: "caffe",
	Doc: `Networks of Caffe (.prototxt, .caffemodel)

Layers that are written in Python and layers that write files are reported; the text
that a Python layer is given is analysed as YAML.`,
	Rules: []*scanner.Rule{rulePython, modelrules.GraphFileIO},
	Match: match,
	Run:   run,
}

var rulePython = &scanner.Rule{
	ID:       "caffe-python-layer",
	Title:    "Network imports a layer that is written in Python",
	Severity: scanner.Medium,
	Why: "A layer of the network names a Python module and a class in it. Caffe imports the module when the network is loaded, from the " +
		"import path of the process, which often has the model's folder on it, and runs the class.",
	Fix: "Read the module before you load the network, and take it from where you installed it, not from the model's folder.",
	CWE: 829, Refs: []string{"https://caffe.berkeleyvision.org/tutorial/layers/python.html", "https://cwe.mitre.org/data/definitions/829.html"},
}

// The fields that are looked at: of a network, a layer, a layer of the first version, a
// Python layer and a layer that writes.
const (
	netLayersV1, netLayer             = 2, 100
	layerName, layerOutput, layerCode = 1, 113, 130
	outputV1                          = 14
	codeModule, codeClass, codeText   = 1, 2, 3
	outputFile                        = 1
)

// netText is a network that is written as text.
var netText = &prototext.Message{
	"layers": {Number: netLayersV1, Message: &prototext.Message{"hdf5_output_param": {Number: outputV1, Message: outputText}}},
	"layer": {Number: netLayer, Message: &prototext.Message{
		"name": {Number: layerName, Text: true}, "hdf5_output_param": {Number: layerOutput, Message: outputText},
		"python_param": {Number: layerCode, Message: &prototext.Message{
			"module": {Number: codeModule, Text: true}, "layer": {Number: codeClass, Text: true}, "param_str": {Number: codeText, Text: true},
		}},
	}},
}

var outputText = &prototext.Message{"file_name": {Number: outputFile, Text: true}}

// isText reports whether a file is a network that is written as text, by its name.
func isText(a *scanner.Artifact) bool {
	ext := path.Ext(strings.ToLower(a.Name()))
	return ext == ".prototxt" || ext == ".pbtxt"
}

func match(h *scanner.Head) scanner.Claim {
	switch {
	case h.Leftover || h.Size == 0:
		return scanner.No
	case isText(h.Artifact) && (bytes.Contains(h.Prefix, []byte("layer")) || bytes.Contains(h.Suffix, []byte("layer"))),
		strings.HasSuffix(strings.ToLower(h.Name()), ".caffemodel"):
		return scanner.Maybe
	}
	return scanner.No
}

func run(ctx context.Context, p *scanner.Pass) error {
	if isText(p.Artifact) {
		return prototext.Stream(ctx, p, "caffe", netText)
	}
	n := &net{ctx: ctx, p: p, w: protowalk.New(p, p.Size, p.Budget)}
	err := n.w.Each(scanner.Span{Length: p.Size}, n.layer)
	switch {
	case err != nil:
		return err
	case n.layers == 0 && p.Format == "":
		return scanner.Errorf(scanner.Unrecognized, 0, "no network of Caffe")
	}
	p.Analysed(0, p.Size)
	return nil
}

// A net is a network that is read.
type net struct {
	ctx    context.Context
	p      *scanner.Pass
	w      *protowalk.Walker
	layers int
}

// layer looks at a field of a network.
func (n *net) layer(f protowalk.Field) error {
	if !f.Is(netLayer, protowalk.Bytes) && !f.Is(netLayersV1, protowalk.Bytes) {
		return nil
	}
	if n.layers++; n.layers == 2 {
		n.p.Certain()
	}
	return n.w.Each(f.Span, func(part protowalk.Field) error {
		switch {
		case f.Number == netLayer && part.Is(layerCode, protowalk.Bytes):
			return n.python(part)
		case f.Number == netLayer && part.Is(layerOutput, protowalk.Bytes), f.Number == netLayersV1 && part.Is(outputV1, protowalk.Bytes):
			return n.output(part)
		}
		return nil
	})
}

const maxText = 64 << 10 // bytes of a string that is read

// texts reads the first strings of a message by their numbers; of one that stands there
// twice the last counts.
func (n *net) texts(in protowalk.Field) (texts [codeText + 1]string, err error) {
	err = n.w.Each(in.Span, func(f protowalk.Field) error {
		if f.Type != protowalk.Bytes || f.Number > codeText {
			return nil
		}
		texts[f.Number], err = n.w.String(f, maxText)
		return err
	})
	return texts, err
}

// python reports a layer that is written in Python.
func (n *net) python(f protowalk.Field) error {
	texts, err := n.texts(f)
	if err != nil {
		return err
	}
	module, class := texts[codeModule], texts[codeClass]
	file := strings.ReplaceAll(module, ".", "/") + ".py"
	if n.p.Format != "" { // the binary form of a text, as a member of it
		file = "../" + file
	}
	n.p.Names(file)
	n.p.Report(rulePython, f.Whole(), scanner.Detail{
		Message:  fmt.Sprintf("Loading the network imports the Python module %q and runs its class %q.", scanner.Clean(module, 100), scanner.Clean(class, 100)),
		Evidence: []string{module, class}, Name: module + "." + class, Use: scanner.UseCall,
	})
	if texts[codeText] == "" {
		return nil
	}
	return n.p.Stream(n.ctx, scanner.Member{Name: "param_str.yaml"}, f.Whole(), func() (io.Reader, error) {
		return strings.NewReader(texts[codeText]), nil
	})
}

// output reports a layer that writes a file.
func (n *net) output(f protowalk.Field) error {
	texts, err := n.texts(f)
	if err != nil {
		return err
	}
	n.p.Report(modelrules.GraphFileIO, f.Whole(), scanner.Detail{
		Message:  fmt.Sprintf("A layer of the network writes what it is given to the file %q.", scanner.Clean(texts[outputFile], 160)),
		Evidence: []string{texts[outputFile]},
	})
	return nil
}
