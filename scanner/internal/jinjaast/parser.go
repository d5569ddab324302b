package jinjaast

import (
	"fmt"
	"slices"
)

// maxDepth is how deeply expressions may nest, in steps of which a pair of parentheses
// takes two; jinja2 gives up at 70 pairs. maxNodes is how many expressions there may be.
const (
	maxDepth = 1000
	maxNodes = 1 << 20
)

// A parser reads a template. What its methods read before an error they return with it.
type parser struct {
	lex    lexer
	tok    token
	ahead  []token // read already, behind tok
	depth  int
	nodes  int
	blocks []block // that are open, innermost last
}

// Parse parses a template. The error is an *Error, the first thing that jinja2 would
// refuse; what can be read of such a template is returned as well.
func Parse(src string) (*Template, error) {
	p := &parser{lex: lexer{src: withoutLastNewline(src)}}
	t := &Template{}
	var first error
	for tries := maxTries; tries > 0; {
		more, err := p.piece(t)
		if err == nil && !more {
			break
		}
		if err != nil {
			if first == nil {
				first = err
			}
			tries--
			p.loosely(t, err, &tries)
		}
	}
	return t, first
}

// withoutLastNewline cuts off the end of the last line, which jinja2 does first of all.
func withoutLastNewline(src string) string {
	for _, newline := range []string{"\r\n", "\n", "\r"} {
		if n := len(src) - len(newline); n >= 0 && src[n:] == newline {
			return src[:n]
		}
	}
	return src
}

// piece reads one tag, and says whether there was one.
func (p *parser) piece(t *Template) (more bool, err error) {
	if err := p.advance(); err != nil {
		return true, err
	}
	text := string(p.lex.passed)
	p.lex.passed = p.lex.passed[:0]
	if n := len(t.Statements); n > 0 {
		t.Statements[n-1].Text = text
	}
	p.fill(trimSpace(text) != "")
	if p.tok.kind == kindEnd {
		return false, p.unclosed()
	}
	s := Statement{At: p.tok.at}
	err = p.tag(&s)
	t.Statements = append(t.Statements, s)
	return true, err
}

// tag reads an output or a statement, up to its end.
func (p *parser) tag(s *Statement) error {
	output := p.tok.text == "{{"
	err := p.advance()
	switch {
	case err != nil:
	case output && p.within("trans") && !p.lex.loose:
		err = p.translated(s)
	case output:
		p.fill(true)
		err = p.exprs(s)
	default:
		err = p.statement(s)
	}
	if err == nil && p.tok.kind != kindClose {
		err = p.unexpected("the end of the tag")
	}
	return err
}

// advance moves to the next token.
func (p *parser) advance() error {
	if len(p.ahead) > 0 {
		p.tok, p.ahead = p.ahead[0], p.ahead[1:]
		return nil
	}
	t, err := p.lex.next()
	if err == nil {
		p.tok = t
	}
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
func (p *parser) is(texts ...string) bool {
	return (p.tok.kind == kindOperator || p.tok.kind == kindName) && slices.Contains(texts, p.tok.text)
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

// expectName moves over a name and returns it.
func (p *parser) expectName() (string, error) {
	if p.tok.kind != kindName {
		return "", p.unexpected("a name")
	}
	name := p.tok.text
	return name, p.advance()
}

func (p *parser) unexpected(want string) error {
	return &Error{p.tok.at, fmt.Sprintf("%q where %s belongs", p.tok.text, want)}
}

// deeper guards the recursion.
func (p *parser) deeper() (func(), error) {
	p.depth++
	if err := p.another(); err != nil || p.depth > maxDepth {
		p.depth--
		return nil, &Error{p.tok.at, "expressions nest too deeply, or are too many"}
	}
	return func() { p.depth-- }, nil
}

// another guards the number of expressions.
func (p *parser) another() error {
	if p.nodes++; p.nodes > maxNodes {
		return &Error{p.tok.at, "expressions nest too deeply, or are too many"}
	}
	return nil
}
