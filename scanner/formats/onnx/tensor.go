package onnx

import (
	"fmt"
	"math/bits"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/protowalk"
)

// elementBits are how many bits an element takes, by TensorProto.DataType; zero is one
// of no fixed size.
var elementBits = [...]uint64{
	1: 32, 2: 8, 3: 8, 4: 16, 5: 16, 6: 32, 7: 64, 8: 0, 9: 8, 10: 16, 11: 64, 12: 32, 13: 64, 14: 64, 15: 128, 16: 16,
	17: 8, 18: 8, 19: 8, 20: 8, 21: 4, 22: 4, 23: 4, 24: 8, 25: 2, 26: 2,
}

// A tensor is what is known of a TensorProto without its data.
type tensor struct {
	at       int64
	name     string
	kind     uint64
	elements uint64 // as its dimensions say; valid unless overflow
	overflow bool
	raw      int64 // how long raw_data is; -1: none
	external bool  // data_location says so
	entries  []entry
}

// An entry is a pair of external_data.
type entry struct {
	at         scanner.Span
	key, value string
}

// tensor walks a TensorProto and passes over its data.
func (m *model) tensor(f protowalk.Field) error {
	t := tensor{at: f.At, elements: 1, raw: -1}
	if err := m.w.Each(f.Span, func(g protowalk.Field) error { return m.tensorField(&t, g) }); err != nil {
		return err
	}
	m.measure(&t)
	if len(t.entries) == 0 && !t.external {
		return nil
	}
	return m.stored(&t)
}

// tensorField reads a field of a TensorProto.
func (m *model) tensorField(t *tensor, f protowalk.Field) error {
	switch {
	case f.Number == 1: // dims
		return m.w.Numbers(f, t.dimension)
	case f.Is(2, protowalk.Varint):
		t.kind = f.Value
	case f.Is(14, protowalk.Varint):
		t.external = f.Value == 1
	case f.Type != protowalk.Bytes:
	case f.Number == 8:
		return m.text(f, &t.name)
	case f.Number == 9:
		t.raw = f.Span.Length
		m.data(f)
	case f.Number == 13:
		return m.entry(t, f)
	case f.Number == 4 || f.Number == 5 || f.Number == 6 || f.Number == 7 || f.Number == 10 || f.Number == 11: // typed data
		m.data(f)
	default:
		return m.other(f, 16)
	}
	return nil
}

// dimension takes over a dimension.
func (t *tensor) dimension(n uint64) error {
	hi, lo := bits.Mul64(t.elements, n)
	t.overflow = t.overflow || hi != 0 || n >= 1<<63 || lo >= 1<<63
	t.elements = lo
	return nil
}

// bytes is how many bytes the data take, as type and dimensions say; ok is false where
// that is not known.
func (t *tensor) bytes() (n uint64, ok bool) {
	if t.kind >= uint64(len(elementBits)) || elementBits[t.kind] == 0 || t.overflow {
		return 0, false
	}
	hi, lo := bits.Mul64(t.elements, elementBits[t.kind])
	if hi != 0 || lo > 1<<63 {
		return 0, false
	}
	return (lo + 7) / 8, true
}

// measure compares dimensions with the data that are here.
func (m *model) measure(t *tensor) {
	if t.overflow {
		m.odd(t.at, fmt.Sprintf("the dimensions of the tensor %q overflow", scanner.Clean(t.name, 80)))
	}
	if want, ok := t.bytes(); ok && t.raw >= 0 && !t.external && uint64(t.raw) != want {
		m.odd(t.at, fmt.Sprintf("the tensor %q has %d bytes, and its type and dimensions make %d", scanner.Clean(t.name, 80), t.raw, want))
	}
}

// maxDense is how many elements a sparse tensor may have when it is written out, as
// onnxruntime does when it loads one.
const maxDense = 1 << 36

// sparse walks a SparseTensorProto.
func (m *model) sparse(f protowalk.Field) error {
	dense := tensor{elements: 1}
	err := m.w.Each(f.Span, func(g protowalk.Field) error {
		switch {
		case g.Is(1, protowalk.Bytes), g.Is(2, protowalk.Bytes): // values, indices
			return m.tensor(g)
		case g.Number == 3:
			return m.w.Numbers(g, dense.dimension)
		}
		return m.other(g, 3)
	})
	if err == nil && (dense.overflow || dense.elements > maxDense) {
		err = m.p.GapOf(scanner.Errorf(scanner.OverLimit, f.At, "a sparse tensor that takes more than %d elements when it is written out", uint64(maxDense)))
	}
	return err
}
