package savedmodel

import (
	"errors"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/protowalk"
	"github.com/modelsieve/modelsieve/scanner/internal/tfops"
)

const (
	maxName    = 64 << 10 // bytes
	entryBytes = 160      // what the memory of a node or a name is charged for, without text
)

// A program is a GraphDef with all that belongs to it.
type program struct {
	where     string // completes "the node x": empty, or " of the graph that ..."
	top       *scope
	functions map[string]*scope
	scopes    []*scope // top and all functions, in their order
	assets    map[string]bool
	objects   []object            // of the object graph
	bound     map[string][]uint64 // the objects that a function gets behind its arguments
	variables map[string]int      // how many handles they have
	unknown   map[string]int64    // operators that TensorFlow does not have, and where
}

// A scope is a graph or a function.
type scope struct {
	name   string // empty for the graph
	args   []string
	nodes  []node
	byName map[string]int // the index of a node
	calls  []call         // of the function
}

// A call is a node that calls a function.
type call struct {
	from *scope
	node int
}

// A node is what is kept of a NodeDef.
type node struct {
	at       scanner.Span
	name, op string
	inputs   []string
	value    scanner.Span // of a constant: its tensor
	texts    []text       // attributes that name files, addresses and graphs
	calls    []string     // functions
	resource string       // of the handle of a variable: its shared name
}

// shared is the name by which handles of a variable are the same one.
func (n *node) shared() string {
	if n.resource != "" {
		return n.resource
	}
	return n.name
}

// A text is where an attribute has a string.
type text struct {
	attr string
	at   protowalk.Field
}

// newProgram adds a program.
func (f *file) newProgram(where string) (*program, error) {
	p := &program{
		where: where, functions: map[string]*scope{}, assets: map[string]bool{},
		bound: map[string][]uint64{}, variables: map[string]int{}, unknown: map[string]int64{},
	}
	p.top = p.newScope()
	f.programs = append(f.programs, p)
	return p, f.hold(4 * entryBytes)
}

func (p *program) newScope() *scope {
	s := &scope{byName: map[string]int{}}
	p.scopes = append(p.scopes, s)
	return s
}

// fill walks a GraphDef.
func (f *file) fill(p *program, in scanner.Span) error {
	return f.w.Each(in, func(g protowalk.Field) error {
		switch {
		case g.Is(1, protowalk.Bytes):
			return f.node(p.top, g)
		case g.Is(2, protowalk.Bytes):
			return f.w.Each(g.Span, func(h protowalk.Field) error {
				if h.Is(1, protowalk.Bytes) {
					return f.function(p, h.Span)
				}
				return nil
			})
		}
		return nil
	})
}

// function walks a FunctionDef.
func (f *file) function(p *program, in scanner.Span) error {
	s := p.newScope()
	err := f.w.Each(in, func(g protowalk.Field) error {
		if g.Type != protowalk.Bytes {
			return nil
		}
		switch g.Number {
		case 1:
			return f.signature(s, g.Span)
		case 3:
			return f.node(s, g)
		case 5:
			return f.pair(&node{}, g.Span)
		}
		return nil
	})
	p.functions[s.name] = s
	if err != nil {
		return err
	}
	return f.hold(2*entryBytes + len(s.name))
}

// signature reads the name and the arguments of a function from its OpDef.
func (f *file) signature(s *scope, in scanner.Span) error {
	return f.w.Each(in, func(g protowalk.Field) error {
		switch {
		case g.Is(1, protowalk.Bytes):
			return f.text(g, &s.name)
		case g.Is(2, protowalk.Bytes):
			var name string
			err := f.w.Each(g.Span, func(h protowalk.Field) error {
				if h.Is(1, protowalk.Bytes) {
					return f.text(h, &name)
				}
				return nil
			})
			s.args = append(s.args, name)
			if err != nil {
				return err
			}
			return f.hold(32 + len(name))
		}
		return nil
	})
}

// text reads a string. Of several the last counts.
func (f *file) text(g protowalk.Field, to *string) error {
	s, err := f.w.String(g, maxName)
	*to = s
	return err
}

