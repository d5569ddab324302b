package jinjaast

import (
	"fmt"
	"slices"
	"strings"
)

// A block is a tag that another one must close.
type block struct {
	tag      string
	at       int
	ends     []string // the tags that may go on with it
	name     string   // of a block of that tag
	required bool     // it must hold nothing but white space
	filled   bool     // it does not
	*translation
}

// begin opens a block behind its head, or goes on with it.
func (p *parser) begin(s *Statement, ends ...string) error {
	if _, err := p.accept(":"); err != nil { // as in Python
		return err
	}
	if p.tok.kind != kindClose {
		return p.unexpected("the end of the tag")
	}
	p.blocks = append(p.blocks, block{tag: s.Tag, at: s.At, ends: ends})
	return nil
}

// within reports whether the innermost block is of a tag.
func (p *parser) within(tag string) bool {
	return len(p.blocks) > 0 && p.blocks[len(p.blocks)-1].tag == tag
}

// continues reports whether a tag goes on with the innermost block.
func (p *parser) continues(tag string) bool {
	return len(p.blocks) > 0 && slices.Contains(p.blocks[len(p.blocks)-1].ends, tag)
}

// unwind closes blocks of a template that is refused already, up to one that a tag goes
// on with.
func (p *parser) unwind(tag string) {
	p.blocks = slices.DeleteFunc(p.blocks, func(b block) bool { return b.translation != nil })
	for i := len(p.blocks) - 1; i >= 0; i-- {
		if slices.Contains(p.blocks[i].ends, tag) {
			p.blocks = p.blocks[:i+1]
			return
		}
	}
}

// fill notes that the innermost block holds something.
func (p *parser) fill(filled bool) {
	if filled && len(p.blocks) > 0 {
		p.blocks[len(p.blocks)-1].filled = true
	}
}

// proceed reads a tag that goes on with the innermost block or closes it, from its name
// on.
func (p *parser) proceed(s *Statement) error {
	at := p.tok.at
	if err := p.advance(); err != nil {
		return err
	}
	open := p.blocks[len(p.blocks)-1]
	p.blocks = p.blocks[:len(p.blocks)-1]
	switch s.Tag {
	case "elif":
		return p.condition(s)
	case "else":
		if open.tag == "for" {
			return p.begin(s, "endfor")
		}
		return p.begin(s, "endif")
	case "pluralize":
		return p.pluralize(open)
	case "endtrans":
		return open.translationEnds(at)
	case "endblock":
		if open.required && open.filled {
			return &Error{at, "a required block holds something"}
		}
		_, err := p.accept(open.name)
		return err
	}
	return nil
}

// stray says what is wrong with a tag that nothing knows here.
func (p *parser) stray(name token) error {
	for _, open := range p.blocks {
		if slices.Contains(open.ends, name.text) {
			inner := p.blocks[len(p.blocks)-1]
			return &Error{name.at, fmt.Sprintf("%s where %q is open since offset %d", shown(name.text), inner.tag, inner.at)}
		}
	}
	return &Error{name.at, "the tag " + shown(name.text) + ", which is unknown here"}
}

// unclosed says what is open at the end of the template.
func (p *parser) unclosed() error {
	if len(p.blocks) == 0 {
		return nil
	}
	open := p.blocks[len(p.blocks)-1]
	p.blocks = nil
	return &Error{p.tok.at, fmt.Sprintf("the template ends without %s for %q at offset %d", strings.Join(open.ends, " or "), open.tag, open.at)}
}
