package pycode

import "encoding/binary"

// A kind is what an opcode does, as far as a listing wants to know.
type kind uint8

const (
	opUnknown    kind = iota // not an opcode of the release
	opPlain                  // none of these
	opCache                  // not an instruction: room that belongs to the one before
	opExtended               // high bits of the next argument
	opResume                 // stands in all code since 3.11
	opConst                  // pushes a constant
	opConstUse               // its argument is a constant
	opSmallInt               // pushes its argument
	opLoad                   // pushes a global or a name of a class body
	opLoadLocal              // pushes a local variable
	opLoadPair               // pushes two, of four bits each
	opLoadCell               // pushes a variable of an enclosing function
	opAttr                   // replaces an object by an attribute of it
	opName                   // its argument is a name
	opStore                  // pops into a global or a name of a class body
	opStoreLocal             // pops into a local variable
	opStoreLoad              // pops into one, pushes another, of four bits each
	opStorePair              // pops into two, of four bits each
	opStoreCell              // pops into a variable of an enclosing function
	opImport                 // pops a level and a from-list, pushes a module
	opImportFrom             // pushes an attribute of a module
	opShuffle                // only orders the stack
)

// An op is what is known of an opcode.
type op struct {
	kind     kind
	shift    uint8 // low bits of the argument that are flags
	caches   uint8 // cache units that follow
	internal bool  // the interpreter's own, while it runs: not in honest code
}

var plain = op{kind: opPlain}

// A release is the opcodes of a CPython.
type release struct {
	name         string
	haveArgument byte // before 3.6: opcodes from here on take three bytes, the others one; 0: all two
	ops          [256]op
}

// An instruction is an opcode with its argument.
type instruction struct {
	op
	arg  int64
	next int  // offset of the next one
	cut  bool // the bytecode ended inside it
}

// decode decodes the instruction at an offset, which is inside the bytecode, with
// high bits for its argument.
func (r *release) decode(code []byte, at int, high uint32) instruction {
	in := instruction{op: r.ops[code[at]]}
	rest := code[at+1:]
	arg := high
	switch {
	case r.haveArgument == 0:
		in.next = at + 2
		if in.cut = len(rest) < 1; !in.cut {
			arg = high<<8 | uint32(rest[0])
		}
	case code[at] < r.haveArgument:
		in.next = at + 1
	default:
		in.next = at + 3
		if in.cut = len(rest) < 2; !in.cut {
			arg = high<<16 | uint32(binary.LittleEndian.Uint16(rest))
		}
	}
	in.arg = int64(arg)
	if in.kind != opExtended {
		in.arg >>= in.shift
	}
	return in
}

// usesName reports whether the argument counts through the names of the code.
func (o op) usesName() bool {
	switch o.kind {
	case opLoad, opAttr, opName, opStore, opImport, opImportFrom:
		return true
	default:
		return false
	}
}

// usesConst reports whether the argument counts through the constants.
func (o op) usesConst() bool { return o.kind == opConst || o.kind == opConstUse }

// resumes reports whether code of the release has a RESUME.
func (r *release) resumes() bool { return r.ops[0].kind == opCache }
