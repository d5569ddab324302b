package jinjaast_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// A generator writes templates from the grammar of Jinja, every now and then with a piece
// that does not belong there.
type generator struct {
	r *rand.Rand
	b strings.Builder
}

// generate returns a template.
func generate(r *rand.Rand) string {
	g := &generator{r: r}
	for range 1 + r.IntN(4) {
		g.statement(2)
	}
	return g.b.String()
}

func (g *generator) write(parts ...string) {
	for _, part := range parts {
		g.b.WriteString(part)
	}
}

func (g *generator) pick(of ...string) string { return of[g.r.IntN(len(of))] }

// name returns an identifier, now and then one that is none.
func (g *generator) name() string {
	if g.r.IntN(1000) == 0 {
		return g.pick("1x", "é", "true", "none", "None", "not", "x-y", "", "if", "in", "_", "and")
	}
	return g.pick("a", "b", "messages", "message", "loop", "ns", "tools", "bos_token", "self", "__class__", "x1", "content")
}

// open and shut write the brackets of a tag, with and without control of white space.
func (g *generator) open() { g.write(g.pick("{% ", "{%- ", "{%", "{%+ ", "{%\n", "{%\u00a0")) }
func (g *generator) shut() { g.write(g.pick(" %}", " -%}", "%}", " +%}", "\n%}", "\r\n-%}", "\x1c%}")) }

// tag writes a tag whose parts are texts, or functions that write.
func (g *generator) tag(parts ...any) {
	g.open()
	for _, part := range parts {
		switch part := part.(type) {
		case string:
			g.write(part)
		case func():
			part()
		}
	}
	if g.r.IntN(800) == 0 {
		g.write(g.pick(" )", " ,", " x y", " =", " |"))
	}
	g.shut()
}

// statement writes text, an expression or a tag with what belongs to it.
func (g *generator) statement(depth int) {
	if g.r.IntN(400) == 0 {
		g.write(g.pick("{% endif %}", "{% else %}", "{% nonsense %}", "{{", "{%", "{#", "%}", "}}", "{% %}", "{{ }}", "{% endfor %}", "{%raw%}", "{% raw +%}",
			"{% elif a %}", "{% endblock %}", "{% if a %}", "{% for a in b %}", "{% set a %}", "{% macro m() %}", "{{+ a +}}", "{%- raw -%} ", "{#-"))
	}
	expr := func() { g.expr(3) }
	body := func() {
		for range g.r.IntN(3) {
			if depth > 0 {
				g.statement(depth - 1)
			}
		}
	}
	name := g.name()
	switch g.r.IntN(24) {
	case 0, 1, 2, 3:
		g.write(g.pick("{{ ", "{{- ", "{{", "{{\n"))
		expr()
		g.write(g.pick(" }}", " -}}", "}}", "\n}}"))
	case 4:
		g.write(g.pick("text", "{ x }", "'", "a}} b", "\n", "# x", "{", "é", "{# no {{ x.y }} #}", "{#- a -#}"))
	case 5:
		g.tag("if ", expr, g.pick("", "", "", ":"))
		body()
		if g.r.IntN(2) == 0 {
			g.tag(g.pick("elif ", "elif "), expr)
			body()
		}
		if g.r.IntN(2) == 0 {
			g.tag(g.pick("else", "else", "else:"))
			body()
		}
		g.tag("endif")
	case 6:
		g.tag("for ", g.pick(name, name+", b", "(a, "+name+")", name+", ("+name+", c)", "()"), " in ", expr, g.pick("", "", " recursive", " if a.b", " if x if y else z", " if a recursive"))
		body()
		if g.r.IntN(3) == 0 {
			g.tag("else")
			body()
		}
		g.tag("endfor")
	case 7:
		g.tag("set ", g.pick(name, "ns."+name, "a, "+name, "(a, b)", name, name, "a, ns."+name, "((a))", name+","), " = ", expr, g.pick("", "", "", ", b"))
	case 8:
		g.tag("set ", name, g.pick("", " | upper", "|replace('a', b.c)"))
		body()
		g.tag("endset")
	case 9:
		g.tag("macro ", name, "(", g.pick("", "a", "a, b=1", "a=1, b=x.y", "a, b, c=(d or {})"), ")")
		body()
		g.tag("endmacro")
	case 10:
		g.tag("call", g.pick(" ", "(a) ", "(a, b=1) "), name, "(", expr, ")")
		body()
		g.tag("endcall")
	case 11:
		g.tag("filter ", g.pick("upper", "replace('a', 'b')", "upper|lower", "attr('x')"))
		body()
		g.tag("endfilter")
	case 12:
		g.tag("with ", g.pick("", name+" = 1", "a = x.y, b = 2"))
		body()
		g.tag("endwith")
	case 13:
		block := name + fmt.Sprint(g.r.IntN(1000))
		required := g.r.IntN(4) == 0
		g.tag("block ", block, g.pick("", " scoped"), map[bool]string{true: " required"}[required])
		if required && g.r.IntN(20) > 0 {
			g.write(g.pick("", "\n", " {# x #} "))
		} else {
			body()
		}
		g.tag("endblock", g.pick("", "", " "+block))
	case 14:
		g.load(name, expr)
	case 15:
		g.tag("do ", expr)
	case 16:
		g.tag(g.pick("break", "continue"))
	case 17:
		g.tag("raw")
		g.write(g.pick("{{ x.y }}", "{% if %}", "{#", "text"))
		g.tag("endraw")
	case 18:
		g.tag("generation")
		body()
		g.tag("endgeneration")
	case 19:
		g.tag("autoescape ", expr)
		body()
		g.tag("endautoescape")
	case 20:
		g.tag("print ", expr, g.pick("", ", a", ", a, b.c"))
	case 21:
		g.tag("debug")
	default:
		g.translation(name, expr)
	}
}

