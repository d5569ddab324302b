package pysource

import (
	"strconv"
	"strings"
)

// atom reads a value without anything behind it.
func (p *parser) atom() expr {
	t := p.peek()
	switch t.kind {
	case kindName:
		return p.word(t)
	case kindNumber:
		p.take()
		return &constant{p.since(t.at), numberValue(t.text)}
	case kindString, kindBytes, kindOpen:
		return p.strings()
	case kindOperator:
		return p.symbol(t)
	default:
		p.unexpected()
		return nil
	}
}

// symbol reads a value that begins with an operator.
func (p *parser) symbol(t token) expr {
	switch {
	case t.text == "(" || t.text == "[" || t.text == "{":
		return p.nested(func() expr { return within(p, p.bracketed) })
	case t.text == "...":
		p.take()
		return &constant{p.since(t.at), float("...")}
	case t.text == "*" && p.pattern:
		return p.starred()
	}
	p.unexpected()
	return nil
}

// word reads a name or a constant with one.
func (p *parser) word(t token) expr {
	if isKeyword[t.text] && t.text != "None" && t.text != "True" && t.text != "False" {
		p.unexpected()
		return nil
	}
	p.take()
	switch t.text {
	case "None":
		return &constant{p.since(t.at), nil}
	case "True", "False":
		return &constant{p.since(t.at), t.text == "True"}
	}
	return &name{p.since(t.at), t.text}
}

// numberValue returns an integer of 64 bits, or the text of another number.
func numberValue(text string) any {
	base := 0
	if strings.Trim(text, "01234567") == "" && len(text) > 1 && text[0] == '0' { // as Python 2 had it
		base = 8
	}
	if n, err := strconv.ParseInt(text, base, 64); err == nil {
		return integer(n)
	}
	return float(text)
}

// bracketed reads a tuple, list, set, dict, comprehension, or an expression in
// parentheses.
func (p *parser) bracketed() expr {
	from, bracket := p.peek().at, p.take().text[0]
	end := map[byte]string{'(': ")", '[': "]", '{': "}"}[bracket]
	if p.takeOp(end) {
		if bracket == '{' {
			return &dict{at: p.since(from)}
		}
		return &sequence{p.since(from), bracket, nil}
	}
	if bracket == '{' && p.isOp("**") {
		return p.dict(from, nil)
	}
	first := p.starred()
	switch {
	case bracket == '{' && p.isOp(":"):
		return p.dict(from, first)
	case p.startsClause():
		c := p.comprehension(from, bracket, []expr{first})
		p.expectOp(end)
		return c
	case bracket == '(' && p.takeOp(")"):
		return first
	}
	items := []expr{first}
	for p.failed == nil && p.takeOp(",") && !p.isOp(end) {
		items = append(items, p.starred())
	}
	p.expectOp(end)
	return &sequence{p.since(from), bracket, items}
}

// dict reads the rest of a dict behind its first key, nil for "**".
func (p *parser) dict(from int, key expr) expr {
	d := &dict{}
	for p.failed == nil {
		if key == nil {
			p.expectOp("**")
		} else {
			p.expectOp(":")
		}
		value := p.expr()
		d.keys, d.values = append(d.keys, key), append(d.values, value)
		if p.startsClause() && len(d.keys) == 1 {
			c := p.comprehension(from, '{', []expr{key, value})
			p.expectOp("}")
			return c
		}
		if !p.takeOp(",") || p.isOp("}") {
			break
		}
		if key = nil; !p.isOp("**") {
			key = p.expr()
		}
	}
	p.expectOp("}")
	d.at = p.since(from)
	return d
}

// startsClause reports whether the clauses of a comprehension begin here.
func (p *parser) startsClause() bool {
	return p.isWord("for") || p.isWord("async") && p.peekAt(1).text == "for"
}

// comprehension reads its clauses.
func (p *parser) comprehension(from int, bracket byte, results []expr) expr {
	c := &comprehension{bracket: bracket, results: results}
	for p.failed == nil && p.startsClause() {
		p.takeWord("async")
		p.take()
		next := clause{target: p.target()}
		p.expectWord("in")
		next.from = p.binary(0)
		for p.failed == nil && p.takeWord("if") {
			next.conditions = append(next.conditions, p.binary(0))
		}
		c.clauses = append(c.clauses, next)
	}
	c.at = p.since(from)
	return c
}

// target reads what a loop assigns, which "in" ends.
func (p *parser) target() expr {
	clause := p.clause
	p.clause = true
	defer func() { p.clause = clause }()
	return p.list()
}

// strings reads strings that stand behind each other.
func (p *parser) strings() expr {
	from := p.peek().at
	var parts []expr
	plain, isBytes := true, p.peek().kind == kindBytes
	for t := p.peek(); p.failed == nil && (t.kind == kindString || t.kind == kindBytes || t.kind == kindOpen); t = p.peek() {
		p.take()
		if t.kind == kindOpen {
			plain = false
			parts = p.fields(parts)
			continue
		}
		parts = append(parts, &constant{p.since(t.at), t.text})
	}
	if !plain {
		return &formatted{p.since(from), parts}
	}
	var b strings.Builder
	for _, part := range parts {
		b.WriteString(part.(*constant).value.(string))
	}
	if isBytes {
		return &constant{p.since(from), byteString(b.String())}
	}
	return &constant{p.since(from), b.String()}
}

// fields reads the text and the fields of a string or of a format, up to its end.
func (p *parser) fields(parts []expr) []expr {
	for p.failed == nil {
		switch t := p.peek(); {
		case t.kind == kindMiddle:
			p.take()
			parts = append(parts, &constant{p.since(t.at), t.text})
		case t.kind == kindClose:
			p.take()
			return parts
		case p.isOp("{"):
			p.take()
			parts = p.field(parts)
		case p.isOp("}"): // of the field whose format this is
			return parts
		default:
			p.unexpected()
		}
	}
	return parts
}

// field reads the rest of a field.
func (p *parser) field(parts []expr) []expr {
	parts = append(parts, within(p, p.list))
	p.takeOp("=")
	if p.takeOp("!") {
		p.takeName()
	}
	if p.takeOp(":") {
		p.depth++
		if p.depth > maxDepth {
			p.fail("expressions are nested too deeply")
		}
		format := p.fields(nil)
		p.depth--
		parts = append(parts, &formatted{p.since(p.last), format})
	}
	p.expectOp("}")
	return parts
}
