package pysource

import "slices"

// A Problem is a place that is not understood, or that Python would not read either.
type Problem struct {
	At   int64 // offset in the file, bytes
	Text string
}

// A syntaxError says where a statement breaks the grammar.
type syntaxError struct {
	at   int
	text string
}

// maxProblems is how often reading goes on behind what is not understood.
const maxProblems = 16

// A parser turns tokens into statements.
type parser struct {
	lex      *lexer
	tokens   []token // that were read ahead
	next     int     // the first of them that was not taken
	last     int     // end of the token that was taken last
	step     func(int64) error
	stop     error // of step
	failed   *syntaxError
	problems []syntaxError
	depth    int
	clause   bool // "in" ends an expression
	pattern  bool // this is a pattern of a match statement
}

// parse reads a source as far as it goes.
func (p *parser) parse() []stmt {
	var body []stmt
	for p.peek().kind != kindEnd && p.goesOn() {
		body = append(body, p.block()...)
	}
	if len(p.problems) >= maxProblems {
		p.problems = append(p.problems, syntaxError{p.lex.pos, "not read from here on"})
	}
	p.problems = append(p.problems, p.lex.problems...)
	return body
}

// goesOn reports whether there is a sense in reading on.
func (p *parser) goesOn() bool { return p.stop == nil && len(p.problems) < maxProblems }

// block reads statements up to the end of their block. A line that stands too deep
// begins one as well.
func (p *parser) block() []stmt {
	var body []stmt
	for p.goesOn() {
		switch p.peek().kind {
		case kindDedent:
			p.take()
			return body
		case kindEnd:
			return body
		case kindIndent:
			p.take()
			p.problems = append(p.problems, syntaxError{p.last, "a line stands too deep"})
			body = append(body, p.block()...)
		default:
			body = p.statement(body)
		}
	}
	return body
}

// statement reads a statement, or the simple ones of a line, and adds them to a body.
// Behind one that is not understood it goes on with the next line.
func (p *parser) statement(body []stmt) []stmt {
	p.tokens = append(p.tokens[:0], p.tokens[p.next:]...)
	p.next = 0
	from := p.peek().at
	p.clause, p.pattern = false, false
	indents, depth := slices.Clone(p.lex.indents), p.depth
	p.depth = 0
	body = p.statements(body, from)
	if p.failed != nil {
		p.recover(from, indents)
	}
	p.depth = depth
	return body
}

// recover records what failed and moves to the next line: behind the mistake, or behind
// the beginning of the statement where the mistake is that something does not end.
func (p *parser) recover(from int, indents []int) {
	p.problems = append(p.problems, *p.failed)
	at := p.failed.at
	p.failed = nil
	if p.stop != nil {
		return
	}
	if p.next < len(p.tokens) && p.tokens[p.next].kind == kindError {
		at = from
	}
	l := p.lex
	for at < len(l.src) && l.newlineAt(at) == 0 {
		at++
	}
	l.pos = at + l.newlineAt(at)
	l.open, l.states, l.indents, l.pending, l.begin, l.blank = nil, nil, indents, 0, true, true
	p.tokens, p.next, p.last = p.tokens[:0], 0, l.pos
}

// statements reads a compound statement or a line of simple ones.
func (p *parser) statements(body []stmt, from int) []stmt {
	t := p.peek()
	switch {
	case t.kind == kindNewline:
		p.take()
		return body
	case t.kind == kindOperator && t.text == "@":
		return p.decorated(body, from)
	case t.kind == kindName:
		if s, ok := p.compound(t.text, from, nil); ok {
			return append(body, s...)
		}
	}
	for p.failed == nil {
		if s := p.simple(); s != nil && p.failed == nil {
			body = append(body, s)
		}
		if !p.takeOp(";") || p.peek().kind == kindNewline {
			break
		}
	}
	if p.peek().kind != kindNewline {
		p.unexpected()
		return body
	}
	p.take()
	return body
}

// decorated reads decorators and what they are for.
func (p *parser) decorated(body []stmt, from int) []stmt {
	var decorators []expr
	for p.takeOp("@") {
		decorators = append(decorators, p.expr())
		if p.peek().kind != kindNewline {
			p.unexpected()
			return body
		}
		p.take()
	}
	s, ok := p.compound(p.peek().text, from, decorators)
	if !ok {
		p.unexpected()
	}
	return append(body, s...)
}