// load writes a tag that loads another template.
func (g *generator) load(name string, expr func()) {
	context := g.pick("", "", " with context", " without context")
	switch g.r.IntN(4) {
	case 0:
		g.tag("include ", expr, g.pick("", " ignore missing"), context)
	case 1:
		g.tag("extends ", expr)
	case 2:
		g.tag("import ", expr, " as ", name, context)
	case 3:
		g.tag("from 'x' import ", g.pick(name, "a as "+name, "a, b as c", "a, "+name, ""), context)
	}
}

// translation writes a trans block, which holds only text and names.
func (g *generator) translation(name string, expr func()) {
	g.tag("trans ", g.pick("", "'context' "), g.pick("", name, "trimmed ", "a, "+name, "notrimmed a"), g.pick("", "", "", ", count=count|length"))
	g.write(g.pick("", "text", "{{ a }}", "a % {{ name }}"))
	if g.r.IntN(3) == 0 {
		g.tag("pluralize", g.pick("", "", " a", " "+name))
		g.write("{{ ", g.pick("a", name), " }}")
	}
	if g.r.IntN(30) == 0 {
		g.tag("do ", expr)
	}
	g.tag("endtrans")
}

// expr writes an expression.
func (g *generator) expr(depth int) {
	if depth <= 0 {
		g.atom(0)
		return
	}
	sub := func() { g.expr(depth - 1) }
	switch g.r.IntN(16) {
	case 0, 1, 2, 3:
		g.postfix(depth)
	case 4:
		sub()
		g.write(g.pick(" + ", " - ", " * ", " / ", " // ", " % ", " ** ", " ~ ", "~", "-"))
		sub()
	case 5:
		sub()
		g.write(g.pick(" and ", " or ", " == ", " != ", " < ", " >= ", " in ", " not in "))
		sub()
	case 6:
		g.write(g.pick("not ", "-", "+", "not not ", "- -"))
		sub()
	case 7:
		sub()
		g.write(" if ")
		sub()
		if g.r.IntN(3) > 0 {
			g.write(" else ")
			sub()
		}
	case 8:
		sub()
		g.write(g.pick(" is ", " is not "), g.pick("defined", "none", "string", "divisibleby 3", "divisibleby(a.b)", "sameas x.y", "in [1]", "eq 'a'", "a.b", "not"))
	case 9:
		g.write("(")
		sub()
		g.write(")")
	case 10:
		g.write("[")
		g.list(sub)
		g.write("]")
	case 11:
		g.write("{")
		if g.r.IntN(3) > 0 {
			g.write(g.pick("'a'", "a", "a.b", "1"), ": ")
			sub()
		}
		g.write("}")
	case 12:
		g.write("(")
		g.list(sub)
		g.write(g.pick(",", "", ","), ")")
	default:
		g.atom(depth)
	}
}

