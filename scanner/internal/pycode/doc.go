// Package pycode lists what Python bytecode mentions: imports, names, strings. It
// reads code objects as marshal writes them (.pyc files, Keras Lambda layers, dill)
// and as the arguments of types.CodeType (cloudpickle, dill), of CPython 2.7, 3.6,
// 3.7 and 3.8 to 3.14. It never judges, and a listing proves nothing: code can
// compute any name while it runs.
//
// The stream does not say which release wrote it. There are four layouts of a code
// object, and inside one layout the opcodes tell: every release under which the
// whole bytecode is regular contributes to the listing.
package pycode

import (
	"cmp"
	"errors"

	"github.com/modelsieve/modelsieve/scanner"
)

// Limits bound one call. The zero value of each means its default.
type Limits struct {
	Objects int   // objects in a stream; default 1,048,576
	Depth   int   // how deep objects may nest; default 200
	Units   int64 // instructions and names walked, over all candidate releases; default 16,777,216
	Strings int   // distinct string constants that are listed; default 16,384

	// Step is told how many objects or units come next and may end the work with an
	// error, which is passed on. Nil means nobody wants to know.
	Step func(n int64) error
}

// withDefaults replaces zeros.
func (l Limits) withDefaults() Limits {
	if l.Objects == 0 {
		l.Objects = 1 << 20
	}
	if l.Depth == 0 {
		l.Depth = 200
	}
	if l.Units == 0 {
		l.Units = 1 << 24
	}
	if l.Strings == 0 {
		l.Strings = 1 << 14
	}
	if l.Step == nil {
		l.Step = func(int64) error { return nil }
	}
	return l
}

// A Listing is what code mentions. Its lists are sorted and without duplicates,
// except Functions, where the outer code object comes first.
type Listing struct {
	// Releases are those of CPython for which the code may have been written: "3.12".
	Releases []string
	// Regular says that the bytecode is as a compiler of one of Releases writes it.
	// Where it is not, all releases of the layout were tried and Imports and Dotted
	// may be wrong in both directions; Names and Strings do not depend on it.
	Regular bool

	Functions []Function
	Imports   []Import
	Names     []string // every global and attribute: "os", "system"
	Dotted    []string // attributes of a name, also through the name's import: "os.system"
	Strings   []string // text and bytes among the constants

	Omitted int   // strings that Limits.Strings left out
	Unknown int   // pieces of the code that were not given or are not of their type
	Unread  int64 // bytes of the stream after the object, which loaders ignore
}

// A Function is a code object: a module, a class body, a function or a lambda.
type Function struct {
	Name      string // "<module>", "<lambda>", "run"
	Qualified string // "Model.run"; empty before 3.11
	File      string // as the compiler was told
	Line      int64  // the first one; 0 where it is not known
}

// An Import is an import statement, one for each name that it brings.
type Import struct {
	Module string // as written, without leading dots
	Name   string // "*" for everything, empty for the module itself
	Level  int64  // how many leading dots; -1 in Python 2: relative, then absolute
	Opaque bool   // what is imported from the module, or the level, is computed by the code
}

// Read lists the object that marshal.loads would make of a stream. Offsets in
// errors are those in the stream. With an error there is still a listing, never
// nil, of what was read before it.
func Read(stream []byte, limits Limits) (*Listing, error) {
	return read(stream, layouts, limits)
}

// read tries each layout. All that read the stream contribute to the listing, or,
// where none does, the one that came furthest.
func read(stream []byte, candidates []*layout, limits Limits) (*Listing, error) {
	limits = limits.withDefaults()
	var codes, partial []*Code
	var failure error
	furthest, unread := -1, int64(-1)
	for _, l := range candidates {
		r := &reader{b: stream, layout: l, limits: limits}
		_, err := r.object()
		var input *scanner.Error
		switch {
		case err == nil:
			codes = append(codes, r.codes...)
			unread = max(unread, int64(len(stream)-r.pos))
		case !errors.As(err, &input):
			return new(Listing), err // the budget's, not the stream's
		case r.pos > furthest:
			furthest, partial, failure = r.pos, r.codes, err
		}
	}
	if unread < 0 {
		listing, err := List(partial, limits)
		return listing, cmp.Or(err, failure)
	}
	listing, err := List(codes, limits)
	listing.Unread = unread
	return listing, err
}