// node walks a NodeDef and keeps it.
func (f *file) node(s *scope, field protowalk.Field) error {
	n := node{at: field.Whole()}
	err := f.w.Each(field.Span, func(g protowalk.Field) error {
		if g.Type != protowalk.Bytes {
			return nil
		}
		switch g.Number {
		case 1:
			return f.text(g, &n.name)
		case 2:
			return f.text(g, &n.op)
		case 3:
			input, err := f.w.String(g, maxName)
			if err != nil || strings.HasPrefix(input, "^") {
				return err
			}
			n.inputs = append(n.inputs, input)
			return f.hold(16 + len(input))
		case 5:
			return f.pair(&n, g.Span)
		}
		return nil
	})
	if shared, ok := f.ops[n.op]; ok {
		n.op = shared
	}
	f.ops[n.op] = n.op
	s.byName[n.name] = len(s.nodes)
	s.nodes = append(s.nodes, n)
	if err != nil {
		return err
	}
	return f.hold(2*entryBytes + len(n.name))
}

// pair walks an attribute of a node: a key and an AttrValue.
func (f *file) pair(n *node, in scanner.Span) error {
	var key string
	var values []scanner.Span
	err := f.w.Each(in, func(g protowalk.Field) error {
		var err error
		switch {
		case g.Is(1, protowalk.Bytes):
			key, err = f.w.Head(g, 128)
		case g.Is(2, protowalk.Bytes) && len(values) < maxTexts:
			values = append(values, g.Span)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, v := range values {
		if err := f.value(n, key, v); err != nil {
			return err
		}
	}
	return nil
}

// maxTexts is how many strings an attribute may have that are looked at.
const maxTexts = 64

// value walks an AttrValue.
func (f *file) value(n *node, key string, in scanner.Span) error {
	return f.w.Each(in, func(g protowalk.Field) error {
		if g.Type != protowalk.Bytes {
			return nil
		}
		switch g.Number {
		case 1: // a list: strings, tensors, functions
			return f.w.Each(g.Span, func(h protowalk.Field) error {
				if h.Type != protowalk.Bytes {
					return nil
				}
				switch h.Number {
				case 2:
					return f.attrText(n, key, h)
				case 8:
					return f.tensor(n, h.Span)
				case 9:
					return f.called(n, h.Span)
				}
				return nil
			})
		case 2:
			return f.attrText(n, key, g)
		case 8:
			if key == "value" {
				n.value = g.Span
			}
			return f.tensor(n, g.Span)
		case 10:
			return f.called(n, g.Span)
		}
		return nil
	})
}

// attrText looks at a string of an attribute, which may be a serialized graph.
func (f *file) attrText(n *node, key string, g protowalk.Field) error {
	if key == "shared_name" {
		s, err := f.w.String(g, maxName)
		n.resource = s
		return errors.Join(err, f.hold(len(s)))
	}
	if tfops.Source(key) && len(n.texts) < maxTexts {
		n.texts = append(n.texts, text{key, g})
		if err := f.hold(64 + len(key)); err != nil {
			return err
		}
	}
	return f.maybeGraph(n, g.Span)
}

// called walks a NameAttrList: a function, and attributes for it.
func (f *file) called(n *node, in scanner.Span) error {
	return f.w.Each(in, func(g protowalk.Field) error {
		switch {
		case g.Is(1, protowalk.Bytes):
			name, err := f.w.String(g, maxName)
			if err != nil {
				return err
			}
			n.calls = append(n.calls, name)
			return f.hold(32 + len(name))
		case g.Is(2, protowalk.Bytes):
			return f.pair(n, g.Span)
		}
		return nil
	})
}

// minGraph is the least length of a serialized graph, in bytes: one node.
const minGraph = 12

// maybeGraph walks a string where it is a serialized graph.
func (f *file) maybeGraph(n *node, in scanner.Span) error {
	if in.Length < minGraph {
		return nil
	}
	first := make([]byte, 1)
	if _, err := f.p.ReadAt(first, in.Offset); err != nil || first[0] != 0x0a && first[0] != 0x12 {
		return nil //nolint:nilerr // the walk over the string meets it, too
	}
	s := &shape{w: protowalk.New(f.p, in.End(), nil), left: 1000}
	if err := f.p.Budget.Step(100); err != nil {
		return err
	}
	if !s.graph(in) {
		return nil
	}
	return f.nested(in, n.name)
}
