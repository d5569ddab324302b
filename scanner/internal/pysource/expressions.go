package pysource

import (
	"slices"
	"strconv"
	"strings"
)

// keywords cannot be names.
var keywords = []string{
	"False", "None", "True", "and", "as", "assert", "break", "class", "continue", "def", "del", "elif", "else", "except", "finally", "for", "from",
	"global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
}

var isKeyword = func() map[string]bool {
	words := map[string]bool{}
	for _, word := range keywords {
		words[word] = true
	}
	return words
}()

// maxDepth bounds expressions inside each other; CPython allows 200 brackets.
// maxChain bounds attributes, subscripts and calls behind one value.
const (
	maxDepth = 400
	maxChain = 1000
)

// nested runs f one level deeper.
func (p *parser) nested(f func() expr) expr {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		p.fail("expressions are nested too deeply")
		return nil
	}
	return f()
}

// list reads expressions with commas between: one of them, or a tuple.
func (p *parser) list() expr {
	from := p.peek().at
	first := p.starred()
	if !p.isOp(",") {
		return first
	}
	items := []expr{first}
	for p.takeOp(",") && p.startsExpr() {
		items = append(items, p.starred())
	}
	return &sequence{p.since(from), '(', items}
}

// starred reads an expression that may have a star, or a yield.
func (p *parser) starred() expr {
	from := p.peek().at
	if p.takeOp("*") {
		return &operation{p.since(from), []string{"*"}, []expr{p.binary(4)}}
	}
	return p.expr()
}

// startsExpr reports whether an expression can begin here.
func (p *parser) startsExpr() bool {
	switch t := p.peek(); t.kind {
	case kindName:
		return !isKeyword[t.text] || slices.Contains([]string{"False", "None", "True", "lambda", "not", "yield"}, t.text)
	case kindNumber, kindString, kindBytes, kindOpen:
		return true
	case kindOperator:
		return strings.Contains("( [ { - + ~ * ...", t.text)
	default:
		return false
	}
}

// expr reads an expression, with a conditional or an assignment in it.
func (p *parser) expr() expr {
	return p.nested(func() expr {
		from := p.peek().at
		switch {
		case p.isWord("lambda"):
			return p.lambda()
		case p.isWord("yield"):
			return p.yield()
		}
		value := p.binary(0)
		switch {
		case p.takeOp(":="):
			return &walrus{p.since(from), value, p.expr()}
		case p.pattern && p.takeWord("as"):
			target := &name{p.since(p.peek().at), p.takeName()}
			return &walrus{p.since(from), target, value}
		case !p.pattern && p.isWord("if"):
			return p.conditional(from, value)
		}
		return value
	})
}

// conditional reads the rest of "value if condition else alternative".
func (p *parser) conditional(from int, value expr) expr {
	p.take()
	condition := p.binary(0)
	if !p.takeWord("else") {
		p.fail("an else is missing")
		return nil
	}
	alternative := p.expr()
	return &operation{p.since(from), []string{"if"}, []expr{value, condition, alternative}}
}

// lambda reads a function in an expression.
func (p *parser) lambda() expr {
	from := p.take().at
	params := p.params(":", false)
	p.expectOp(":")
	body := p.expr()
	return &lambda{p.since(from), params, body}
}

// yield reads a yield.
func (p *parser) yield() expr {
	from := p.take().at
	var operands []expr
	if p.takeWord("from") || p.startsExpr() {
		operands = append(operands, p.list())
	}
	return &operation{p.since(from), []string{"yield"}, operands}
}

// levels are the operators by how weakly they bind. "not" and comparisons, at 2 and 3,
// have words as well.
var levels = [][]string{
	{"or"}, {"and"}, {"not"}, {"<", ">", "==", ">=", "<=", "!=", "<>", "in", "is", "not"},
	{"|"}, {"^"}, {"&"}, {"<<", ">>"}, {"+", "-"}, {"*", "/", "//", "%", "@"},
}

