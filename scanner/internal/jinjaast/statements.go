package jinjaast

import "strings"

// Parse parses a template. The error is an *Error; what was parsed before it is
// returned as well.
func Parse(src string) (*Template, error) {
	p := &parser{lex: lexer{src: src}}
	t := &Template{}
	for {
		if err := p.advance(); err != nil {
			return t, err
		}
		if p.tok.kind == kindEnd {
			return t, nil
		}
		s, err := p.tag()
		if s != nil {
			t.Statements = append(t.Statements, *s)
		}
		if err != nil {
			return t, err
		}
	}
}

// tag reads an output or a statement, up to its end.
func (p *parser) tag() (*Statement, error) {
	s := &Statement{At: p.tok.at}
	output := p.tok.text == "{{"
	if err := p.advance(); err != nil {
		return nil, err
	}
	var err error
	if output {
		if p.tok.kind != kindClose {
			err = p.exprs(s)
		}
	} else if err = p.statement(s); err == nil {
		_, err = p.accept(":") // as in Python
	}
	if err != nil {
		return s, err
	}
	if p.tok.kind != kindClose {
		return s, p.unexpected("the end of the tag")
	}
	return s, nil
}

// exprs reads a tuple into a statement.
func (p *parser) exprs(s *Statement) error {
	n, err := p.tuple()
	if n != nil {
		s.Exprs = append(s.Exprs, n)
	}
	return err
}

// bare are tags that hold nothing.
var bare = map[string]bool{"else": true, "break": true, "continue": true, "generation": true, "debug": true, "pluralize": true}

// statement reads a statement.
func (p *parser) statement(s *Statement) error {
	if p.tok.kind != kindName {
		return p.unexpected("a tag")
	}
	s.Tag = p.tok.text
	name := p.tok.at
	if err := p.advance(); err != nil {
		return err
	}
	if strings.HasPrefix(s.Tag, "end") || bare[s.Tag] {
		return p.rest()
	}
	switch s.Tag {
	case "for":
		return p.loop(s)
	case "set":
		return p.assignment(s)
	case "with":
		return p.with(s)
	case "macro", "call":
		return p.macro(s)
	case "filter":
		return p.filterBlock(s)
	case "block":
		if p.tok.kind == kindName {
			s.Names = []string{p.tok.text}
		}
		return p.rest()
	case "import", "from", "include", "extends":
		return p.load(s)
	case "if", "elif", "do", "print", "autoescape":
		return p.exprs(s)
	case "trans":
		return p.with(s)
	}
	return &Error{name, "an unknown tag " + strings.ToValidUTF8(s.Tag, "?")}
}

// rest passes over the names that may stand behind a tag.
func (p *parser) rest() error {
	for p.tok.kind == kindName {
		if err := p.advance(); err != nil {
			return err
		}
	}
	return nil
}

// targets reads what is assigned to: names, attributes, tuples of them.
func (p *parser) targets(s *Statement) error {
	for {
		if ok, err := p.accept("("); err != nil {
			return err
		} else if ok {
			if err := p.targets(s); err != nil {
				return err
			}
			if err := p.expect(")"); err != nil {
				return err
			}
		} else if err := p.target(s); err != nil {
			return err
		}
		if ok, err := p.accept(","); err != nil || !ok {
			return err
		}
		if p.is("in") || p.is("=") || p.is(")") {
			return nil
		}
	}
}

// target reads a name, or an attribute of one.
func (p *parser) target(s *Statement) error {
	if p.tok.kind != kindName {
		return p.unexpected("a name")
	}
	name := &Name{at(p.tok.at), p.tok.text}
	if err := p.advance(); err != nil {
		return err
	}
	if !p.is(".") {
		s.Names = append(s.Names, name.ID)
		return nil
	}
	n, err := p.postfix(name)
	if err == nil {
		s.Exprs = append(s.Exprs, n)
	}
	return err
}

