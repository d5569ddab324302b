package jinjaast

import (
	"fmt"
	"slices"
	"strings"
)

// exprs reads a tuple into a statement.
func (p *parser) exprs(s *Statement) error { return s.add(p.tuple(p.expression, false)) }

// expr reads one expression into a statement.
func (p *parser) expr(s *Statement) error { return s.add(p.expression()) }

// add takes what was read, complete or not.
func (s *Statement) add(n Node, err error) error {
	if n != nil {
		s.Exprs = append(s.Exprs, n)
	}
	return err
}

// statement reads a statement from its name on.
func (p *parser) statement(s *Statement) error {
	if p.tok.kind != kindName {
		return p.unexpected("the name of a tag")
	}
	s.Tag = p.tok.text
	name := p.tok
	if p.lex.loose {
		p.unwind(s.Tag)
	}
	if p.continues(s.Tag) {
		return p.proceed(s)
	}
	if p.within("trans") {
		return &Error{name.at, fmt.Sprintf("the tag %q in a translation", s.Tag)}
	}
	head, known := p.heads(s)
	if !known {
		return p.stray(name)
	}
	if err := p.advance(); err != nil {
		return err
	}
	if s.Tag != "print" || p.tok.kind != kindClose {
		p.fill(true)
	}
	return head()
}

// heads returns what reads a tag from behind its name, and whether the tag is known.
func (p *parser) heads(s *Statement) (read func() error, known bool) {
	of := func(read func(*Statement) error) (func() error, bool) { return func() error { return read(s) }, true }
	switch s.Tag {
	case "if":
		return of(p.condition)
	case "for":
		return of(p.loop)
	case "set":
		return of(p.assignment)
	case "with":
		return of(p.with)
	case "autoescape":
		return of(p.autoescape)
	case "macro":
		return of(p.macro)
	case "call":
		return of(p.callBlock)
	case "filter":
		return of(p.filterBlock)
	case "block":
		return of(p.block)
	case "include", "import", "from", "extends":
		return of(p.load)
	case "print":
		return of(p.print)
	case "do":
		return of(p.exprs)
	case "trans":
		return of(p.translation)
	case "generation":
		return func() error { return p.begin(s, "endgeneration") }, true
	case "break", "continue", "debug":
		return func() error { return nil }, true
	}
	return nil, false
}

// condition reads "if" or "elif" from behind the word.
func (p *parser) condition(s *Statement) error {
	if err := s.add(p.tuple(p.unconditional, false)); err != nil {
		return err
	}
	return p.begin(s, "elif", "else", "endif")
}

// target reads what is assigned to: names, tuples of them, attributes of namespaces.
func (p *parser) target(s *Statement, namespaces bool) error {
	start := p.tok.at
	n, err := p.tuple(func() (Node, error) { return p.primary(namespaces) }, false)
	if err == nil && !assignable(n) {
		err = &Error{start, "something is assigned to what is no name"}
	}
	if err != nil {
		return s.add(n, err)
	}
	s.declare(n)
	s.Targets = append(s.Targets, n)
	return nil
}

// assignable reports whether something can be assigned to an expression.
func assignable(n Node) bool {
	switch n := n.(type) {
	case *Name:
		return true
	case *Attr:
		return n.target
	case *List:
		return n.Tuple && !slices.ContainsFunc(n.Items, func(item Node) bool { return !assignable(item) })
	}
	return false
}

// declare notes names that are assigned to. Attributes of namespaces stand with the
// expressions.
func (s *Statement) declare(n Node) {
	switch n := n.(type) {
	case *Name:
		s.Names = append(s.Names, n.ID)
	case *Attr:
		s.Exprs = append(s.Exprs, n)
	case *List:
		for _, item := range n.Items {
			s.declare(item)
		}
	}
}

// declared reads one name that a tag declares.
func (p *parser) declared(s *Statement) (string, error) {
	start := p.tok.at
	name, err := p.expectName()
	if _, constant := constant(name); err == nil && constant {
		err = &Error{start, fmt.Sprintf("something is assigned to %q", name)}
	}
	if name != "" {
		s.Names = append(s.Names, name)
	}
	return name, err
}

// loop reads "for targets in expression if condition recursive".
func (p *parser) loop(s *Statement) error {
	if err := p.target(s, false); err != nil {
		return err
	}
	if err := p.expect("in"); err != nil {
		return err
	}
	if err := s.add(p.tuple(p.unconditional, false)); err != nil {
		return err
	}
	if ok, err := p.accept("if"); err != nil {
		return err
	} else if ok {
		if err := p.expr(s); err != nil {
			return err
		}
	}
	if _, err := p.accept("recursive"); err != nil {
		return err
	}
	return p.begin(s, "endfor", "else")
}

