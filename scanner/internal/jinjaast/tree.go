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
	// Attr is "of.name"; the name may be a number.
	Attr struct {
		at
		Of   Node
		Name string
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
	}
	// Dict is a dict; keys and values stand in turn.
	Dict struct {
		at
		Items []Node
	}
)

// Args are the arguments of a call: by place, then by name. "*x" and "**x" count as
// arguments by place.
type Args struct {
	Pos   []Node
	Named map[string]Node
}

// A Statement is a tag with what it evaluates, or an output.
type Statement struct {
	At    int
	Tag   string   // "for", "set", ...; "" for an output
	Names []string // that the tag declares: loop variables, macros, imported names, blocks
	Exprs []Node   // in the order in which they stand
}

// A Template is a parsed template.
type Template struct {
	Statements []Statement
}

// children calls f for the direct parts of an expression.
func children(n Node, f func(Node)) {
	each := func(nodes ...Node) {
		for _, n := range nodes {
			if n != nil {
				f(n)
			}
		}
	}
	args := func(a Args) {
		each(a.Pos...)
		for _, name := range a.sortedNames() {
			each(a.Named[name])
		}
	}
	switch n := n.(type) {
	case *Attr:
		each(n.Of)
	case *Subscript:
		each(n.Of, n.Key)
	case *Slice:
		each(n.From, n.To, n.Step)
	case *Call:
		each(n.Callee)
		args(n.Args)
	case *Filter:
		each(n.Of)
		args(n.Args)
	case *Test:
		each(n.Of)
		args(n.Args)
	case *Op:
		each(n.Operands...)
	case *List:
		each(n.Items...)
	case *Dict:
		each(n.Items...)
	}
}

// Walk calls f for an expression and all its parts, outer ones first.
func Walk(n Node, f func(Node)) {
	if n == nil {
		return
	}
	f(n)
	children(n, func(child Node) { Walk(child, f) })
}
