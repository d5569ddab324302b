// Package pyliteral reads Python literals, as ast.literal_eval does: numbers,
// strings, tuples, lists, dicts, True, False and None.
package pyliteral

import (
	"fmt"
	"strconv"
	"strings"
)

// A Value is a literal: an Int, a Str, a Bool, nil for None, a Seq or a Dict.
type Value any

type (
	// Int is an integer of 64 bits.
	Int int64
	// Str is a string.
	Str string
	// Bool is True or False.
	Bool bool
	// Seq is a tuple or a list.
	Seq []Value
	// Dict keeps the order of the entries.
	Dict []Entry
	// Entry is one entry of a dict.
	Entry struct{ Key, Value Value }
)

// Get returns the value under a string key, the last one where there are several,
// as Python does.
func (d Dict) Get(key string) (Value, bool) {
	for i := len(d) - 1; i >= 0; i-- {
		if d[i].Key == Str(key) {
			return d[i].Value, true
		}
	}
	return nil, false
}

// maxDepth is how deeply literals may nest.
const maxDepth = 64

// Parse reads a literal with nothing but blanks behind it. The error says at which
// byte of the text it stopped.
func Parse(text string) (Value, error) {
	p := &parser{text: text}
	v, err := p.value(0)
	if err != nil {
		return nil, err
	}
	if p.blanks(); p.at < len(p.text) {
		return nil, p.errorf("something behind the literal")
	}
	return v, nil
}

type parser struct {
	text string
	at   int
}

func (p *parser) errorf(format string, args ...any) error {
	return fmt.Errorf("byte %d: %s", p.at, fmt.Sprintf(format, args...))
}

// blanks skips white space.
func (p *parser) blanks() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n\f", p.text[p.at]) >= 0 {
		p.at++
	}
}

// take skips blanks and then a byte where it is the next.
func (p *parser) take(b byte) bool {
	p.blanks()
	if p.at < len(p.text) && p.text[p.at] == b {
		p.at++
		return true
	}
	return false
}

// value reads a literal.
func (p *parser) value(depth int) (Value, error) {
	p.blanks()
	if depth > maxDepth {
		return nil, p.errorf("nested too deeply")
	}
	if p.at >= len(p.text) {
		return nil, p.errorf("the text ends")
	}
	switch c := p.text[p.at]; {
	case c == '(':
		return p.sequence(')', depth)
	case c == '[':
		return p.sequence(']', depth)
	case c == '{':
		return p.dict(depth)
	case c == '\'' || c == '"':
		return p.str()
	case c == '-' || c >= '0' && c <= '9':
		return p.number()
	}
	return p.word()
}

// sequence reads a tuple or list. A single value in parentheses without a comma is
// that value.
func (p *parser) sequence(end byte, depth int) (Value, error) {
	p.at++
	seq, comma := Seq{}, end == ']'
	for !p.take(end) {
		if len(seq) > 0 && !comma {
			return nil, p.errorf("a comma is missing")
		}
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		seq = append(seq, v)
		if comma = p.take(','); !comma {
			if !p.take(end) {
				return nil, p.errorf("%q is missing", end)
			}
			if end == ')' && len(seq) == 1 {
				return v, nil
			}
			return seq, nil
		}
	}
	return seq, nil
}

// dict reads a dict.
func (p *parser) dict(depth int) (Value, error) {
	p.at++
	var d Dict
	for !p.take('}') {
		key, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if !p.take(':') {
			return nil, p.errorf("a colon is missing")
		}
		value, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		d = append(d, Entry{key, value})
		if !p.take(',') && !(p.at < len(p.text) && p.text[p.at] == '}') {
			return nil, p.errorf("a comma or a brace is missing")
		}
	}
	return d, nil
}

// str reads a string. Only the escapes that NumPy and its users write are known.
func (p *parser) str() (Value, error) {
	quote := p.text[p.at]
	var b strings.Builder
	for p.at++; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; c {
		case quote:
			p.at++
			return Str(b.String()), nil
		case '\\':
			if err := p.escape(&b); err != nil {
				return nil, err
			}
		case '\n':
			return nil, p.errorf("a string ends with the line")
		default:
			b.WriteByte(c)
		}
	}
	return nil, p.errorf("a string does not end")
}

// escapeLengths are how many hex digits follow an escape.
var escapeLengths = map[byte]int{'x': 2, 'u': 4, 'U': 8}

// escape reads a backslash and what belongs to it, up to its last byte.
func (p *parser) escape(b *strings.Builder) error {
	if p.at++; p.at >= len(p.text) {
		return p.errorf("a string does not end")
	}
	c := p.text[p.at]
	if n := escapeLengths[c]; n > 0 {
		if p.at+n >= len(p.text) {
			return p.errorf("an escape is cut off")
		}
		r, err := strconv.ParseUint(p.text[p.at+1:p.at+1+n], 16, 32)
		if err != nil {
			return p.errorf("an escape is no number")
		}
		b.WriteRune(rune(r))
		p.at += n
		return nil
	}
	if i := strings.IndexByte(`nrt\'"0`, c); i >= 0 {
		b.WriteByte("\n\r\t\\'\"\x00"[i])
		return nil
	}
	return p.errorf("an unknown escape")
}

// number reads an integer, with the L that Python 2 writes behind long ones.
func (p *parser) number() (Value, error) {
	start := p.at
	if p.text[p.at] == '-' {
		p.at++
	}
	for p.at < len(p.text) && p.text[p.at] >= '0' && p.text[p.at] <= '9' {
		p.at++
	}
	n, err := strconv.ParseInt(p.text[start:p.at], 10, 64)
	if err != nil {
		p.at = start
		return nil, p.errorf("no number of 64 bits")
	}
	if p.at < len(p.text) && p.text[p.at] == 'L' {
		p.at++
	}
	return Int(n), nil
}

// word reads True, False or None.
func (p *parser) word() (Value, error) {
	for word, v := range map[string]Value{"True": Bool(true), "False": Bool(false), "None": nil} {
		if strings.HasPrefix(p.text[p.at:], word) {
			p.at += len(word)
			return v, nil
		}
	}
	return nil, p.errorf("no literal")
}
