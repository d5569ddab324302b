package jsontree

import (
	"strings"
	"unicode/utf8"

	"github.com/modelsieve/modelsieve/scanner"
)

// A parser reads a text into a tree. What is open is found through the parents, so no
// depth of the text makes it recurse.
type parser struct {
	t     *Tree
	at    int    // in the text
	open  uint32 // the innermost container, where depth is not 0
	depth int
	first error // the first thing that is wrong and does not end the reading
}

// parse reads a text into the tree.
func (t *Tree) parse(text string) error {
	text, wrong, err := t.decode(text)
	if err != nil {
		return err
	}
	t.text = text
	p := &parser{t: t}
	if err = t.b.Step(int64(len(text) / 64)); err == nil {
		err = p.document()
	}
	p.close()
	if err == nil && p.first == nil && wrong {
		p.at = len(text)
		err = p.wrong("these bytes are no character")
	}
	if p.first != nil && stopping(err) == nil {
		return p.first
	}
	return err
}

// document reads the value that is the text.
func (p *parser) document() error {
	if err := p.value(); err != nil {
		return err
	}
	for p.depth > 0 {
		if err := p.next(); err != nil {
			return err
		}
	}
	if p.space(); p.at < len(p.t.text) {
		return p.wrong("something follows the value")
	}
	return nil
}

// close ends what is still open.
func (p *parser) close() {
	for ; p.depth > 0; p.depth-- {
		n := &p.t.nodes[p.open]
		n.end, n.next = uint32(p.at), uint32(len(p.t.nodes))
		p.open = n.parent
	}
}

// wrong says what is wrong at the place, or that the text ends there.
func (p *parser) wrong(what string) error {
	if p.at >= len(p.t.text) {
		return scanner.Errorf(scanner.Truncated, p.t.source(len(p.t.text)), "the JSON text ends here: %s", what)
	}
	return scanner.Errorf(scanner.Malformed, p.t.source(p.at), "no JSON: %s", what)
}

// note remembers something wrong that the reading goes on behind.
func (p *parser) note(at int, what string) {
	if p.first == nil {
		p.first = scanner.Errorf(scanner.Malformed, p.t.source(at), "no JSON: %s", what)
	}
}

// space skips blanks.
func (p *parser) space() {
	for p.at < len(p.t.text) && strings.IndexByte(" \t\n\r", p.t.text[p.at]) >= 0 {
		p.at++
	}
}

// peek returns the next character that is not blank, 0 at the end.
func (p *parser) peek() byte {
	if p.space(); p.at < len(p.t.text) {
		return p.t.text[p.at]
	}
	return 0
}

// add adds a node that ends at the place.
func (p *parser) add(kind Kind, start int) (*node, error) {
	t := p.t
	if len(t.nodes) == cap(t.nodes) {
		if err := t.grow(); err != nil {
			return nil, err
		}
	}
	t.nodes = append(t.nodes, node{start: uint32(start), end: uint32(p.at), parent: p.open, next: uint32(len(t.nodes) + 1), kind: kind})
	return &t.nodes[len(t.nodes)-1], t.b.Step(1)
}

// grow makes room for more nodes.
func (t *Tree) grow() error {
	more := max(16, cap(t.nodes))
	if err := t.hold(int64(cap(t.nodes)+more) * nodeBytes); err != nil {
		return err
	}
	old := t.nodes
	t.nodes = append(make([]node, 0, cap(old)+more), old...)
	t.b.Release(int64(cap(old)) * nodeBytes)
	t.held -= int64(cap(old)) * nodeBytes
	return nil
}

// next reads what comes next in the innermost container: a member, an item or its end.
func (p *parser) next() error {
	in := p.t.nodes[p.open]
	end, empty := byte(']'), uint32(len(p.t.nodes)) == p.open+1
	if in.kind == Object {
		end = '}'
	}
	switch c := p.peek(); {
	case c == end:
		return p.end()
	case empty:
	case c != ',':
		return p.wrong("a comma or the end of " + in.kind.String() + " belongs here")
	default:
		p.at++
	}
	if in.kind == Object {
		return p.member()
	}
	return p.value()
}

// end ends the innermost container.
func (p *parser) end() error {
	p.at++
	n := &p.t.nodes[p.open]
	n.end, n.next = uint32(p.at), uint32(len(p.t.nodes))
	p.open = n.parent
	p.depth--
	return nil
}

