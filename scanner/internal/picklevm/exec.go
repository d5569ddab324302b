package picklevm

import (
	"bytes"
	"encoding/binary"
)

// do runs one opcode other than STOP.
func (m *Machine) do(op byte) error {
	switch op {
	case opBinInt1:
		if err := m.in.need(1); err != nil {
			return err
		}
		n := m.in.buf[m.in.pos]
		m.in.pos++
		return m.push(valueInt(int64(n)))
	case opBinInt2:
		b, err := m.argument(2)
		if err != nil {
			return err
		}
		return m.push(valueInt(int64(binary.LittleEndian.Uint16(b))))
	case opBinInt:
		b, err := m.argument(4)
		if err != nil {
			return err
		}
		return m.push(valueInt(int64(int32(binary.LittleEndian.Uint32(b)))))
	case opBinFloat:
		if _, err := m.argument(8); err != nil {
			return err
		}
		return m.literal(KindFloat)
	case opMemoize:
		m.memoized = true
		return m.memoize(uint64(m.memo.count))
	case opBinPut, opLongBinPut, opPut:
		return m.put(op)
	case opBinGet, opLongBinGet, opGet:
		return m.get(op)
	case opNone:
		return m.push(valueNone)
	case opNewTrue, opNewFalse:
		return m.push(valueBool(op == opNewTrue))
	case opMark:
		return m.mark()
	case opShortBinUnicode, opBinUnicode, opBinUnicode8, opShortBinString, opBinString,
		opShortBinBytes, opBinBytes, opBinBytes8, opByteArray8:
		return m.counted(op)
	case opInt, opLong, opFloat, opString, opUnicode:
		return m.lineLiteral(op)
	case opLong1, opLong4:
		return m.long(op)
	case opTuple, opTuple1, opTuple2, opTuple3, opEmptyTuple:
		return m.tuple(op)
	case opEmptyList, opEmptyDict, opEmptySet, opList, opDict, opFrozenSet:
		return m.container(op)
	case opAppend, opAppends, opSetItem, opSetItems, opAddItems:
		return m.fill(op)
	case opPop, opPopMark, opDup:
		return m.shuffle(op)
	case opProto, opFrame:
		return m.frame(op)
	case opNextBuffer, opReadonlyBuffer:
		return m.buffer(op)
	case opGlobal, opStackGlobal, opInst, opExt1, opExt2, opExt4, opReduce, opObj, opNewObj, opNewObjEx, opBuild,
		opPersID, opBinPersID:
		return m.effect(op)
	}
	return m.malformed("byte 0x%02x is no opcode", op)
}

// argument reads a fixed number of bytes, at most 8.
func (m *Machine) argument(n int) ([]byte, error) {
	if err := m.in.need(n); err != nil {
		return nil, err
	}
	b := m.in.buf[m.in.pos : m.in.pos+n]
	m.in.pos += n
	return b, nil
}

// number reads a little-endian unsigned number of 1, 2, 4 or 8 bytes.
func (m *Machine) number(n int) (uint64, error) {
	if err := m.in.need(n); err != nil {
		return 0, err
	}
	b := m.in.buf[m.in.pos : m.in.pos+n]
	m.in.pos += n
	switch n {
	case 1:
		return uint64(b[0]), nil
	case 2:
		return uint64(binary.LittleEndian.Uint16(b)), nil
	case 4:
		return uint64(binary.LittleEndian.Uint32(b)), nil
	default:
		return binary.LittleEndian.Uint64(b), nil
	}
}

// literal pushes a value that is found again at its opcode.
func (m *Machine) literal(k Kind) error { return m.push(makeValue(k, uint64(m.opAt))) }

// counted skips a literal with a length prefix. Short strings that may be names
// are remembered.
func (m *Machine) counted(op byte) error {
	kind, width := countedShape(op)
	n, err := m.number(width)
	if err != nil {
		return err
	}
	if op == opBinString && n > 1<<31-1 {
		m.obs.Anomaly(AnomalyLength, m.opAt, "a string of 2 GiB or more in an opcode whose length is signed")
	}
	if err := m.nested(n); err != nil {
		return err
	}
	if kind == KindStr && n <= maxWord {
		if err := m.in.need(int(n)); err != nil {
			return err
		}
		m.remember(m.in.buf[m.in.pos : m.in.pos+int(n)])
	}
	if kind == KindStr { // bytes are read in two parts where they have to
		m.in.wants(n)
	}
	if err := m.in.skip(n); err != nil {
		return err
	}
	return m.literal(kind)
}

