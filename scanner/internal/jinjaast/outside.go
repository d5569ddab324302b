package jinjaast

import (
	"fmt"
	"strings"
)

// outside passes over text and comments to the next tag.
func (l *lexer) outside() (token, error) {
	for {
		i := strings.IndexByte(l.src[l.pos:], '{')
		if i < 0 || l.pos+i+1 >= len(l.src) {
			l.pass(len(l.src))
			return token{kindEnd, "", l.pos}, nil
		}
		at := l.pos + i
		switch l.src[at+1] {
		case '{', '%':
			l.pass(at)
			return l.enter(at)
		case '#':
			l.pass(at)
			if err := l.comment(at); err != nil {
				return token{}, err
			}
		default:
			l.pass(at + 1)
		}
	}
}

// pass moves over text.
func (l *lexer) pass(end int) {
	l.passed = append(l.passed, l.src[l.pos:end]...)
	l.pos = end
}

// comment moves over the comment at an offset. One that the template ends with right
// away passes jinja2.
func (l *lexer) comment(at int) error {
	l.pos = at + 2
	rest := sign(l.src[l.pos:])
	end := strings.Index(rest, "#}")
	switch {
	case rest == "":
		l.pos = len(l.src)
	case end < 0:
		return &Error{len(l.src), fmt.Sprintf("the comment at offset %d does not end", at)}
	default:
		l.pos = len(l.src) - len(rest) + end + 2
	}
	return nil
}

// sign cuts the sign off by which a tag governs the white space before it.
func sign(text string) string {
	if text != "" && (text[0] == '-' || text[0] == '+') {
		return text[1:]
	}
	return text
}

// enter opens the tag at an offset. A raw block is passed over whole.
func (l *lexer) enter(at int) (token, error) {
	open := l.src[at : at+2]
	inner := sign(l.src[at+2:])
	if body, ok := word(inner, "raw", "%}", "-%}"); ok && open == "{%" {
		if err := l.raw(at, body); err != nil {
			return token{}, err
		}
		return l.outside()
	}
	l.pos, l.open = len(l.src)-len(inner), l.open[:0]
	if l.tag = "%}"; open == "{{" {
		l.tag = "}}"
	}
	return token{kindOpen, open, at}, nil
}

// raw moves over a raw block whose body is the rest of the template.
func (l *lexer) raw(at int, body string) error {
	l.pos = len(l.src) - len(body)
	if trimSpace(body) == "" && (body == "" || strings.HasSuffix(l.src[:l.pos], "-%}")) {
		l.pos = len(l.src) // as with comments
		return nil
	}
	for from := 0; ; from += len("{%") {
		i := strings.Index(body[from:], "{%")
		if i < 0 {
			return &Error{len(l.src), fmt.Sprintf("the raw block at offset %d does not end", at)}
		}
		from += i
		if after, ok := word(sign(body[from+2:]), "endraw", "%}", "-%}", "+%}"); ok {
			l.pass(l.pos + from)
			l.pos = len(l.src) - len(after)
			return nil
		}
	}
}

// word reports whether a tag holds one word and then ends, and what is behind it.
func word(inner, name string, ends ...string) (after string, ok bool) {
	inner, ok = strings.CutPrefix(trimSpace(inner), name)
	inner = trimSpace(inner)
	for _, end := range ends {
		if after, found := strings.CutPrefix(inner, end); ok && found {
			return after, true
		}
	}
	return "", false
}