// binary reads operands with the operators of a level and stronger ones between.
func (p *parser) binary(level int) expr {
	if level == len(levels) {
		return p.unary()
	}
	from := p.peek().at
	if level == 2 {
		return p.negated(from)
	}
	first := p.binary(level + 1)
	var o *operation
	for p.failed == nil {
		operator := p.operator(level)
		if operator == "" {
			break
		}
		if o == nil {
			o = &operation{operands: []expr{first}}
		}
		o.operators = append(o.operators, operator)
		o.operands = append(o.operands, p.binary(level+1))
	}
	if o == nil {
		return first
	}
	o.at = p.since(from)
	return o
}

// negated reads what "not" stands before.
func (p *parser) negated(from int) expr {
	if !p.takeWord("not") {
		return p.binary(3)
	}
	return p.nested(func() expr {
		operand := p.binary(2)
		return &operation{p.since(from), []string{"not"}, []expr{operand}}
	})
}

// operator takes an operator of a level, "" where there is none.
func (p *parser) operator(level int) string {
	t := p.peek()
	if t.kind != kindOperator && t.kind != kindName || !slices.Contains(levels[level], t.text) {
		return ""
	}
	if t.text == "not" {
		if after := p.peekAt(1); after.kind != kindName || after.text != "in" {
			return ""
		}
		p.take()
		p.take()
		return "not in"
	}
	if p.clause && t.text == "in" {
		return ""
	}
	p.take()
	if t.text == "is" && p.takeWord("not") {
		return "is not"
	}
	return t.text
}

// unary reads prefixes and powers.
func (p *parser) unary() expr {
	t := p.peek()
	if t.kind == kindOperator && (t.text == "-" || t.text == "+" || t.text == "~") {
		p.take()
		return p.nested(func() expr {
			operand := p.unary()
			return &operation{p.since(t.at), []string{t.text}, []expr{operand}}
		})
	}
	value := p.postfix()
	if !p.takeOp("**") {
		return value
	}
	return p.nested(func() expr {
		power := p.unary()
		return &operation{p.since(t.at), []string{"**"}, []expr{value, power}}
	})
}

// postfix reads a value with attributes, subscripts and calls.
func (p *parser) postfix() expr {
	from := p.peek().at
	if t := p.peek(); t.kind == kindName && t.text == "await" && p.afterAwait() {
		p.take()
		return p.nested(p.postfix)
	}
	value := p.atom()
	for n := 0; p.failed == nil; n++ {
		if n > maxChain {
			p.fail("more than %d attributes and calls of one value", maxChain)
			return nil
		}
		switch {
		case p.takeOp("."):
			attr := p.takeName()
			value = &attribute{p.since(from), value, attr}
		case p.isOp("("):
			args := p.arguments()
			value = &call{p.since(from), value, args}
		case p.isOp("["):
			key := p.key()
			value = &subscript{p.since(from), value, key}
		default:
			return value
		}
	}
	return value
}

// afterAwait reports whether "await" here is no name.
func (p *parser) afterAwait() bool {
	switch t := p.peekAt(1); t.kind {
	case kindName:
		return !isKeyword[t.text]
	case kindString, kindBytes, kindNumber, kindOpen:
		return true
	case kindOperator:
		return t.text == "(" || t.text == "[" || t.text == "{"
	default:
		return false
	}
}

// within runs f inside of brackets, where what ends an expression outside does not.
func within[T any](p *parser, f func() T) T {
	clause := p.clause
	p.clause = false
	defer func() { p.clause = clause }()
	return f()
}

// arguments reads what a call or a class has in parentheses.
func (p *parser) arguments() []argument {
	return within(p, func() []argument {
		p.take()
		var args []argument
		for p.failed == nil && !p.isOp(")") {
			args = append(args, p.argument())
			if !p.takeOp(",") {
				break
			}
		}
		p.expectOp(")")
		return args
	})
}

