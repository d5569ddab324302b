package prototext

import (
	"strconv"
	"unicode/utf8"

	"github.com/modelsieve/modelsieve/scanner"
)

// A kind is what a token is.
type kind int

const (
	nothing kind = iota // the end of the text
	word                // a name or a number
	quoted              // a string
	symbol              // one character
)

// A lexer splits a text into tokens.
type lexer struct {
	text  []byte
	pos   int
	at    int // where the token starts
	kind  kind
	token string // of a string: what it means
	err   error
}

// is reports whether the token is a symbol.
func (l *lexer) is(s string) bool { return l.kind == symbol && l.token == s }

// next reads the next token.
func (l *lexer) next() {
	l.blanks()
	l.at, l.kind, l.token = l.pos, nothing, ""
	if l.pos >= len(l.text) || l.err != nil {
		return
	}
	switch c := l.text[l.pos]; {
	case c == '"' || c == '\'':
		l.kind, l.token = quoted, string(l.quoted(c))
	case wordByte(c):
		for l.pos < len(l.text) && wordByte(l.text[l.pos]) {
			l.pos++
		}
		l.kind, l.token = word, string(l.text[l.at:l.pos])
	default:
		l.pos++
		l.kind, l.token = symbol, string(l.text[l.at:l.pos])
	}
}

// blanks passes over white space and comments.
func (l *lexer) blanks() {
	for ; l.pos < len(l.text); l.pos++ {
		switch l.text[l.pos] {
		case ' ', '\t', '\n', '\r', '\v', '\f':
		case '#':
			for l.pos+1 < len(l.text) && l.text[l.pos+1] != '\n' {
				l.pos++
			}
		default:
			return
		}
	}
}

// wordByte reports whether a byte belongs to a name or a number.
func wordByte(c byte) bool {
	return c == '_' || c == '.' || c == '+' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// quoted reads a string.
func (l *lexer) quoted(end byte) []byte {
	var out []byte
	for l.pos++; l.pos < len(l.text); {
		c := l.text[l.pos]
		l.pos++
		switch {
		case c == end:
			return out
		case c == '\\':
			out = l.escape(out)
		default:
			out = append(out, c)
		}
	}
	l.err = scanner.Errorf(scanner.Truncated, int64(l.at), "a string does not end")
	return out
}

// escapes are what single letters mean behind a backslash.
var escapes = map[byte]byte{'a': 7, 'b': 8, 'f': 12, 'n': 10, 'r': 13, 't': 9, 'v': 11}

// escape reads what stands behind a backslash.
func (l *lexer) escape(out []byte) []byte {
	if l.pos >= len(l.text) {
		return out
	}
	c := l.text[l.pos]
	l.pos++
	switch {
	case c >= '0' && c <= '7':
		l.pos--
		return append(out, byte(l.digits(3, 8)))
	case c == 'x' || c == 'X':
		return append(out, byte(l.digits(2, 16)))
	case c == 'u':
		return utf8.AppendRune(out, rune(l.digits(4, 16)))
	case c == 'U':
		return utf8.AppendRune(out, rune(l.digits(8, 16)))
	case escapes[c] != 0:
		return append(out, escapes[c])
	}
	return append(out, c)
}

// digits reads a number of at most n digits.
func (l *lexer) digits(n, base int) uint64 {
	start := l.pos
	var v uint64
	for l.pos < len(l.text) && l.pos < start+n {
		next, err := strconv.ParseUint(string(l.text[start:l.pos+1]), base, 64)
		if err != nil {
			break
		}
		v = next
		l.pos++
	}
	return v
}
