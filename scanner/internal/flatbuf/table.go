package flatbuf

import "github.com/modelsieve/modelsieve/scanner"

// A Table is a table of a FlatBuffer. The zero value stands for one that is absent: all
// its slots are.
type Table struct {
	b      *Buffer
	at     int64 // offset in the reader
	size   int64 // bytes, with the offset of the vtable in front
	vtable int64 // offset of the first slot
	slots  int
}

// table opens the table at an offset.
func (b *Buffer) table(at int64) Table {
	if !b.step() {
		return Table{}
	}
	vtable := at - int64(int32(b.number(at, 4)))
	length := int64(b.number(vtable, 2))
	size := int64(b.number(vtable+2, 2))
	if b.err != nil || !b.has(vtable, length, "a vtable") || !b.has(at, size, "a table") {
		return Table{}
	}
	if length < 4 || length%2 != 0 || size < 4 {
		b.fail(scanner.Malformed, vtable, "a vtable of %d bytes for a table of %d", length, size)
		return Table{}
	}
	return Table{b: b, at: at, size: size, vtable: vtable + 4, slots: int(length-4) / 2}
}

// Present reports whether the table is there.
func (t Table) Present() bool { return t.b != nil }

// At is the table's offset in the reader.
func (t Table) At() int64 { return t.at }

// Once reports whether the table is met for the first time.
func (t Table) Once() bool {
	if t.b == nil || t.b.err != nil || t.b.seen[t.at] {
		return false
	}
	if t.b.hold(seenBytes); t.b.err != nil {
		return false
	}
	t.b.seen[t.at] = true
	return true
}

// field returns where the value of a slot stands, or 0 where the slot is absent.
func (t Table) field(slot, width int) int64 {
	if t.b == nil || slot >= t.slots {
		return 0
	}
	offset := int64(t.b.number(t.vtable+2*int64(slot), 2))
	if offset == 0 || t.b.err != nil {
		return 0
	}
	if offset+int64(width) > t.size {
		t.b.fail(scanner.Malformed, t.at, "slot %d of a table lies at byte %d of %d", slot, offset, t.size)
		return 0
	}
	return t.at + offset
}

// Has reports whether a slot is there.
func (t Table) Has(slot int) bool { return t.field(slot, 1) != 0 }

// Uint returns the number of 1, 2, 4 or 8 bytes in a slot, or def where it is absent.
func (t Table) Uint(slot, width int, def uint64) uint64 {
	at := t.field(slot, width)
	if at == 0 {
		return def
	}
	return t.b.number(at, width)
}

// Int is Uint for numbers with a sign.
func (t Table) Int(slot, width int, def int64) int64 {
	at := t.field(slot, width)
	if at == 0 {
		return def
	}
	return signed(t.b.number(at, width), width)
}

// signed extends the sign of a number.
func signed(n uint64, width int) int64 {
	shift := 64 - 8*width
	return int64(n<<shift) >> shift
}

// Table returns the table, or the member of a union, that a slot refers to.
func (t Table) Table(slot int) Table {
	at := t.field(slot, 4)
	if at == 0 {
		return Table{}
	}
	return t.b.table(t.b.follow(at))
}

// Vector returns the vector that a slot refers to, of elements of so many bytes: 4 for
// tables and strings. A string is a vector of bytes.
func (t Table) Vector(slot int, width int64) Vector {
	at := t.field(slot, 4)
	if at == 0 {
		return Vector{}
	}
	return t.b.vector(t.b.follow(at), width)
}

// Text returns the string that a slot refers to, and no more than limit bytes of it.
func (t Table) Text(slot int, limit int64) string { return t.Vector(slot, 1).text(limit) }

// A Vector is a vector of a FlatBuffer. The zero value stands for one that is absent.
type Vector struct {
	b     *Buffer
	at    int64
	n     int
	width int64
}

// vector opens the vector at an offset.
func (b *Buffer) vector(at, width int64) Vector {
	n := int64(b.number(at, 4))
	if b.err != nil || !b.has(at+4, n*width, "a vector") || !b.step() {
		return Vector{}
	}
	return Vector{b: b, at: at + 4, n: int(n), width: width}
}

// Present reports whether the vector is there.
func (v Vector) Present() bool { return v.b != nil }

// Len is the number of elements. They lie in the file.
func (v Vector) Len() int { return v.n }

// Span is where the elements lie in the reader.
func (v Vector) Span() scanner.Span { return scanner.Span{Offset: v.at, Length: int64(v.n) * v.width} }

// Table returns an element that refers to a table.
func (v Vector) Table(i int) Table {
	if !v.element(i, 4) {
		return Table{}
	}
	return v.b.table(v.b.follow(v.at + int64(i)*4))
}

// Text returns an element that refers to a string, and no more than limit bytes of it.
func (v Vector) Text(i int, limit int64) string {
	if !v.element(i, 4) {
		return ""
	}
	return v.b.vector(v.b.follow(v.at+int64(i)*4), 1).text(limit)
}

// Uint returns an element that is a number.
func (v Vector) Uint(i int) uint64 {
	if !v.element(i, v.width) {
		return 0
	}
	return v.b.number(v.at+int64(i)*v.width, int(v.width))
}

// Int returns an element that is a number with a sign.
func (v Vector) Int(i int) int64 { return signed(v.Uint(i), int(v.width)) }

// element reports whether an element can be read as one of so many bytes.
func (v Vector) element(i int, width int64) bool {
	return v.b != nil && i >= 0 && i < v.n && v.width == width && v.b.step()
}

// text returns the bytes of a vector, no more than limit of them.
func (v Vector) text(limit int64) string {
	if v.b == nil || !v.b.step() {
		return ""
	}
	out := make([]byte, min(int64(v.n), limit))
	v.b.read(out, v.at)
	return string(out)
}
