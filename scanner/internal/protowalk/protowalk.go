// Package protowalk walks protobuf messages without a schema and without loading
// them: long fields are passed over, so a model of many gigabytes costs what its
// structure costs (https://protobuf.dev/programming-guides/encoding/).
//
// What a walker gives is what decoders see, and where those differ the most lenient
// one counts: a tag is cut to 32 bits and a number to 64, as in C++. Three things are
// left to the caller, since they depend on the schema. A message that should stand
// there once may stand there in several parts, which decoders merge: each is walked.
// Of a number or a string that stands there twice the last counts. A field of another
// wire type than the schema's is unknown to decoders, so [Field.Is] asks for both.
package protowalk

import (
	"fmt"
	"io"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/cursor"
)

// A Type is a wire type.
type Type uint8

// The wire types. A group is given as one field, from its start to its end.
const (
	Varint  Type = 0
	Fixed64 Type = 1
	Bytes   Type = 2 // a string, a message, packed numbers
	Group   Type = 3
	Fixed32 Type = 5

	endGroup Type = 4
)

// A Field is one field of a message. Offsets are those of the walker's reader.
type Field struct {
	Number int32
	Type   Type
	At     int64        // where the tag starts
	Value  uint64       // of Varint, Fixed32 and Fixed64
	Span   scanner.Span // the content behind tag and length; of a group without its end
}

// Is reports whether it is the field of that number and wire type.
func (f *Field) Is(number int32, t Type) bool { return f.Number == number && f.Type == t }

// Whole is the field with its tag. It leaves off the end of a group.
func (f *Field) Whole() scanner.Span {
	return scanner.Span{Offset: f.At, Length: f.Span.End() - f.At}
}

const (
	// maxDepth is how deep messages and groups may nest; decoders stop at 100.
	maxDepth = 128
	// near is how many bytes are read at a time. Small, since most fields that
	// matter are: a big window would be filled in front of each tensor.
	near = 4 << 10
)

// A Walker walks messages in one reader. Its errors are *scanner.Error values with
// the offset in the reader, or the budget's. Not for concurrent use.
type Walker struct {
	r      io.ReaderAt
	c      *cursor.Cursor
	budget *scanner.Budget // nil: the caller bounds what is walked
	depth  int
}

// New returns a walker over the first size bytes of r. Each field costs a step of
// the budget; nil is one without limits, for callers that stop soon by themselves.
func New(r io.ReaderAt, size int64, budget *scanner.Budget) *Walker {
	return &Walker{r: r, c: cursor.NewNear(r, 0, size, near), budget: budget}
}

// Each calls f with the fields of the message that takes the span, in their order.
// f may walk messages inside. An error of f ends the walk and is returned.
func (w *Walker) Each(in scanner.Span, f func(Field) error) error {
	if w.depth++; w.depth > maxDepth {
		w.depth--
		return scanner.Errorf(scanner.Malformed, in.Offset, "messages are nested more than %d deep", maxDepth)
	}
	defer func() { w.depth-- }()
	for at := in.Offset; at < in.End(); {
		field, err := w.field(at, in.End())
		if err != nil {
			return err
		}
		at = w.c.Offset()
		if err := f(field); err != nil {
			return err
		}
	}
	return nil
}

// field reads the field at an offset; the cursor is behind it then.
func (w *Walker) field(at, end int64) (Field, error) {
	f, err := w.single(at, end)
	if err != nil {
		return f, err
	}
	if f.Type == Group {
		return f, w.group(&f, end)
	}
	if f.Type == endGroup {
		return f, scanner.Errorf(scanner.Malformed, at, "the end of a group that did not start")
	}
	return f, nil
}

// single reads a field, or only the start or the end of a group.
func (w *Walker) single(at, end int64) (Field, error) {
	f := Field{At: at}
	if w.budget != nil {
		if err := w.budget.Step(1); err != nil {
			return f, err
		}
	}
	w.c.MoveTo(at)
	tag, err := w.varint(end)
	if err != nil {
		return f, err
	}
	f.Number, f.Type = int32(uint32(tag)>>3), Type(tag&7)
	if f.Number == 0 {
		return f, scanner.Errorf(scanner.Malformed, at, "a field with the number 0")
	}
	return f, w.content(&f, end)
}

