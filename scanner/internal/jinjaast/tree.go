package jinjaast

// A Node is an expression.
type Node interface {
	// At is the offset of the expression in the template, bytes.
	At() int
}

type at int

func (a at) At() int { return int(a) }

// The expressions.
type (
	// Literal is a string, a float64, a bool or nil.
	Literal struct {
		at
		Value any
	}
	// Name is a variable.
	Name struct {
		at
		ID string
	}
	// Attr is "of.name".
	Attr struct {
		at
		Of     Node
		Name   string
		target bool // of a namespace, where something is assigned
	}
	// Subscript is "of[key]".
	Subscript struct {
		at
		Of, Key Node
	}
	// Slice is the key "from:to:step"; what is left out is nil.
	Slice struct {
		at
		From, To, Step Node
	}
	// Call is "callee(...)".
	Call struct {
		at
		Callee Node
		Args
	}
	// Filter is "of|name(...)". Of is nil where a block is filtered.
	Filter struct {
		at
		Of   Node
		Name string
		Args
	}
	// Test is "of is name(...)".
	Test struct {
		at
		Of   Node
		Name string
		Args
	}
	// Op is an operator with one or two operands, or "if" with three: value,
	// condition, value otherwise (nil: none).
	Op struct {
		at
		Operator string
		Operands []Node
	}
	// List is a list or a tuple.
	List struct {
		at
		Items []Node
		Tuple bool
	}
	// Dict is a dict; keys and values stand in turn.
	Dict struct {
		at
		Items []Node
	}
)

// Args are the arguments of a call: by place, then by name, both in order. "*x" and "**x"
// count as arguments by place.
type Args struct {
	Pos   []Node
	Named []Keyword
}

// A Keyword is an argument by name.
type Keyword struct {
	Name  string
	Value Node
}

// Get returns the arguments of a name: one, unless the template is wrong.
func (a *Args) Get(name string) []Node {
	var values []Node
	for _, k := range a.Named {
		if k.Name == name {
			values = append(values, k.Value)
		}
	}
	return values
}

// A Statement is a tag with what it evaluates, or an output.
type Statement struct {
	At    int
	Tag   string   // "for", "set", ...; "" for an output
	Names []string // that the tag declares: loop variables, macros, imported names, blocks
	Exprs []Node   // in the order in which they stand
	// Targets are what "for", "set" and "with" assign to: names, tuples, attributes of
	// namespaces, which stand in Exprs too.
	Targets []Node
	Text    string // what stands between the tag and the next one, without comments
}

// A Template is a parsed template.
type Template struct {
	Statements []Statement
}

// parts returns the direct parts of an expression; some may be nil.
func parts(n Node) []Node {
	switch n := n.(type) {
	case *Attr:
		return []Node{n.Of}
	case *Subscript:
		return []Node{n.Of, n.Key}
	case *Slice:
		return []Node{n.From, n.To, n.Step}
	case *Call:
		return n.parts(n.Callee)
	case *Filter:
		return n.parts(n.Of)
	case *Test:
		return n.parts(n.Of)
	case *Op:
		return n.Operands
	case *List:
		return n.Items
	case *Dict:
		return n.Items
	}
	return nil
}

func (a *Args) parts(of Node) []Node {
	all := append([]Node{of}, a.Pos...)
	for _, k := range a.Named {
		all = append(all, k.Value)
	}
	return all
}

// Walk calls f for an expression and all its parts, outer ones first.
func Walk(n Node, f func(Node)) {
	Any(n, func(n Node) bool { f(n); return false })
}

// Any reports whether f is true for an expression or one of its parts, and stops there. It
// does not recurse: an expression may be as deep as a template is long.
func Any(n Node, f func(Node) bool) bool {
	left := []Node{n}
	for len(left) > 0 {
		n, left = left[len(left)-1], left[:len(left)-1]
		if n == nil {
			continue
		}
		if f(n) {
			return true
		}
		inner := parts(n)
		for i := range inner {
			left = append(left, inner[len(inner)-1-i])
		}
	}
	return false
}
