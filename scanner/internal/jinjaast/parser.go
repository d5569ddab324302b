package jinjaast

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

func (a Args) sortedNames() []string { return slices.Sorted(maps.Keys(a.Named)) }

// maxDepth is how deeply expressions may nest; maxNodes, how many there may be.
const (
	maxDepth = 200
	maxNodes = 1 << 20
)

// A parser reads expressions.
type parser struct {
	lex   lexer
	tok   token
	ahead []token // read already, behind tok
	depth int
	nodes int
}

// advance moves to the next token.
func (p *parser) advance() error {
	if len(p.ahead) > 0 {
		p.tok, p.ahead = p.ahead[0], p.ahead[1:]
		return nil
	}
	var err error
	p.tok, err = p.lex.next()
	return err
}

// peek returns the token behind the current one.
func (p *parser) peek() (token, error) {
	if len(p.ahead) == 0 {
		t, err := p.lex.next()
		if err != nil {
			return t, err
		}
		p.ahead = append(p.ahead, t)
	}
	return p.ahead[0], nil
}

// is reports whether an operator or a keyword stands here.
func (p *parser) is(text string) bool {
	return (p.tok.kind == kindOperator || p.tok.kind == kindName) && p.tok.text == text
}

// accept moves on where an operator or a keyword stands here.
func (p *parser) accept(text string) (bool, error) {
	if !p.is(text) {
		return false, nil
	}
	return true, p.advance()
}

// expect moves over an operator or a keyword.
func (p *parser) expect(text string) error {
	if !p.is(text) {
		return p.unexpected(fmt.Sprintf("%q", text))
	}
	return p.advance()
}

func (p *parser) unexpected(want string) error {
	what := fmt.Sprintf("%q", p.tok.text)
	if p.tok.kind == kindEnd {
		what = "the end"
	}
	return &Error{p.tok.at, fmt.Sprintf("%s where %s belongs", what, want)}
}

// deeper guards the recursion.
func (p *parser) deeper() (func(), error) {
	p.depth++
	if p.nodes++; p.depth > maxDepth || p.nodes > maxNodes {
		return nil, &Error{p.tok.at, "expressions nest too deeply, or are too many"}
	}
	return func() { p.depth-- }, nil
}

// expression reads an expression with "if" and "else".
func (p *parser) expression() (Node, error) {
	up, err := p.deeper()
	if err != nil {
		return nil, err
	}
	defer up()
	n, err := p.binary(0)
	for err == nil && p.is("if") {
		op := &Op{at: at(p.tok.at), Operator: "if"}
		if err = p.advance(); err != nil {
			break
		}
		var condition, otherwise Node
		if condition, err = p.binary(0); err != nil {
			break
		}
		if ok, err := p.accept("else"); err != nil {
			return nil, err
		} else if ok {
			if otherwise, err = p.expression(); err != nil {
				return nil, err
			}
		}
		op.Operands = []Node{n, condition, otherwise}
		n = op
	}
	return n, err
}

// levels are the binary operators, loosest first. "not" stands between "and" and the
// comparisons.
var levels = [][]string{
	{"or"}, {"and"}, nil, {"==", "!=", "<", ">", "<=", ">=", "in", "not"}, {"+", "-"}, {"~"}, {"*", "/", "//", "%"}, {"**"},
}

const levelNot = 2

