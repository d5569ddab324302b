package jinjaast

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// simpleEscapes are the escapes of one character.
var simpleEscapes = map[rune]string{
	'n': "\n", 't': "\t", 'r': "\r", '\\': "\\", '\'': "'", '"': `"`, 'a': "\a", 'b': "\b", 'f': "\f", 'v': "\v", '\n': "",
}

// unescape decodes the escapes of a string as Python does ("unicode-escape"). The error
// is a text, "" where there is none.
func unescape(s string) (text, problem string) {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	if !strings.Contains(s, `\`) {
		return s, ""
	}
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '\\')
		if i < 0 {
			b.WriteString(s)
			return b.String(), ""
		}
		b.WriteString(s[:i])
		text, n := escape(s[i+1:])
		if n < 0 {
			return "", "an escape in a string that stands for nothing"
		}
		b.WriteString(text)
		s = s[i+1+n:]
	}
}

// escape decodes the escape behind a backslash and says how long it is, -1 where it is
// none. What Python knows no meaning for stays as it is.
func escape(s string) (text string, n int) {
	r, size := utf8.DecodeRuneInString(s)
	digits := map[rune]int{'x': 2, 'u': 4, 'U': 8}[r]
	switch text, ok := simpleEscapes[r]; {
	case ok:
		return text, 1
	case r == 'N':
		return character(s[1:])
	case digits > 0 && len(s) <= digits:
		return "", -1
	case digits > 0:
		code, err := strconv.ParseUint(s[1:1+digits], 16, 32)
		if err != nil || code > utf8.MaxRune {
			return "", -1
		}
		return string(rune(code)), 1 + digits
	case r > unicode.MaxASCII: // it was escaped itself before
		return `\` + spelled(r), size
	}
	for n < 3 && n < len(s) && s[n] >= '0' && s[n] <= '7' {
		n++
	}
	if n == 0 {
		return `\`, 0
	}
	code, _ := strconv.ParseUint(s[:n], 8, 32) // up to three digits
	return string(rune(code)), n
}

// spelled is how Python writes a character with those of ASCII, without the backslash.
func spelled(r rune) string {
	switch {
	case r <= 0xff:
		return fmt.Sprintf("x%02x", r)
	case r <= 0xffff:
		return fmt.Sprintf("u%04x", r)
	}
	return fmt.Sprintf("U%08x", r)
}

// character decodes what follows \N, a name in braces.
func character(s string) (text string, n int) {
	end := strings.IndexByte(s, '}')
	if !strings.HasPrefix(s, "{") || end < 2 {
		return "", -1
	}
	r := named(s[1:end])
	if r < 0 {
		return "", -1
	}
	return string(r), end + 2
}

// named returns the character of a name in Unicode, -1 for what is no name. All others
// than those of ASCII are one: no name of an attribute that matters has such.
func named(name string) rune {
	name = strings.ToUpper(name)
	if strings.IndexFunc(name, func(r rune) bool { return !oneOf("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -")(r) }) >= 0 {
		return -1
	}
	if r, ok := signs[name]; ok {
		return r
	}
	for prefix, first := range map[string]rune{"LATIN SMALL LETTER ": 'a', "LATIN CAPITAL LETTER ": 'A'} {
		if letter, ok := strings.CutPrefix(name, prefix); ok && len(letter) == 1 && letter[0] >= 'A' && letter[0] <= 'Z' {
			return first + rune(letter[0]-'A')
		}
	}
	if digit, ok := strings.CutPrefix(name, "DIGIT "); ok {
		if i := slices.Index(digits, digit); i >= 0 {
			return '0' + rune(i)
		}
	}
	return utf8.RuneError
}

var digits = []string{"ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE"}

// signs are the names of the characters of ASCII that are no letters and digits.
var signs = map[string]rune{
	"SPACE":                ' ',
	"EXCLAMATION MARK":     '!',
	"QUOTATION MARK":       '"',
	"NUMBER SIGN":          '#',
	"DOLLAR SIGN":          '$',
	"PERCENT SIGN":         '%',
	"AMPERSAND":            '&',
	"APOSTROPHE":           '\'',
	"LEFT PARENTHESIS":     '(',
	"RIGHT PARENTHESIS":    ')',
	"ASTERISK":             '*',
	"PLUS SIGN":            '+',
	"COMMA":                ',',
	"HYPHEN-MINUS":         '-',
	"FULL STOP":            '.',
	"SOLIDUS":              '/',
	"COLON":                ':',
	"SEMICOLON":            ';',
	"LESS-THAN SIGN":       '<',
	"EQUALS SIGN":          '=',
	"GREATER-THAN SIGN":    '>',
	"QUESTION MARK":        '?',
	"COMMERCIAL AT":        '@',
	"LEFT SQUARE BRACKET":  '[',
	"REVERSE SOLIDUS":      '\\',
	"RIGHT SQUARE BRACKET": ']',
	"CIRCUMFLEX ACCENT":    '^',
	"LOW LINE":             '_',
	"GRAVE ACCENT":         '`',
	"LEFT CURLY BRACKET":   '{',
	"VERTICAL LINE":        '|',
	"RIGHT CURLY BRACKET":  '}',
	"TILDE":                '~',
}
