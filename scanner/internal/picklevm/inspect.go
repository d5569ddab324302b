package picklevm

import (
	"github.com/modelsieve/modelsieve/scanner/internal/cursor"
)

// maxText is how much of a string literal is read back.
const maxText = 64 << 10

// Global returns the global of a KindGlobal.
func (m *Machine) Global(v Value) *Global { return m.globals[v.payload()] }

// itemsPerStep is how many items are copied in the time of an opcode.
const itemsPerStep = 4

// Items returns the items of a heap value. cut reports that the container has
// more than are kept, and loose that some of those are not plain data.
func (m *Machine) Items(v Value) (items []Value, cut, loose bool) {
	if !v.IsNode() {
		return nil, v.Kind() == KindPlain, false
	}
	f := m.heap.node(v).flags
	m.pending += int64(m.heap.node(v).n) / itemsPerStep // the observer pays for what it asks
	return m.heap.slice(v, int(m.heap.node(v).n)), f&flagCut != 0, f&flagLoose != 0
}

// Head returns the first items of a heap value, at most that many. cut reports that
// there are more, kept or not.
func (m *Machine) Head(v Value, most int) (items []Value, cut bool) {
	if !v.IsNode() {
		return nil, v.Kind() == KindPlain
	}
	nd := m.heap.node(v)
	return m.heap.slice(v, most), nd.flags&flagCut != 0 || int(nd.n) > most
}

// Item returns one item of a heap value, or KindInvalid where there is none.
func (m *Machine) Item(v Value, i int) Value {
	if !v.IsNode() || i < 0 || i >= int(m.heap.node(v).n) {
		return 0
	}
	return *m.heap.item(m.heap.node(v).first + uint32(i))
}

// Len returns how many items of a heap value are kept.
func (m *Machine) Len(v Value) int {
	if !v.IsNode() {
		return 0
	}
	return int(m.heap.node(v).n)
}

// Flags returns the marks of a heap value; other values have none.
func (m *Machine) Flags(v Value) Flags {
	if !v.IsNode() {
		return 0
	}
	return m.heap.node(v).flags
}

// SetFlags adds marks to a heap value.
func (m *Machine) SetFlags(v Value, f Flags) {
	if v.IsNode() {
		m.heap.node(v).flags |= f
	}
}

// Str returns the text of a string literal of at most 64 KiB. Bytes of Python 2
// strings that are not ASCII stand as they are.
func (m *Machine) Str(v Value) (string, bool) {
	if v.Kind() != KindStr {
		return "", false
	}
	if word, ok := m.words[v.Offset()]; ok {
		return word, true
	}
	op, raw, whole := m.Literal(v, maxText)
	if !whole {
		return "", false
	}
	switch op {
	case opString:
		text, _ := unquote(raw)
		return unescape(text), true
	case opUnicode:
		return rawUnicode(raw), true
	}
	return string(raw), true
}

// Literal reads back the argument of a literal, undecoded and at most limit bytes
// of it, and its opcode. whole reports that nothing is missing.
func (m *Machine) Literal(v Value, limit int64) (op byte, raw []byte, whole bool) {
	off, n, op, ok := m.Extent(v)
	if !ok {
		return 0, nil, false
	}
	c := cursor.New(m.cfg.Input, off, n)
	raw, err := c.Bytes(min(n, limit), limit)
	return op, raw, err == nil && n <= limit
}

// Extent returns where the argument of a string, bytes or number literal lies in
// the input, without its length prefix or line end, and its opcode.
func (m *Machine) Extent(v Value) (off, n int64, op byte, ok bool) {
	if k := v.Kind(); k < KindBigInt || k > KindByteArray {
		return 0, 0, 0, false
	}
	at := v.Offset()
	c := cursor.NewNear(m.cfg.Input, at, m.cfg.Size-at, 128)
	op, err := c.U8()
	if err != nil {
		return 0, 0, 0, false
	}
	n, err = extent(c, op)
	return c.Offset(), n, op, err == nil
}

// extent returns how long the argument at the cursor is.
func extent(c *cursor.Cursor, op byte) (int64, error) {
	switch op {
	case opString, opUnicode, opInt, opLong, opFloat, opPersID:
		return lineLength(c)
	case opBinFloat:
		return 8, nil
	case opLong1, opShortBinUnicode, opShortBinString, opShortBinBytes:
		n, err := c.U8()
		return int64(n), err
	case opLong4, opBinUnicode, opBinString, opBinBytes:
		n, err := c.U32()
		return int64(n), err
	default:
		n, err := c.U64()
		return int64(min(n, 1<<62)), err
	}
}

// lineLength returns how many bytes lie before the next newline.
func lineLength(c *cursor.Cursor) (int64, error) {
	start := c.Offset()
	defer c.MoveTo(start)
	for {
		b, err := c.Buffered()
		if err != nil {
			return 0, err
		}
		for i, x := range b {
			if x == '\n' {
				return c.Offset() + int64(i) - start, nil
			}
		}
		c.MoveTo(c.Offset() + int64(len(b)))
	}
}

// GlobalValue returns the value of the global with an index in Globals.
func GlobalValue(i int) Value { return makeValue(KindGlobal, uint64(i)) }
