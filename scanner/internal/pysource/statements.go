package pysource

import "slices"

// simple reads a statement without a body.
func (p *parser) simple() stmt {
	t := p.peek()
	if t.kind != kindName {
		return p.expression(t.at)
	}
	switch t.text {
	case "pass", "break", "continue":
		p.take()
		return nil
	case "import":
		return p.importing()
	case "from":
		return p.importingFrom()
	case "return", "del", "assert", "raise":
		return p.words(p.take())
	case "global", "nonlocal":
		return p.words(p.take())
	case "type":
		if after := p.peekAt(1); after.kind == kindName && !isKeyword[after.text] {
			return p.alias(t.at)
		}
	case "print", "exec":
		if s := p.python2(t); s != nil {
			return s
		}
	}
	return p.expression(t.at)
}

// words reads the expressions behind a word.
func (p *parser) words(t token) stmt {
	e := &evaluate{begins: begins(t.at), word: t.text}
	if p.startsExpr() || p.isOp("*") {
		e.exprs = append(e.exprs, p.list())
	}
	if t.text == "raise" && p.takeWord("from") {
		e.exprs = append(e.exprs, p.expr())
	}
	return e
}

// python2 reads what were statements in Python 2, as calls. It is nil where this is
// something else.
func (p *parser) python2(t token) stmt {
	after := p.peekAt(1)
	starts := after.kind == kindString || after.kind == kindNumber || after.kind == kindBytes || after.kind == kindName && !isKeyword[after.text]
	if !starts {
		return nil
	}
	p.take()
	c := &call{callee: &name{p.since(t.at), t.text}, args: []argument{{value: p.list()}}}
	c.at = p.since(t.at)
	return &evaluate{begins: begins(t.at), exprs: []expr{c}}
}

// alias reads "type name = value".
func (p *parser) alias(from int) stmt {
	p.take()
	target := &name{p.since(p.peek().at), p.takeName()}
	p.types()
	p.expectOp("=")
	return &assign{begins: begins(from), targets: []expr{target}, value: p.expr()}
}

// importing reads "import a.b as c, d".
func (p *parser) importing() stmt {
	s := &importing{begins: begins(p.take().at)}
	for p.failed == nil {
		s.aliases = append(s.aliases, p.imported(true))
		if !p.takeOp(",") {
			break
		}
	}
	return s
}

// importingFrom reads "from a.b import c as d, e".
func (p *parser) importingFrom() stmt {
	s := &importing{begins: begins(p.take().at), isFrom: true}
	for p.isOp(".") || p.isOp("...") {
		s.from += p.take().text
	}
	if !p.isWord("import") {
		s.from += p.dotted()
	}
	p.expectWord("import")
	if star := p.peek(); p.takeOp("*") {
		s.aliases = []alias{{at: p.since(star.at), name: "*"}}
		return s
	}
	if !p.takeOp("(") {
		s.aliases = p.importedNames("")
		return s
	}
	s.aliases = p.importedNames(")")
	p.expectOp(")")
	return s
}

// importedNames reads names with commas between, up to what ends them.
func (p *parser) importedNames(end string) []alias {
	var names []alias
	for p.failed == nil && (end == "" || !p.isOp(end)) {
		names = append(names, p.imported(false))
		if !p.takeOp(",") {
			break
		}
	}
	return names
}

// imported reads a name, with dots or without, and what it is called.
func (p *parser) imported(dots bool) alias {
	a := alias{}
	from := p.peek().at
	if dots {
		a.name = p.dotted()
	} else {
		a.name = p.takeName()
	}
	a.at = p.since(from)
	if p.takeWord("as") {
		a.as = p.takeName()
	}
	return a
}

// dotted reads a name with dots.
func (p *parser) dotted() string {
	name := p.takeName()
	for p.failed == nil && p.takeOp(".") {
		name += "." + p.takeName()
		if len(name) > 4<<10 {
			p.fail("a name is too long")
		}
	}
	return name
}

var augmented = []string{"+=", "-=", "*=", "/=", "//=", "%=", "@=", "&=", "|=", "^=", ">>=", "<<=", "**="}

// expression reads an expression or an assignment.
func (p *parser) expression(from int) stmt {
	first := p.list()
	switch t := p.peek(); {
	case t.kind != kindOperator:
	case t.text == ":":
		p.take()
		a := &assign{begins: begins(from), targets: []expr{first}, annotation: p.expr()}
		if p.takeOp("=") {
			a.value = p.list()
		}
		return a
	case slices.Contains(augmented, t.text):
		p.take()
		return &assign{begins: begins(from), targets: []expr{first}, operator: t.text[:len(t.text)-1], value: p.list()}
	case t.text == "=":
		a := &assign{begins: begins(from), targets: []expr{first}}
		for p.failed == nil && p.takeOp("=") {
			if a.value != nil {
				a.targets = append(a.targets, a.value)
			}
			a.value = p.list()
		}
		return a
	}
	return &evaluate{begins: begins(from), exprs: []expr{first}}
}
