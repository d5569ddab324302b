// Package jinjaast parses the template language of Jinja 2 with its default delimiters,
// as chat templates use it, into the expressions that a rendering would evaluate
// (https://jinja.palletsprojects.com/en/stable/templates/; jinja2/lexer.py and
// parser.py). It renders nothing. It takes what jinja2 takes, with the tags of its
// extensions and the one of transformers: "do", "break", "continue", "debug", "trans"
// and "generation". Programs that know fewer tags refuse more templates, none takes more.
//
// Of a template that jinja2 refuses, all that can be read is returned nevertheless.
package jinjaast

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// An Error says where a template breaks the grammar.
type Error struct {
	At   int // offset in the template, bytes
	Text string
}

func (e *Error) Error() string { return fmt.Sprintf("offset %d: %s", e.At, e.Text) }

// A kind is one of the kinds of tokens.
type kind int

const (
	kindEnd     kind = iota // of the template
	kindOpen                // {{ or {%
	kindClose               // }} or %}
	kindName                // also keywords
	kindInteger             // its text is plain ASCII
	kindFloat               // the same
	kindString              // text is what it stands for
	kindOperator
)

// A token is a piece of a tag.
type token struct {
	kind kind
	text string
	at   int
}

// A lexer splits a template. Text between tags is passed over.
type lexer struct {
	src    string
	pos    int
	tag    string // what ends the tag that is open: "}}", "%}", or "" outside of tags
	open   []byte // the brackets that the tag must still close, innermost last
	passed []byte // the text that was passed over since this was empty, without comments
	loose  bool   // brackets need not match: the template is refused already
}

// next returns the next token.
func (l *lexer) next() (token, error) {
	if l.tag == "" {
		return l.outside()
	}
	l.pos = len(l.src) - len(trimSpace(l.src[l.pos:]))
	at, rest := l.pos, l.src[l.pos:]
	if n := l.closes(rest); n > 0 {
		l.pos += n
		text := l.tag
		l.tag = ""
		return token{kindClose, text, at}, nil
	}
	switch r, _ := utf8.DecodeRuneInString(rest); {
	case rest == "":
		return token{}, &Error{at, "the template ends inside a tag"}
	case r == '"' || r == '\'':
		return l.text(at, rest)
	case r >= '0' && r <= '9':
		return l.number(at, rest)
	case isWord(r):
		return l.name(at, rest)
	}
	return l.operator(at, rest)
}

// isSpace reports whether Python takes a character for white space.
func isSpace(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }

func trimSpace(text string) string { return strings.TrimLeftFunc(text, isSpace) }

// isWord reports whether a character may stand in a name, as far as the lexer of jinja2
// asks; what stands first, and numbers of other kinds, Python looks at afterwards.
func isWord(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) || continues(r)
}

// continues reports whether a character may stand in an identifier behind the first.
func continues(r rune) bool {
	return begins(r) || unicode.In(r, unicode.Mn, unicode.Mc, unicode.Nd, unicode.Pc, unicode.Other_ID_Continue)
}

// begins reports whether a character may stand first in an identifier.
func begins(r rune) bool {
	return r == '_' || unicode.In(r, unicode.L, unicode.Nl, unicode.Other_ID_Start)
}

// name reads a name.
func (l *lexer) name(at int, rest string) (token, error) {
	n := strings.IndexFunc(rest, func(r rune) bool { return !isWord(r) })
	if n < 0 {
		n = len(rest)
	}
	for i, r := range rest[:n] {
		if i == 0 && !begins(r) || !continues(r) {
			return token{}, &Error{at + i, fmt.Sprintf("the character %q in a name", r)}
		}
	}
	l.pos += n
	return token{kindName, rest[:n], at}, nil
}

// operators are the operators, longer ones first.
var operators = [...]string{
	"//", "**", "==", "!=", ">=", "<=", "+", "-", "*", "/", "%", "~", ">", "<", "=", ".", ":", "|", ",", ";", "(", ")", "[", "]", "{", "}",
}

// operator reads an operator.
func (l *lexer) operator(at int, rest string) (token, error) {
	for _, op := range operators {
		if !strings.HasPrefix(rest, op) {
			continue
		}
		if err := l.bracket(at, op); err != nil {
			return token{}, err
		}
		l.pos += len(op)
		return token{kindOperator, op, at}, nil
	}
	r, _ := utf8.DecodeRuneInString(rest)
	return token{}, &Error{at, fmt.Sprintf("the character %q", r)}
}

// bracket notes that an operator opens or closes a bracket. Within brackets nothing ends
// a tag.
func (l *lexer) bracket(at int, op string) error {
	switch op {
	case "(", "[", "{":
		l.open = append(l.open, map[string]byte{"(": ')', "[": ']', "{": '}'}[op])
	case ")", "]", "}":
		last := len(l.open) - 1
		switch {
		case last >= 0 && l.open[last] == op[0]:
			l.open = l.open[:last]
		case l.loose:
			l.open = nil
		case last < 0:
			return &Error{at, fmt.Sprintf("%q closes nothing", op)}
		default:
			return &Error{at, fmt.Sprintf("%q where %q belongs", op, l.open[last:])}
		}
	}
	return nil
}

// closes returns how long the end of the tag is that stands here, 0 where there is none.
func (l *lexer) closes(rest string) int {
	if len(l.open) > 0 {
		return 0
	}
	signed := strings.HasPrefix(rest, "-") || strings.HasPrefix(rest, "+") && l.tag == "%}"
	switch {
	case strings.HasPrefix(rest, l.tag):
		return len(l.tag)
	case signed && strings.HasPrefix(rest[1:], l.tag):
		return 1 + len(l.tag)
	}
	return 0
}

// text reads a string.
func (l *lexer) text(at int, rest string) (token, error) {
	quote := rest[0]
	for i := 1; i < len(rest); i++ {
		switch rest[i] {
		case '\\':
			i++
		case quote:
			value, err := unescape(rest[1:i])
			if err != "" {
				return token{}, &Error{at, err}
			}
			l.pos += i + 1
			return token{kindString, value, at}, nil
		}
	}
	return token{}, &Error{at, "a string that does not end"}
}
