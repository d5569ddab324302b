package picklevm

// A Value is what the machine knows of a Python object, in 64 bits: a kind and
// either the thing itself or where to find it. Values are cheap to copy; two
// equal values of a node kind are the same object.
type Value uint64

// A Kind says what a Value is.
type Kind uint8

// The kinds. Those up to KindByteArray are plain data. Those from KindTuple on
// stand in the heap and have items.
const (
	KindInvalid Kind = iota // no value: what a missing operand gives
	KindNone
	KindBool      // payload 0 or 1
	KindInt       // payload: the number, 48 bits
	KindBigInt    // payload: offset of the opcode
	KindFloat     // payload: offset of the opcode
	KindStr       // payload: offset of the opcode
	KindBytes     // payload: offset of the opcode
	KindByteArray // payload: offset of the opcode
	KindPlain     // a tuple, list, dict or set of plain data whose items are not kept
	KindOpaque    // an out-of-band buffer
	KindGlobal    // payload: index in the machine's globals
	KindExt       // an object of the extension registry; payload: its code

	KindTuple
	KindList
	KindDict // items: key, value, key, value
	KindSet
	KindFrozenSet
	KindCall       // result of a call; items: callable, arguments
	KindInstance   // result of __new__; items: class, arguments, keyword arguments or none
	KindPersistent // result of persistent_load; items: the id
)

const (
	kindShift   = 56
	payloadMask = 1<<kindShift - 1
)

func makeValue(k Kind, payload uint64) Value {
	return Value(uint64(k)<<kindShift | payload&payloadMask)
}

// Kind returns the kind of the value.
func (v Value) Kind() Kind { return Kind(v >> kindShift) }

// payload returns the value without its kind.
func (v Value) payload() uint64 { return uint64(v) & payloadMask }

// IsNode reports whether the value stands in the heap.
func (v Value) IsNode() bool { return v.Kind() >= KindTuple }

// IsPlain reports whether the value is data without items: a number, a string, None.
func (v Value) IsPlain() bool { return v.Kind() >= KindNone && v.Kind() <= KindPlain }

// Bool returns the truth of a KindBool.
func (v Value) Bool() bool { return v.payload() != 0 }

// Int returns the number of a KindInt.
func (v Value) Int() int64 { return int64(v<<8) >> 8 }

// Offset returns where the opcode of a number, string or bytes literal stands.
func (v Value) Offset() int64 { return int64(v.payload()) }

var (
	valueNone  = makeValue(KindNone, 0)
	valuePlain = makeValue(KindPlain, 0)
)

func valueBool(b bool) Value {
	if b {
		return makeValue(KindBool, 1)
	}
	return makeValue(KindBool, 0)
}

// valueInt makes a number of at most 48 bits.
func valueInt(n int64) Value { return makeValue(KindInt, uint64(n)) }

// Flags are marks that an Observer may set on a heap value to remember what it
// concluded.
type Flags uint16

// flagCut says that a container has more items than are kept; flagLoose, that
// something other than plain data is among those that were dropped.
const (
	flagCut Flags = 1 << (15 - iota)
	flagLoose
	// FirstFlag and the flags below it are free for the observer.
	FirstFlag Flags = 1
)