// list writes items with commas between.
func (g *generator) list(item func()) {
	for i := range g.r.IntN(4) {
		if i > 0 {
			g.write(g.pick(", ", ",", ", "))
		}
		item()
	}
}

// postfix writes an atom with what may follow one.
func (g *generator) postfix(depth int) {
	g.atom(depth)
	sub := func() { g.expr(depth - 1) }
	for range 1 + g.r.IntN(3) {
		switch g.r.IntN(7) {
		case 0, 1:
			g.write(".", g.name())
		case 2:
			g.write("[")
			sub()
			g.write("]")
		case 3:
			g.write("[", g.pick(":", "1:", ":-1", "::-1", "1:2:3", "a.b:", "::"), "]")
		case 4:
			g.write("(")
			g.arguments(sub)
			g.write(")")
		case 5:
			g.write(g.pick("|", " | "), g.pick("upper", "tojson", "attr", "map", "a.b", "join"))
			if g.r.IntN(2) == 0 {
				g.write("(")
				g.arguments(sub)
				g.write(")")
			}
		case 6:
			g.write(".", g.pick("0", "1", "items()", "split('x')[-1]", "__init__"))
		}
	}
}

// arguments writes what stands in the brackets of a call.
func (g *generator) arguments(sub func()) {
	if g.r.IntN(2) == 0 {
		g.list(sub)
		return
	}
	for range g.r.IntN(3) {
		sub()
		g.write(", ")
	}
	switch g.r.IntN(12) {
	case 0:
		g.write("a=")
		sub()
	case 1:
		g.write(g.pick("", "a=1, "), "*a.b", g.pick("", ", b=2", ", **c"))
	case 2:
		g.write("**", g.name(), g.pick("", "", ","))
	case 3:
		if g.r.IntN(4) == 0 {
			g.write(g.pick(",", "a=1, b", "*a, *b", "**a, b=1", "*a, b", "**a, **b"))
		}
	}
}

// atom writes a literal or a name.
func (g *generator) atom(int) {
	if g.r.IntN(500) == 0 {
		g.write(g.pick("007", "1__0", "\u0663", "1.\u0663", "a\u00b2", "'\\x4'", `"\N{nothing at-all_}"`, "0x", "1.", "1e", "'\\u12'", "\u00e9\u0301", "\u00b7a", "a$", "!", "'a"))
		return
	}
	switch g.r.IntN(6) {
	case 0:
		g.write(g.pick("1", "0", "1_000", "0x1f", "0b1", "0o7", "1.5", "1e3", "1.5e-3", "00", "42", "1\u0663", "1E+2", "0X_fF"))
	case 1:
		g.write(g.pick("'a'", `"b"`, `'it\'s'`, `'\x5f\x5f'`, `"\u0041"`, `'a' 'b'`, `''`, `"{{"`, `'%}'`, "'\n'", `'\N{DIGIT ONE}'`, `'é'`, `'\é'`, "'\\\r\n'", `'\q\8'`, `'\ud800'`))
	case 2:
		g.write(g.pick("true", "false", "none", "True", "False", "None"))
	default:
		g.write(g.name())
	}
}