// content reads what follows the tag.
func (w *Walker) content(f *Field, end int64) error {
	var err error
	f.Span.Offset = w.c.Offset()
	switch f.Type {
	case Varint:
		f.Value, err = w.varint(end)
	case Fixed64:
		f.Value, err = w.fixed(8, end)
	case Fixed32:
		f.Value, err = w.fixed(4, end)
	case Group, endGroup:
		return nil
	case Bytes:
		return w.length(f, end)
	default:
		return scanner.Errorf(scanner.Malformed, f.At, "field %d has wire type %d, which does not exist", f.Number, f.Type)
	}
	f.Span.Length = w.c.Offset() - f.Span.Offset
	return err
}

// length reads a length and passes over as many bytes.
func (w *Walker) length(f *Field, end int64) error {
	n, err := w.varint(end)
	if err != nil {
		return err
	}
	at := w.c.Offset()
	if n > uint64(end-at) {
		return scanner.Errorf(scanner.Truncated, f.At, "field %d takes %d bytes, of which %d are here", f.Number, n, end-at)
	}
	f.Span = scanner.Span{Offset: at, Length: int64(n)}
	return w.c.Skip(int64(n))
}

// group passes over the rest of a group.
func (w *Walker) group(f *Field, end int64) error {
	open := []int32{f.Number}
	for len(open) > 0 {
		at := w.c.Offset()
		if at >= end {
			return scanner.Errorf(scanner.Truncated, f.At, "the group %d does not end", f.Number)
		}
		inner, err := w.single(at, end)
		if err != nil {
			return err
		}
		switch {
		case inner.Type == Group && w.depth+len(open) >= maxDepth:
			return scanner.Errorf(scanner.Malformed, at, "groups are nested more than %d deep", maxDepth)
		case inner.Type == Group:
			open = append(open, inner.Number)
		case inner.Type == endGroup && inner.Number != open[len(open)-1]:
			return scanner.Errorf(scanner.Malformed, at, "the group %d ends where %d should", inner.Number, open[len(open)-1])
		case inner.Type == endGroup:
			open = open[:len(open)-1]
			f.Span.Length = at - f.Span.Offset
		}
	}
	return nil
}

const maxVarint = 10 // bytes

// varint reads a number of at most ten bytes before end.
func (w *Walker) varint(end int64) (uint64, error) {
	at := w.c.Offset()
	b, err := w.c.Peek(int(min(maxVarint, end-at)))
	if err != nil {
		return 0, err
	}
	var v uint64
	for i, c := range b {
		v |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			return v, w.c.Skip(int64(i + 1))
		}
	}
	if len(b) < maxVarint {
		return 0, scanner.Errorf(scanner.Truncated, at, "a number is cut off after %d bytes", len(b))
	}
	return 0, scanner.Errorf(scanner.Malformed, at, "a number of more than %d bytes", maxVarint)
}

// fixed reads a little-endian number of n bytes before end.
func (w *Walker) fixed(n int, end int64) (uint64, error) {
	at := w.c.Offset()
	if int64(n) > end-at {
		return 0, scanner.Errorf(scanner.Truncated, at, "%d bytes wanted, %d left", n, end-at)
	}
	if n == 4 {
		v, err := w.c.U32()
		return uint64(v), err
	}
	return w.c.U64()
}

// Numbers calls f with the numbers of a repeated field of varints, which stand there
// one a field, or packed in one.
func (w *Walker) Numbers(field Field, f func(uint64) error) error {
	if field.Type == Varint {
		return f(field.Value)
	}
	if field.Type != Bytes {
		return nil
	}
	for at := field.Span.Offset; at < field.Span.End(); {
		if w.budget != nil {
			if err := w.budget.Step(1); err != nil {
				return err
			}
		}
		w.c.MoveTo(at)
		v, err := w.varint(field.Span.End())
		if err != nil {
			return err
		}
		at = w.c.Offset()
		if err := f(v); err != nil {
			return err
		}
	}
	return nil
}

// String reads a string of at most limit bytes. A longer one is an error, and nothing
// is allocated for it.
func (w *Walker) String(f Field, limit int64) (string, error) {
	if f.Span.Length > limit {
		return "", scanner.Errorf(scanner.OverLimit, f.At, "field %d is a string of %d bytes, more than the %d that are read here",
			f.Number, f.Span.Length, limit)
	}
	return w.Head(f, limit)
}

// Head reads a string, no more than its first limit bytes.
func (w *Walker) Head(f Field, limit int64) (string, error) {
	n := min(f.Span.Length, limit)
	if n <= near {
		w.c.MoveTo(f.Span.Offset)
		b, err := w.c.Peek(int(n))
		return string(b), err
	}
	b, err := cursor.New(w.r, f.Span.Offset, n).Bytes(n, n)
	if err != nil {
		return "", fmt.Errorf("field %d: %w", f.Number, err)
	}
	return string(b), nil
}
