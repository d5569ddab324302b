// Package jinjaast parses the template language of Jinja 2 with its default delimiters,
// as chat templates use it, into the expressions that a rendering would evaluate
// (https://jinja.palletsprojects.com/en/stable/templates/; jinja2/lexer.py and
// parser.py). It renders nothing. Tags of extensions that chat templates use are known
// ("generation", "break", "continue", "do", "trans").
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
	kindEnd    kind = iota // of the template
	kindOpen               // {{ or {%
	kindClose              // }} or %}
	kindName               // also keywords
	kindNumber             // integer or float
	kindString             // text is what it stands for
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
	src  string
	pos  int
	tag  string // what ends the tag that is open: "}}", "%}", or "" outside of tags
	open []byte // brackets that are open in the tag
}

// operators are the operators, longer ones first.
var operators = []string{
	"//", "**", "==", "!=", ">=", "<=", "+", "-", "*", "/", "%", "~", ">", "<", "=", ".", ":", "|", ",", ";", "(", ")", "[", "]", "{", "}",
}

// next returns the next token.
func (l *lexer) next() (token, error) {
	if l.tag == "" {
		return l.outside()
	}
	for l.pos < len(l.src) && strings.ContainsRune(" \t\r\n\f\v", rune(l.src[l.pos])) {
		l.pos++
	}
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
		return l.number(at, rest), nil
	case r == '_' || unicode.IsLetter(r):
		n := strings.IndexFunc(rest, func(r rune) bool {
			return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r) && !unicode.Is(unicode.Mc, r)
		})
		if n < 0 {
			n = len(rest)
		}
		l.pos += n
		return token{kindName, rest[:n], at}, nil
	}
	return l.operator(at, rest)
}

// operator reads an operator. Brackets are counted, so that a } inside of them ends
// no tag.
func (l *lexer) operator(at int, rest string) (token, error) {
	for _, op := range operators {
		if !strings.HasPrefix(rest, op) {
			continue
		}
		l.pos += len(op)
		switch op {
		case "(", "[", "{":
			l.open = append(l.open, op[0])
		case ")", "]", "}":
			if len(l.open) > 0 {
				l.open = l.open[:len(l.open)-1]
			}
		}
		return token{kindOperator, op, at}, nil
	}
	return token{}, &Error{at, fmt.Sprintf("unexpected character %q", rest[:1])}
}

// closes returns how long the end of the tag is that stands here, 0 where there is none.
func (l *lexer) closes(rest string) int {
	if len(l.open) > 0 {
		return 0
	}
	if strings.HasPrefix(rest, l.tag) {
		return len(l.tag)
	}
	if len(rest) > 0 && (rest[0] == '-' || rest[0] == '+') && strings.HasPrefix(rest[1:], l.tag) {
		return 1 + len(l.tag)
	}
	return 0
}

// outside passes over text and comments to the next tag.
func (l *lexer) outside() (token, error) {
	for {
		i := strings.IndexByte(l.src[l.pos:], '{')
		if i < 0 || l.pos+i+1 >= len(l.src) {
			l.pos = len(l.src)
			return token{kindEnd, "", l.pos}, nil
		}
		at := l.pos + i
		switch l.src[at+1] {
		case '{', '%':
			return l.enter(at)
		case '#':
			end := strings.Index(l.src[at+2:], "#}")
			if rest := l.src[at+2:]; rest == "" || rest == "-" || rest == "+" { // jinja2 lets that pass
				l.pos = len(l.src)
				continue
			}
			if end < 0 {
				return token{}, &Error{len(l.src), fmt.Sprintf("the comment at offset %d does not end", at)}
			}
			l.pos = at + 2 + end + 2
		default:
			l.pos = at + 1
		}
	}
}

// enter opens the tag at an offset. A raw block is passed over whole.
func (l *lexer) enter(at int) (token, error) {
	open := l.src[at : at+2]
	l.pos, l.open = at+2, l.open[:0]
	l.tag = map[string]string{"{{": "}}", "{%": "%}"}[open]
	if l.pos < len(l.src) && (l.src[l.pos] == '-' || l.src[l.pos] == '+') && !strings.HasPrefix(l.src[l.pos:], "-"+l.tag) {
		l.pos++
	}
	if open == "{%" {
		if end, ok := l.raw(); ok {
			if end < 0 {
				return token{}, &Error{len(l.src), fmt.Sprintf("the raw block at offset %d does not end", at)}
			}
			l.pos, l.tag = end, ""
			return l.outside()
		}
	}
	return token{kindOpen, open, at}, nil
}

// raw reports whether the tag here begins a raw block, and where that ends.
func (l *lexer) raw() (end int, ok bool) {
	words := strings.TrimLeft(l.src[l.pos:], " \t\r\n")
	if !strings.HasPrefix(words, "raw") {
		return 0, false
	}
	words = strings.TrimLeft(words[len("raw"):], " \t\r\n")
	if !strings.HasPrefix(words, "%}") && !strings.HasPrefix(words, "-%}") && !strings.HasPrefix(words, "+%}") {
		return 0, false
	}
	at := len(l.src) - len(words)
	for {
		i := strings.Index(l.src[at:], "{%")
		if i < 0 {
			return -1, true
		}
		at += i + 2
		inner := strings.TrimLeft(strings.TrimLeft(l.src[at:], "-+"), " \t\r\n")
		if rest, ok := strings.CutPrefix(inner, "endraw"); ok {
			rest = strings.TrimLeft(rest, " \t\r\n")
			for _, close := range []string{"%}", "-%}", "+%}"} {
				if after, ok := strings.CutPrefix(rest, close); ok {
					return len(l.src) - len(after), true
				}
			}
		}
	}
}

// number reads an integer or a float.
func (l *lexer) number(at int, rest string) token {
	n := 0
	for n < len(rest) {
		c := rest[n]
		digit := c >= '0' && c <= '9' || c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z'
		point := c == '.' && n+1 < len(rest) && rest[n+1] >= '0' && rest[n+1] <= '9' && !strings.Contains(rest[:n], ".")
		sign := (c == '+' || c == '-') && n > 0 && rest[n-1]|0x20 == 'e' && !strings.HasPrefix(rest, "0x")
		if !digit && !point && !sign {
			break
		}
		n++
	}
	l.pos += n
	return token{kindNumber, strings.ReplaceAll(rest[:n], "_", ""), at}
}

// text reads a string.
func (l *lexer) text(at int, rest string) (token, error) {
	quote := rest[0]
	for i := 1; i < len(rest); i++ {
		switch rest[i] {
		case '\\':
			i++
		case quote:
			l.pos += i + 1
			return token{kindString, unescape(rest[1:i]), at}, nil
		}
	}
	return token{}, &Error{len(l.src), fmt.Sprintf("the string at offset %d does not end", at)}
}