// compound reads a statement with a body, where one begins here.
func (p *parser) compound(word string, from int, decorators []expr) ([]stmt, bool) {
	switch word {
	case "def":
		return p.function(from, decorators), true
	case "class":
		return p.class(from, decorators), true
	case "async":
		if after := p.peekAt(1); after.kind == kindName && slices.Contains([]string{"def", "for", "with"}, after.text) {
			p.take()
			return p.compound(after.text, from, decorators)
		}
	case "if", "elif", "while":
		p.take()
		return p.blockOf(from, word, nil, []expr{p.expr()}), true
	case "else", "try", "finally":
		p.take()
		return p.blockOf(from, word, nil, nil), true
	case "for":
		p.take()
		targets := []expr{p.target()}
		p.expectWord("in")
		return p.blockOf(from, word, targets, []expr{p.list()}), true
	case "with":
		p.take()
		return p.with(from), true
	case "except":
		p.take()
		return p.except(from), true
	case "match":
		return p.match(from)
	case "case":
		return p.caseOf(from)
	}
	return nil, false
}

// blockOf reads the colon and the body of a compound statement.
func (p *parser) blockOf(from int, word string, targets, exprs []expr) []stmt {
	return []stmt{&block{begins(from), word, targets, exprs, p.body()}}
}

// body reads a colon with a line of simple statements, or with an indented block.
func (p *parser) body() []stmt {
	p.expectOp(":")
	if p.peek().kind != kindNewline {
		return p.simpleLine()
	}
	p.take()
	if p.peek().kind != kindIndent {
		p.problems = append(p.problems, syntaxError{p.last, "a block is missing"})
		return nil
	}
	p.take()
	return p.block()
}

// simpleLine reads the statements behind a colon.
func (p *parser) simpleLine() []stmt {
	var body []stmt
	for p.failed == nil {
		if s := p.simple(); s != nil && p.failed == nil {
			body = append(body, s)
		}
		if !p.takeOp(";") || p.peek().kind == kindNewline {
			break
		}
	}
	if p.peek().kind != kindNewline {
		p.unexpected()
	}
	p.take()
	return body
}

// with reads the head of a with statement, whose items may be in parentheses.
func (p *parser) with(from int) []stmt {
	m := p.mark()
	if p.takeOp("(") {
		targets, exprs := within2(p, p.items)
		if p.takeOp(")") && p.isOp(":") && p.failed == nil {
			return p.blockOf(from, "with", targets, exprs)
		}
		p.reset(m)
	}
	targets, exprs := p.items()
	return p.blockOf(from, "with", targets, exprs)
}

// within2 is within for two results.
func within2(p *parser, f func() ([]expr, []expr)) (a, b []expr) {
	within(p, func() bool { a, b = f(); return true })
	return a, b
}

// items reads "value as target, ...".
func (p *parser) items() (targets, exprs []expr) {
	for p.failed == nil {
		exprs = append(exprs, p.expr())
		var target expr
		if p.takeWord("as") {
			target = p.postfix()
		}
		targets = append(targets, target)
		if !p.takeOp(",") || !p.startsExpr() {
			break
		}
	}
	return targets, exprs
}

// except reads the head of a handler.
func (p *parser) except(from int) []stmt {
	p.takeOp("*")
	if p.isOp(":") {
		return p.blockOf(from, "except", nil, nil)
	}
	exprs, targets := []expr{p.list()}, []expr(nil)
	if p.takeWord("as") {
		targets = append(targets, &name{p.since(p.peek().at), p.takeName()})
	}
	return p.blockOf(from, "except", targets, exprs)
}

// match reads a match statement, where "match" is no name.
func (p *parser) match(from int) ([]stmt, bool) {
	m := p.mark()
	p.take()
	if !p.startsExpr() && !p.isOp("*") {
		p.reset(m)
		return nil, false
	}
	subject := p.list()
	if p.failed != nil || !p.isOp(":") || p.peekAt(1).kind != kindNewline || p.peekAt(2).kind != kindIndent || p.peekAt(3).text != "case" {
		p.reset(m)
		return nil, false
	}
	return p.blockOf(from, "match", nil, []expr{subject}), true
}

// caseOf reads a case of a match statement, where "case" is no name.
func (p *parser) caseOf(from int) ([]stmt, bool) {
	m := p.mark()
	p.take()
	if !p.startsExpr() && !p.isOp("*") {
		p.reset(m)
		return nil, false
	}
	p.pattern = true
	exprs := []expr{p.list()}
	p.pattern = false
	if p.takeWord("if") {
		exprs = append(exprs, p.expr())
	}
	if p.failed != nil || !p.isOp(":") {
		p.reset(m)
		return nil, false
	}
	return p.blockOf(from, "case", nil, exprs), true
}
