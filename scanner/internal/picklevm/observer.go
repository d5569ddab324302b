package picklevm

// A Global is a name that the stream looks up with find_class: GLOBAL, INST or
// STACK_GLOBAL. One name under one protocol is one Global, however often it is
// looked up.
type Global struct {
	Module, Name string // as the stream spells them
	Protocol     int    // in force at the first look-up
	At           int64  // offset of the opcode of the first look-up
	Computed     bool   // an operand was not a literal: the names are unknown
	// Stored says that the global became part of something: an item, an argument,
	// a state, the result. A global that was only looked up and dropped is not.
	Stored bool
}

// A Call is a callable applied to arguments.
type Call struct {
	Callable Value
	Args     Value // a tuple; any iterable under the Python unpickler
	Kwargs   Value // of NEWOBJ_EX; KindInvalid: none
	Result   Value
	At       int64 // offset of the opcode
	Opcode   byte
}

// An AnomalyKind is a construct that no honest writer produces.
type AnomalyKind string

// The anomalies.
const (
	AnomalyFrame   AnomalyKind = "frame"   // a frame that does not end where an opcode does, or one inside another
	AnomalyNumber  AnomalyKind = "number"  // number text that unpicklers read differently
	AnomalyName    AnomalyKind = "name"    // control characters or blanks in an imported name, or an empty one
	AnomalyOperand AnomalyKind = "operand" // operands that only one of the unpicklers accepts
	AnomalyLength  AnomalyKind = "length"  // a length that unpicklers read differently
	AnomalyCost    AnomalyKind = "cost"    // a memo index or a number that takes gigabytes or minutes
)

// An Observer is told what a loader would do, in the order in which it would.
// Values are valid as long as the machine.
type Observer interface {
	// Import is told of every look-up. g is the same pointer for the same value.
	Import(v Value, g *Global, at int64) error
	// Call is told of REDUCE, OBJ and INST.
	Call(c Call) error
	// New is told of NEWOBJ and NEWOBJ_EX: the class's __new__ runs.
	New(c Call) error
	// Build is told of BUILD. resume, where not 0, is the offset at which the
	// stream goes on: a loader's hook read what lies before it.
	Build(target, state Value, at int64) (resume int64, err error)
	// Mutate is told of items added to something that is not a list, dict or set
	// of this stream: its append, extend, add or __setitem__ runs.
	Mutate(target Value, items []Value, op byte, at int64) error
	// Pair is told of an item of a dict whose value may be callable.
	Pair(dict, key, value Value, at int64)
	// Hash is told of a dict key or a set member that is not plain data: its
	// __hash__ and __eq__ run.
	Hash(v Value, at int64) error
	// Persistent is told of persistent_load.
	Persistent(v, id Value, at int64) error
	// Anomaly is told of a construct that no honest writer produces.
	Anomaly(kind AnomalyKind, at int64, text string)
	// Step is told after each opcode that did something besides pushing data, and
	// every few thousand opcodes in any case, how many passed since the last time.
	Step(n int64) error
}
