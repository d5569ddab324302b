package hdf5

// A Class is what values of a datatype are.
type Class uint8

// The classes of datatypes, as the file numbers them.
const (
	Integer Class = iota
	Float
	Time
	String // of a fixed length
	Bitfield
	Opaque
	Compound
	Reference
	Enum
	VarLen // of a length of its own: see Datatype.Text
	Array
	Complex
)

var classNames = [...]string{
	"integer", "float", "time", "string", "bitfield", "opaque", "compound", "reference", "enum", "vlen", "array", "complex",
}

func (c Class) String() string {
	if int(c) < len(classNames) {
		return classNames[c]
	}
	return "unknown"
}

// Padding is how a string of a fixed length is filled up.
type Padding uint8

// The ways of filling up.
const (
	NulTerminated Padding = iota
	NulPadded
	SpacePadded
)

// A Datatype says how to read values.
type Datatype struct {
	Class   Class
	Size    uint64 // of a value, bytes; of VarLen, those of the reference to it
	Text    bool   // of String and VarLen: text rather than a sequence
	UTF8    bool   // of text: UTF-8 rather than ASCII
	Padding Padding
	Tag     string    // of Opaque
	Members []Member  // of Compound
	Base    *Datatype // of Enum, VarLen, Array and Complex
	Dims    []uint64  // of Array
}

// A Member is one of a compound datatype.
type Member struct {
	Name   string
	Offset uint64 // in the value, bytes
	Type   *Datatype
}

const (
	maxTypeDepth = 64
	typeCost     = 32 // bytes of memory at most for each byte of a datatype
)

// datatype takes a datatype (specification IV.A.2.d) that nests at most depth deep.
func (d *decoder) datatype(depth int) *Datatype {
	head := d.u8()
	flags := uint32(d.number(3))
	t := &Datatype{Class: Class(head & 15), Size: uint64(d.u32())}
	version := head >> 4
	d.expect("version of a datatype", uint64(version), 1, 2, 3, 4, 5)
	if depth == 0 {
		d.fail("more than %d datatypes in one another", maxTypeDepth)
	}
	if d.err != nil {
		return t
	}
	if t.Size == 0 {
		d.fail("values of no bytes")
	}
	switch t.Class {
	case Integer, Bitfield:
		d.bytes(4)
	case Float:
		d.bytes(12)
	case Time:
		d.bytes(2)
	case String:
		t.Text, t.Padding, t.UTF8 = true, Padding(flags&15), flags>>4&15 == 1
	case Opaque:
		t.Tag = trimNuls(d.bytes(uint64(flags & 0xff)))
	case Compound:
		d.compound(t, version, flags&0xffff, depth)
	case Reference:
	case Enum:
		d.enum(t, version, flags&0xffff, depth)
	case VarLen:
		t.Text, t.UTF8 = flags&15 == 1, flags>>8&15 == 1
		t.Base = d.datatype(depth - 1)
	case Array:
		d.array(t, version, depth)
	case Complex:
		t.Base = d.datatype(depth - 1)
	default:
		d.expect("class", uint64(t.Class), uint64(Complex))
	}
	return t
}

// compound takes the members of a compound datatype.
func (d *decoder) compound(t *Datatype, version byte, n uint32, depth int) {
	for range n {
		m := Member{Name: d.memberName(version)}
		if version >= 3 {
			m.Offset = d.number(widthOf(t.Size))
		} else {
			m.Offset = uint64(d.u32())
		}
		var dims []uint64
		if version == 1 {
			dims = d.oldDims()
		}
		m.Type = d.datatype(depth - 1)
		if d.err != nil {
			return
		}
		if len(dims) > 0 {
			m.Type = &Datatype{Class: Array, Size: product(m.Type.Size, product(dims...)), Base: m.Type, Dims: dims}
		}
		if m.Offset > t.Size || m.Type.Size > t.Size-m.Offset {
			d.fail("a member of %d bytes at %d in values of %d", m.Type.Size, m.Offset, t.Size)
			return
		}
		t.Members = append(t.Members, m)
	}
}

// oldDims takes the dimensions that members had before there were array datatypes.
func (d *decoder) oldDims() []uint64 {
	rank := d.u8()
	d.bytes(11)
	var dims []uint64
	for i := range 4 {
		if v := d.u32(); i < int(rank) {
			dims = append(dims, uint64(v))
		}
	}
	if rank > 4 {
		d.fail("a member of %d dimensions", rank)
	}
	return dims
}

// memberName takes a name, which old versions fill up to a multiple of eight bytes.
func (d *decoder) memberName(version byte) string {
	name := d.text()
	if version < 3 {
		d.bytes(uint64(7 - len(name)%8))
	}
	return name
}

// enum takes the base and skips names and values.
func (d *decoder) enum(t *Datatype, version byte, n uint32, depth int) {
	t.Base = d.datatype(depth - 1)
	for range n {
		if d.err != nil {
			return
		}
		d.memberName(version)
	}
	d.bytes(product(uint64(n), t.Base.Size))
}

// array takes the dimensions and the base.
func (d *decoder) array(t *Datatype, version byte, depth int) {
	rank := uint64(d.u8())
	if version < 3 {
		d.bytes(3)
	}
	for range rank {
		t.Dims = append(t.Dims, uint64(d.u32()))
	}
	if version < 3 {
		d.bytes(4 * rank)
	}
	t.Base = d.datatype(depth - 1)
	if d.err == nil && product(t.Base.Size, product(t.Dims...)) != t.Size {
		d.fail("an array of %d values of %d bytes takes %d bytes", product(t.Dims...), t.Base.Size, t.Size)
	}
}

// widthOf is how many bytes a number up to n takes.
func widthOf(n uint64) int {
	w := 1
	for n >>= 8; n > 0; n >>= 8 {
		w++
	}
	return w
}

// trimNuls takes zeros off the end.
func trimNuls(b []byte) string {
	for len(b) > 0 && b[len(b)-1] == 0 {
		b = b[:len(b)-1]
	}
	return string(b)
}
