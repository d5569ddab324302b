package pysource

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A kind is one of the kinds of tokens.
type kind int

const (
	kindEnd     kind = iota // of the file
	kindNewline             // the end of a statement's line
	kindIndent
	kindDedent
	kindName // also keywords
	kindNumber
	kindString // text is what it stands for
	kindBytes
	kindOpen   // the beginning of a string with fields: f"
	kindMiddle // text in such a string
	kindClose  // its end
	kindOperator
	kindError // text says what is wrong
)

// A token is a piece of the source. End is just behind it.
type token struct {
	kind    kind
	text    string
	at, end int
}

// A state is what the lexer is inside of: the text of a string with fields, a field,
// or the format of one.
type state struct {
	kind  kind // kindMiddle: text; kindOperator: field; kindString: format
	quote string
	raw   bool
	depth int // brackets that were open when the field began
}

// maxBrackets and maxIndents are CPython's MAXLEVEL and MAXINDENT, maxFields bounds
// strings in fields of strings, of which it has 150.
const (
	maxBrackets = 200
	maxIndents  = 100
	maxFields   = 300
)

// A lexer splits a source into tokens.
type lexer struct {
	src      string
	pos      int
	open     []byte // brackets
	states   []state
	indents  []int         // columns of the blocks that are open
	pending  int           // dedents that are due
	begin    bool          // at the beginning of a line
	problems []syntaxError // of indentation
	blank    bool          // nothing but blanks so far on a line that may end with a newline
}

func newLexer(src string) *lexer { return &lexer{src: src, begin: true, blank: true} }

// operators are the operators, longer ones first.
var operators = []string{
	"**=", "//=", ">>=", "<<=", "...", "!=", "->", ":=", "**", "//", ">>", "<<", "<=", ">=", "==", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "@=", "<>",
	"+", "-", "*", "/", "%", "@", "&", "|", "^", "~", "<", ">", "(", ")", "[", "]", "{", "}", ",", ":", ".", ";", "=", "!",
}

func (l *lexer) errorf(at int, format string, args ...any) token {
	return token{kindError, fmt.Sprintf(format, args...), at, l.pos}
}

