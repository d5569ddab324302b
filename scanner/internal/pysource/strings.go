package pysource

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// text reads a string whose prefix begins at an offset, or the beginning of one with
// fields.
func (l *lexer) text(at int, prefix string) token {
	quote := l.src[l.pos : l.pos+1]
	if strings.HasPrefix(l.src[l.pos:], strings.Repeat(quote, 3)) {
		quote = strings.Repeat(quote, 3)
	}
	l.pos += len(quote)
	raw := strings.Contains(prefix, "r")
	if strings.ContainsAny(prefix, "ft") {
		if len(l.states) >= maxFields {
			return l.errorf(at, "more than %d strings inside each other", maxFields/2)
		}
		l.states = append(l.states, state{kind: kindMiddle, quote: quote, raw: raw})
		return token{kindOpen, prefix, at, l.pos}
	}
	body, ok := l.body(quote)
	switch isBytes := strings.Contains(prefix, "b"); {
	case !ok:
		return l.errorf(at, "a string does not end")
	case isBytes:
		return token{kindBytes, unescape(body, raw, true), at, l.pos}
	}
	return token{kindString, unescape(body, raw, false), at, l.pos}
}

// body returns what stands between the quotes of a plain string and moves behind it.
func (l *lexer) body(quote string) (string, bool) {
	start := l.pos
	for l.pos < len(l.src) {
		switch c := l.src[l.pos]; {
		case c == '\\':
			l.pos++
			l.pos += max(1, l.newlineAt(l.pos))
		case strings.HasPrefix(l.src[l.pos:], quote):
			l.pos += len(quote)
			return l.src[start : l.pos-len(quote)], true
		case len(quote) == 1 && (c == '\n' || c == '\r'):
			return "", false
		default:
			l.pos++
		}
	}
	l.pos = len(l.src)
	return "", false
}

// middle reads text in a string with fields, or in the format of one, up to the next
// field or the end.
func (l *lexer) middle(s *state) token {
	at := l.pos
	for l.pos < len(l.src) {
		rest := l.src[l.pos:]
		switch c := rest[0]; {
		case c == '{' && !(s.kind == kindMiddle && strings.HasPrefix(rest, "{{")), c == '}' && s.kind == kindString, s.kind == kindMiddle && strings.HasPrefix(rest, s.quote):
			if l.pos > at {
				return token{kindMiddle, l.plain(at, s), at, l.pos}
			}
			return l.leave(s)
		case (c == '\n' || c == '\r') && len(s.quote) == 1, s.kind == kindString && strings.HasPrefix(rest, s.quote):
			l.states = nil
			return l.errorf(at, "a string with fields does not end")
		case c == '\\' && strings.HasPrefix(rest, `\N{`) && !s.raw:
			l.pos += max(1, strings.IndexByte(rest[:min(len(rest), 128)], '}')+1)
		case c == '\\' && len(rest) > 1 && rest[1] != '{' && rest[1] != '}':
			l.pos += 1 + max(1, l.newlineAt(l.pos+1))
		case c == '{' || c == '}' && strings.HasPrefix(rest, "}}"):
			l.pos += 2
		default:
			l.pos++
		}
	}
	l.pos, l.states = len(l.src), nil
	return l.errorf(at, "a string with fields does not end")
}

// plain returns what the text since an offset stands for.
func (l *lexer) plain(at int, s *state) string {
	raw := l.src[at:l.pos]
	if s.kind == kindMiddle {
		raw = strings.ReplaceAll(strings.ReplaceAll(raw, "{{", "{"), "}}", "}")
	}
	return unescape(raw, s.raw, false)
}

// leave ends a run of text: with the string, with the field whose format it is, or
// where a field begins.
func (l *lexer) leave(s *state) token {
	at := l.pos
	switch {
	case l.src[at] == '{':
		if len(l.states) >= maxFields {
			l.pos++
			l.states = nil
			return l.errorf(at, "more than %d strings inside each other", maxFields/2)
		}
		l.pos++
		l.states = append(l.states, state{kind: kindOperator, quote: s.quote, raw: s.raw, depth: len(l.open)})
		return token{kindOperator, "{", at, l.pos}
	case s.kind == kindString:
		l.pos++
		l.states = l.states[:len(l.states)-2] // the format and its field
		return token{kindOperator, "}", at, l.pos}
	}
	l.pos += len(s.quote)
	l.states = l.states[:len(l.states)-1]
	return token{kindClose, "", at, l.pos}
}

// simpleEscapes are the letters behind a backslash that stand for one character.
const simpleEscapes = "\\'\"abfnrtv"