// argument reads one argument of a call.
func (p *parser) argument() argument {
	switch {
	case p.takeOp("**"):
		return argument{stars: 2, value: p.expr()}
	case p.takeOp("*"):
		return argument{stars: 1, value: p.expr()}
	}
	from := p.peek().at
	if t := p.peek(); t.kind == kindName && p.peekAt(1).kind == kindOperator && p.peekAt(1).text == "=" {
		p.take()
		p.take()
		return argument{name: t.text, value: p.expr()}
	}
	value := p.expr()
	if p.startsClause() {
		value = p.comprehension(from, '(', []expr{value})
	}
	return argument{value: value}
}

// key reads what a subscript has in brackets.
func (p *parser) key() expr {
	return within(p, func() expr {
		p.take()
		from := p.peek().at
		items, comma := []expr{}, false
		for p.failed == nil && !p.isOp("]") {
			items = append(items, p.slice())
			if comma = p.takeOp(","); !comma {
				break
			}
		}
		p.expectOp("]")
		if len(items) == 1 && !comma {
			return items[0]
		}
		return &sequence{p.since(from), '(', items}
	})
}

// slice reads one key or slice.
func (p *parser) slice() expr {
	from := p.peek().at
	s := &slice{}
	if !p.isOp(":") {
		if s.parts[0] = p.starred(); !p.isOp(":") {
			return s.parts[0]
		}
	}
	for i := 1; i < 3 && p.takeOp(":"); i++ {
		if p.startsExpr() {
			s.parts[i] = p.expr()
		}
	}
	s.at = p.since(from)
	return s
}

// atom reads a value without anything behind it.
func (p *parser) atom() expr {
	t := p.peek()
	switch t.kind {
	case kindName:
		return p.word(t)
	case kindNumber:
		p.take()
		return &constant{p.since(t.at), numberValue(t.text)}
	case kindString, kindBytes, kindOpen:
		return p.strings()
	case kindOperator:
		return p.symbol(t)
	default:
		p.unexpected()
		return nil
	}
}

// symbol reads a value that begins with an operator.
func (p *parser) symbol(t token) expr {
	switch {
	case t.text == "(" || t.text == "[" || t.text == "{":
		return p.nested(func() expr { return within(p, p.bracketed) })
	case t.text == "...":
		p.take()
		return &constant{p.since(t.at), float("...")}
	case t.text == "*" && p.pattern:
		return p.starred()
	}
	p.unexpected()
	return nil
}

// word reads a name or a constant with one.
func (p *parser) word(t token) expr {
	if isKeyword[t.text] && t.text != "None" && t.text != "True" && t.text != "False" {
		p.unexpected()
		return nil
	}
	p.take()
	switch t.text {
	case "None":
		return &constant{p.since(t.at), nil}
	case "True", "False":
		return &constant{p.since(t.at), t.text == "True"}
	}
	return &name{p.since(t.at), t.text}
}

// numberValue returns an integer of 64 bits, or the text of another number.
func numberValue(text string) any {
	base := 0
	if strings.Trim(text, "01234567") == "" && len(text) > 1 && text[0] == '0' { // as Python 2 had it
		base = 8
	}
	if n, err := strconv.ParseInt(text, base, 64); err == nil {
		return integer(n)
	}
	return float(text)
}

// bracketed reads a tuple, list, set, dict, comprehension, or an expression in
// parentheses.
func (p *parser) bracketed() expr {
	from, bracket := p.peek().at, p.take().text[0]
	end := map[byte]string{'(': ")", '[': "]", '{': "}"}[bracket]
	if p.takeOp(end) {
		if bracket == '{' {
			return &dict{at: p.since(from)}
		}
		return &sequence{p.since(from), bracket, nil}
	}
	if bracket == '{' && p.isOp("**") {
		return p.dict(from, nil)
	}
	first := p.starred()
	switch {
	case bracket == '{' && p.isOp(":"):
		return p.dict(from, first)
	case p.startsClause():
		c := p.comprehension(from, bracket, []expr{first})
		p.expectOp(end)
		return c
	case bracket == '(' && p.takeOp(")"):
		return first
	}
	items := []expr{first}
	for p.failed == nil && p.takeOp(",") && !p.isOp(end) {
		items = append(items, p.starred())
	}
	p.expectOp(end)
	return &sequence{p.since(from), bracket, items}
}

