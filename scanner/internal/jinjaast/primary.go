package jinjaast

import (
	"math"
	"strconv"
	"strings"
)

// constant returns the value that a name stands for, where it is one.
func constant(name string) (value any, ok bool) {
	switch name {
	case "true", "True":
		return true, true
	case "false", "False":
		return false, true
	case "none", "None":
		return nil, true
	}
	return nil, false
}

// primary reads a name, a literal, or something in brackets. Where something is assigned,
// an attribute of a namespace may stand.
func (p *parser) primary(namespaces bool) (Node, error) {
	t := p.tok
	switch {
	case t.kind == kindName:
		if err := p.advance(); err != nil {
			return nameOrConstant(t), err
		}
		n := nameOrConstant(t)
		if name, ok := n.(*Name); ok && namespaces && p.is(".") {
			return p.namespaced(name)
		}
		return n, nil
	case t.kind == kindInteger || t.kind == kindFloat:
		return &Literal{at(t.at), number(t.text)}, p.advance()
	case t.kind == kindString:
		return p.text()
	case p.is("("):
		return p.parenthesis()
	case p.is("["):
		return p.list()
	case p.is("{"):
		return p.dict()
	}
	return nil, p.unexpected("an expression")
}

// nameOrConstant is what a name stands for by itself.
func nameOrConstant(t token) Node {
	if value, ok := constant(t.text); ok {
		return &Literal{at(t.at), value}
	}
	return &Name{at(t.at), t.text}
}

// namespaced reads the attribute of a namespace.
func (p *parser) namespaced(of *Name) (Node, error) {
	n := &Attr{at: at(p.tok.at), Of: of, target: true}
	err := p.advance()
	if err == nil {
		n.Name, err = p.expectName()
	}
	if n.Name == "" {
		return of, err
	}
	return n, err
}

// number returns the value of a number.
func number(text string) float64 {
	if n, err := strconv.ParseInt(text, 0, 64); err == nil {
		return float64(n)
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil {
		return f
	}
	return math.Inf(1)
}

// text reads strings, which join where they stand side by side.
func (p *parser) text() (Node, error) {
	n := &Literal{at: at(p.tok.at)}
	var b strings.Builder
	var err error
	for err == nil && p.tok.kind == kindString {
		b.WriteString(p.tok.text)
		err = p.advance()
	}
	n.Value = b.String()
	return n, err
}

// parenthesis reads an expression or a tuple in parentheses.
func (p *parser) parenthesis() (Node, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	n, err := p.tuple(p.expression, true)
	if err != nil {
		return n, err
	}
	return n, p.expect(")")
}

// tuple reads items with commas between them, or one. Behind a comma the tag or a
// parenthesis may end.
func (p *parser) tuple(item func() (Node, error), empty bool) (Node, error) {
	list := &List{at: at(p.tok.at), Tuple: true}
	comma := false
	for p.tok.kind != kindClose && !p.is(")") {
		n, err := item()
		list.Items = append(list.Items, n)
		if err != nil {
			return list, err
		}
		if !p.is(",") {
			break
		}
		comma = true
		if err := p.advance(); err != nil {
			return list, err
		}
	}
	switch {
	case comma || len(list.Items) == 0 && empty:
		return list, nil
	case len(list.Items) == 0:
		return list, p.unexpected("an expression")
	}
	return list.Items[0], nil
}

// list reads a list.
func (p *parser) list() (Node, error) {
	n := &List{at: at(p.tok.at)}
	err := p.enclosed("[", "]", func() error {
		item, err := p.expression()
		n.Items = append(n.Items, item)
		return err
	})
	return n, err
}

// dict reads a dict.
func (p *parser) dict() (Node, error) {
	n := &Dict{at: at(p.tok.at)}
	err := p.enclosed("{", "}", func() error {
		key, err := p.expression()
		n.Items = append(n.Items, key)
		if err == nil {
			err = p.expect(":")
		}
		if err != nil {
			return err
		}
		value, err := p.expression()
		n.Items = append(n.Items, value)
		return err
	})
	return n, err
}

// enclosed reads items between brackets, with commas between them and one more perhaps.
func (p *parser) enclosed(open, end string, item func() error) error {
	if err := p.expect(open); err != nil {
		return err
	}
	for !p.is(end) {
		if err := item(); err != nil {
			return err
		}
		if ok, err := p.accept(","); err != nil {
			return err
		} else if !ok {
			break
		}
	}
	return p.expect(end)
}
