package pysource

// function reads a def.
func (p *parser) function(from int, decorators []expr) []stmt {
	p.take()
	f := &function{begins: begins(from), decorators: decorators, name: p.takeName(), types: p.types()}
	p.expectOp("(")
	f.params = within(p, func() []param { return p.params(")", true) })
	p.expectOp(")")
	if p.takeOp("->") {
		f.returns = p.list()
	}
	f.body = p.body()
	return []stmt{f}
}

// class reads a class statement.
func (p *parser) class(from int, decorators []expr) []stmt {
	p.take()
	c := &class{begins: begins(from), decorators: decorators, name: p.takeName(), types: p.types()}
	if p.isOp("(") {
		c.args = p.arguments()
	}
	c.body = p.body()
	return []stmt{c}
}

// types reads the type parameters of a function, class or alias.
func (p *parser) types() []param {
	if !p.takeOp("[") {
		return nil
	}
	types := p.params("]", true)
	p.expectOp("]")
	return types
}

// params reads parameters up to what ends them. Those of a lambda have no annotations.
func (p *parser) params(end string, annotated bool) []param {
	var params []param
	for p.failed == nil && !p.isOp(end) {
		if !p.takeOp("/") {
			params = append(params, p.param(annotated))
		}
		if !p.takeOp(",") {
			break
		}
	}
	return params
}

// param reads one parameter.
func (p *parser) param(annotated bool) param {
	var one param
	switch {
	case p.takeOp("**"):
		one.stars = 2
	case p.takeOp("*"):
		one.stars = 1
	}
	if one.stars == 1 && (p.isOp(",") || p.isOp(")") || p.isOp(":")) {
		return one
	}
	if one.stars == 0 && p.isOp("(") { // as Python 2 had it
		p.target()
	} else {
		one.name = p.takeName()
	}
	if annotated && p.takeOp(":") {
		one.annotation = p.starred()
	}
	if p.takeOp("=") {
		one.fallback = p.starred()
	}
	return one
}
