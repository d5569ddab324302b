package jinjaast

// expression reads an expression with "if" and "else".
func (p *parser) expression() (Node, error) {
	up, err := p.deeper()
	if err != nil {
		return nil, err
	}
	defer up()
	n, err := p.binary(0)
	for err == nil && p.is("if") {
		n, err = p.conditional(n)
	}
	return n, err
}

// conditional reads "if condition else otherwise" behind a value.
func (p *parser) conditional(value Node) (Node, error) {
	op := &Op{at: at(p.tok.at), Operator: "if", Operands: []Node{value, nil, nil}}
	err := p.advance()
	if err != nil {
		return op, err
	}
	if op.Operands[1], err = p.binary(0); err != nil {
		return op, err
	}
	if ok, err := p.accept("else"); err != nil || !ok {
		return op, err
	}
	op.Operands[2], err = p.expression()
	return op, err
}

// unconditional reads an expression behind which "if" belongs to something else.
func (p *parser) unconditional() (Node, error) { return p.binary(0) }

// levels are the binary operators, loosest first. "not" stands between "and" and the
// comparisons.
var levels = [...][]string{
	{"or"}, {"and"}, nil, {"==", "!=", "<", ">", "<=", ">=", "in", "not"}, {"+", "-"}, {"~"}, {"*", "/", "//", "%"}, {"**"},
}

const levelNot = 2

// binary reads operators of a level and tighter ones.
func (p *parser) binary(level int) (Node, error) {
	switch level {
	case len(levels):
		return p.unary(true)
	case levelNot:
		return p.negation()
	}
	left, err := p.binary(level + 1)
	for err == nil && p.is(levels[level]...) {
		if p.is("not") {
			if next, err := p.peek(); err != nil || next.kind != kindName || next.text != "in" {
				return left, err
			}
		}
		left, err = p.operation(left, level)
	}
	return left, err
}

// operation reads an operator and what is right of it.
func (p *parser) operation(left Node, level int) (Node, error) {
	op := &Op{at: at(p.tok.at), Operator: p.tok.text, Operands: []Node{left, nil}}
	if err := p.another(); err != nil {
		return op, err
	}
	if op.Operator == "not" {
		op.Operator = "not in"
		if err := p.advance(); err != nil {
			return op, err
		}
	}
	if err := p.advance(); err != nil {
		return op, err
	}
	var err error
	op.Operands[1], err = p.binary(level + 1)
	return op, err
}

// negation reads "not".
func (p *parser) negation() (Node, error) {
	if !p.is("not") {
		return p.binary(levelNot + 1)
	}
	return p.prefixed(p.negation)
}

// prefixed reads an operator and the operand behind it.
func (p *parser) prefixed(operand func() (Node, error)) (Node, error) {
	up, err := p.deeper()
	if err != nil {
		return nil, err
	}
	defer up()
	op := &Op{at: at(p.tok.at), Operator: p.tok.text}
	if err := p.advance(); err != nil {
		return nil, err
	}
	n, err := operand()
	op.Operands = []Node{n}
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
	if p.tok.kind == kindOperator && p.is("-", "+") {
		n, err = p.prefixed(func() (Node, error) { return p.unary(false) })
	} else {
		n, err = p.primary(false)
	}
	if err == nil {
		n, err = p.postfix(n)
	}
	if err == nil && filters {
		n, err = p.filters(n)
	}
	return n, err
}

// postfix reads attributes, subscripts and calls.
func (p *parser) postfix(n Node) (Node, error) {
	for p.tok.kind == kindOperator {
		var err error
		switch p.tok.text {
		case ".":
			n, err = p.attribute(n)
		case "[":
			n, err = p.subscript(n)
		case "(":
			n, err = p.call(n)
		default:
			return n, nil
		}
		if err == nil {
			err = p.another()
		}
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// filters reads filters, tests and calls behind an expression.
func (p *parser) filters(n Node) (Node, error) {
	for {
		var err error
		switch {
		case p.tok.kind == kindOperator && p.is("|"):
			n, err = p.filter(n)
		case p.tok.kind == kindName && p.is("is"):
			n, err = p.test(n)
		case p.tok.kind == kindOperator && p.is("("):
			n, err = p.call(n)
		default:
			return n, nil
		}
		if err == nil {
			err = p.another()
		}
		if err != nil {
			return n, err
		}
	}
}
