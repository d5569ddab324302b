package jinjaast

import (
	"errors"
	"unicode/utf8"
)

// maxTries is how many errors of a template that is refused are passed over.
const maxTries = 200

// loosely goes on behind an error: it reads the rest of the tag in which that lies, and
// all there that may be an expression, whatever stands between. Another program might
// take the template after all.
func (p *parser) loosely(t *Template, err error, tries *int) {
	p.lex.loose, p.ahead = true, nil
	if p.lex.tag == "" { // the tag is complete, or the error lies outside of tags
		return
	}
	s := Statement{At: p.tok.at, Tag: "?"}
	tag := p.lex.tag
	for from := -1; err != nil && *tries > 0; *tries-- {
		from = p.behind(err, from)
		if from >= len(p.lex.src) {
			break
		}
		p.lex.pos, p.lex.tag, p.lex.open = from, tag, nil
		err = p.remainder(&s)
	}
	if err != nil {
		p.lex.pos, p.lex.tag = len(p.lex.src), ""
	}
	if len(s.Exprs) > 0 {
		t.Statements = append(t.Statements, s)
	}
}

// behind returns where to go on: at the error, or where that was tried already, one
// character further.
func (p *parser) behind(err error, tried int) int {
	at := p.tok.at
	if syntax := new(Error); errors.As(err, &syntax) {
		at = max(at, syntax.At)
	}
	if at > tried {
		return at
	}
	_, size := utf8.DecodeRuneInString(p.lex.src[tried:])
	return tried + size
}

// remainder reads expressions up to the end of the tag.
func (p *parser) remainder(s *Statement) error {
	err := p.advance()
	for err == nil && p.tok.kind != kindClose {
		start := p.tok.at
		err = p.expr(s)
		if err != nil && p.tok.at == start { // none begins here
			err = p.advance()
		}
	}
	return err
}
