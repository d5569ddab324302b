package pycode

import (
	"encoding/binary"
	"math"

	"github.com/modelsieve/modelsieve/scanner"
)

// The types of marshal, CPython's Python/marshal.c.
const (
	typeNull          = '0' // ends a dictionary
	typeNone          = 'N'
	typeFalse         = 'F'
	typeTrue          = 'T'
	typeStopIteration = 'S'
	typeEllipsis      = '.'
	typeInt           = 'i'
	typeInt64         = 'I'
	typeFloatText     = 'f'
	typeFloat         = 'g'
	typeComplexText   = 'x'
	typeComplex       = 'y'
	typeLong          = 'l'
	typeBytes         = 's'
	typeInterned      = 't'
	typeUnicode       = 'u'
	typeASCII         = 'a'
	typeASCIIInterned = 'A'
	typeShort         = 'z'
	typeShortInterned = 'Z'
	typeTuple         = '('
	typeSmallTuple    = ')'
	typeList          = '['
	typeDict          = '{'
	typeSet           = '<'
	typeFrozenSet     = '>'
	typeSlice         = ':' // since 3.14
	typeCode          = 'c'
	typeRef           = 'r'
	typeStringRef     = 'R' // Python 2: to an interned string

	flagRef = 0x80 // the object can be referred to; not in Python 2
)

type (
	null       struct{} // what typeNull reads as
	incomplete struct{} // in reader.refs: an object that cannot be referred to yet
)

// A reader reads one stream as one layout.
type reader struct {
	b        []byte
	pos      int
	layout   *layout
	limits   Limits
	refs     []Value
	interned []string // Python 2
	codes    []*Code  // all that were begun, the outer before those in its constants
	objects  int
	depth    int
}

// object reads an object. typeNull is not one.
func (r *reader) object() (Value, error) {
	at := r.pos
	v, err := r.objectOrNull()
	if _, ok := v.(null); ok && err == nil {
		return nil, r.malformed(at, "the end of a dictionary where an object belongs")
	}
	return v, err
}

// objectOrNull reads what may be the end of a dictionary.
func (r *reader) objectOrNull() (Value, error) {
	at := r.pos
	if r.objects++; r.objects > r.limits.Objects {
		return nil, scanner.Errorf(scanner.OverLimit, int64(at), "marshal: more than %d objects", r.limits.Objects)
	}
	if r.depth++; r.depth > r.limits.Depth {
		return nil, scanner.Errorf(scanner.OverLimit, int64(at), "marshal: objects nest deeper than %d", r.limits.Depth)
	}
	defer func() { r.depth-- }()
	if err := r.limits.Step(1); err != nil {
		return nil, err
	}
	kind, err := r.byte()
	if err != nil {
		return nil, err
	}
	flagged := kind&flagRef != 0 && !r.layout.python2
	if flagged {
		kind &^= flagRef
	}
	switch kind {
	case typeNull:
		return null{}, nil
	case typeNone, typeFalse, typeTrue, typeStopIteration, typeEllipsis:
		return nil, nil // a flag on these reserves nothing
	case typeRef:
		return r.reference(at)
	}
	slot := -1
	if flagged {
		slot = len(r.refs)
		r.refs = append(r.refs, incomplete{})
	}
	v, err := r.value(kind, at, slot)
	if flagged && err == nil {
		r.refs[slot] = v
	}
	return v, err
}

// value reads the rest of an object of a type that began at an offset. Containers
// that may refer to themselves fill their slot of refs first, if they have one.
func (r *reader) value(kind byte, at, slot int) (Value, error) {
	switch kind {
	case typeInt, typeInt64, typeLong:
		return r.number(kind)
	case typeFloatText, typeComplexText, typeFloat, typeComplex:
		return nil, r.skipFloat(kind)
	case typeBytes, typeInterned, typeUnicode, typeASCII, typeASCIIInterned, typeShort, typeShortInterned:
		return r.text(kind)
	case typeStringRef:
		if r.layout.python2 {
			return r.stringRef(at)
		}
	case typeTuple, typeSmallTuple, typeList, typeSet, typeFrozenSet, typeSlice:
		n, err := r.count(kind)
		if err != nil {
			return nil, err
		}
		return r.container(kind, n, slot)
	case typeDict:
		return r.dict(slot)
	case typeCode:
		return r.code()
	}
	return nil, r.malformed(at, "marshal: no type %q", kind)
}

// reference reads the number of an earlier object.
func (r *reader) reference(at int) (Value, error) {
	n, err := r.i32()
	if err != nil {
		return nil, err
	}
	if n < 0 || n >= int64(len(r.refs)) || r.refs[n] == (incomplete{}) {
		return nil, r.malformed(at, "marshal: a reference to object %d, which is not there", n)
	}
	return r.refs[n], nil
}

// stringRef reads the number of an earlier interned string.
func (r *reader) stringRef(at int) (Value, error) {
	n, err := r.i32()
	if err != nil {
		return nil, err
	}
	if n < 0 || n >= int64(len(r.interned)) {
		return nil, r.malformed(at, "marshal: a reference to string %d, which is not there", n)
	}
	return r.interned[n], nil
}

