package jinjaast

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// simpleEscapes are the escapes of one character.
var simpleEscapes = map[byte]string{
	'n': "\n", 't': "\t", 'r': "\r", '\\': "\\", '\'': "'", '"': `"`, 'a': "\a", 'b': "\b", 'f': "\f", 'v': "\v", '\n': "",
}

// unescape decodes the escapes of a string as Python does ("unicode-escape").
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		i := strings.IndexByte(s, '\\')
		if i < 0 || i+1 == len(s) {
			b.WriteString(s)
			break
		}
		b.WriteString(s[:i])
		s = s[i+1:]
		text, n := escape(s)
		b.WriteString(text)
		s = s[n:]
	}
	return b.String()
}

// escape decodes the escape behind a backslash and says how long it is.
func escape(s string) (text string, n int) {
	if text, ok := simpleEscapes[s[0]]; ok {
		return text, 1
	}
	if strings.HasPrefix(s, "N{") {
		if end := strings.IndexByte(s, '}'); end > 0 {
			return string(named(s[2:end])), end + 1
		}
	}
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[s[0]]
	if digits > 0 && len(s) > digits {
		if code, err := strconv.ParseUint(s[1:1+digits], 16, 32); err == nil && code <= utf8.MaxRune {
			return string(rune(code)), 1 + digits
		}
	}
	for n < 3 && n < len(s) && s[n] >= '0' && s[n] <= '7' {
		n++
	}
	if n > 0 {
		code, _ := strconv.ParseUint(s[:n], 8, 32)
		return string(rune(code)), n
	}
	return `\`, 0
}

// named returns the character of a name in Unicode. All others than those of ASCII are one:
// no name of an attribute that matters has such.
func named(name string) rune {
	name = strings.ToUpper(name)
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