// dict reads the rest of a dict behind its first key, nil for "**".
func (p *parser) dict(from int, key expr) expr {
	d := &dict{}
	for p.failed == nil {
		if key == nil {
			p.expectOp("**")
		} else {
			p.expectOp(":")
		}
		value := p.expr()
		d.keys, d.values = append(d.keys, key), append(d.values, value)
		if p.startsClause() && len(d.keys) == 1 {
			c := p.comprehension(from, '{', []expr{key, value})
			p.expectOp("}")
			return c
		}
		if !p.takeOp(",") || p.isOp("}") {
			break
		}
		if key = nil; !p.isOp("**") {
			key = p.expr()
		}
	}
	p.expectOp("}")
	d.at = p.since(from)
	return d
}

// startsClause reports whether the clauses of a comprehension begin here.
func (p *parser) startsClause() bool {
	return p.isWord("for") || p.isWord("async") && p.peekAt(1).text == "for"
}

// comprehension reads its clauses.
func (p *parser) comprehension(from int, bracket byte, results []expr) expr {
	c := &comprehension{bracket: bracket, results: results}
	for p.failed == nil && p.startsClause() {
		p.takeWord("async")
		p.take()
		next := clause{target: p.target()}
		p.expectWord("in")
		next.from = p.binary(0)
		for p.failed == nil && p.takeWord("if") {
			next.conditions = append(next.conditions, p.binary(0))
		}
		c.clauses = append(c.clauses, next)
	}
	c.at = p.since(from)
	return c
}

// target reads what a loop assigns, which "in" ends.
func (p *parser) target() expr {
	clause := p.clause
	p.clause = true
	defer func() { p.clause = clause }()
	return p.list()
}

// strings reads strings that stand behind each other.
func (p *parser) strings() expr {
	from := p.peek().at
	var parts []expr
	plain, isBytes := true, p.peek().kind == kindBytes
	for t := p.peek(); p.failed == nil && (t.kind == kindString || t.kind == kindBytes || t.kind == kindOpen); t = p.peek() {
		p.take()
		if t.kind == kindOpen {
			plain = false
			parts = p.fields(parts)
			continue
		}
		parts = append(parts, &constant{p.since(t.at), t.text})
	}
	if !plain {
		return &formatted{p.since(from), parts}
	}
	var b strings.Builder
	for _, part := range parts {
		b.WriteString(part.(*constant).value.(string))
	}
	if isBytes {
		return &constant{p.since(from), byteString(b.String())}
	}
	return &constant{p.since(from), b.String()}
}

// fields reads the text and the fields of a string or of a format, up to its end.
func (p *parser) fields(parts []expr) []expr {
	for p.failed == nil {
		switch t := p.peek(); {
		case t.kind == kindMiddle:
			p.take()
			parts = append(parts, &constant{p.since(t.at), t.text})
		case t.kind == kindClose:
			p.take()
			return parts
		case p.isOp("{"):
			p.take()
			parts = p.field(parts)
		case p.isOp("}"): // of the field whose format this is
			return parts
		default:
			p.unexpected()
		}
	}
	return parts
}

// field reads the rest of a field.
func (p *parser) field(parts []expr) []expr {
	parts = append(parts, within(p, p.list))
	p.takeOp("=")
	if p.takeOp("!") {
		p.takeName()
	}
	if p.takeOp(":") {
		p.depth++
		if p.depth > maxDepth {
			p.fail("expressions are nested too deeply")
		}
		format := p.fields(nil)
		p.depth--
		parts = append(parts, &formatted{p.since(p.last), format})
	}
	p.expectOp("}")
	return parts
}