// number reads an integer; one that does not fit in 60 bits is nil.
func (r *reader) number(kind byte) (Value, error) {
	switch kind {
	case typeInt:
		return value(r.i32())
	case typeInt64:
		b, err := r.take(8)
		if err != nil {
			return nil, err
		}
		return int64(binary.LittleEndian.Uint64(b)), nil
	}
	digits, err := r.i32()
	if err != nil {
		return nil, err
	}
	size := digits
	if size < 0 {
		size = -size
	}
	b, err := r.take(2 * size)
	if err != nil || size > 4 {
		return nil, err
	}
	var n int64
	for i := range size {
		n |= int64(binary.LittleEndian.Uint16(b[2*i:])&0x7fff) << (15 * i)
	}
	if digits < 0 {
		n = -n
	}
	return n, nil
}

// value makes an int64 or an error of what read it.
func value(n int64, err error) (Value, error) {
	if err != nil {
		return nil, err
	}
	return n, nil
}

// skipFloat skips a float or complex number.
func (r *reader) skipFloat(kind byte) error {
	var err error
	switch kind {
	case typeFloat:
		_, err = r.take(8)
	case typeComplex:
		_, err = r.take(16)
	case typeFloatText:
		err = r.skipShort()
	case typeComplexText:
		if err = r.skipShort(); err == nil {
			err = r.skipShort()
		}
	}
	return err
}

// skipShort skips what its first byte is the length of.
func (r *reader) skipShort() error {
	n, err := r.byte()
	if err == nil {
		_, err = r.take(int64(n))
	}
	return err
}

// text reads a string or bytes.
func (r *reader) text(kind byte) (Value, error) {
	n, err := r.length(kind == typeShort || kind == typeShortInterned)
	if err != nil {
		return nil, err
	}
	b, err := r.take(n)
	if err != nil {
		return nil, err
	}
	switch kind {
	case typeBytes:
		if r.layout.python2 {
			return string(b), nil
		}
		return b, nil
	case typeInterned:
		if r.layout.python2 {
			r.interned = append(r.interned, string(b))
		}
		return string(b), nil
	case typeUnicode:
		return string(b), nil
	}
	return latin1(b), nil
}

// latin1 decodes what should be ASCII, as CPython does: byte by byte.
func latin1(b []byte) string {
	for _, c := range b {
		if c >= 0x80 {
			runes := make([]rune, len(b))
			for i, c := range b {
				runes[i] = rune(c)
			}
			return string(runes)
		}
	}
	return string(b)
}

// count reads how many items a container has.
func (r *reader) count(kind byte) (int64, error) {
	if kind == typeSlice {
		return 3, nil
	}
	return r.length(kind == typeSmallTuple)
}

// container reads n items.
func (r *reader) container(kind byte, n int64, slot int) (Value, error) {
	if kind == typeSmallTuple {
		kind = typeTuple
	}
	t := &Tuple{kind: kind}
	if slot >= 0 && (kind == typeList || kind == typeSet) {
		r.refs[slot] = t
	}
	for range n {
		v, err := r.object()
		if err != nil {
			return nil, err
		}
		t.Items = append(t.Items, v)
	}
	return t, nil
}

// dict reads keys and values up to the null.
func (r *reader) dict(slot int) (Value, error) {
	t := &Tuple{kind: typeDict}
	if slot >= 0 {
		r.refs[slot] = t
	}
	for {
		key, err := r.objectOrNull()
		if err != nil {
			return nil, err
		}
		if _, ok := key.(null); ok {
			return t, nil
		}
		v, err := r.objectOrNull()
		if err != nil {
			return nil, err
		}
		if _, ok := v.(null); ok {
			return t, nil // CPython stops here as well
		}
		t.Items = append(t.Items, key, v)
	}
}

// length reads a length, of one byte where it is short, and checks it against what
// is left: every byte or item that it counts takes at least one.
func (r *reader) length(short bool) (int64, error) {
	at := r.pos
	if short {
		b, err := r.byte()
		return int64(b), err
	}
	n, err := r.i32()
	switch {
	case err != nil:
		return 0, err
	case n < 0:
		return 0, r.malformed(at, "marshal: a length of %d", n)
	case n > int64(len(r.b)-r.pos):
		return 0, r.truncated(n)
	}
	return n, nil
}

// byte reads one byte.
func (r *reader) byte() (byte, error) {
	b, err := r.take(1)
	if err != nil {
		return 0, err
	}
	return b[0], nil
}

// i32 reads a signed number.
func (r *reader) i32() (int64, error) {
	b, err := r.take(4)
	if err != nil {
		return 0, err
	}
	n := int64(binary.LittleEndian.Uint32(b))
	if n > math.MaxInt32 {
		n -= 1 << 32
	}
	return n, nil
}

// take reads n bytes, which stay part of the stream.
func (r *reader) take(n int64) ([]byte, error) {
	if n > int64(len(r.b)-r.pos) {
		return nil, r.truncated(n)
	}
	b := r.b[r.pos : r.pos+int(n) : r.pos+int(n)]
	r.pos += int(n)
	return b, nil
}

func (r *reader) truncated(n int64) error {
	return scanner.Errorf(scanner.Truncated, int64(r.pos), "marshal: %d bytes or items wanted, %d bytes left", n, len(r.b)-r.pos)
}

func (r *reader) malformed(at int, format string, args ...any) error {
	return scanner.Errorf(scanner.Malformed, int64(at), format, args...)
}