// assignment reads "set targets = expression", or a block that is set and filtered.
func (p *parser) assignment(s *Statement) error {
	if err := p.target(s, true); err != nil {
		return err
	}
	if ok, err := p.accept("="); err != nil {
		return err
	} else if ok {
		return p.exprs(s)
	}
	if p.is("|") {
		s.Targets = nil // what it is set to is not known
		if err := s.add(p.filterChain(nil)); err != nil {
			return err
		}
	} else {
		s.Tag = "set block"
	}
	return p.begin(s, "endset")
}

// filterChain reads "|name" for as often as it stands there.
func (p *parser) filterChain(n Node) (Node, error) {
	var err error
	for err == nil && p.is("|") {
		if n, err = p.filter(n); err == nil {
			err = p.another()
		}
	}
	return n, err
}

// with reads assignments with commas between them.
func (p *parser) with(s *Statement) error {
	for first := true; p.tok.kind != kindClose; first = false {
		if !first {
			if err := p.expect(","); err != nil {
				return err
			}
		}
		if err := p.target(s, false); err != nil {
			return err
		}
		if err := p.expect("="); err != nil {
			return err
		}
		if err := p.expr(s); err != nil {
			return err
		}
	}
	return p.begin(s, "endwith")
}

// autoescape reads what the escaping of a block is set to.
func (p *parser) autoescape(s *Statement) error {
	if err := p.expr(s); err != nil {
		return err
	}
	return p.begin(s, "endautoescape")
}

// macro reads "macro name(parameters)".
func (p *parser) macro(s *Statement) error {
	if _, err := p.declared(s); err != nil {
		return err
	}
	if err := p.signature(s); err != nil {
		return err
	}
	return p.begin(s, "endmacro")
}

// signature reads parameters. Those with a value by default stand last.
func (p *parser) signature(s *Statement) error {
	if err := p.expect("("); err != nil {
		return err
	}
	defaults := false
	for first := true; !p.is(")"); first = false {
		if !first {
			if err := p.expect(","); err != nil {
				return err
			}
		}
		if err := p.parameter(s, &defaults); err != nil {
			return err
		}
	}
	return p.advance()
}

// parameter reads one parameter; defaults says whether one before it had a value.
func (p *parser) parameter(s *Statement, defaults *bool) error {
	if _, err := p.declared(s); err != nil {
		return err
	}
	ok, err := p.accept("=")
	switch {
	case err != nil:
		return err
	case ok:
		*defaults = true
		return p.expr(s)
	case *defaults:
		return p.unexpected("a value by default")
	}
	return nil
}

// callBlock reads "call(parameters) expression".
func (p *parser) callBlock(s *Statement) error {
	if p.is("(") {
		if err := p.signature(s); err != nil {
			return err
		}
	}
	start := p.tok.at
	n, err := p.expression()
	if _, ok := n.(*Call); err == nil && !ok {
		err = &Error{start, "what a call block has is no call"}
	}
	if err := s.add(n, err); err != nil {
		return err
	}
	return p.begin(s, "endcall")
}

// filterBlock reads "filter name(...)|name(...)".
func (p *parser) filterBlock(s *Statement) error {
	n, err := p.filterName(nil, p.tok.at)
	if err == nil {
		n, err = p.filterChain(n)
	}
	if err := s.add(n, err); err != nil {
		return err
	}
	return p.begin(s, "endfilter")
}

// block reads "block name scoped required".
func (p *parser) block(s *Statement) error {
	name, err := p.expectName()
	if err != nil {
		return err
	}
	s.Names = []string{name}
	if _, err := p.accept("scoped"); err != nil {
		return err
	}
	required, err := p.accept("required")
	if err != nil {
		return err
	}
	if err := p.begin(s, "endblock"); err != nil {
		return err
	}
	open := &p.blocks[len(p.blocks)-1]
	open.name, open.required = name, required
	return nil
}

// print reads expressions with commas between them.
func (p *parser) print(s *Statement) error {
	for first := true; p.tok.kind != kindClose; first = false {
		if !first {
			if err := p.expect(","); err != nil {
				return err
			}
		}
		if err := p.expr(s); err != nil {
			return err
		}
	}
	return nil
}

// shown is the name of a tag as a message has it.
func shown(tag string) string { return fmt.Sprintf("%q", strings.ToValidUTF8(tag, "?")) }