// unescape returns what the text between quotes stands for.
func unescape(body string, raw, isBytes bool) string {
	if strings.IndexByte(body, '\r') >= 0 {
		body = strings.ReplaceAll(strings.ReplaceAll(body, "\r\n", "\n"), "\r", "\n")
	}
	if raw || strings.IndexByte(body, '\\') < 0 {
		return body
	}
	var b strings.Builder
	for {
		i := strings.IndexByte(body, '\\')
		if i < 0 || i+1 >= len(body) {
			b.WriteString(body)
			return b.String()
		}
		b.WriteString(body[:i])
		body = body[i+1+escape(&b, body[i+1:], isBytes):]
	}
}

// escape writes what the text behind a backslash stands for, and returns how much of
// it belongs to the escape.
func escape(b *strings.Builder, rest string, isBytes bool) int {
	c := rest[0]
	if i := strings.IndexByte(simpleEscapes, c); i >= 0 {
		b.WriteByte("\\'\"\a\b\f\n\r\t\v"[i])
		return 1
	}
	switch {
	case c == '\n':
		return 1
	case c >= '0' && c <= '7':
		n := 1
		for n < min(3, len(rest)) && rest[n] >= '0' && rest[n] <= '7' {
			n++
		}
		return n * number(b, rest[:n], 8, isBytes)
	case c == 'x':
		return 1 + 2*number(b, rest[1:min(3, len(rest))], 16, isBytes)
	case c == 'u' && !isBytes:
		return 1 + 4*number(b, rest[1:min(5, len(rest))], 16, false)
	case c == 'U' && !isBytes:
		return 1 + 8*number(b, rest[1:min(9, len(rest))], 16, false)
	case c == 'N' && !isBytes && strings.HasPrefix(rest, "N{"):
		if end := strings.IndexByte(rest[:min(len(rest), 128)], '}'); end > 0 {
			b.WriteString(namedCharacter(rest[2:end]))
			return end + 1
		}
	}
	b.WriteByte('\\') // Python keeps the backslash of an unknown escape
	_, n := utf8.DecodeRuneInString(rest)
	b.WriteString(rest[:n])
	return n
}

// number writes the character of a number, and returns 1, or 0 where it is none.
func number(b *strings.Builder, digits string, base int, isBytes bool) int {
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil {
		return 0
	}
	if isBytes {
		b.WriteByte(byte(n))
		return 1
	}
	b.WriteRune(rune(n))
	return 1
}

// characterNames are the names in Unicode of the ASCII characters that are no letters,
// from the space on.
var characterNames = map[string]string{
	"SPACE": " ", "EXCLAMATION MARK": "!", "QUOTATION MARK": `"`, "NUMBER SIGN": "#", "DOLLAR SIGN": "$", "PERCENT SIGN": "%", "AMPERSAND": "&",
	"APOSTROPHE": "'", "LEFT PARENTHESIS": "(", "RIGHT PARENTHESIS": ")", "ASTERISK": "*", "PLUS SIGN": "+", "COMMA": ",", "HYPHEN-MINUS": "-",
	"FULL STOP": ".", "SOLIDUS": "/", "COLON": ":", "SEMICOLON": ";", "LESS-THAN SIGN": "<", "EQUALS SIGN": "=", "GREATER-THAN SIGN": ">",
	"QUESTION MARK": "?", "COMMERCIAL AT": "@", "LEFT SQUARE BRACKET": "[", "REVERSE SOLIDUS": `\`, "RIGHT SQUARE BRACKET": "]",
	"CIRCUMFLEX ACCENT": "^", "LOW LINE": "_", "GRAVE ACCENT": "`", "LEFT CURLY BRACKET": "{", "VERTICAL LINE": "|", "RIGHT CURLY BRACKET": "}",
	"TILDE": "~", "DIGIT ZERO": "0", "DIGIT ONE": "1", "DIGIT TWO": "2", "DIGIT THREE": "3", "DIGIT FOUR": "4", "DIGIT FIVE": "5", "DIGIT SIX": "6",
	"DIGIT SEVEN": "7", "DIGIT EIGHT": "8", "DIGIT NINE": "9",
}

// namedCharacter returns the character with a name in Unicode. Only ASCII is known:
// other characters are no part of what is looked for.
func namedCharacter(name string) string {
	name = strings.ToUpper(name)
	if letter, ok := strings.CutPrefix(name, "LATIN SMALL LETTER "); ok && len(letter) == 1 {
		return strings.ToLower(letter)
	}
	if letter, ok := strings.CutPrefix(name, "LATIN CAPITAL LETTER "); ok && len(letter) == 1 {
		return letter
	}
	if c, ok := characterNames[name]; ok {
		return c
	}
	return "\ufffd"
}
