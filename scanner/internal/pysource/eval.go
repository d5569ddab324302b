package pysource

import "slices"

// eval returns what an expression may be, and notes the calls in it.
func (r *runner) eval(e expr, s *scope) values {
	if e == nil || !r.ok() {
		return nil
	}
	switch e := e.(type) {
	case *name:
		return s.lookup(e.id)
	case *constant:
		return values{e.value}
	case *attribute:
		return r.attribute(r.eval(e.of, s), e.name)
	case *subscript:
		return r.subscript(e, s)
	case *slice:
		for _, part := range e.parts {
			r.eval(part, s)
		}
		return values{e}
	case *call:
		return r.invoke(e, r.eval(e.callee, s), r.actuals(e.args, s), s)
	case *operation:
		return r.operation(e, s)
	case *sequence:
		return r.sequence(e, s)
	case *dict:
		return r.dict(e, s)
	case *lambda:
		return values{r.lambda(e, s)}
	case *comprehension:
		return r.comprehension(e, s)
	case *formatted:
		return r.formatted(e, s)
	case *walrus:
		vs := r.eval(e.value, s)
		r.assign(e.target, vs, s)
		return vs
	}
	return nil
}

// actuals evaluates the arguments of a call.
func (r *runner) actuals(args []argument, s *scope) []actual {
	var out []actual
	for _, a := range args {
		vs := r.eval(a.value, s)
		if a.stars == 1 && len(vs) == 1 {
			if list, ok := vs[0].(*items); ok && list.keys == nil && len(list.list) <= 64 {
				for _, item := range list.list {
					out = append(out, actual{values: item})
				}
				continue
			}
		}
		out = append(out, actual{a.name, a.stars, vs})
	}
	return out
}

// lambda returns the function that a lambda makes.
func (r *runner) lambda(e *lambda, s *scope) *closure {
	c, known := r.closures[e]
	if !known {
		c = &closure{name: r.qualified("<lambda>"), params: e.params, result: e.body, scope: newScope(s), origin: r.origin}
		r.closures[e], r.order = c, append(r.order, c)
	}
	for _, p := range e.params {
		if p.fallback != nil {
			c.scope.add(p.name, r.eval(p.fallback, s))
		}
	}
	return c
}

// operation evaluates all operands. Text and numbers are worked out.
func (r *runner) operation(e *operation, s *scope) values {
	var operands []values
	for _, o := range e.operands {
		operands = append(operands, r.eval(o, s))
	}
	if len(operands) == 0 {
		return nil
	}
	switch op := e.operators[0]; {
	case op == "if":
		return union(operands[0], operands[2])
	case len(operands) == 1:
		return unary(op, operands[0])
	case op == "or" || op == "and":
		return union(operands[0], operands[len(operands)-1])
	}
	out := operands[0]
	for i, op := range e.operators {
		out = r.combine(op, out, operands[i+1])
	}
	return out
}

// unary works out a prefix.
func unary(op string, vs values) values {
	if n, ok := only[integer](vs); ok {
		switch op {
		case "-":
			return values{-n}
		case "~":
			return values{^n}
		case "+":
			return values{n}
		}
	}
	return nil
}

// only returns the value where there is one, of a type.
func only[T any](vs values) (T, bool) {
	var zero T
	if len(vs) != 1 {
		return zero, false
	}
	v, ok := vs[0].(T)
	return v, ok
}

// sequence evaluates a tuple, list or set.
func (r *runner) sequence(e *sequence, s *scope) values {
	list := &items{}
	whole := len(e.items) <= maxItems
	for _, item := range e.items {
		vs := r.eval(item, s)
		if o, ok := item.(*operation); ok && len(o.operators) == 1 && o.operators[0] == "*" && len(o.operands) == 1 {
			whole = false
		}
		if whole {
			list.list = append(list.list, vs)
		}
	}
	if !whole {
		return nil
	}
	if len(e.items) > maxItems/16 && !r.charge(16*len(e.items)) {
		return nil
	}
	return values{list}
}

// dict evaluates a dict. It is followed where all keys are constant text.
func (r *runner) dict(e *dict, s *scope) values {
	d := &items{keys: []string{}}
	whole := len(e.keys) <= maxItems
	for i, key := range e.keys {
		k, v := r.eval(key, s), r.eval(e.values[i], s)
		text, ok := only[string](k)
		if whole = whole && ok; whole {
			d.keys, d.list = append(d.keys, text), append(d.list, v)
		}
	}
	if !whole {
		return nil
	}
	return values{d}
}

// elements returns what a loop may get from values.
func elements(vs values) values {
	var out values
	for _, v := range vs {
		list, ok := v.(*items)
		if !ok {
			continue
		}
		for _, key := range list.keys[:min(len(list.keys), maxValues)] {
			out = union(out, values{key})
		}
		for _, item := range list.list[:min(len(list.list), 64)] {
			if list.keys == nil {
				out = union(out, item)
			}
		}
	}
	return out
}