// member reads a member of an object.
func (p *parser) member() error {
	if p.peek() != '"' {
		return p.wrong("a key in quotes belongs here")
	}
	key := len(p.t.nodes)
	if err := p.str(); err != nil {
		return err
	}
	p.t.nodes[key].key = true
	if p.peek() != ':' {
		return p.wrong("a colon belongs here")
	}
	p.at++
	return p.value()
}

// value reads a value, or the beginning of one that is a container.
func (p *parser) value() error {
	switch c := p.peek(); c {
	case '{':
		return p.begin(Object)
	case '[':
		return p.begin(Array)
	case '"':
		return p.str()
	}
	return p.word()
}

// begin begins a container.
func (p *parser) begin(kind Kind) error {
	if p.depth == maxDepth {
		return scanner.Errorf(scanner.OverLimit, p.t.source(p.at), "JSON that nests deeper than %d", maxDepth)
	}
	p.at++
	if _, err := p.add(kind, p.at-1); err != nil {
		return err
	}
	p.open = uint32(len(p.t.nodes) - 1)
	p.depth++
	return nil
}

// words are the values that are words. Python takes the last three.
var words = []struct {
	text string
	kind Kind
}{{"null", Null}, {"true", Bool}, {"false", Bool}, {"NaN", Number}, {"Infinity", Number}, {"-Infinity", Number}}

// word reads a word or a number.
func (p *parser) word() error {
	for _, w := range words {
		if strings.HasPrefix(p.t.text[p.at:], w.text) {
			p.at += len(w.text)
			_, err := p.add(w.kind, p.at-len(w.text))
			return err
		}
	}
	start := p.at
	if !p.number() {
		p.at = start
		return p.wrong("a value belongs here")
	}
	_, err := p.add(Number, start)
	return err
}

// number moves behind a number.
func (p *parser) number() bool {
	if p.is("-") {
		p.at++
	}
	if p.is("0") {
		p.at++
	} else if p.digits() == 0 {
		return false
	}
	if before := p.at; p.is(".") {
		p.at++
		if p.digits() == 0 {
			p.at = before
			return true
		}
	}
	if before := p.at; p.is("eE") {
		p.at++
		if p.is("+-") {
			p.at++
		}
		if p.digits() == 0 {
			p.at = before
		}
	}
	return true
}

// is reports whether one of some characters stands at the place.
func (p *parser) is(chars string) bool {
	return p.at < len(p.t.text) && strings.IndexByte(chars, p.t.text[p.at]) >= 0
}

// digits moves behind digits and counts them.
func (p *parser) digits() int {
	start := p.at
	for p.is("0123456789") {
		p.at++
	}
	return p.at - start
}

// str reads a string; the node has it with its quotes.
func (p *parser) str() error {
	start, text, escaped, plain := p.at, p.t.text, false, true
	for at := start + 1; at < len(text); at++ {
		switch c := text[at]; {
		case c == '"':
			p.at = at + 1
			if !plain {
				p.characters(start+1, text[start+1:at])
			}
			n, err := p.add(String, start)
			if err == nil {
				n.escaped = escaped
			}
			return err
		case c == '\\':
			if !p.escape(at) {
				return p.wrong("an escape in a string that JSON does not have")
			}
			at++
			escaped = true
		case c < ' ':
			p.note(at, "a control character in a string")
		case c >= utf8.RuneSelf:
			plain = false
		}
	}
	p.at = len(text)
	return p.wrong("a string without an end")
}

// escape reports whether a known escape stands somewhere; if not, it moves there.
func (p *parser) escape(at int) bool {
	text := p.t.text[at+1:]
	ok := text != "" && strings.IndexByte(`"\/bfnrt`, text[0]) >= 0
	if !ok && strings.HasPrefix(text, "u") {
		_, ok = hex4(text[1:])
	}
	if !ok {
		p.at = at
		if len(text) < 5 && strings.IndexByte(text, '"') < 0 {
			p.at = len(p.t.text)
		}
	}
	return ok
}

// characters notes bytes in a string that are no UTF-8, surrogates apart.
func (p *parser) characters(at int, text string) {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case r != utf8.RuneError || n != 1:
			i += n
		case isSurrogate(text[i:]):
			i += 3
		default:
			p.note(at+i, "bytes in a string that are not UTF-8")
			return
		}
	}
}

// isSurrogate reports whether a text begins with the three bytes of a surrogate.
func isSurrogate(text string) bool {
	return len(text) >= 3 && text[0] == 0xed && text[1]>>5 == 5 && text[2]>>6 == 2
}
