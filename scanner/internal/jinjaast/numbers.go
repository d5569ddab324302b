package jinjaast

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxDigits is how many digits Python takes in the text of an integer.
const maxDigits = 4300

// number reads an integer or a float.
func (l *lexer) number(at int, rest string) (token, error) {
	if n := floatLength(rest); n > 0 && (at == 0 || l.src[at-1] != '.') {
		l.pos += n
		text := strings.ReplaceAll(rest[:n], "_", "")
		if strings.IndexFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) >= 0 {
			return token{}, &Error{at, "digits of another script in a float"}
		}
		return token{kindFloat, text, at}, nil
	}
	n, prefixed := integerLength(rest)
	l.pos += n
	text := plain(rest[:n])
	if !prefixed && len(text) > maxDigits {
		return token{}, &Error{at, "an integer with too many digits"}
	}
	return token{kindInteger, text, at}, nil
}

// floatLength returns how long the float is that stands here, 0 where there is none.
func floatLength(s string) int {
	whole := run(s, isDigit)
	n := whole
	if strings.HasPrefix(s[n:], ".") {
		if fraction := run(s[n+1:], isDigit); fraction > 0 {
			n += 1 + fraction
		}
	}
	if exponent := exponentLength(s[n:]); exponent > 0 {
		return n + exponent
	}
	if n > whole {
		return n
	}
	return 0
}

// exponentLength returns how long the exponent of a float is.
func exponentLength(s string) int {
	if s == "" || s[0]|0x20 != 'e' {
		return 0
	}
	digits := run(sign(s[1:]), isDigit)
	if digits == 0 {
		return 0
	}
	return len(s) - len(sign(s[1:])) + digits
}

// integerLength returns how long the integer is that stands here, and whether its prefix
// says on what base. Behind a first zero there are only zeros.
func integerLength(s string) (n int, prefixed bool) {
	if len(s) > 2 && s[0] == '0' {
		of := map[byte]func(rune) bool{'b': oneOf("01"), 'o': oneOf("01234567"), 'x': isHex}[s[1]|0x20]
		if of != nil {
			if n := run(strings.TrimPrefix(s[2:], "_"), of); n > 0 {
				return len(s) - len(strings.TrimPrefix(s[2:], "_")) + n, true
			}
		}
	}
	if s[0] == '0' {
		return run(s, oneOf("0")), false
	}
	return run(s, isDigit), false
}

func isDigit(r rune) bool { return unicode.Is(unicode.Nd, r) }

func isHex(r rune) bool { return isDigit(r) || r|0x20 >= 'a' && r|0x20 <= 'f' }

func oneOf(set string) func(rune) bool {
	return func(r rune) bool { return strings.ContainsRune(set, r) }
}

// run returns how long the digits are that stand here, with one underscore between two.
func run(s string, digit func(rune) bool) int {
	n := 0
	for {
		at := n
		if n > 0 && strings.HasPrefix(s[n:], "_") {
			at++
		}
		r, size := utf8.DecodeRuneInString(s[at:])
		if size == 0 || !digit(r) {
			return n
		}
		n = at + size
	}
}

// plain writes an integer with the digits of ASCII, and without underscores: Python takes
// the decimal digits of all scripts.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '_':
			return -1
		case r > unicode.MaxASCII:
			return '0' + digitValue(r)
		}
		return r
	}, text)
}

// digitValue returns what a decimal digit of another script stands for. Ten of them lie
// in a row, zero first.
func digitValue(r rune) rune {
	for _, in := range unicode.Nd.R16 {
		if r >= rune(in.Lo) && r <= rune(in.Hi) {
			return (r - rune(in.Lo)) % 10
		}
	}
	for _, in := range unicode.Nd.R32 {
		if r >= rune(in.Lo) && r <= rune(in.Hi) {
			return (r - rune(in.Lo)) % 10
		}
	}
	return 0
}
