package jinjaast

import "fmt"

// A translation is what is known of a trans block, which jinja2 reads in its own way: it
// holds text and names.
type translation struct {
	variables map[string]bool
	counted   bool // something can be counted, for the plural
	plural    bool // pluralize stood there
}

// translation reads "trans" from behind the word: variables, and perhaps a context.
func (p *parser) translation(s *Statement) error {
	t := &translation{variables: map[string]bool{}}
	if p.tok.kind == kindString {
		if err := p.advance(); err != nil {
			return err
		}
	}
	for trimmed := false; p.tok.kind != kindClose; {
		if len(t.variables) > 0 {
			if err := p.expect(","); err != nil {
				return err
			}
		}
		if ok, err := p.accept(":"); err != nil {
			return err
		} else if ok {
			break
		}
		if err := p.variable(s, t, &trimmed); err != nil {
			return err
		}
	}
	if p.tok.kind != kindClose {
		return p.unexpected("the end of the tag")
	}
	t.counted = len(t.variables) > 0
	p.blocks = append(p.blocks, block{tag: "trans", at: s.At, ends: []string{"pluralize", "endtrans"}, translation: t})
	return nil
}

// variable reads "name", "name = expression", or how white space is treated.
func (p *parser) variable(s *Statement, t *translation, trimmed *bool) error {
	start := p.tok
	name, err := p.expectName()
	switch {
	case err != nil:
		return err
	case t.variables[name]:
		return &Error{start.at, fmt.Sprintf("the variable %s of a translation for the second time", shown(name))}
	case p.is("="):
		t.variables[name] = true
		if err := p.advance(); err != nil {
			return err
		}
		return p.expr(s)
	case !*trimmed && (name == "trimmed" || name == "notrimmed"):
		*trimmed = true
		return nil
	}
	t.variables[name] = true
	return s.add(&Name{at(start.at), name}, nil)
}

// translated reads an output within a translation: a name alone.
func (p *parser) translated(s *Statement) error {
	start := p.tok.at
	name, err := p.expectName()
	if err != nil {
		return err
	}
	open := p.blocks[len(p.blocks)-1]
	open.counted = open.counted || !open.plural
	return s.add(&Name{at(start), name}, nil)
}

// pluralize reads what the plural of a translation goes by.
func (p *parser) pluralize(open block) error {
	open.plural, open.ends = true, []string{"endtrans"}
	p.blocks = append(p.blocks, open)
	if p.tok.kind == kindClose {
		return nil
	}
	start := p.tok.at
	name, err := p.expectName()
	if err == nil && !open.variables[name] {
		err = &Error{start, fmt.Sprintf("the plural by %s, which is no variable of the translation", shown(name))}
	}
	return err
}

// translationEnds checks a translation whose end stands at an offset.
func (t *translation) translationEnds(at int) error {
	if t.plural && !t.counted {
		return &Error{at, "a plural without a variable"}
	}
	return nil
}