// attribute returns what an attribute may be.
func (r *runner) attribute(of values, name string) values {
	var out values
	for _, v := range of {
		switch v := v.(type) {
		case path:
			if name != "__call__" { // of a function, which is the function
				v = join(v, name)
			}
			out = union(out, values{v})
		case *instance:
			out = union(out, r.member(v.class, v, name))
		case *classValue:
			out = union(out, r.member(v, v, name))
		case *closure, *bound, *partial, *getter:
			if name == "__call__" {
				out = union(out, values{v})
				continue
			}
			out = union(out, values{join(unknown, name)})
		case *slice, nil:
			out = union(out, values{join(unknown, name)})
		default:
			out = union(out, values{&method{v, name}})
		}
	}
	if len(of) == 0 {
		out = values{join(unknown, name)}
	}
	return out
}

// maxAncestors bounds the classes that an attribute is looked up in.
const maxAncestors = 32

// ancestors returns a class and what it is derived from, the nearest first.
func (c *classValue) ancestors() []value {
	all := []value{c}
	for i := 0; i < len(all); i++ {
		class, ok := all[i].(*classValue)
		if !ok {
			continue
		}
		for _, base := range class.bases {
			if len(all) < maxAncestors && !slices.Contains(all, base) {
				all = append(all, base)
			}
		}
	}
	return all
}

// member returns what an attribute of an instance or class may be.
func (r *runner) member(c *classValue, self value, name string) values {
	var out values
	for _, a := range c.ancestors() {
		switch a := a.(type) {
		case path:
			out = union(out, values{join(a+"()", name)})
		case *classValue:
			if vs, ok := a.scope.vars[name]; ok {
				return union(r.bindTo(self, vs), out)
			}
		}
	}
	return out
}

// bindTo returns attributes of a class as its instances have them.
func (r *runner) bindTo(self value, vs values) values {
	var out values
	for _, v := range vs {
		f, isFunction := v.(*closure)
		switch {
		case isFunction && f.property:
			out = union(out, r.enter(f, []actual{{values: values{self}}}))
		case isFunction:
			out = union(out, values{&bound{f, self}})
		default:
			out = union(out, values{v})
		}
	}
	return out
}

// subscript returns what an item may be.
func (r *runner) subscript(e *subscript, s *scope) values {
	of, key := r.eval(e.of, s), r.eval(e.key, s)
	var out values
	for _, v := range of {
		if p, ok := v.(path); ok {
			out = union(out, r.keyed(p, key, s))
			continue
		}
		out = union(out, r.item(v, key))
	}
	return out
}

// keyed returns what stands under a key of what a path reaches: the dict of a module
// holds its attributes, sys.modules the modules.
func (r *runner) keyed(p path, keys values, s *scope) values {
	var out values
	for _, k := range keys {
		text, ok := k.(string)
		if !ok {
			continue
		}
		switch {
		case p == "builtins.globals()" || p == "builtins.locals()":
			out = union(out, s.lookup(text))
		case p == "sys.modules":
			out = union(out, values{clip(path(text))})
		case p == "builtins":
			out = union(out, values{join(p, text)})
		case len(p) > 9 && p[len(p)-9:] == ".__dict__":
			out = union(out, values{join(p[:len(p)-9], text)})
		}
	}
	if len(out) == 0 {
		return values{clip(p + "[]")}
	}
	return out
}

// clip returns a path that is not too long.
func clip(p path) path {
	if len(p) > maxPath {
		return unknown
	}
	return p
}

// comprehension evaluates a comprehension. One with a single loop over known items is
// worked out item by item.
func (r *runner) comprehension(e *comprehension, s *scope) values {
	inner := newScope(s)
	var first values
	for i, c := range e.clauses {
		from := r.eval(c.from, inner)
		if i == 0 {
			first = from
		}
		r.assign(c.target, elements(from), inner)
		for _, condition := range c.conditions {
			r.eval(condition, inner)
		}
	}
	for _, result := range e.results {
		r.eval(result, inner)
	}
	if len(e.clauses) != 1 || len(e.results) != 1 || len(e.clauses[0].conditions) > 0 {
		return nil
	}
	list, ok := r.sequenceOf(first)
	from, to := e.span()
	if !ok || !r.charge(len(list)*(to-from)) {
		return nil
	}
	return r.each(e, list, s)
}

// each evaluates the result of a comprehension for every item.
func (r *runner) each(e *comprehension, list []values, s *scope) values {
	out := &items{}
	for _, item := range list {
		one := newScope(s)
		r.assign(e.clauses[0].target, item, one)
		vs := r.eval(e.results[0], one)
		if len(vs) != 1 || r.stop != nil {
			return nil
		}
		out.list = append(out.list, vs)
	}
	return values{out}
}

// sequenceOf returns the items of what can be worked out to be a sequence.
func (r *runner) sequenceOf(vs values) ([]values, bool) {
	if len(vs) != 1 {
		return nil, false
	}
	var list []values
	switch v := vs[0].(type) {
	case *items:
		return v.list, v.keys == nil
	case string:
		if len(v) > maxItems {
			return nil, false
		}
		for _, c := range v {
			list = append(list, values{string(c)})
		}
	case byteString:
		if len(v) > maxItems {
			return nil, false
		}
		for _, c := range []byte(v) {
			list = append(list, values{integer(c)})
		}
	default:
		return nil, false
	}
	return list, r.charge(len(list) * 16)
}

// paths returns those of values that are dotted names, functions of the file as their
// names.
func paths(vs values) []string {
	var out []string
	for _, v := range vs {
		switch v := v.(type) {
		case path:
			out = append(out, string(v))
		case *partial:
			out = append(out, paths(v.callee)...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
