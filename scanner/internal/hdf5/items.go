package hdf5

import (
	"bytes"

	"github.com/modelsieve/modelsieve/scanner"
)

// An Item is a run of bytes that a value holds: a text, a sequence, an opaque value,
// or all the numbers of an array. Numbers in compound values are no items.
type Item struct {
	// Data are, for text, what a program gets as a C string or from numpy: text of
	// variable length ends at the first zero byte, other text loses what fills it up.
	Data   []byte
	Text   bool
	Offset int64 // in the file; -1 where the value was decoded
}

// An itemizer collects the items of values.
type itemizer struct {
	f     *File
	left  int64 // bytes that may still be read from the global heap
	items []Item
}

// items returns the items of the values of a type that raw holds.
func (f *File) items(t *Datatype, raw []byte, at, limit int64) ([]Item, error) {
	if t == nil {
		return nil, nil
	}
	z := itemizer{f: f, left: limit}
	err := z.each(t, raw, at, maxTypeDepth)
	return z.items, err
}

// each takes an array of values apart.
func (z *itemizer) each(t *Datatype, raw []byte, at int64, depth int) error {
	switch t.Class {
	case String, VarLen, Array, Compound, Opaque:
	default:
		if len(raw) == 0 {
			return nil
		}
		return z.add(Item{Data: raw, Offset: at})
	}
	size := int(min(t.Size, uint64(len(raw))+1))
	for len(raw) >= size {
		if err := z.value(t, raw[:size:size], at, depth); err != nil {
			return err
		}
		if raw = raw[size:]; at >= 0 {
			at += int64(size)
		}
	}
	return nil
}

// add adds an item.
func (z *itemizer) add(i Item) error {
	z.items = append(z.items, i)
	return z.f.charge(1, 48)
}

// value takes one value apart.
func (z *itemizer) value(t *Datatype, raw []byte, at int64, depth int) error {
	if depth == 0 {
		return scanner.Errorf(scanner.OverLimit, at, "values nest more than %d deep", maxTypeDepth)
	}
	switch t.Class {
	case String:
		return z.add(Item{Data: t.trim(raw), Text: true, Offset: at})
	case VarLen:
		return z.variable(t, raw, at, depth)
	case Array:
		return z.each(t.Base, raw, at, depth-1)
	case Compound:
		return z.compound(t, raw, at, depth)
	default:
		return z.add(Item{Data: raw, Offset: at})
	}
}

// trim takes off what fills up a string.
func (t *Datatype) trim(b []byte) []byte {
	b = bytes.TrimRight(b, "\x00")
	if t.Padding == SpacePadded {
		b = bytes.TrimRight(b, " ")
	}
	return b
}

// compound takes the members apart that are more than numbers.
func (z *itemizer) compound(t *Datatype, raw []byte, at int64, depth int) error {
	if err := z.f.step(int64(len(t.Members))); err != nil {
		return err
	}
	for _, m := range t.Members {
		switch m.Type.Class {
		case String, VarLen, Array, Compound, Opaque:
			off := at
			if at >= 0 {
				off += int64(m.Offset)
			}
			if err := z.value(m.Type, raw[m.Offset:][:m.Type.Size], off, depth-1); err != nil {
				return err
			}
		default: // a number
		}
	}
	return nil
}

// variable follows a reference to the global heap.
func (z *itemizer) variable(t *Datatype, raw []byte, at int64, depth int) error {
	d := decoder{sizes: z.f.sizes, b: raw, at: max(at, 0), what: "value of variable length"}
	n := uint64(d.u32())
	id := heapID{d.addr(), d.u32()}
	if d.err != nil {
		return d.err
	}
	if n == 0 || id.addr == 0 || id.addr == undefined {
		return z.add(Item{Text: t.Text, Offset: at})
	}
	if !t.Text {
		n = product(n, t.Base.Size)
	}
	if n > uint64(max(z.left, 0)) {
		return scanner.Errorf(scanner.OverLimit, d.at, "a value of %d bytes, more than the %d that are read here", n, max(z.left, 0))
	}
	z.left -= int64(n)
	b, off, err := z.f.global(id, n)
	if err != nil {
		z.f.problem(err) // the others may be whole
		return z.f.stop
	}
	if t.Text {
		if i := bytes.IndexByte(b, 0); i >= 0 {
			b = b[:i]
		}
		return z.add(Item{Data: b, Text: true, Offset: off})
	}
	return z.each(t.Base, b, off, depth-1)
}