// countedShape returns what a counted literal is and how wide its length is.
func countedShape(op byte) (Kind, int) {
	switch op {
	case opShortBinUnicode, opShortBinString:
		return KindStr, 1
	case opBinUnicode, opBinString:
		return KindStr, 4
	case opBinUnicode8:
		return KindStr, 8
	case opShortBinBytes:
		return KindBytes, 1
	case opBinBytes:
		return KindBytes, 4
	case opBinBytes8:
		return KindBytes, 8
	default: // BYTEARRAY8
		return KindByteArray, 8
	}
}

// long reads LONG1 or LONG4.
func (m *Machine) long(op byte) error {
	width := 1
	if op == opLong4 {
		width = 4
	}
	n, err := m.number(width)
	if err != nil {
		return err
	}
	if n > 1<<31-1 {
		return m.malformed("a number of negative length")
	}
	if n > 5 {
		m.in.wants(n)
		if err := m.in.skip(n); err != nil {
			return err
		}
		return m.literal(KindBigInt)
	}
	b, err := m.argument(int(n))
	if err != nil {
		return err
	}
	return m.push(valueInt(twosComplement(b)))
}

// twosComplement reads a little-endian signed number of at most 5 bytes.
func twosComplement(b []byte) int64 {
	if len(b) == 0 {
		return 0
	}
	var wide [8]byte
	if b[len(b)-1] >= 0x80 {
		wide = [8]byte{255, 255, 255, 255, 255, 255, 255, 255}
	}
	copy(wide[:], b)
	return int64(binary.LittleEndian.Uint64(wide[:]))
}

// tuple makes a tuple from the top of the stack or down to the mark.
func (m *Machine) tuple(op byte) error {
	var items []Value
	var err error
	switch op {
	case opTuple:
		items, err = m.popMark()
	case opTuple1:
		items, err = m.popN(1)
	case opTuple2:
		items, err = m.popN(2)
	case opTuple3:
		items, err = m.popN(3)
	}
	if err != nil {
		return err
	}
	if m.heap.nNodes >= m.heap.most && allPlain(items) && !m.handedOver() {
		return m.push(valuePlain)
	}
	_, err = m.make(KindTuple, items...)
	return err
}

// handedOver reports whether the value that comes next is an operand of REDUCE, NEWOBJ or
// BUILD at once, or may be: where it is stored in the memo first, as writers do, too.
func (m *Machine) handedOver() bool {
	next := m.in.buf[m.in.pos:]
	if len(next) < 16 {
		return true
	}
	switch next[0] {
	case opMemoize:
		next = next[1:]
	case opBinPut:
		next = next[2:]
	case opLongBinPut:
		next = next[5:]
	case opPut:
		_, after, ok := bytes.Cut(next[:16], []byte("\n"))
		if !ok || len(after) == 0 {
			return true
		}
		next = after
	}
	return next[0] == opReduce || next[0] == opNewObj || next[0] == opBuild
}

// container makes a list, dict, set or frozenset.
func (m *Machine) container(op byte) error {
	m.scratch = m.scratch[:0]
	if op == opList || op == opDict || op == opFrozenSet {
		items, err := m.popMark()
		if err != nil {
			return err
		}
		m.scratch = append(m.scratch, items...)
	}
	v, err := m.make(contains(op))
	if err != nil {
		return err
	}
	return m.addItems(v, m.scratch)
}

// contains is the kind of container that an opcode makes.
func contains(op byte) Kind {
	switch op {
	case opEmptyList, opList:
		return KindList
	case opEmptyDict, opDict:
		return KindDict
	case opEmptySet:
		return KindSet
	default:
		return KindFrozenSet
	}
}

