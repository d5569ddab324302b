package savedmodel

import (
	"bytes"
	"errors"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/protowalk"
	"github.com/modelsieve/modelsieve/scanner/internal/tfops"
)

// A reading is a message that a file may be.
type reading struct {
	is   func(*shape, scanner.Span) bool
	read func(*file, scanner.Span) error
}

// readings are the messages; bytes may be several of them at a time.
var readings = []reading{
	{(*shape).savedModel, (*file).savedModel},
	{(*shape).metaGraph, (*file).metaGraph},
	{(*shape).graph, (*file).frozen},
	{(*shape).kerasMetadata, (*file).kerasMetadata},
}

// match tells graphs by their shape: a node has the name of an operator that
// TensorFlow has. The name counts where that fails.
func match(h *scanner.Head) scanner.Claim {
	switch name := strings.ToLower(h.Name()); {
	case isChunked(h.Artifact), len(look(h.Artifact)) > 0:
		return scanner.Sure
	case name == "saved_model.pb", name == "keras_metadata.pb":
		return scanner.Maybe
	}
	return matchText(h)
}

// look returns what an artifact may be.
func look(a *scanner.Artifact) []reading {
	var found []reading
	for _, r := range readings {
		s := &shape{w: protowalk.New(a, a.Size, nil), left: shapeFields}
		if r.is(s, scanner.Span{Length: a.Size}) {
			found = append(found, r)
		}
	}
	return found
}

// chunkedMagic is how files of riegeli records start, behind the header of a block
// (https://github.com/google/riegeli/blob/master/doc/riegeli_records_file_format.md).
var chunkedMagic = []byte("\x83\xaf\x70\xd1\x0d\x88\x4a\x3f")

// isChunked reports whether a file has riegeli records, and a model's name.
func isChunked(a *scanner.Artifact) bool {
	if !strings.HasSuffix(strings.ToLower(a.Name()), ".cpb") {
		return false
	}
	b := make([]byte, len(chunkedMagic))
	n, _ := a.ReadAt(b, 24)
	return bytes.Equal(b[:n], chunkedMagic)
}

// shapeFields is how many fields are looked at to tell a graph by its shape.
const shapeFields = 20_000

var errEnough = errors.New("enough was seen")

// A shape is what is looked for.
type shape struct {
	w     *protowalk.Walker
	left  int
	found bool // a node of an operator that TensorFlow has
}

// each walks a message until something was found, or enough was looked at.
func (s *shape) each(in scanner.Span, f func(protowalk.Field) error) error {
	return s.w.Each(in, func(g protowalk.Field) error {
		if s.left--; s.left < 0 || s.found {
			return errEnough
		}
		return f(g)
	})
}

// savedModel reports whether bytes are a SavedModel that has a graph.
func (s *shape) savedModel(in scanner.Span) bool { return s.inside(in, 2, s.metaGraph) }

// metaGraph reports whether bytes are a MetaGraphDef that has a graph.
func (s *shape) metaGraph(in scanner.Span) bool { return s.inside(in, 2, s.graph) }

// kerasMetadata reports whether bytes are a SavedMetadata: an object that says that it is
// one of Keras.
func (s *shape) kerasMetadata(in scanner.Span) bool {
	_ = s.each(in, func(g protowalk.Field) error {
		if !g.Is(1, protowalk.Bytes) {
			return errForeign
		}
		return s.each(g.Span, func(h protowalk.Field) error {
			if !h.Is(4, protowalk.Bytes) {
				return nil
			}
			kind, err := s.w.Head(h, 16)
			s.found = s.found || strings.HasPrefix(kind, "_tf_keras_")
			return err
		})
	})
	return s.found
}

var errForeign = errors.New("a field that the message does not have")

// inside reports whether a message has a field that is something.
func (s *shape) inside(in scanner.Span, number int32, is func(scanner.Span) bool) bool {
	_ = s.each(in, func(g protowalk.Field) error {
		if g.Is(number, protowalk.Bytes) && is(g.Span) {
			return errEnough
		}
		return nil
	})
	return s.found
}

// graph reports whether bytes are a GraphDef: one of its nodes, or one of its
// functions', has an operator that TensorFlow has.
func (s *shape) graph(in scanner.Span) bool {
	_ = s.each(in, func(g protowalk.Field) error {
		switch {
		case g.Is(1, protowalk.Bytes):
			s.node(g.Span)
		case g.Is(2, protowalk.Bytes):
			_ = s.each(g.Span, func(h protowalk.Field) error {
				if h.Is(1, protowalk.Bytes) {
					s.function(h.Span)
				}
				return nil
			})
		}
		return nil
	})
	return s.found
}

// function looks at a FunctionDef.
func (s *shape) function(in scanner.Span) {
	_ = s.each(in, func(g protowalk.Field) error {
		if g.Is(3, protowalk.Bytes) {
			s.node(g.Span)
		}
		return nil
	})
}

// nodeTypes are the wire types of the fields of a NodeDef.
var nodeTypes = [...]protowalk.Type{1: protowalk.Bytes, 2: protowalk.Bytes, 3: protowalk.Bytes, 4: protowalk.Bytes, 5: protowalk.Bytes, 6: protowalk.Bytes, 7: protowalk.Bytes}

// node looks at a NodeDef: it has a name, and an operator that TensorFlow has.
func (s *shape) node(in scanner.Span) {
	named, op := false, ""
	err := s.each(in, func(g protowalk.Field) error {
		if int(g.Number) >= len(nodeTypes) || nodeTypes[g.Number] != g.Type {
			return errForeign
		}
		named = named || g.Number == 1
		if g.Number != 2 {
			return nil
		}
		var err error
		op, err = s.w.String(g, 256)
		return err
	})
	if _, known := tfops.Lookup(op); err == nil && named && known {
		s.found = true
	}
}
