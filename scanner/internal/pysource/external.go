package pysource

import (
	"slices"
	"strings"
)

// external follows a call of something outside the file, or of a builtin.
func (r *runner) external(p path, args []actual, c *call, s *scope) values {
	if of, ok := strings.CutSuffix(string(p), ".__getattribute__"); ok && p != "builtins.object.__getattribute__" && len(args) > 0 {
		return r.getattr(slices.Concat([]actual{{values: values{path(of)}}}, args[len(args)-1:])) // its own, or that of its type
	}
	switch string(p) {
	case "builtins.__import__", "importlib.import_module", "importlib.__import__":
		return r.importCall(args, c)
	case "builtins.getattr", "builtins.object.__getattribute__":
		return r.getattr(args)
	case "builtins.vars":
		return r.attribute(first(args), "__dict__")
	case "functools.partial":
		return makePartial(args)
	case "operator.attrgetter", "operator.methodcaller":
		return makeGetter(args, p == "operator.methodcaller")
	case "builtins.exec", "builtins.eval":
		return r.executeAll(first(args), c, s)
	case "builtins.compile", "builtins.staticmethod", "builtins.classmethod", "functools.lru_cache", "functools.cache":
		return first(args)
	case "builtins.map", "builtins.filter":
		return r.mapped(args, c, s)
	}
	if r.place.Import && callsBack(p) {
		r.callBack(args, c, s)
	}
	if vs := r.fold(p, args); vs != nil {
		return vs
	}
	return values{clip(p + "()")}
}

// first returns what the first argument may be.
func first(args []actual) values {
	if len(args) == 0 || args[0].stars > 0 {
		return nil
	}
	return args[0].values
}

// importCall returns the modules that an import by name may give.
func (r *runner) importCall(args []actual, c *call) values {
	var out values
	for _, v := range first(args) {
		text, ok := textValue(v)
		if !ok || len(text) > maxPath {
			continue
		}
		if c != nil {
			r.imported(Import{At: r.offset(c.from), Module: text, Place: r.place}, c.from)
		}
		out = union(out, values{path(text)})
		if top, _, dots := strings.Cut(text, "."); dots {
			out = union(out, values{path(top)})
		}
	}
	if len(out) == 0 {
		return values{unknown}
	}
	return out
}

// getattr returns an attribute whose name is a value.
func (r *runner) getattr(args []actual) values {
	if len(args) < 2 {
		return values{unknown}
	}
	var out values
	for _, v := range args[1].values {
		if text, ok := v.(string); ok && len(text) <= maxPath {
			out = union(out, r.attribute(args[0].values, text))
		}
	}
	if len(out) > 0 {
		return out
	}
	return r.attribute(args[0].values, string(unknown))
}

// makePartial returns a callable with arguments.
func makePartial(args []actual) values {
	if len(args) == 0 {
		return nil
	}
	out, plain := values{}, values{}
	for _, v := range args[0].values {
		if p, ok := v.(*partial); ok {
			if len(p.args) < 64 {
				out = append(out, &partial{p.callee, slices.Concat(p.args, args[1:])})
			}
			continue
		}
		plain = append(plain, v)
	}
	if len(plain) > 0 {
		out = append(out, &partial{plain, args[1:]})
	}
	return out
}

// makeGetter returns a getter.
func makeGetter(args []actual, call bool) values {
	name, ok := only[string](first(args))
	if !ok {
		return values{unknown}
	}
	return values{&getter{name, call, args[1:]}}
}

// get applies a getter.
func (r *runner) get(g *getter, args []actual, c *call, s *scope) values {
	vs := first(args)
	for _, part := range strings.SplitN(g.name, ".", 8) {
		vs = r.attribute(vs, part)
	}
	if !g.call || c == nil {
		return vs
	}
	r.note(c, vs, args)
	var out values
	for _, v := range vs {
		if _, again := v.(*getter); !again {
			out = union(out, r.apply(v, g.args, c, s))
		}
	}
	return out
}

// mapped calls a function for the items of a sequence, as map and filter do.
func (r *runner) mapped(args []actual, c *call, s *scope) values {
	if len(args) < 2 {
		return nil
	}
	list, ok := r.sequenceOf(args[1].values)
	if !ok || len(args) > 2 || !r.charge(64*len(list)) {
		r.callBack(args[:1], c, s)
		return nil
	}
	out := &items{}
	for _, item := range list {
		var vs values
		for _, f := range args[0].values {
			vs = union(vs, r.apply(f, []actual{{values: item}}, nil, s))
		}
		out.list = append(out.list, vs)
	}
	return values{out}
}

// callers are what calls the functions that it is given.
var callers = []string{
	"threading.", "_thread.", "multiprocessing.", "atexit.", "concurrent.futures.", "asyncio.", "functools.reduce", "builtins.sorted", "builtins.max",
	"builtins.min", "re.sub", "builtins.iter", "signal.", "sched.", "weakref.finalize",
}

func callsBack(p path) bool {
	return slices.ContainsFunc(callers, func(prefix string) bool { return strings.HasPrefix(string(p), prefix) })
}

// callBack calls what of the arguments is a function of the file.
func (r *runner) callBack(args []actual, c *call, s *scope) {
	for _, a := range args {
		for _, v := range a.values {
			switch v.(type) {
			case *closure, *bound, *instance, *partial:
				r.apply(v, nil, c, s)
			}
		}
	}
}

// executeAll reads constant text as code, as exec and eval do, and returns what the
// last expressions may be.
func (r *runner) executeAll(texts values, c *call, s *scope) values {
	var out values
	for _, v := range texts {
		if text, ok := textValue(v); ok && c != nil {
			out = union(out, r.execute(text, c, s))
		}
	}
	return out
}

// execute reads a text as code.
func (r *runner) execute(text string, c *call, s *scope) values {
	if r.nested >= maxNested {
		return nil
	}
	o := r.origins[text]
	if o == nil {
		if !r.charge(len(text) * 64) {
			return nil
		}
		p := &parser{lex: newLexer(text), step: r.step}
		o = &origin{text: text, outer: c, body: p.parse()}
		if r.origin != nil {
			o.outer = r.origin.outer
		}
		r.origins[text] = o
	}
	if o.runs >= maxRuns {
		return nil
	}
	o.runs++
	r.nested++
	from := r.origin
	r.origin = o
	r.statements(o.body, s)
	var out values
	if len(o.body) > 0 {
		if last, ok := o.body[len(o.body)-1].(*evaluate); ok && last.word == "" && len(last.exprs) == 1 {
			out = r.eval(last.exprs[0], s)
		}
	}
	r.origin = from
	r.nested--
	return out
}