// fill adds to the container below the item or the mark.
func (m *Machine) fill(op byte) error {
	var items []Value
	var err error
	switch op {
	case opAppend:
		items, err = m.popN(1)
	case opSetItem:
		items, err = m.popN(2)
	default:
		items, err = m.popMark()
	}
	if err != nil {
		return err
	}
	m.scratch = append(m.scratch[:0], items...)
	target, err := m.top()
	if err != nil {
		return err
	}
	if target.Kind() == fills(op) {
		return m.addItems(target, m.scratch)
	}
	m.storeAll(m.scratch)
	m.store(target)
	return m.obs.Mutate(target, m.scratch, op, m.opAt)
}

// fills is the kind of container that an opcode fills without running a method.
func fills(op byte) Kind {
	switch op {
	case opAppend, opAppends:
		return KindList
	case opSetItem, opSetItems:
		return KindDict
	default:
		return KindSet
	}
}

// popN removes the n topmost values.
func (m *Machine) popN(n int) ([]Value, error) {
	if len(m.stack)-m.floor() < n {
		return nil, m.malformed("the stack has fewer than %d items", n)
	}
	items := m.stack[len(m.stack)-n:]
	m.stack = m.stack[:len(m.stack)-n]
	return items, nil
}

// addItems adds items to a list, dict or set of this stream.
func (m *Machine) addItems(target Value, items []Value) error {
	m.storeAll(items)
	switch target.Kind() {
	case KindDict:
		return m.addPairs(target, items)
	case KindSet, KindFrozenSet:
		for _, v := range items {
			if err := m.hash(v); err != nil {
				return err
			}
		}
	default: // a list
	}
	return m.heap.add(target, items, 1)
}

// addPairs adds keys and values to a dict.
func (m *Machine) addPairs(dict Value, items []Value) error {
	if len(items)%2 != 0 {
		return m.malformed("a dict of %d keys and values", len(items))
	}
	for i := 0; i < len(items); i += 2 {
		if err := m.hash(items[i]); err != nil {
			return err
		}
		if MayBeCallable(items[i+1]) {
			m.obs.Pair(dict, items[i], items[i+1], m.opAt)
		}
	}
	return m.heap.add(dict, items, 2)
}

// hash tells the observer of a key that is not plain data.
func (m *Machine) hash(v Value) error {
	if v.IsPlain() || v.Kind() == KindGlobal {
		return nil
	}
	return m.obs.Hash(v, m.opAt)
}

// MayBeCallable reports whether a value may be something that can be called.
func MayBeCallable(v Value) bool {
	switch v.Kind() {
	case KindGlobal, KindOpaque, KindCall, KindInstance, KindPersistent:
		return true
	default:
		return false
	}
}

// shuffle runs POP, POP_MARK and DUP.
func (m *Machine) shuffle(op byte) error {
	switch op {
	case opDup:
		v, err := m.top()
		if err != nil {
			return err
		}
		return m.push(v)
	case opPopMark:
		_, err := m.popMark()
		return err
	}
	if n := len(m.marks); n > 0 && int(m.marks[n-1]) == len(m.stack) {
		m.marks = m.marks[:n-1]
		return nil
	}
	_, err := m.pop()
	return err
}

// frame runs PROTO and FRAME.
func (m *Machine) frame(op byte) error {
	if op == opProto {
		b, err := m.argument(1)
		if err != nil {
			return err
		}
		if b[0] > MaxProtocol {
			return m.malformed("protocol %d, of which no Python knows", b[0])
		}
		m.protocol = int(b[0])
		return nil
	}
	n, err := m.number(8)
	if err != nil {
		return err
	}
	at := m.in.offset()
	switch {
	case m.cfg.Restart:
		if !m.in.frame(n) {
			return m.malformed("a frame is longer than the stream")
		}
		return nil
	case m.frameEnd != 0:
		m.obs.Anomaly(AnomalyFrame, m.opAt, "a frame begins inside another")
	case n > uint64(m.in.remaining()):
		m.obs.Anomaly(AnomalyFrame, m.opAt, "a frame is longer than the stream")
	}
	m.frameEnd = at + int64(min(n, uint64(m.in.remaining())))
	return nil
}

// buffer runs the opcodes of out-of-band buffers.
func (m *Machine) buffer(op byte) error {
	if op == opNextBuffer {
		return m.literal(KindOpaque)
	}
	v, err := m.top()
	if err != nil || v.IsPlain() || v.Kind() == KindOpaque {
		return err
	}
	return m.obs.Mutate(v, nil, op, m.opAt)
}
