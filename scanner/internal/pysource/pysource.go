// Package pysource reads Python source: what it imports and calls, under which real
// names, and what of that runs as soon as the file is imported. It runs nothing.
//
// The grammar is that of Python 3.14 (https://docs.python.org/3/reference/grammar.html)
// with the statements of Python 2 that are still met, and no stricter than it has to be:
// a source that Python refuses may pass. What is not understood is a Problem, and
// reading goes on behind it.
//
// Names are followed through imports, aliases, assignments, attributes, getattr, the
// dicts of modules, containers of constant size, and calls of functions and classes of
// the file. Text is worked out where it is built from constants, and code in such text,
// given to exec or eval, is read as well. All that is an estimate of what may happen: a
// name may stand for everything that was ever assigned to it, every branch is taken.
package pysource

import (
	"cmp"
	"slices"
	"strings"
)

// MaxSize is how long a source may be, and HeldPerByte how much memory reading one
// takes at most for each byte of it.
const (
	MaxSize     = 2 << 20
	HeldPerByte = 160
)

// A Source is what a file does, as far as it was understood.
type Source struct {
	Imports  []Import
	Calls    []Call
	Defs     []Def
	Problems []Problem // sorted by place
}

// A Place says when something runs.
type Place struct {
	// Import is true for what an import of the file runs: statements of the file, class
	// bodies, decorators, defaults, and functions that those call.
	Import bool
	// Main is true for what stands below "if __name__ == '__main__'".
	Main bool
	// In is the function, method or class that it stands in: "Model.__init__". It is
	// "" at the level of the file.
	In string
}

// An Import is one name that an import statement binds.
type Import struct {
	At     int64  // offset in the file, bytes
	Module string // "os.path"; a relative one begins with dots
	Name   string // what is taken from it; "" for "import m", "*" for all
	As     string // what it is called; "" where that is what it is called anyway
	Place
}

// A Call is one expression that calls something, or a decorator.
type Call struct {
	At, End int64 // offsets in the file, bytes
	// Text is the source of the call, as it stands. Where the call was found in text
	// that is executed, it is that text's, and the offsets are those of the outer call.
	Text string
	Line int // counted from 1
	// Paths are what may be called, as dotted names: "os.system", "builtins.eval" for
	// what no import or assignment explains, "socket.socket().send" for an attribute of
	// a result, ".util.run" for a module beside this one. "?" is what is not known.
	Paths  []string
	Args   []Arg
	Nested bool // found in text that is executed
	Place
}

// An Arg is an argument of a call.
type Arg struct {
	Name  string // "" for one by place
	Stars int    // 2 for **x
	Text  string // source, as it stands; "" where it is not written as an argument
	// Strings are what it may be where that is constant text or bytes, Paths where it
	// is something that a dotted name reaches.
	Strings, Paths []string
}

// A Def is a function or class.
type Def struct {
	At    int64
	Name  string // with the classes and functions around it: "Model.forward"
	Class bool
	Bases []string // of a class, as in Call.Paths
	Place
}

// Read reads a source. Step is asked for every token and node; its error ends the
// reading and is returned with what was found before.
func Read(src []byte, step func(int64) error) (*Source, error) {
	t := decode(src)
	s := &Source{}
	if t.problem != "" {
		s.Problems = append(s.Problems, Problem{t.wrong, t.problem})
	}
	p := &parser{lex: newLexer(t.string), step: step}
	body := p.parse()
	for _, problem := range p.problems {
		s.Problems = append(s.Problems, Problem{t.offset(problem.at), problem.text})
	}
	slices.SortStableFunc(s.Problems, func(a, b Problem) int { return cmp.Compare(a.At, b.At) })
	if p.stop != nil {
		return s, p.stop
	}
	r := newRunner(&t, s, step)
	r.module(body)
	return s, r.stop
}

// Runs returns the calls that may be of a path, or of one below it.
func (s *Source) Runs(path string) []Call {
	var calls []Call
	for _, c := range s.Calls {
		if slices.ContainsFunc(c.Paths, func(p string) bool { return p == path || strings.HasPrefix(p, path+".") }) {
			calls = append(calls, c)
		}
	}
	return calls
}
