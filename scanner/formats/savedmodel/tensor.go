package savedmodel

import (
	"errors"
	"math/bits"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/protowalk"
)

// typeString is DT_STRING, the type of tensors whose elements are strings.
const typeString = 7

// A tensor is what is known of a TensorProto.
type tensor struct {
	kind     uint64
	elements uint64
	content  protowalk.Field // tensor_content
	numbers  []protowalk.Field
}

// maxStrings is how many strings of a tensor are looked at as names of files.
const maxStrings = 64

// read reads a TensorProto without its data. each gets every element of string_val.
func (f *file) read(in scanner.Span, each func(protowalk.Field) error) (tensor, error) {
	t := tensor{elements: 1}
	err := f.w.Each(in, func(g protowalk.Field) error {
		switch {
		case g.Is(1, protowalk.Varint):
			t.kind = g.Value
		case g.Is(2, protowalk.Bytes):
			return f.shape(&t, g.Span)
		case g.Is(4, protowalk.Bytes):
			t.content = g
		case g.Is(8, protowalk.Bytes):
			return each(g)
		case g.Type == protowalk.Bytes && len(t.numbers) < maxStrings:
			t.numbers = append(t.numbers, g)
		}
		return nil
	})
	return t, err
}

// shape reads a TensorShapeProto.
func (f *file) shape(t *tensor, in scanner.Span) error {
	return f.w.Each(in, func(g protowalk.Field) error {
		if !g.Is(2, protowalk.Bytes) {
			return nil
		}
		return f.w.Each(g.Span, func(h protowalk.Field) error {
			if !h.Is(1, protowalk.Varint) {
				return nil
			}
			hi, lo := bits.Mul64(t.elements, h.Value)
			if t.elements = lo; hi != 0 {
				t.elements = 1 << 63
			}
			return nil
		})
	})
}

// tensor looks at a tensor: numbers are data, and a string may be a serialized graph.
func (f *file) tensor(n *node, in scanner.Span) error {
	t, err := f.read(in, func(g protowalk.Field) error { return f.maybeGraph(n, g.Span) })
	if err != nil {
		return err
	}
	if t.kind == typeString {
		return f.packed(&t, func(at protowalk.Field) error { return f.maybeGraph(n, at.Span) })
	}
	for _, g := range t.numbers {
		f.data(g)
	}
	if t.content.Span.Length > 0 {
		f.data(t.content)
	}
	return nil
}

// packed calls each with the strings of a tensor that has them all in tensor_content:
// their lengths, then their bytes.
func (f *file) packed(t *tensor, each func(protowalk.Field) error) error {
	in := t.content.Span
	if in.Length == 0 || t.elements > uint64(in.Length) {
		return nil
	}
	if err := f.p.Budget.Hold(int64(t.elements) * 8); err != nil {
		return err
	}
	defer f.p.Budget.Release(int64(t.elements) * 8)
	lengths, total, err := f.lengths(in, t.elements)
	if err != nil {
		return err
	}
	if total > uint64(in.Length) {
		return scanner.Errorf(scanner.Malformed, in.Offset, "the strings of a tensor are longer than what is there")
	}
	at := in.End() - int64(total)
	for _, n := range lengths {
		g := protowalk.Field{At: at, Type: protowalk.Bytes, Span: scanner.Span{Offset: at, Length: int64(n)}}
		if err := each(g); err != nil {
			return err
		}
		at = g.Span.End()
	}
	return nil
}

// lengths reads the lengths of the strings of a tensor, and adds them up.
func (f *file) lengths(in scanner.Span, elements uint64) (all []uint64, total uint64, err error) {
	err = f.w.Numbers(protowalk.Field{Type: protowalk.Bytes, Span: in}, func(n uint64) error {
		if uint64(len(all)) >= elements || n > uint64(in.Length) || total > uint64(in.Length) {
			return errEnough
		}
		all, total = append(all, n), total+n
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return all, total, err
}

// texts returns the strings of a constant, as far as they are looked at.
func (f *file) texts(in scanner.Span) (found []string, whole bool, err error) {
	whole = true
	take := func(g protowalk.Field) error {
		if len(found) >= maxStrings {
			whole = false
			return nil
		}
		s, err := f.w.Head(g, maxPath)
		whole = whole && g.Span.Length <= maxPath
		found = append(found, s)
		return err
	}
	t, err := f.read(in, take)
	if err == nil && t.kind == typeString {
		err = f.packed(&t, take)
	}
	return found, whole, err
}

// maxPath is how much of a path is looked at, in bytes.
const maxPath = 4 << 10
