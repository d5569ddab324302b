package sarif

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/modelsieve/modelsieve/scanner"
)

// Sizes in bytes, which are never fewer than characters.
const (
	maxMessage  = 1990
	maxSentence = 290 // GitHub shows the first sentence alone where space is short
	maxMember   = 80  // of a member's name in a message
)

// where names a place as the start of a message.
func where(member string, at scanner.Span) string {
	if member == "" {
		return fmt.Sprintf("At byte %d", at.Offset)
	}
	// A name must not end the first sentence early.
	name := strings.ReplaceAll(scanner.Clean(member, maxMember), ". ", "._")
	return fmt.Sprintf("At byte %d of %s", at.Offset, escape(name))
}

// message puts a message together: where and what in the first sentence, more,
// and what to do. The fix is escaped already.
func message(where, text, fix string) string {
	text = sentence(escape(scanner.Clean(text, 0)))
	first, more, _ := strings.Cut(text, ". ")
	if room := maxSentence - len(where); len(first) > room {
		first, more = cut(first, room), text
	}
	parts := []string{where + ": " + sentence(first), more, "To fix: " + sentence(fix)}
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	return cut(strings.Join(parts, " "), maxMessage)
}

// sentence ends a text with a full stop.
func sentence(s string) string {
	if strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}

// cut shortens a text to a number of bytes and marks the cut.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	n := limit - len("...")
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "..."
}

// escape makes clean text inert where it is rendered: brackets would become
// links, in SARIF messages and in Markdown alike, and other characters markup. A
// mention, an issue number and a URL have no escape, so a backslash splits them.
func escape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c, next := s[i], byte(0)
		if i+1 < len(s) {
			next = s[i+1]
		}
		switch {
		case strings.IndexByte("\\[]`<|", c) >= 0:
			b.WriteByte('\\')
			b.WriteByte(c)
		case (c == '@' || c == '#') && isWord(next), c == ':' && next == '/':
			b.WriteByte(c)
			b.WriteByte('\\')
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// isWord reports whether c may start a user name or a number.
func isWord(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// uri makes a URI from a path of the repository: relative, forward slashes, all
// but the unreserved characters percent-encoded byte by byte. An absolute path
// becomes a file URI.
func uri(p string) string {
	p = path.Clean(p)
	var b strings.Builder
	if isAbs(p) {
		b.WriteString("file:///")
		p = strings.TrimLeft(p, "/")
	}
	for i := range len(p) {
		if c := p[i]; isWord(c) || strings.IndexByte("-._~/", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// isAbs reports whether a path with forward slashes is absolute, on Unix or, as
// "C:/", on Windows.
func isAbs(p string) bool {
	return path.IsAbs(p) || len(p) > 2 && p[1] == ':' && p[2] == '/'
}