// binary reads operators of a level and tighter ones.
func (p *parser) binary(level int) (Node, error) {
	if level == len(levels) {
		return p.unary(true)
	}
	if level == levelNot {
		return p.negation()
	}
	left, err := p.binary(level + 1)
	for err == nil && slices.ContainsFunc(levels[level], p.is) {
		op := &Op{at: at(p.tok.at), Operator: p.tok.text}
		if op.Operator == "not" {
			if next, err := p.peek(); err != nil || next.text != "in" {
				return left, err
			}
			op.Operator = "not in"
			if err := p.advance(); err != nil {
				return nil, err
			}
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
		up, err := p.deeper()
		if err != nil {
			return nil, err
		}
		right, err := p.binary(level + 1)
		up()
		if err != nil {
			return nil, err
		}
		op.Operands = []Node{left, right}
		left = op
	}
	return left, err
}

// negation reads "not".
func (p *parser) negation() (Node, error) {
	if !p.is("not") {
		return p.binary(levelNot + 1)
	}
	up, err := p.deeper()
	if err != nil {
		return nil, err
	}
	defer up()
	op := &Op{at: at(p.tok.at), Operator: "not"}
	if err := p.advance(); err != nil {
		return nil, err
	}
	operand, err := p.negation()
	op.Operands = []Node{operand}
	return op, err
}

// unary reads signs and what binds tighter.
func (p *parser) unary(filters bool) (Node, error) {
	up, err := p.deeper()
	if err != nil {
		return nil, err
	}
	defer up()
	var n Node
	if p.tok.kind == kindOperator && (p.tok.text == "-" || p.tok.text == "+") {
		op := &Op{at: at(p.tok.at), Operator: p.tok.text}
		if err := p.advance(); err != nil {
			return nil, err
		}
		operand, err := p.unary(false)
		if err != nil {
			return nil, err
		}
		op.Operands = []Node{operand}
		n = op
	} else if n, err = p.primary(); err != nil {
		return nil, err
	}
	if n, err = p.postfix(n); err != nil {
		return nil, err
	}
	if filters {
		return p.filters(n)
	}
	return n, nil
}

// constants are the names that are values.
var constants = map[string]any{"true": true, "True": true, "false": false, "False": false, "none": nil, "None": nil}

// primary reads a name, a literal, or something in brackets.
func (p *parser) primary() (Node, error) {
	t := p.tok
	switch {
	case t.kind == kindName:
		if value, ok := constants[t.text]; ok {
			return &Literal{at(t.at), value}, p.advance()
		}
		return &Name{at(t.at), t.text}, p.advance()
	case t.kind == kindNumber:
		return &Literal{at(t.at), number(t.text)}, p.advance()
	case t.kind == kindString:
		return p.text()
	case p.is("("):
		return p.parenthesis()
	case p.is("["):
		items, err := p.sequence("[", "]", false)
		return &List{at(t.at), items}, err
	case p.is("{"):
		items, err := p.sequence("{", "}", true)
		return &Dict{at(t.at), items}, err
	}
	return nil, p.unexpected("an expression")
}

// number returns the value of a number.
func number(text string) float64 {
	if n, err := strconv.ParseInt(text, 0, 64); err == nil {
		return float64(n)
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil {
		return f
	}
	return math.Inf(1)
}

// text reads strings, which join where they stand side by side.
func (p *parser) text() (Node, error) {
	n := &Literal{at: at(p.tok.at)}
	var b strings.Builder
	for p.tok.kind == kindString {
		b.WriteString(p.tok.text)
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
	n.Value = b.String()
	return n, nil
}

// parenthesis reads an expression or a tuple in parentheses.
func (p *parser) parenthesis() (Node, error) {
	start := p.tok.at
	if err := p.advance(); err != nil {
		return nil, err
	}
	if ok, err := p.accept(")"); ok || err != nil {
		return &List{at: at(start)}, err
	}
	n, err := p.tuple(")")
	if err != nil {
		return nil, err
	}
	return n, p.expect(")")
}

// tuple reads expressions with commas between them, or one.
func (p *parser) tuple(ends ...string) (Node, error) {
	start := p.tok.at
	first, err := p.expression()
	if err != nil || !p.is(",") {
		return first, err
	}
	list := &List{at(start), []Node{first}}
	for p.is(",") {
		if err := p.advance(); err != nil {
			return nil, err
		}
		if p.tok.kind == kindClose || slices.ContainsFunc(ends, p.is) {
			break
		}
		item, err := p.expression()
		if err != nil {
			return nil, err
		}
		list.Items = append(list.Items, item)
	}
	return list, nil
}

// sequence reads items in brackets; of a dict, keys and values.
func (p *parser) sequence(open, end string, pairs bool) ([]Node, error) {
	if err := p.expect(open); err != nil {
		return nil, err
	}
	var items []Node
	for !p.is(end) {
		item, err := p.expression()
		if err != nil {
			return nil, err
		}
		items = append(items, item)
		if pairs {
			if err := p.expect(":"); err != nil {
				return nil, err
			}
			value, err := p.expression()
			if err != nil {
				return nil, err
			}
			items = append(items, value)
		}
		if ok, err := p.accept(","); err != nil {
			return nil, err
		} else if !ok {
			break
		}
	}
	return items, p.expect(end)
}

// postfix reads attributes, subscripts and calls.
func (p *parser) postfix(n Node) (Node, error) {
	for p.tok.kind == kindOperator {
		start := at(p.tok.at)
		var err error
		switch p.tok.text {
		case ".":
			if err = p.advance(); err != nil {
				return nil, err
			}
			if p.tok.kind != kindName && p.tok.kind != kindNumber {
				return nil, p.unexpected("a name")
			}
			n = &Attr{start, n, p.tok.text}
			err = p.advance()
		case "[":
			n, err = p.subscript(n)
		case "(":
			n, err = p.call(n)
		default:
			return n, nil
		}
		if err != nil {
			return nil, err
		}
		if p.nodes++; p.nodes > maxNodes {
			return nil, &Error{p.tok.at, "too many expressions"}
		}
	}
	return n, nil
}

// subscript reads "[...]" behind an expression.
func (p *parser) subscript(of Node) (Node, error) {
	s := &Subscript{at: at(p.tok.at), Of: of}
	if err := p.advance(); err != nil {
		return nil, err
	}
	var keys []Node
	for !p.is("]") {
		key, err := p.key()
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
		if ok, err := p.accept(","); err != nil {
			return nil, err
		} else if !ok {
			break
		}
	}
	if len(keys) == 1 {
		s.Key = keys[0]
	} else {
		s.Key = &List{s.at, keys}
	}
	return s, p.expect("]")
}

// key reads a key or a slice.
func (p *parser) key() (Node, error) {
	slice := &Slice{at: at(p.tok.at)}
	parts := [3]Node{}
	i, colons := 0, 0
	for !p.is("]") && !p.is(",") {
		if p.is(":") {
			if colons++; colons > 2 {
				return nil, p.unexpected("an expression")
			}
			i++
			if err := p.advance(); err != nil {
				return nil, err
			}
			continue
		}
		if parts[i] != nil {
			return nil, p.unexpected(`"]"`)
		}
		var err error
		if parts[i], err = p.expression(); err != nil {
			return nil, err
		}
	}
	if colons == 0 {
		if parts[0] == nil {
			return nil, p.unexpected("a key")
		}
		return parts[0], nil
	}
	slice.From, slice.To, slice.Step = parts[0], parts[1], parts[2]
	return slice, nil
}

// call reads "(...)" behind an expression.
func (p *parser) call(callee Node) (Node, error) {
	c := &Call{at: at(p.tok.at), Callee: callee}
	var err error
	c.Args, err = p.arguments()
	return c, err
}

// arguments reads arguments in parentheses.
func (p *parser) arguments() (Args, error) {
	args := Args{Named: map[string]Node{}}
	if err := p.expect("("); err != nil {
		return args, err
	}
	for !p.is(")") {
		if err := p.argument(&args); err != nil {
			return args, err
		}
		if ok, err := p.accept(","); err != nil {
			return args, err
		} else if !ok {
			break
		}
	}
	return args, p.expect(")")
}

// argument reads one argument.
func (p *parser) argument(args *Args) error {
	for _, star := range []string{"*", "**"} {
		if ok, err := p.accept(star); err != nil {
			return err
		} else if ok {
			break
		}
	}
	if p.tok.kind == kindName {
		next, err := p.peek()
		if err != nil {
			return err
		}
		if next.kind == kindOperator && next.text == "=" {
			name := p.tok.text
			if err := p.advance(); err != nil {
				return err
			}
			if err := p.advance(); err != nil {
				return err
			}
			value, err := p.expression()
			args.Named[name] = value
			return err
		}
	}
	value, err := p.expression()
	args.Pos = append(args.Pos, value)
	return err
}

// filters reads filters, tests and calls behind an expression.
func (p *parser) filters(n Node) (Node, error) {
	for {
		var err error
		switch {
		case p.tok.kind == kindOperator && p.tok.text == "|":
			n, err = p.filter(n)
		case p.tok.kind == kindName && p.tok.text == "is":
			n, err = p.test(n)
		case p.tok.kind == kindOperator && p.tok.text == "(":
			n, err = p.call(n)
		default:
			return n, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// filter reads "|name" with or without arguments.
func (p *parser) filter(of Node) (Node, error) {
	f := &Filter{at: at(p.tok.at), Of: of}
	if err := p.advance(); err != nil {
		return nil, err
	}
	var err error
	if f.Name, err = p.dotted(); err != nil {
		return nil, err
	}
	if p.is("(") {
		f.Args, err = p.arguments()
	}
	return f, err
}

// dotted reads a name with dots.
func (p *parser) dotted() (string, error) {
	var parts []string
	for {
		if p.tok.kind != kindName {
			return "", p.unexpected("a name")
		}
		parts = append(parts, p.tok.text)
		if err := p.advance(); err != nil {
			return "", err
		}
		if ok, err := p.accept("."); err != nil || !ok {
			return strings.Join(parts, "."), err
		}
	}
}

// notArguments are words that end a test; jinja2 takes all others for its argument.
var notArguments = []string{"else", "or", "and", "is"}

// test reads "is name" with or without arguments.
func (p *parser) test(of Node) (Node, error) {
	t := &Test{at: at(p.tok.at), Of: of}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if _, err := p.accept("not"); err != nil {
		return nil, err
	}
	var err error
	if t.Name, err = p.dotted(); err != nil {
		return nil, err
	}
	word := p.tok.kind == kindName && !slices.Contains(notArguments, p.tok.text)
	switch {
	case p.is("("):
		t.Args, err = p.arguments()
	case word || p.tok.kind == kindString || p.tok.kind == kindNumber || p.is("[") || p.is("{"):
		var n Node
		if n, err = p.primary(); err == nil {
			n, err = p.postfix(n)
		}
		t.Args = Args{Pos: []Node{n}}
	}
	return t, err
}
