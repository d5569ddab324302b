package pysource

import (
	"slices"
	"strings"
)

// A value is one thing that an expression may be: a path, a constant (string,
// byteString, integer, bool), a *closure, *classValue, *instance, *items, *method or
// *partial.
type value any

// values are all that an expression may be. None means that nothing is known.
type values []value

// Bounds on what is remembered. Text that was worked out is bounded in all, so that no
// program can make it grow.
const (
	maxValues = 8        // of one expression
	maxItems  = 4096     // of a container that is followed
	maxText   = 1 << 20  // bytes of a string that is worked out
	maxFolded = 16 << 20 // bytes of all of them
	maxPath   = 256      // bytes of a dotted name
)

// path is a dotted name.
type path string

// unknown stands for what is not known before an attribute of it.
const unknown = path("?")

// items is a tuple or list, or a dict with keys that are constant text.
type items struct {
	list []values
	keys []string // of a dict, in the order of the list
}

// method is an attribute of a constant or container.
type method struct {
	of   value
	name string
}

// partial is a callable with some of its arguments.
type partial struct {
	callee values
	args   []actual
}

// actual is an argument with what it may be.
type actual struct {
	name  string
	stars int
	values
}

// closure is a function of the file.
type closure struct {
	name     string
	params   []param
	body     []stmt
	result   expr // of a lambda
	scope    *scope
	property bool
	entered  bool // runs now
	runs     [2]int
	imported bool // an import runs it
	origin   *origin
	returns  values
}

// bound is a method of an instance or class.
type bound struct {
	*closure
	self value
}

// classValue is a class of the file.
type classValue struct {
	name   string
	scope  *scope
	bases  values
	made   bool // an instance was made when the file was imported
	single *instance
}

// instance is any instance of a class.
type instance struct{ class *classValue }

// getter is what operator.attrgetter and methodcaller make: it gets an attribute of its
// argument, and calls it with args where call is set.
type getter struct {
	name string
	call bool
	args []actual
}

// An origin is text that is executed as code.
type origin struct {
	text  string
	outer *call // in the file
	body  []stmt
	runs  int
}

// A scope holds variables.
type scope struct {
	vars    map[string]values
	parent  *scope
	class   bool
	globals map[string]bool // names that are those of the file, by a global statement
	stars   []string        // modules of which everything was imported
	branch  int             // compound statements around the one that runs
	sure    map[string]bool // builtins that are something else from here on
}

func newScope(parent *scope) *scope { return &scope{vars: map[string]values{}, parent: parent} }

// file returns the outermost scope.
func (s *scope) file() *scope {
	for s.parent != nil {
		s = s.parent
	}
	return s
}

// add adds what a variable may be. It reports whether that was new.
func (s *scope) add(name string, vs values) bool {
	if s.globals[name] {
		s = s.file()
	} else if s.branch == 0 && builtins[name] {
		s.certain(name)
	}
	old, known := s.vars[name]
	merged := union(old, vs)
	s.vars[name] = merged
	return !known || len(merged) > len(old)
}

// certain notes that a name is no builtin any more.
func (s *scope) certain(name string) {
	if s.sure == nil {
		s.sure = map[string]bool{}
	}
	s.sure[name] = true
}

// union returns both sets of values in one.
func union(a, b values) values {
	if len(a) == 0 {
		return b
	}
	out := a
	for _, v := range b {
		if len(out) < maxValues && !slices.ContainsFunc(out, func(o value) bool { return same(o, v) }) {
			out = append(slices.Clip(out), v)
		}
	}
	return out
}

// same reports whether two values are one. Containers are by identity.
func same(a, b value) bool {
	if x, ok := a.(*bound); ok {
		y, ok := b.(*bound)
		return ok && x.closure == y.closure
	}
	return a == b
}

// lookup returns what a name may be here.
func (s *scope) lookup(name string) values {
	for at := s; at != nil; at = at.parent {
		if at.class && at != s {
			continue
		}
		vs, ok := at.vars[name]
		switch {
		case ok && (at.class || at.parent == nil) && builtins[name] && !at.sure[name]: // bound on some way only
			return union(vs, values{path("builtins." + name)})
		case ok:
			return vs
		}
	}
	return s.outside(name)
}

// outside returns what a name may be that nothing in the file binds.
func (s *scope) outside(name string) values {
	var vs values
	switch {
	case name == "__builtins__":
		return values{path("builtins")}
	case builtins[name]:
		vs = values{path("builtins." + name)}
	default:
		vs = values{path(name)}
	}
	for at := s; at != nil; at = at.parent {
		for _, module := range at.stars {
			vs = union(vs, values{join(path(module), name)})
		}
	}
	return vs
}

// join returns the path of an attribute.
func join(of path, name string) path {
	switch {
	case len(of)+len(name) > maxPath:
		return unknown
	case strings.HasSuffix(string(of), "."): // from . import x
		return of + path(name)
	case of == "__builtin__" || of == "builtins" && name == "__dict__":
		of = "builtins"
	}
	return of + "." + path(name)
}

// builtins are the names that are there without an import (of Python 3.14 and 2.7).
var builtins = func() map[string]bool {
	names := map[string]bool{}
	for _, name := range strings.Fields(`abs aiter all anext any apply ascii basestring bin bool breakpoint buffer bytearray bytes callable chr
		classmethod cmp coerce compile complex copyright credits delattr dict dir divmod enumerate eval exec execfile exit file filter float format
		frozenset getattr globals hasattr hash help hex id input int intern isinstance issubclass iter len license list locals long map max
		memoryview min next object oct open ord pow print property quit range raw_input reduce reload repr reversed round set setattr slice sorted
		staticmethod str sum super tuple type unichr unicode vars xrange zip __import__ __build_class__`) {
		names[name] = true
	}
	return names
}()
