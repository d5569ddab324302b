package onnx

import (
	"errors"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/protowalk"
)

// matchFields is how many fields are looked at to tell a model by its shape.
const matchFields = 4096

var errEnough = errors.New("enough was seen")

// match tells a model by its shape: the fields of a ModelProto, and in its graph those
// of a GraphProto. The name counts where that fails.
func match(h *scanner.Head) scanner.Claim {
	if isRuntime(h.Prefix) {
		return scanner.Sure
	}
	s := shape{w: protowalk.New(h, h.Size, nil), left: matchFields}
	err := s.w.Each(scanner.Span{Length: h.Size}, s.model)
	if s.graph && s.version && (err == nil || errors.Is(err, errEnough)) {
		return scanner.Sure
	}
	if s.graph && s.version || strings.HasSuffix(strings.ToLower(h.Name()), ".onnx") {
		return scanner.Maybe
	}
	return matchText(h)
}

// A shape is what was seen of a file.
type shape struct {
	w              *protowalk.Walker
	left           int
	version, graph bool
}

// spend counts a field.
func (s *shape) spend() error {
	if s.left--; s.left < 0 {
		return errEnough
	}
	return nil
}

// model looks at a field of what may be a ModelProto.
func (s *shape) model(f protowalk.Field) error {
	switch {
	case f.Is(1, protowalk.Varint):
		s.version = true
	case f.Is(8, protowalk.Bytes):
		s.version = s.version || s.only(f, map[int32]protowalk.Type{1: protowalk.Bytes, 2: protowalk.Varint})
	case f.Is(7, protowalk.Bytes):
		s.graph = s.graph || f.Span.Length > 0 && s.only(f, graphTypes)
	case f.Number == 1 || f.Number == 7: // of another type: no ModelProto
		return errEnough
	}
	return s.spend()
}

// graphTypes are the wire types of the fields of a GraphProto.
var graphTypes = map[int32]protowalk.Type{
	1: protowalk.Bytes, 2: protowalk.Bytes, 5: protowalk.Bytes, 10: protowalk.Bytes, 11: protowalk.Bytes, 12: protowalk.Bytes,
	13: protowalk.Bytes, 14: protowalk.Bytes, 15: protowalk.Bytes, 16: protowalk.Bytes,
}

// only reports whether a message has only these fields, as far as it is looked at.
func (s *shape) only(f protowalk.Field, types map[int32]protowalk.Type) bool {
	left := matchFields
	err := s.w.Each(f.Span, func(f protowalk.Field) error {
		if t, ok := types[f.Number]; !ok || t != f.Type {
			return errForeign
		}
		if left--; left < 0 {
			return errEnough
		}
		return nil
	})
	return err == nil || errors.Is(err, errEnough)
}

var errForeign = errors.New("a field that the message does not have")
