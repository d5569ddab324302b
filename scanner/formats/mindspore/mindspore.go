// Package mindspore reads checkpoints of MindSpore (.ckpt): a protobuf message with a name
// and a tensor for each parameter (mindspore/ccsrc/utils/checkpoint.proto). It holds no
// code; it is read so that nothing else hides under the name.
package mindspore

import (
	"context"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/protowalk"
)

// Analyzer reads checkpoints of MindSpore.
var Analyzer = &scanner.Analyzer{
	Name:  "mindspore",
	Doc:   "Checkpoints of MindSpore (.ckpt)\n\nThe format holds no code. Tensors are passed over as data.",
	Match: match,
	Run:   run,
}

// match goes by the name and the first tag: any protobuf may begin alike.
func match(h *scanner.Head) scanner.Claim {
	if strings.HasSuffix(strings.ToLower(h.Name()), ".ckpt") && len(h.Prefix) > 2 && h.Prefix[0] == 0x0a {
		return scanner.Maybe
	}
	return scanner.No
}

// The fields of the message, of a parameter in it and of its tensor.
const (
	value                       = 1
	tag, tensor                 = 1, 2
	dims, tensorType, tensorRaw = 1, 2, 3
)

func run(_ context.Context, p *scanner.Pass) error {
	r := &reader{p: p, w: protowalk.New(p, p.Size, p.Budget)}
	if err := r.w.Each(scanner.Span{Length: p.Size}, r.value); err != nil {
		return err
	}
	p.Analysed(0, p.Size)
	return nil
}

type reader struct {
	p *scanner.Pass
	w *protowalk.Walker
}

// value reads one parameter. Other fields are those of later versions.
func (r *reader) value(f protowalk.Field) error {
	if !f.Is(value, protowalk.Bytes) {
		return nil
	}
	named, typed := false, false
	err := r.w.Each(f.Span, func(f protowalk.Field) error {
		switch {
		case f.Is(tag, protowalk.Bytes):
			named = true
		case f.Is(tensor, protowalk.Bytes):
			return r.w.Each(f.Span, func(f protowalk.Field) error {
				typed = typed || f.Is(tensorType, protowalk.Bytes)
				return r.field(f)
			})
		}
		return nil
	})
	if err == nil && !(named && typed) {
		return scanner.Errorf(scanner.Unrecognized, f.At, "no parameter of MindSpore: it lacks a name or a tensor")
	}
	return err
}

// field looks at a field of a tensor.
func (r *reader) field(f protowalk.Field) error {
	if f.Is(dims, protowalk.Varint) || f.Is(dims, protowalk.Bytes) || f.Is(tensorType, protowalk.Bytes) || f.Is(tensorRaw, protowalk.Bytes) {
		return nil
	}
	return scanner.Errorf(scanner.Unrecognized, f.At, "no tensor of MindSpore: it has a field %d", f.Number)
}
