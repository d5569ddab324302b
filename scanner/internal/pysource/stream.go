package pysource

import "fmt"

// A mark is a place to return to.
type mark struct{ next, last, depth int }

func (p *parser) mark() mark { return mark{p.next, p.last, p.depth} }

// reset returns to a mark of the same statement and forgets what failed since.
func (p *parser) reset(m mark) {
	p.next, p.last, p.depth, p.failed = m.next, m.last, m.depth, nil
}

// peek returns the next token. Where the statement has failed, it is an error.
func (p *parser) peek() token { return p.peekAt(0) }

// peekAt returns a token further on.
func (p *parser) peekAt(n int) token {
	if p.failed != nil {
		return token{kindError, "", p.failed.at, p.failed.at}
	}
	for p.next+n >= len(p.tokens) {
		if p.stop == nil {
			p.stop = p.step(1)
		}
		if p.stop != nil {
			p.fail("stopped")
			return token{kindError, "", p.last, p.last}
		}
		p.tokens = append(p.tokens, p.lex.next())
	}
	return p.tokens[p.next+n]
}

// take returns the next token and moves behind it.
func (p *parser) take() token {
	t := p.peek()
	if p.failed == nil {
		p.next++
		p.last = t.end
	}
	return t
}

// since returns the span from an offset to the token that was taken last.
func (p *parser) since(from int) at { return at{from, max(p.last, from)} }

// fail ends the statement.
func (p *parser) fail(format string, args ...any) {
	if p.failed == nil {
		where := p.last
		if p.next < len(p.tokens) {
			where = p.tokens[p.next].at
		}
		p.failed = &syntaxError{where, fmt.Sprintf(format, args...)}
	}
}

// unexpected fails at the next token.
func (p *parser) unexpected() {
	switch t := p.peek(); t.kind {
	case kindError:
		p.fail("%s", t.text)
	case kindNewline, kindIndent, kindDedent, kindEnd:
		p.fail("the statement ends too early")
	default:
		p.fail("%.40q is not expected here", t.text)
	}
}

func (p *parser) isOp(text string) bool {
	t := p.peek()
	return t.kind == kindOperator && t.text == text
}

func (p *parser) takeOp(text string) bool {
	if p.isOp(text) {
		p.take()
		return true
	}
	return false
}

func (p *parser) expectOp(text string) {
	if !p.takeOp(text) {
		p.unexpected()
	}
}

func (p *parser) isWord(text string) bool {
	t := p.peek()
	return t.kind == kindName && t.text == text
}

func (p *parser) takeWord(text string) bool {
	if p.isWord(text) {
		p.take()
		return true
	}
	return false
}

func (p *parser) expectWord(text string) {
	if !p.takeWord(text) {
		p.unexpected()
	}
}

// takeName takes a name that is no keyword.
func (p *parser) takeName() string {
	t := p.peek()
	if t.kind != kindName || isKeyword[t.text] {
		p.unexpected()
		return ""
	}
	p.take()
	return t.text
}
