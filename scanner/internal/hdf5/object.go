package hdf5

import (
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
)

// A Kind is what an object is.
type Kind uint8

// The kinds of objects.
const (
	UnknownObject Kind = iota
	GroupObject
	DatasetObject
	DatatypeObject // committed: types by name
)

func (k Kind) String() string { return [...]string{"unknown", "group", "dataset", "datatype"}[k] }

// An Object is a group, a dataset or a datatype with a name of its own. It and all
// that hangs on it are good until the visit ends.
type Object struct {
	Path       string // the first that leads to it, "/" for the root
	Offset     int64  // of its header in the file
	Kind       Kind
	Attributes []*Attribute
	Links      []*Link
	Dataset    *Dataset  // nil: the object describes no data
	Type       *Datatype // of a dataset or of a named type; nil: there is none

	f       *File
	address uint64
}

const (
	maxDepth = 256      // of groups in one another
	maxPath  = 64 << 10 // bytes
)

// pending is an object still to be visited.
type pending struct {
	path    string
	address uint64
	depth   int
}

// cost is how many bytes of memory it takes.
func (p pending) cost() int64 { return 96 + int64(len(p.path)) }

// Walk visits every object that hard links reach from the root, each once, parents
// before what is in them. Errors of the input go to the sink; the error returned is
// from visit, or means that the budget is spent or the sink wants no more.
func (f *File) Walk(visit func(*Object) error) error {
	w := walk{f: f, seen: map[uint64]bool{}}
	w.push(pending{path: "/", address: f.root})
	for len(w.stack) > 0 && f.stop == nil {
		next := w.stack[len(w.stack)-1]
		w.stack = w.stack[:len(w.stack)-1]
		f.budget.Release(next.cost())
		f.kept -= next.cost()
		if w.seen[next.address] {
			continue
		}
		w.seen[next.address] = true
		f.problem(f.keep(48))
		o := f.object(next)
		if f.stop != nil {
			break
		}
		if err := visit(o); err != nil {
			return err
		}
		w.children(o, next)
		f.budget.Release(f.held)
		f.held = 0
	}
	return f.stop
}

// A walk is what Walk keeps in mind.
type walk struct {
	f     *File
	seen  map[uint64]bool
	stack []pending
}

// push notes an object to visit.
func (w *walk) push(p pending) {
	if err := w.f.keep(p.cost()); err != nil {
		w.f.problem(err)
		return
	}
	w.stack = append(w.stack, p)
}

// children notes what a group's links lead to, the first on top.
func (w *walk) children(o *Object, at pending) {
	for i := len(o.Links) - 1; i >= 0; i-- {
		l := o.Links[i]
		if l.Kind != Hard || w.seen[l.address] {
			continue
		}
		path := strings.TrimSuffix(at.path, "/") + "/" + l.Name
		if at.depth == maxDepth || len(path) > maxPath {
			w.f.problem(scanner.Errorf(scanner.OverLimit, l.Offset, "groups nest more than %d deep or with paths of more than %d bytes", maxDepth, maxPath))
			continue
		}
		w.push(pending{path, l.address, at.depth + 1})
	}
}

// object reads an object. What is broken in it is missing.
func (f *File) object(p pending) *Object {
	o := &Object{Path: p.path, f: f, address: p.address}
	off, err := f.place(p.address, 0, "object")
	if err != nil {
		f.problem(err)
		return o
	}
	o.Offset = off
	messages := f.header(p.address)
	o.data(messages)
	o.group(messages)
	for _, m := range messages {
		switch m.kind {
		case msgAttribute:
			o.attribute(f.resolve(m.kind, m.flags, m.body))
		case msgAttrInfo:
			f.denseAttributes(&m.body, o.address, o.attribute)
			f.problem(m.body.err)
		}
	}
	return o
}

// attribute adds an attribute. One that is broken stays, without a value, if it has
// a name.
func (o *Object) attribute(d decoder, err error) {
	if err != nil {
		o.f.problem(err)
		return
	}
	a, err := o.f.attribute(d)
	o.f.problem(err)
	if err := o.f.hold(256 + int64(len(a.Name))); err != nil {
		o.f.problem(err)
		return
	}
	if err == nil || a.Name != "" {
		o.Attributes = append(o.Attributes, a)
	}
}

// group reads the links of a group. A group that describes them in several ways has
// them all.
func (o *Object) group(messages []message) {
	if o.address == o.f.root && o.f.roots != nil && o.f.roots.tree != undefined {
		o.rootTable(messages)
	}
	for _, m := range messages {
		switch m.kind {
		case msgSymbolTable:
			t := symbolTable{tree: m.body.addr(), heap: m.body.addr(), at: m.body.at}
			if m.body.err == nil {
				o.symbols(t)
			}
		case msgLink:
			o.linkMessage(o.f.resolve(m.kind, m.flags, m.body))
		case msgLinkInfo:
			o.denseLinks(&m.body)
		default:
			continue
		}
		o.Kind = GroupObject
		o.f.problem(m.body.err)
	}
}

// rootTable reads the symbol table that the superblock names where the root's header
// names another: libhdf5 takes it where the header's is broken. Where the header names
// none, the root has become a group of the new kind.
func (o *Object) rootTable(messages []message) {
	other := false
	for _, m := range messages {
		if m.kind != msgSymbolTable {
			continue
		}
		if m.body.addr() == o.f.roots.tree && m.body.addr() == o.f.roots.heap {
			return
		}
		other = true
	}
	if other {
		o.f.problem(scanner.Errorf(scanner.Malformed, o.f.roots.at, "the superblock names another symbol table for the root than its header"))
		o.symbols(*o.f.roots)
	}
}