// loop reads "for targets in expression if condition recursive".
func (p *parser) loop(s *Statement) error {
	if err := p.targets(s); err != nil {
		return err
	}
	if err := p.expect("in"); err != nil {
		return err
	}
	n, err := p.loopOver()
	if err != nil {
		return err
	}
	s.Exprs = append(s.Exprs, n)
	if ok, err := p.accept("if"); err != nil {
		return err
	} else if ok {
		condition, err := p.expression()
		if err != nil {
			return err
		}
		s.Exprs = append(s.Exprs, condition)
	}
	_, err = p.accept("recursive")
	return err
}

// loopOver reads what a loop goes over: an "if" behind it is the loop's.
func (p *parser) loopOver() (Node, error) {
	start := p.tok.at
	first, err := p.binary(0)
	if err != nil || !p.is(",") {
		return first, err
	}
	list := &List{at(start), []Node{first}}
	for p.is(",") {
		if err := p.advance(); err != nil {
			return nil, err
		}
		if p.tok.kind == kindClose || p.is("if") || p.is("recursive") {
			break
		}
		item, err := p.binary(0)
		if err != nil {
			return nil, err
		}
		list.Items = append(list.Items, item)
	}
	return list, nil
}

// assignment reads "set targets = expression", or a block that is set and filtered.
func (p *parser) assignment(s *Statement) error {
	if err := p.targets(s); err != nil {
		return err
	}
	ok, err := p.accept("=")
	switch {
	case err != nil:
		return err
	case ok:
		return p.exprs(s)
	case p.is("|"):
		n, err := p.filters(&Literal{at: at(p.tok.at), Value: nil})
		s.Exprs = append(s.Exprs, n)
		s.Names = nil // what it is set to is not known
		return err
	}
	s.Tag, s.Exprs = "set block", nil
	return nil
}

// with reads assignments with commas between them.
func (p *parser) with(s *Statement) error {
	for p.tok.kind == kindName {
		s.Names = append(s.Names, p.tok.text)
		if err := p.advance(); err != nil {
			return err
		}
		ok, err := p.accept("=")
		if err != nil {
			return err
		}
		if ok {
			n, err := p.expression()
			if err != nil {
				return err
			}
			s.Exprs = append(s.Exprs, n)
		}
		if _, err := p.accept(","); err != nil {
			return err
		}
	}
	return nil
}

// macro reads "macro name(parameters)" or "call(parameters) expression".
func (p *parser) macro(s *Statement) error {
	if s.Tag == "macro" {
		if p.tok.kind != kindName {
			return p.unexpected("a name")
		}
		s.Names = append(s.Names, p.tok.text)
		if err := p.advance(); err != nil {
			return err
		}
	}
	if p.is("(") {
		args, err := p.arguments()
		if err != nil {
			return err
		}
		for _, n := range args.Pos {
			if name, ok := n.(*Name); ok {
				s.Names = append(s.Names, name.ID)
			}
		}
		for _, name := range args.sortedNames() {
			s.Names = append(s.Names, name)
			s.Exprs = append(s.Exprs, args.Named[name])
		}
	}
	if s.Tag == "call" {
		return p.exprs(s)
	}
	return nil
}

// filterBlock reads "filter name(...)|name(...)".
func (p *parser) filterBlock(s *Statement) error {
	f := &Filter{at: at(p.tok.at)}
	var err error
	if f.Name, err = p.dotted(); err != nil {
		return err
	}
	if p.is("(") {
		if f.Args, err = p.arguments(); err != nil {
			return err
		}
	}
	n, err := p.filters(f)
	s.Exprs = append(s.Exprs, n)
	return err
}

// load reads tags that load other templates.
func (p *parser) load(s *Statement) error {
	n, err := p.expression()
	if err != nil {
		return err
	}
	s.Exprs = append(s.Exprs, n)
	for p.tok.kind == kindName || p.is(",") {
		if p.tok.kind == kindName && p.tok.text != "import" && p.tok.text != "as" && p.tok.text != "with" && p.tok.text != "context" {
			s.Names = append(s.Names, p.tok.text)
		}
		if err := p.advance(); err != nil {
			return err
		}
	}
	return nil
}
