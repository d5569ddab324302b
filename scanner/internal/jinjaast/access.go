package jinjaast

import "strings"

// attribute reads ".name" behind an expression; a number is a key.
func (p *parser) attribute(of Node) (Node, error) {
	start := at(p.tok.at)
	if err := p.advance(); err != nil {
		return of, err
	}
	t := p.tok
	switch {
	case t.kind == kindName:
		return &Attr{at: start, Of: of, Name: t.text}, p.advance()
	case t.kind == kindInteger:
		return &Subscript{start, of, &Literal{at(t.at), number(t.text)}}, p.advance()
	}
	return of, p.unexpected("a name or an integer")
}

// subscript reads "[...]" behind an expression.
func (p *parser) subscript(of Node) (Node, error) {
	s := &Subscript{at: at(p.tok.at), Of: of}
	keys := &List{at: s.at, Tuple: true}
	s.Key = keys
	if err := p.advance(); err != nil {
		return s, err
	}
	for !p.is("]") {
		if len(keys.Items) > 0 {
			if err := p.expect(","); err != nil {
				return s, err
			}
		}
		key, err := p.key()
		keys.Items = append(keys.Items, key)
		if err != nil {
			return s, err
		}
	}
	if len(keys.Items) == 1 {
		s.Key = keys.Items[0]
	}
	return s, p.advance()
}

// key reads a key or a slice.
func (p *parser) key() (Node, error) {
	slice := &Slice{at: at(p.tok.at)}
	var err error
	if !p.is(":") {
		if slice.From, err = p.expression(); err != nil || !p.is(":") {
			return slice.From, err
		}
	}
	for _, end := range []*Node{&slice.To, &slice.Step} {
		if ok, err := p.accept(":"); err != nil || !ok {
			return slice, err
		}
		if p.is(":", "]", ",") {
			continue
		}
		if *end, err = p.expression(); err != nil {
			return slice, err
		}
	}
	return slice, nil
}

// call reads "(...)" behind an expression.
func (p *parser) call(callee Node) (Node, error) {
	c := &Call{at: at(p.tok.at), Callee: callee}
	return c, p.arguments(&c.Args)
}

// arguments reads arguments in parentheses.
func (p *parser) arguments(args *Args) error {
	start := p.tok.at
	var given order
	return p.enclosed("(", ")", func() error {
		if err := p.argument(args, &given); err != nil {
			return err
		}
		if given.wrong {
			return &Error{start, "the arguments of a call stand in an order that none may have"}
		}
		return nil
	})
}

// An order is what kinds of arguments there were: these must follow in this order.
type order struct{ named, list, dict, wrong bool }

// argument reads one argument.
func (p *parser) argument(args *Args, given *order) error {
	switch {
	case p.is("*"):
		given.wrong = given.list || given.dict
		given.list = true
	case p.is("**"):
		given.wrong = given.dict
		given.dict = true
	default:
		return p.plainArgument(args, given)
	}
	err := p.advance()
	if err != nil || given.wrong {
		return err
	}
	return p.position(args)
}

// plainArgument reads an argument without a star.
func (p *parser) plainArgument(args *Args, given *order) error {
	if p.tok.kind == kindName {
		next, err := p.peek()
		if err != nil {
			return err
		}
		if next.kind == kindOperator && next.text == "=" {
			given.named, given.wrong = true, given.dict
			return p.keyword(args)
		}
	}
	given.wrong = given.named || given.list || given.dict
	return p.position(args)
}

// position reads the value of an argument by place.
func (p *parser) position(args *Args) error {
	n, err := p.expression()
	args.Pos = append(args.Pos, n)
	return err
}

// keyword reads an argument by name.
func (p *parser) keyword(args *Args) error {
	name := p.tok.text
	if err := p.advance(); err != nil {
		return err
	}
	if err := p.advance(); err != nil {
		return err
	}
	n, err := p.expression()
	args.Named = append(args.Named, Keyword{name, n})
	return err
}

// filter reads "|name" with or without arguments.
func (p *parser) filter(of Node) (Node, error) {
	start := p.tok.at
	if err := p.advance(); err != nil {
		return of, err
	}
	return p.filterName(of, start)
}

// filterName reads the name of a filter, and its arguments.
func (p *parser) filterName(of Node, start int) (Node, error) {
	f := &Filter{at: at(start), Of: of}
	var err error
	if f.Name, err = p.dotted(); err == nil && p.is("(") {
		err = p.arguments(&f.Args)
	}
	return f, err
}

// dotted reads a name with dots.
func (p *parser) dotted() (string, error) {
	var parts []string
	for {
		name, err := p.expectName()
		if name != "" {
			parts = append(parts, name)
		}
		if err != nil {
			return strings.Join(parts, "."), err
		}
		if ok, err := p.accept("."); err != nil || !ok {
			return strings.Join(parts, "."), err
		}
	}
}

// test reads "is name" with or without arguments. Most words behind it are taken for its
// argument.
func (p *parser) test(of Node) (Node, error) {
	t := &Test{at: at(p.tok.at), Of: of}
	if err := p.advance(); err != nil {
		return t, err
	}
	if _, err := p.accept("not"); err != nil {
		return t, err
	}
	var err error
	if t.Name, err = p.dotted(); err != nil {
		return t, err
	}
	switch {
	case p.is("("):
		return t, p.arguments(&t.Args)
	case !p.beginsArgument():
		return t, nil
	case p.is("is"):
		return t, &Error{p.tok.at, "a test of a test"}
	}
	n, err := p.primary(false)
	if err == nil {
		n, err = p.postfix(n)
	}
	t.Pos = []Node{n}
	return t, err
}

// beginsArgument reports whether a test takes what stands here for its argument.
func (p *parser) beginsArgument() bool {
	switch kind := p.tok.kind; {
	case kind == kindName:
		return !p.is("else", "or", "and")
	case kind == kindOperator:
		return p.is("[", "{")
	default:
		return kind == kindString || kind == kindInteger || kind == kindFloat
	}
}
