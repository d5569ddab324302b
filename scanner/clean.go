package scanner

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean makes text from inside a file safe to show: control, format and bidi
// characters, lone surrogates and bytes that are not UTF-8 are escaped as in a Go
// string, and what is longer than limit bytes is cut and marked with "...". A
// limit of 0 cuts nothing.
func Clean(s string, limit int) string {
	if isClean(s) && (limit == 0 || len(s) <= limit) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		if limit > 0 && b.Len() >= limit {
			b.WriteString("...")
			break
		}
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n <= 1:
			b.WriteString(`\x` + strconv.FormatUint(uint64(s[0])|0x100, 16)[1:])
		case printable(r):
			b.WriteRune(r)
		default:
			q := strconv.QuoteRuneToASCII(r)
			b.WriteString(q[1 : len(q)-1])
		}
		s = s[n:]
	}
	return b.String()
}

// printable reports whether a rune may be shown as it is.
func printable(r rune) bool {
	return unicode.IsPrint(r) && !unicode.Is(unicode.Bidi_Control, r) && r != utf8.RuneError
}

// isClean reports whether every rune of s may be shown as it is.
func isClean(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] >= 0x7f {
			return utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !printable(r) }) < 0
		}
	}
	return true
}

// CleanPath makes a file path exact and safe to show: bytes that are not UTF-8
// are percent-escaped, control and bidi characters are escaped as in a Go string.
func CleanPath(p string) string {
	if utf8.ValidString(p) {
		return Clean(p, 0)
	}
	var b strings.Builder
	for len(p) > 0 {
		r, n := utf8.DecodeRuneInString(p)
		if r == utf8.RuneError && n == 1 {
			b.WriteString("%" + strings.ToUpper(strconv.FormatUint(uint64(p[0])|0x100, 16)[1:]))
		} else {
			b.WriteString(p[:n])
		}
		p = p[n:]
	}
	return Clean(b.String(), 0)
}
