package scantest

import (
	"fmt"
	"strconv"
	"strings"
)

// A statement is one line of a recipe.
type statement struct {
	line  int
	word  string
	args  []argument
	block bool // body was given, perhaps empty
	body  []statement
}

// An argument is a bare word or an unquoted string.
type argument struct {
	text   string
	quoted bool
}

// A recipeError is a mistake in a recipe.
type recipeError struct {
	line int
	err  error
}

func (e *recipeError) Error() string { return fmt.Sprintf("line %d: %v", e.line, e.err) }
func (e *recipeError) Unwrap() error { return e.err }

// A parser reads a recipe.
type parser struct {
	rest string
	line int
}

// parse reads a whole recipe.
func parse(recipe string) ([]statement, error) {
	p := &parser{rest: recipe, line: 1}
	list, err := p.list(0)
	if err != nil {
		return nil, &recipeError{p.line, err}
	}
	return list, nil
}

// list reads statements up to the end of the recipe or, inside a block, of the block.
func (p *parser) list(depth int) ([]statement, error) {
	var all []statement
	var s statement
	flush := func() {
		if s.word != "" {
			all = append(all, s)
		}
		s = statement{}
	}
	for {
		p.space()
		switch c := p.peek(); {
		case c == 0 && depth > 0:
			return nil, fmt.Errorf("a block is not closed")
		case c == 0:
			flush()
			return all, nil
		case c == '}':
			if depth == 0 {
				return nil, fmt.Errorf("a brace closes nothing")
			}
			p.take(1)
			flush()
			return all, nil
		case c == '\n' || c == ';':
			p.take(1)
			flush()
		case c == '{':
			p.take(1)
			body, err := p.list(depth + 1)
			if err != nil {
				return nil, err
			}
			s.body, s.block = body, true
			flush()
		default:
			if err := p.word(&s); err != nil {
				return nil, err
			}
		}
	}
}

// word reads the statement's word or one argument.
func (p *parser) word(s *statement) error {
	a, err := p.argument()
	switch {
	case err != nil:
		return err
	case s.word != "":
		s.args = append(s.args, a)
	case a.quoted:
		return fmt.Errorf("a statement starts with the string %q", a.text)
	default:
		s.word, s.line = a.text, p.line
	}
	return nil
}

// space skips blanks and comments, not the end of the line.
func (p *parser) space() {
	p.rest = strings.TrimLeft(p.rest, " \t\r")
	if strings.HasPrefix(p.rest, "#") {
		end := strings.IndexByte(p.rest, '\n')
		if end < 0 {
			end = len(p.rest)
		}
		p.rest = p.rest[end:]
	}
}

// peek returns the next byte, 0 at the end.
func (p *parser) peek() byte {
	if p.rest == "" {
		return 0
	}
	return p.rest[0]
}

// take moves n bytes on.
func (p *parser) take(n int) string {
	text := p.rest[:n]
	p.line += strings.Count(text, "\n")
	p.rest = p.rest[n:]
	return text
}

// argument reads a string or a bare word.
func (p *parser) argument() (argument, error) {
	if c := p.peek(); c == '"' || c == '`' {
		quoted, err := strconv.QuotedPrefix(p.rest)
		if err != nil {
			return argument{}, fmt.Errorf("a string is not closed or not in Go syntax")
		}
		text, err := strconv.Unquote(p.take(len(quoted)))
		return argument{text, true}, err
	}
	n := strings.IndexAny(p.rest, " \t\r\n;{}\"`")
	if n < 0 {
		n = len(p.rest)
	}
	return argument{p.take(n), false}, nil
}
