package pysource

import (
	"slices"
	"strings"
)

// invoke notes a call, follows it, and returns what it may give.
func (r *runner) invoke(c *call, callee values, args []actual, s *scope) values {
	r.note(c, callee, args)
	var out values
	for _, v := range callee {
		out = union(out, r.apply(v, args, c, s))
	}
	return out
}

// note adds a call to what was found, or to what is known of it.
func (r *runner) note(c *call, callee values, args []actual) {
	i, known := r.calls[c]
	if !known {
		i = len(r.source.Calls)
		r.calls[c] = i
		r.source.Calls = append(r.source.Calls, r.called(c))
	}
	noted := &r.source.Calls[i]
	for _, p := range paths(callee) {
		if !slices.Contains(noted.Paths, p) && len(noted.Paths) < maxValues {
			noted.Paths = append(noted.Paths, p)
		}
	}
	if r.place.Import && !noted.Import {
		noted.Place = r.place
	}
	for len(noted.Args) < len(args) {
		noted.Args = append(noted.Args, Arg{})
	}
	for k, a := range args {
		noted.Args[k].learn(a)
		if k < len(c.args) && len(args) == len(c.args) {
			noted.Args[k].Text = r.textOf(c.args[k].value)
		}
	}
}

// called describes a call without what it may be of.
func (r *runner) called(c *call) Call {
	at, end := c.span()
	noted := Call{Text: r.textOf(c), Nested: r.origin != nil, Place: r.place}
	if r.origin != nil {
		at, end = r.origin.outer.span()
	}
	noted.At, noted.End = r.text.offset(at), r.text.offset(end)
	line, _ := slices.BinarySearch(r.lines, at)
	noted.Line = line + 1
	return noted
}

// textOf returns the source of an expression.
func (r *runner) textOf(e expr) string {
	if e == nil {
		return ""
	}
	src := r.text.string
	if r.origin != nil {
		src = r.origin.text
	}
	from, to := e.span()
	if from > to || to > len(src) {
		return ""
	}
	return src[from:to]
}

// learn adds what an argument may be.
func (a *Arg) learn(actual actual) {
	a.Name, a.Stars = actual.name, actual.stars
	for _, v := range actual.values {
		text, ok := textValue(v)
		if ok && len(a.Strings) < maxValues && !slices.Contains(a.Strings, text) {
			a.Strings = append(a.Strings, text)
		}
	}
	for _, p := range paths(actual.values) {
		if len(a.Paths) < maxValues && !slices.Contains(a.Paths, p) {
			a.Paths = append(a.Paths, p)
		}
	}
}

// textValue returns the text of a constant.
func textValue(v value) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case byteString:
		return string(v), true
	}
	return "", false
}

// apply follows a call of one value.
func (r *runner) apply(callee value, args []actual, c *call, s *scope) values {
	if r.depth >= maxCalls {
		return nil
	}
	r.depth++
	defer func() { r.depth-- }()
	switch v := callee.(type) {
	case path:
		return r.external(v, args, c, s)
	case *closure:
		return r.enter(v, args)
	case *bound:
		return r.enter(v.closure, slices.Concat([]actual{{values: values{v.self}}}, args))
	case *classValue:
		return r.construct(v, args, s)
	case *instance:
		return r.send(v, "__call__", s, args...)
	case *method:
		return r.methodCall(v, args)
	case *partial:
		var out values
		for _, inner := range v.callee {
			out = union(out, r.apply(inner, slices.Concat(v.args, args), c, s))
		}
		return out
	case *getter:
		return r.get(v, args, c, s)
	}
	return nil
}

// construct makes an instance. When a file is imported, Python may call any of its
// special methods later on, with no call to be seen.
func (r *runner) construct(v *classValue, args []actual, s *scope) values {
	for _, name := range []string{"__new__", "__init__", "__post_init__"} {
		r.send(v.single, name, s, args...)
	}
	if r.place.Import && !v.made {
		v.made = true
		for _, name := range v.scope.special() {
			r.send(v.single, name, s)
		}
	}
	return values{v.single}
}

// special returns the names of special methods, but those that only a call is for.
func (s *scope) special() []string {
	var names []string
	for name := range s.vars {
		if strings.HasPrefix(name, "__") && strings.HasSuffix(name, "__") && name != "__call__" && name != "__init__" && name != "__new__" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// send calls a method of an instance, where the file has it.
func (r *runner) send(i *instance, name string, s *scope, args ...actual) values {
	var out values
	for _, v := range r.member(i.class, i, name) {
		switch v := v.(type) {
		case *bound:
			out = union(out, r.enter(v.closure, slices.Concat([]actual{{values: values{i}}}, args)))
		case path:
		default:
			out = union(out, r.apply(v, args, nil, s))
		}
	}
	return out
}

// sendTo calls a method of a class.
func (r *runner) sendTo(c *classValue, name string, s *scope) {
	r.send(c.single, name, s)
}

// enter reads the body of a function for a call of it.
func (r *runner) enter(c *closure, args []actual) values {
	mode := 0
	if r.place.Import {
		mode = 1
	}
	news := c.fill(args)
	if c.entered || r.depth >= maxCalls || c.runs[mode] > 0 && (!news || c.runs[mode] >= maxRuns) {
		return c.returns
	}
	c.runs[mode]++
	c.imported = c.imported || mode == 1
	place, returns, from := r.place, r.returns, r.origin
	r.place.In, r.origin = c.name, c.origin
	r.returns, c.entered = &c.returns, true
	r.depth++
	r.statements(c.body, c.scope)
	if c.result != nil {
		c.returns = union(c.returns, r.eval(c.result, c.scope))
	}
	r.depth--
	c.entered = false
	r.place, r.returns, r.origin = place, returns, from
	return c.returns
}

// fill gives parameters what they may be. It reports whether that was new.
func (c *closure) fill(args []actual) bool {
	news := false
	at := 0
	for _, p := range c.params {
		if p.name == "" {
			continue
		}
		var vs values
		for i, a := range args {
			if a.stars == 0 && (a.name == p.name || a.name == "" && i == at && p.stars == 0) {
				vs = union(vs, a.values)
			}
		}
		at++
		if len(vs) > 0 || c.scope.vars[p.name] == nil {
			news = c.scope.add(p.name, vs) && len(vs) > 0 || news
		}
	}
	return news
}