// next returns the next token. Behind an error it goes on as well as it can.
func (l *lexer) next() token {
	if n := len(l.states); n > 0 && l.states[n-1].kind != kindOperator {
		return l.middle(&l.states[n-1])
	}
	if l.begin && len(l.open) == 0 && len(l.states) == 0 {
		if t, ok := l.indentation(); ok {
			return t
		}
	}
	if t, ok := l.blanks(); ok {
		return t
	}
	at := l.pos
	if at >= len(l.src) {
		return l.atEnd()
	}
	l.blank = false
	switch r, _ := utf8.DecodeRuneInString(l.src[at:]); {
	case r == '"' || r == '\'':
		return l.text(at, "")
	case r >= '0' && r <= '9', r == '.' && at+1 < len(l.src) && isDigit(l.src[at+1]):
		return l.number(at)
	case startsName(r):
		return l.name(at)
	}
	return l.operator(at)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func startsName(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.Is(unicode.Nl, r) || r >= utf8.RuneSelf && unicode.Is(unicode.Other_ID_Start, r)
}

func continuesName(r rune) bool {
	return startsName(r) || unicode.In(r, unicode.Nd, unicode.Mn, unicode.Mc, unicode.Pc) || r >= utf8.RuneSelf && unicode.Is(unicode.Other_ID_Continue, r)
}

// indentation measures the beginning of a line that is not blank, and compares it
// with the blocks that are open.
func (l *lexer) indentation() (token, bool) {
	if l.pending > 0 {
		l.pending--
		if l.pending == 0 {
			l.begin = false
		}
		return token{kindDedent, "", l.pos, l.pos}, true
	}
	column := l.column()
	if l.pos >= len(l.src) {
		column = 0
	}
	l.blank = true
	last := 0
	if n := len(l.indents); n > 0 {
		last = l.indents[n-1]
	}
	switch {
	case column > last && len(l.indents) >= maxIndents:
		l.problems = append(l.problems, syntaxError{l.pos, "too many blocks inside each other"})
	case column > last:
		l.indents, l.begin = append(l.indents, column), false
		return token{kindIndent, "", l.pos, l.pos}, true
	case column < last:
		return l.dedent(column)
	}
	l.begin = false
	return token{}, false
}

// dedent closes the blocks that a line ends.
func (l *lexer) dedent(column int) (token, bool) {
	for len(l.indents) > 0 && l.indents[len(l.indents)-1] > column {
		l.indents = l.indents[:len(l.indents)-1]
		l.pending++
	}
	if n := len(l.indents); n == 0 && column > 0 || n > 0 && l.indents[n-1] != column {
		l.problems = append(l.problems, syntaxError{l.pos, "the line stands as deep as no block above it"})
	}
	return l.indentation()
}

// column passes over blank lines and the blanks before the next token, and returns how
// deep it stands.
func (l *lexer) column() int {
	column := 0
	for ; l.pos < len(l.src); l.pos++ {
		switch l.src[l.pos] {
		case ' ':
			column++
		case '\t':
			column = (column/8 + 1) * 8
		case '\f', '\n', '\r':
			column = 0
		case '#':
			l.comment()
			l.pos--
		case '\\':
			if n := l.newlineAt(l.pos + 1); n > 0 {
				l.pos += n
				continue
			}
			return column
		default:
			return column
		}
	}
	return column
}

// comment moves to the end of the line.
func (l *lexer) comment() {
	if n := strings.IndexAny(l.src[l.pos:], "\r\n"); n >= 0 {
		l.pos += n
		return
	}
	l.pos = len(l.src)
}

// newlineAt returns how long the line break at an offset is, 0 where there is none.
func (l *lexer) newlineAt(at int) int {
	switch rest := l.src[min(at, len(l.src)):]; {
	case strings.HasPrefix(rest, "\r\n"):
		return 2
	case rest != "" && (rest[0] == '\n' || rest[0] == '\r'):
		return 1
	}
	return 0
}

// blanks passes over what separates tokens. The end of a line is a token outside of
// brackets.
func (l *lexer) blanks() (token, bool) {
	for l.pos < len(l.src) {
		switch l.src[l.pos] {
		case ' ', '\t', '\f':
			l.pos++
		case '#':
			l.comment()
		case '\\':
			n := l.newlineAt(l.pos + 1)
			if n == 0 {
				return token{}, false
			}
			l.pos += 1 + n
		case '\r', '\n':
			at := l.pos
			l.pos += l.newlineAt(at)
			if len(l.open) > 0 || len(l.states) > 0 {
				continue
			}
			l.begin = true
			return token{kindNewline, "", at, l.pos}, true
		default:
			return token{}, false
		}
	}
	return token{}, false
}

// atEnd ends the last line, then the blocks, then the file.
func (l *lexer) atEnd() token {
	switch {
	case len(l.open) > 0 || len(l.states) > 0:
		l.open, l.states = nil, nil
		return l.errorf(l.pos, "the file ends inside of brackets")
	case !l.blank:
		l.blank, l.begin = true, true
		return token{kindNewline, "", l.pos, l.pos}
	}
	return token{kindEnd, "", l.pos, l.pos}
}

// name reads a name, or a string whose prefix it is.
func (l *lexer) name(at int) token {
	n := strings.IndexFunc(l.src[at:], func(r rune) bool { return !continuesName(r) })
	if n < 0 {
		n = len(l.src) - at
	}
	l.pos = at + n
	word := l.src[at:l.pos]
	if l.pos < len(l.src) && (l.src[l.pos] == '"' || l.src[l.pos] == '\'') && isPrefix(word) {
		return l.text(at, strings.ToLower(word))
	}
	return token{kindName, identifier(word), at, l.pos}
}

var prefixes = []string{"r", "u", "b", "f", "t", "br", "rb", "fr", "rf", "tr", "rt", "ur"}

// isPrefix reports whether a word may stand before a quote.
func isPrefix(word string) bool {
	return len(word) <= 2 && slices.Contains(prefixes, strings.ToLower(word))
}

// number reads a number, with all letters that may be in one.
func (l *lexer) number(at int) token {
	l.pos = at
	for l.pos < len(l.src) {
		c := l.src[l.pos]
		sign := (c == '+' || c == '-') && l.src[l.pos-1]|0x20 == 'e' && !strings.HasPrefix(strings.ToLower(l.src[at:l.pos]), "0x")
		if !isDigit(c) && c != '_' && c != '.' && (c|0x20 < 'a' || c|0x20 > 'z') && (!sign || l.pos == at) {
			break
		}
		if word := keywordAt(l.src[l.pos:]); word && l.pos > at && l.src[at] != '0' { // 1if x else y
			break
		}
		if c == '.' && strings.Contains(l.src[at:l.pos], ".") {
			break
		}
		l.pos++
	}
	return token{kindNumber, strings.ReplaceAll(strings.TrimRight(l.src[at:l.pos], "lL"), "_", ""), at, l.pos}
}

// keywordAt reports whether one of the words begins here that may touch a number.
func keywordAt(rest string) bool {
	for _, word := range []string{"if", "in", "is", "or", "and", "else", "for", "not"} {
		if strings.HasPrefix(rest, word) {
			return true
		}
	}
	return false
}

// operator reads an operator. One that ends a field of a string, or begins its format,
// changes the state.
func (l *lexer) operator(at int) token {
	if l.inField() && l.src[at] == ':' {
		l.pos++
		l.states = append(l.states, state{kind: kindString, quote: l.quote(), raw: l.states[len(l.states)-1].raw})
		return token{kindOperator, ":", at, l.pos}
	}
	for _, op := range operators {
		if strings.HasPrefix(l.src[at:], op) {
			l.pos += len(op)
			return l.bracket(token{kindOperator, op, at, l.pos})
		}
	}
	r, n := utf8.DecodeRuneInString(l.src[at:])
	l.pos += n
	return l.errorf(at, "unexpected character %q", r)
}

// inField reports whether this is a field of a string, outside of further brackets.
func (l *lexer) inField() bool {
	n := len(l.states)
	return n > 0 && l.states[n-1].kind == kindOperator && l.states[n-1].depth == len(l.open)
}

// quote returns the quote of the innermost string that is open.
func (l *lexer) quote() string { return l.states[len(l.states)-1].quote }

// bracket keeps count of brackets.
func (l *lexer) bracket(t token) token {
	switch t.text {
	case "(", "[", "{":
		if len(l.open) >= maxBrackets {
			return l.errorf(t.at, "more than %d brackets inside each other", maxBrackets)
		}
		l.open = append(l.open, t.text[0])
	case ")", "]", "}":
		if t.text == "}" && l.inField() {
			l.states = l.states[:len(l.states)-1]
			return t
		}
		n := len(l.open)
		if n == 0 || t.text[0]-l.open[n-1] > 2 { // pairs are 1 or 2 apart
			return l.errorf(t.at, "%q closes nothing", t.text)
		}
		l.open = l.open[:n-1]
	}
	return t
}
