package pysource

// An expr is an expression. Its span is in the text.
type expr interface{ span() (at, end int) }

type at struct{ from, to int }

func (a at) span() (int, int) { return a.from, a.to }

type (
	// name is a variable.
	name struct {
		at
		id string
	}
	// constant is a literal: string, byteString, integer, bool, nil, or float for any
	// other number and for "...".
	constant struct {
		at
		value any
	}
	// attribute is of.name.
	attribute struct {
		at
		of   expr
		name string
	}
	// subscript is of[key].
	subscript struct {
		at
		of, key expr
	}
	// slice is from:to:step, where nil is left out.
	slice struct {
		at
		parts [3]expr
	}
	// call is callee(arguments).
	call struct {
		at
		callee expr
		args   []argument
	}
	// argument is a value, name=value, *value or **value.
	argument struct {
		name  string
		stars int
		value expr
	}
	// operation is a chain of operators between operands, read from the left; one
	// operand is the only one of a prefix; "if" has value, condition, alternative.
	operation struct {
		at
		operators []string
		operands  []expr
	}
	// sequence is a tuple, list or set, by its opening bracket.
	sequence struct {
		at
		bracket byte
		items   []expr
	}
	// dict has nil as the key of **value.
	dict struct {
		at
		keys, values []expr
	}
	// lambda is a function in an expression.
	lambda struct {
		at
		params []param
		body   expr
	}
	// comprehension has the results (two for a dict) and the clauses.
	comprehension struct {
		at
		bracket byte
		results []expr
		clauses []clause
	}
	// clause is "for target in from if ... if ...".
	clause struct {
		target, from expr
		conditions   []expr
	}
	// formatted is a string with fields.
	formatted struct {
		at
		parts []expr
	}
	// walrus is name := value.
	walrus struct {
		at
		target, value expr
	}
)

// Literals that are no strings or integers.
type (
	byteString string
	integer    int64
	float      string
)

// param is one parameter of a function.
type param struct {
	name                 string
	stars                int
	annotation, fallback expr
}

// A stmt is a statement.
type stmt interface{ start() int }

type begins int

func (b begins) start() int { return int(b) }

type (
	// importing is an import statement; from is "" for "import x".
	importing struct {
		begins
		isFrom  bool
		from    string // with the dots of a relative one
		aliases []alias
	}
	// alias is "name as as"; as is "" where it is left out.
	alias struct {
		at
		name, as string
	}
	// assign is a = b = value, a += value, a: annotation = value.
	assign struct {
		begins
		targets    []expr
		operator   string // "+" for +=
		annotation expr
		value      expr // nil for an annotation alone
	}
	// evaluate is an expression, or one of return, raise, del, assert.
	evaluate struct {
		begins
		word  string
		exprs []expr
	}
	// function is a def.
	function struct {
		begins
		name       string
		decorators []expr
		params     []param
		types      []param
		returns    expr
		body       []stmt
	}
	// class is a class statement.
	class struct {
		begins
		name       string
		decorators []expr
		types      []param
		args       []argument
		body       []stmt
	}
	// block is the head of a compound statement with its body: if, elif, else, while,
	// for, with, try, except, finally, match, case.
	block struct {
		begins
		word    string
		targets []expr // that it assigns, in turn from exprs
		exprs   []expr
		body    []stmt
	}
)
