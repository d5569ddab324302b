package rdata

import "github.com/modelsieve/modelsieve/scanner"

// Types of items (src/include/Rinternals.h and serialize.c).
const (
	symbol, pairlist, closure, environment, promise, call = 1, 2, 3, 4, 5, 6
	special, builtin, char                                = 7, 8, 9
	logical, integer, reals, complexes, text, dots        = 10, 13, 14, 15, 16, 17
	list, expression, bytecode, pointer, weak, raw, s4    = 19, 20, 21, 22, 23, 24, 25

	altrep                                 = 238
	attrPairlist, attrCall                 = 239, 240
	repeatedUse, repeatedDefinition        = 243, 244
	persistent, packageEnv, namespaceEnv   = 247, 248, 249
	firstConstant, unbound, null, backward = 241, 252, 254, 255
)

const (
	hasAttributes = 1 << 9
	hasTag        = 1 << 10
)

const (
	maxDepth = 4000 // of items in each other, but not of a list that goes on
	maxText  = 200  // bytes of a string that are looked at
	refBytes = 32   // charged for what can be referred to
)

// A place is where an item stands.
type place struct {
	value bool // it is looked at where the object is: not in an environment or in code
}

var hidden = place{}

// item reads one item.
func (r *reader) item(in place, depth int) error {
	flags, err := r.number()
	if err != nil {
		return err
	}
	return r.typed(flags, in, depth)
}

// typed reads what follows the flags of an item.
func (r *reader) typed(flags int64, in place, depth int) error {
	if err := r.p.Budget.Step(1); err != nil {
		return err
	}
	if depth > maxDepth {
		return scanner.Errorf(scanner.OverLimit, r.c.Offset(), "objects are nested more than %d deep", maxDepth)
	}
	switch kind := flags & 0xff; kind {
	case pairlist, call, closure, promise, dots, attrPairlist, attrCall:
		return r.pairs(flags, in, depth)
	case backward:
		return r.reference(flags >> 8)
	case symbol:
		return r.symbol()
	case environment:
		return r.environment(depth)
	case persistent, packageEnv, namespaceEnv:
		return r.names()
	case special, builtin:
		_, err := r.bytes("a function's name", maxText)
		return err
	case altrep:
		return r.altrep(in, depth)
	default:
		if kind >= firstConstant && kind <= null {
			return nil
		}
		return r.vector(flags, in, depth)
	}
}

// items reads n items.
func (r *reader) items(n int64, in place, depth int) error {
	for range n {
		if err := r.item(in, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// vector reads an item whose attributes follow it.
func (r *reader) vector(flags int64, in place, depth int) error {
	if err := r.content(flags&0xff, in, depth); err != nil || flags&hasAttributes == 0 {
		return err
	}
	return r.item(in, depth+1)
}

// content reads the elements of a vector, or what else there is of an item.
func (r *reader) content(kind int64, in place, depth int) error {
	widths := map[int64]int64{logical: 4, integer: 4, reals: 8, complexes: 16, raw: 1}
	switch kind {
	case char:
		s, err := r.bytes("a string", maxText)
		r.words.add(s)
		return err
	case logical, integer, reals, complexes, raw:
		n, err := r.length("a vector")
		if err != nil {
			return err
		}
		return r.skip(n, widths[kind], max(1, widths[kind]/8))
	case text, list, expression:
		n, err := r.length("a list")
		if err != nil {
			return err
		}
		return r.items(n, in, depth)
	case pointer:
		if err := r.refer(""); err != nil {
			return err
		}
		return r.items(2, hidden, depth)
	case weak:
		return r.refer("")
	case s4:
		return nil
	case bytecode:
		if _, err := r.number(); err != nil {
			return err
		}
		return r.code(depth)
	}
	return scanner.Errorf(scanner.Malformed, r.c.Offset(), "an item of type %d", kind)
}

// refer remembers what later items may refer to.
func (r *reader) refer(name string) error {
	n := int64(len(name)) + refBytes
	if err := r.p.Budget.Hold(n); err != nil {
		return err
	}
	r.held += n
	r.refs = append(r.refs, name)
	return nil
}

// reference reads a reference to an earlier item.
func (r *reader) reference(number int64) error {
	if number == 0 {
		var err error
		if number, err = r.number(); err != nil {
			return err
		}
	}
	if number < 1 || number > int64(len(r.refs)) {
		return scanner.Errorf(scanner.Malformed, r.c.Offset(), "a reference to item %d of %d", number, len(r.refs))
	}
	r.words.add(r.refs[number-1])
	return nil
}

// symbol reads a name.
func (r *reader) symbol() error {
	if _, err := r.number(); err != nil { // the flags of its string
		return err
	}
	name, err := r.bytes("a name", maxText)
	if err != nil {
		return err
	}
	r.words.add(name)
	return r.refer(name)
}

// names reads the strings by which an environment is found again.
func (r *reader) names() error {
	if _, err := r.number(); err != nil {
		return err
	}
	n, err := r.length("a list of names")
	if err != nil {
		return err
	}
	if err := r.items(n, hidden, 0); err != nil {
		return err
	}
	return r.refer("")
}

// environment reads one: what encloses it, its variables in two forms, attributes.
func (r *reader) environment(depth int) error {
	if _, err := r.number(); err != nil { // whether it is locked
		return err
	}
	if err := r.refer(""); err != nil {
		return err
	}
	return r.items(4, hidden, depth)
}

// pairs reads a list whose parts follow each other, code, or a promise: attributes, tag,
// value, and the rest of the list.
func (r *reader) pairs(flags int64, in place, depth int) error {
	for {
		kind := flags & 0xff
		if kind == promise {
			return r.promise(flags, in, depth)
		}
		inner := in
		if kind != pairlist && kind != attrPairlist {
			inner = hidden
		}
		if flags&hasAttributes != 0 {
			if err := r.item(inner, depth+1); err != nil {
				return err
			}
		}
		if flags&hasTag != 0 {
			if err := r.tag(depth); err != nil {
				return err
			}
		}
		if kind == call || kind == attrCall {
			r.words.call()
		}
		if err := r.item(inner, depth+1); err != nil {
			return err
		}
		next, err := r.number()
		if err != nil {
			return err
		}
		switch next & 0xff {
		case pairlist, call, closure, promise, dots, attrPairlist, attrCall:
			flags, in = next, inner
			if err := r.p.Budget.Step(1); err != nil {
				return err
			}
		default:
			return r.typed(next, inner, depth+1)
		}
	}
}

// tag reads the name of a list's part, or the environment of code. It is no part of an
// expression.
func (r *reader) tag(depth int) error {
	words := r.words
	r.words = nil
	err := r.item(hidden, depth+1)
	r.words = words
	return err
}
