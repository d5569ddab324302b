package pysource

import (
	"slices"
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
