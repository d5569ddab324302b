package pysource

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
		return !isKeyword[t.text] || t.text == "None" || t.text == "True" || t.text == "False"
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

// unpacked reads a key. Behind a star there, unlike elsewhere, any expression may stand.
func (p *parser) unpacked() expr {
	from := p.peek().at
	if !p.takeOp("*") {
		return p.starred()
	}
	of := p.expr()
	return &operation{p.since(from), []string{"*"}, []expr{of}}
}

// slice reads one key or slice.
func (p *parser) slice() expr {
	from := p.peek().at
	s := &slice{}
	if !p.isOp(":") {
		if s.parts[0] = p.unpacked(); !p.isOp(":") {
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
