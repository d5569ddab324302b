// Package paddle reads inference programs of PaddlePaddle (.pdmodel, __model__): a
// ProgramDesc in protobuf (paddle/fluid/framework/framework.proto), and those of Paddle 3, in JSON. Parameters beside it
// are raw data; .pdparams and .pdopt are pickles and read as such.
package paddle

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
	"github.com/modelsieve/modelsieve/scanner/internal/protowalk"
)

// Analyzer reads programs of PaddlePaddle.
var Analyzer = &scanner.Analyzer{
	Name: "paddle",
	Doc: `PaddlePaddle inference programs (.pdmodel, .json)

Operators that read or write files at a path in the program are reported, and those
that call functions of the Python process.`,
	Rules: []*scanner.Rule{modelrules.GraphFileIO, modelrules.CustomCode},
	Match: match,
	Run:   run,
}

// blocks is the first field of a program, as a tag.
const blocks = 0x0a

func match(h *scanner.Head) scanner.Claim {
	name := strings.ToLower(h.Name())
	switch {
	case isPIR(h):
		return scanner.Sure
	case len(h.Prefix) < 3 || h.Prefix[0] != blocks:
		return scanner.No
	case strings.HasSuffix(name, ".pdmodel"):
		return scanner.Sure
	case name == "__model__":
		return scanner.Maybe
	}
	return scanner.No
}

// acts are operators that reach beyond the program, with what they do.
var acts = map[string]string{
	"save": "writes a file", "save_combine": "writes a file", "load": "reads a file", "load_combine": "reads a file",
	"read_file": "reads a file", "sparse_tensor_load": "reads a file",
	"listen_and_serv": "listens on the network", "send": "sends over the network", "recv": "receives over the network",
	"checkpoint_notify": "has a server write a file", "gen_nccl_id": "connects to other hosts",
	"c_gen_nccl_id": "connects to other hosts",
}

// foreign are operators that call what is not in the program.
var foreign = map[string]string{
	"py_func": "functions of the Python process", "py_layer": "functions of the Python process",
}

func run(_ context.Context, p *scanner.Pass) error {
	g := &program{p: p, w: protowalk.New(p, p.Size, p.Budget), told: map[string]bool{}}
	if path.Ext(strings.ToLower(p.Name())) == ".json" {
		return g.pir()
	}
	err := g.each(scanner.Span{Length: p.Size}, map[int32]func(protowalk.Field) error{1: g.block})
	if err == nil {
		p.Analysed(0, p.Size)
	}
	return err
}

// A program is one that is read.
type program struct {
	p    *scanner.Pass
	w    *protowalk.Walker
	told map[string]bool
}

// each walks a message and calls what there is for its fields of bytes.
func (g *program) each(in scanner.Span, fields map[int32]func(protowalk.Field) error) error {
	return g.w.Each(in, func(f protowalk.Field) error {
		if visit := fields[f.Number]; visit != nil && f.Type == protowalk.Bytes {
			return visit(f)
		}
		return nil
	})
}

// block walks a BlockDesc.
func (g *program) block(f protowalk.Field) error {
	const ops = 4
	return g.each(f.Span, map[int32]func(protowalk.Field) error{ops: g.op})
}

// An op is what is looked at of an OpDesc.
type op struct{ kind, path string }

// op walks an OpDesc and judges it.
func (g *program) op(f protowalk.Field) error {
	const kind, attributes = 3, 4
	var o op
	err := g.each(f.Span, map[int32]func(protowalk.Field) error{
		kind:       func(f protowalk.Field) error { return g.text(f, &o.kind) },
		attributes: func(f protowalk.Field) error { return g.attribute(f, &o) },
	})
	if err == nil {
		g.judge(f.At, &o)
	}
	return err
}

// attribute walks an attribute, and keeps the path that it is.
func (g *program) attribute(f protowalk.Field, o *op) error {
	const key, value = 1, 5
	var name, text string
	err := g.each(f.Span, map[int32]func(protowalk.Field) error{
		key:   func(f protowalk.Field) error { return g.text(f, &name) },
		value: func(f protowalk.Field) error { return g.text(f, &text) },
	})
	if name == "file_path" {
		o.path = text
	}
	return err
}

// maxText is how many bytes of a string are read.
const maxText = 1 << 10

// text reads a string.
func (g *program) text(f protowalk.Field, out *string) error {
	b := make([]byte, min(f.Span.Length, maxText))
	if n, err := g.p.ReadAt(b, f.Span.Offset); n < len(b) {
		return scanner.Errorf(scanner.Unreadable, f.Span.Offset, "reading: %v", err)
	}
	*out = string(b)
	return nil
}

// judge reports an operator, each kind and path once.
func (g *program) judge(at int64, o *op) {
	does, calls := acts[o.kind], foreign[o.kind]
	if does == "" && calls == "" || g.told[o.kind+" "+o.path] || len(g.told) > 100 {
		return
	}
	g.told[o.kind+" "+o.path] = true
	if calls != "" {
		g.p.Report(modelrules.CustomCode, scanner.Span{Offset: at}, scanner.Detail{
			Message: fmt.Sprintf("The program's operator %q calls %s.", o.kind, calls), Evidence: []string{o.kind},
		})
		return
	}
	message, evidence := fmt.Sprintf("Running the program's operator %q %s.", o.kind, does), []string{o.kind}
	if o.path != "" {
		evidence = append(evidence, o.path)
		message = fmt.Sprintf("Running the program's operator %q %s: %q.", o.kind, does, scanner.Clean(o.path, 160))
	}
	g.p.Report(modelrules.GraphFileIO, scanner.Span{Offset: at}, scanner.Detail{Message: message, Evidence: evidence})
}
