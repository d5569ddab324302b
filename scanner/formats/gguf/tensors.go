package gguf

import (
	"fmt"
	"math/bits"
)

// A block is how a type of tensor stores its elements.
type block struct{ elements, bytes uint64 }

// blocks are the types (ggml_type in ggml/include/ggml.h); the zero value is one that
// was removed.
var blocks = [...]block{
	0: {1, 4}, 1: {1, 2}, 2: {32, 18}, 3: {32, 20}, 6: {32, 22}, 7: {32, 24}, 8: {32, 34}, 9: {32, 36}, 10: {256, 84}, 11: {256, 110},
	12: {256, 144}, 13: {256, 176}, 14: {256, 210}, 15: {256, 292}, 16: {256, 66}, 17: {256, 74}, 18: {256, 98}, 19: {256, 50},
	20: {32, 18}, 21: {256, 110}, 22: {256, 82}, 23: {256, 136}, 24: {1, 1}, 25: {1, 2}, 26: {1, 4}, 27: {1, 8}, 28: {1, 8},
	29: {256, 56}, 30: {1, 2}, 34: {256, 54}, 35: {256, 66}, 39: {32, 17}, 40: {64, 36}, 41: {128, 18}, 42: {64, 18},
}

const (
	maxDims = 4
	maxName = 63 // bytes
)

// An info is an entry of the table of tensors.
type info struct {
	at     int64 // offset of the entry
	offset uint64
	bytes  uint64
	known  bool // bytes is known: the type is
}

// tensors reads the table of tensors.
func (f *file) tensors(n uint64) ([]info, error) {
	if err := f.p.Budget.Hold(int64(n) * 40); err != nil { // n was compared with what is left
		return nil, err
	}
	f.held += int64(n) * 40
	infos := make([]info, 0, n)
	for range n {
		if err := f.p.Budget.Step(1); err != nil {
			return nil, err
		}
		i, err := f.tensor()
		if err != nil {
			return nil, err
		}
		infos = append(infos, i)
	}
	return infos, nil
}

// tensor reads an entry: name, dimensions, type, offset.
func (f *file) tensor() (info, error) {
	t := info{at: f.c.Offset()}
	if _, err := f.name("tensor", maxName); err != nil {
		return t, err
	}
	dims, err := f.u32()
	if err != nil {
		return t, err
	}
	if dims > maxDims {
		return t, beyond(t.at, "a tensor of %d dimensions, more than %d", dims, maxDims)
	}
	shape := [maxDims]uint64{1, 1, 1, 1}
	for i := range dims {
		if shape[i], err = f.size(); err != nil {
			return t, err
		}
	}
	kind, err := f.u32()
	if err != nil {
		return t, err
	}
	b, err := f.c.Bytes(8, 8)
	if err != nil {
		return t, err
	}
	t.offset = f.order.Uint64(b)
	return t, f.measure(&t, kind, shape)
}

// measure works out how many bytes a tensor takes.
func (f *file) measure(t *info, kind uint64, shape [maxDims]uint64) error {
	if kind >= uint64(len(blocks)) || blocks[kind].elements == 0 {
		f.odd(t.at, fmt.Sprintf("a tensor of type %d, which is not known", kind))
		return nil
	}
	b := blocks[kind]
	if shape[0]%b.elements != 0 {
		return beyond(t.at, "a tensor with rows of %d elements, no multiple of %d", shape[0], b.elements)
	}
	total := uint64(1)
	for _, n := range shape {
		hi, lo := bits.Mul64(total, n)
		if hi != 0 || lo >= 1<<63 {
			return beyond(t.at, "a tensor of shape %v, whose size overflows", shape)
		}
		total = lo
	}
	hi, lo := bits.Mul64(total/b.elements, b.bytes)
	if hi != 0 || lo >= 1<<63 {
		return beyond(t.at, "a tensor of shape %v, whose size overflows", shape)
	}
	t.bytes, t.known = lo, true
	return nil
}

// account accounts for the tensors, which lie one behind the other, padded to the
// alignment. Other bytes are left to the engine.
func (f *file) account(infos []info) {
	base := f.padded(uint64(f.c.Offset()))
	size := uint64(f.p.Size)
	f.p.Data(f.c.Offset(), int64(min(base, size))-f.c.Offset())
	if base > size {
		base = size
	}
	next := uint64(0)
	for i := range infos {
		t := &infos[i]
		switch {
		case t.offset > size-base || t.bytes > size-base-t.offset:
			f.malformed(t.at, fmt.Sprintf("a tensor takes %d bytes at offset %d of the data, of which there are %d", t.bytes, t.offset, size-base))
			return
		case i > 0 && !infos[i-1].known:
		case t.offset != next:
			f.odd(t.at, fmt.Sprintf("a tensor lies at offset %d of the data, not at %d behind the one before", t.offset, next))
		}
		next = f.padded(t.offset + t.bytes)
		end := min(next, size-base)
		if !t.known { // it reaches to the next one
			end = size - base
			if i+1 < len(infos) {
				end = min(max(infos[i+1].offset, t.offset), end)
			}
		}
		f.p.Data(int64(base+t.offset), int64(end-t.offset))
	}
}

// padded rounds up to the alignment.
func (f *file) padded(n uint64) uint64 { return (n + f.alignment - 1) &^ (f.alignment - 1) }
