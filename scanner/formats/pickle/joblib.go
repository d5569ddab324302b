package pickle

import (
	"errors"
	"math/bits"
	"sort"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// joblib writes the bytes of an array into the stream, behind the BUILD of a
// NumpyArrayWrapper; its unpickler reads them there (numpy_pickle.py, load_build
// and read_array). An array of objects is a whole pickle in that place.
//
// Other loaders run those bytes as opcodes, and joblib before 1.2 knew no padding before
// them, so that it goes on elsewhere. A stream with arrays is read in these ways as well.

// otherReadings reads a stream with arrays as other loaders do. In honest files they meet
// something that is no opcode at the first array.
func (j *judge) otherReadings(start int64) error {
	if j.reread || !j.spliced {
		return nil
	}
	var errs []error
	for _, how := range []reading{readUnpadded, readOpcodes} {
		errs = append(errs, j.p.Reread(how.String(), j.p, j.p.Size, func(p *scanner.Pass) error {
			again := newJudge(j.ctx, p)
			defer again.m.Close()
			again.reread, again.how, again.arrays, again.known = true, how, j.arrays, j.known
			again.m.MoveTo(start)
			return again.load()
		}))
	}
	return errors.Join(errs...)
}

// inArray reports whether an offset lies in the bytes of an array.
func (j *judge) inArray(at int64) bool {
	i := sort.Search(len(j.arrays), func(i int) bool { return j.arrays[i].Offset+j.arrays[i].Length > at })
	return i < len(j.arrays) && at >= j.arrays[i].Offset
}

// maxArrays is how many arrays of a stream are remembered.
const maxArrays = 1 << 16

// splice accounts for the array behind a NumpyArrayWrapper with that state, of which it
// takes the place, and returns where the stream goes on.
func (j *judge) splice(target, state picklevm.Value, at int64) (int64, error) {
	j.keepSubclass(state)
	from := j.m.Offset()
	j.spliced = true
	if j.how == readOpcodes {
		return 0, nil
	}
	if _, cut, _ := j.m.Items(state); cut || !j.literalKeys(state) {
		return 0, scanner.Errorf(scanner.Unsupported, at, "a joblib array whose attributes are computed or too many: what follows it was not read")
	}
	d, ok := j.dtypeAt(j.entry(state, "dtype"))
	if !ok {
		return 0, scanner.Errorf(scanner.Unsupported, at, "a joblib array whose element type cannot be worked out: what follows it was not read")
	}
	if d.object {
		return j.spliceObjects(from)
	}
	n, err := j.arrayBytes(state, d, at)
	if err != nil {
		return 0, err
	}
	pad, err := j.padding(state, from)
	if err != nil {
		return 0, err
	}
	if left := j.p.Size - from - pad; n > left {
		return 0, scanner.Errorf(scanner.Truncated, from, "a joblib array of %d bytes, but %d are left", n, left)
	}
	j.p.Analysed(j.from, from-j.from)
	j.p.Data(from, pad+n)
	if j.how == readPadded && len(j.arrays) < maxArrays {
		j.arrays = append(j.arrays, scanner.Span{Offset: from, Length: pad + n})
	}
	if j.isFlat(j.entry(state, "shape"), j.entry(state, "dtype")) {
		j.carry(target, carrier{array: scanner.Span{Offset: from + pad, Length: n}})
	}
	j.from = from + pad + n
	return j.from, nil
}

// spliceObjects judges the pickle of an array of objects.
func (j *judge) spliceObjects(from int64) (int64, error) {
	inner := newJudge(j.ctx, j.p)
	defer inner.m.Close()
	inner.reread, inner.how = j.reread, j.how
	inner.m.MoveTo(from)
	err := inner.load()
	j.p.Analysed(inner.from, inner.m.Offset()-inner.from)
	return inner.m.Offset(), err
}

// padding is how many bytes align the array: joblib writes their number in one
// byte before them, unless the wrapper is of a version that did not align.
func (j *judge) padding(state picklevm.Value, from int64) (int64, error) {
	switch k := j.entry(state, "numpy_array_alignment_bytes").Kind(); {
	case k == picklevm.KindInvalid, k == picklevm.KindNone, j.how == readUnpadded:
		return 0, nil
	case k == picklevm.KindInt:
	default:
		return 0, scanner.Errorf(scanner.Unsupported, from, "a joblib array whose alignment is no number: what follows it was not read")
	}
	var b [1]byte
	if _, err := j.p.ReadAt(b[:], from); err != nil {
		return 0, scanner.Errorf(scanner.Truncated, from, "the padding of a joblib array is missing")
	}
	if left := j.p.Size - from - 1; int64(b[0]) > left {
		return 0, scanner.Errorf(scanner.Truncated, from, "%d bytes of padding before a joblib array, but %d are left", b[0], left)
	}
	return 1 + int64(b[0]), nil
}

// arrayBytes is how many bytes an array takes.
func (j *judge) arrayBytes(state picklevm.Value, d dtype, at int64) (int64, error) {
	shape := j.entry(state, "shape")
	dims, _, _ := j.m.Items(shape)
	total := uint64(d.size)
	for _, dim := range dims {
		hi, lo := bits.Mul64(total, uint64(dim.Int()))
		if dim.Kind() != picklevm.KindInt || dim.Int() < 0 || hi != 0 || lo > 1<<62 {
			return 0, scanner.Errorf(scanner.Malformed, at, "a joblib array with shape %s", j.render(shape, 100))
		}
		total = lo
	}
	if shape.Kind() != picklevm.KindTuple {
		return 0, scanner.Errorf(scanner.Malformed, at, "a joblib array without a shape")
	}
	return int64(total), nil
}

// isArrayWrapper reports whether joblib's unpickler reads an array where an instance of
// the class gets its state.
func isArrayWrapper(path string) bool { return strings.HasSuffix(path, ".NumpyArrayWrapper") }

// literalKeys reports whether all keys of a dict are strings that the stream spells out.
func (j *judge) literalKeys(dict picklevm.Value) bool {
	items, _, _ := j.m.Items(dict)
	for i := 0; i < len(items); i += 2 {
		if _, ok := j.m.Str(items[i]); !ok {
			return false
		}
	}
	return true
}

// entry returns the value under a string key of a dict, the last one where there
// are several, or KindInvalid.
func (j *judge) entry(dict picklevm.Value, key string) picklevm.Value {
	if dict.Kind() != picklevm.KindDict {
		return 0
	}
	items, _, _ := j.m.Items(dict)
	for i := len(items) - 2; i >= 0; i -= 2 {
		if name, ok := j.m.Str(items[i]); ok && name == key {
			return items[i+1]
		}
	}
	return 0
}
