package pysource

import (
	"cmp"
	"slices"
	"strings"
)

// maxCalls bounds functions of the file that call each other, maxRuns how often one is
// read again because more is known of its arguments, maxNested code in text in code.
const (
	maxCalls  = 64
	maxRuns   = 4
	maxNested = 6
)

// A runner follows the statements of a file.
type runner struct {
	text     *text
	source   *Source
	step     func(int64) error
	stop     error
	place    Place
	calls    map[*call]int // indexes in Source.Calls
	imports  map[place]bool
	closures map[any]*closure
	// What decorators call, by the decorator, which may be a lambda and have a closure too.
	decorators map[expr]*call
	classes    map[*class]*classValue
	order      []*closure
	depth      int     // of calls
	nested     int     // of code in text
	origin     *origin // of the code being read; nil for the file itself
	folded     int     // bytes
	lines      []int   // offsets of line breaks
	returns    *values
	origins    map[string]*origin // by text
}

// A place is one in the file or in text that is executed.
type place struct {
	origin *origin
	at     int
}

func newRunner(t *text, s *Source, step func(int64) error) *runner {
	r := &runner{text: t, source: s, step: step, calls: map[*call]int{}, imports: map[place]bool{}, closures: map[any]*closure{},
		decorators: map[expr]*call{}, classes: map[*class]*classValue{}, origins: map[string]*origin{}}
	for i := range len(t.string) {
		if t.string[i] == '\n' {
			r.lines = append(r.lines, i)
		}
	}
	return r
}

// module reads a file: what an import runs, twice since a function may be called before
// what it uses is known, then every function that an import does not run.
func (r *runner) module(body []stmt) {
	file := newScope(nil)
	for range 2 {
		r.place = Place{Import: true}
		r.statements(body, file)
		for _, v := range file.vars["__getattr__"] { // importlib asks it for __path__
			r.apply(v, nil, nil, file)
		}
	}
	for i := 0; i < len(r.order) && r.stop == nil; i++ {
		if c := r.order[i]; c.runs[0] == 0 && !c.imported {
			r.place = Place{}
			r.enter(c, nil)
		}
	}
	slices.SortStableFunc(r.source.Calls, func(a, b Call) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(b.End, a.End)) })
	slices.SortStableFunc(r.source.Imports, func(a, b Import) int { return cmp.Compare(a.At, b.At) })
	slices.SortStableFunc(r.source.Defs, func(a, b Def) int { return cmp.Compare(a.At, b.At) })
}

// ok spends a step and reports whether to go on.
func (r *runner) ok() bool {
	if r.stop == nil {
		r.stop = r.step(1)
	}
	return r.stop == nil
}

// statements reads a body.
func (r *runner) statements(body []stmt, s *scope) {
	for _, one := range body {
		if !r.ok() {
			return
		}
		r.statement(one, s)
	}
}

func (r *runner) statement(one stmt, s *scope) {
	switch one := one.(type) {
	case *importing:
		r.importing(one, s)
	case *assign:
		r.assigning(one, s)
	case *evaluate:
		r.evaluating(one, s)
	case *function:
		r.define(one, s)
	case *class:
		r.class(one, s)
	case *block:
		r.block(one, s)
	}
}

// importing binds what an import statement names.
func (r *runner) importing(one *importing, s *scope) {
	for _, a := range one.aliases {
		i := Import{At: r.offset(a.from), Module: a.name, As: a.as, Place: r.place}
		if one.isFrom {
			i.Module, i.Name = one.from, a.name
		}
		r.imported(i, a.from)
		r.bind(i, s)
	}
}

// imported notes an import, once.
func (r *runner) imported(i Import, at int) {
	key := place{r.origin, at}
	if !r.imports[key] {
		r.imports[key] = true
		r.source.Imports = append(r.source.Imports, i)
	}
}

// bind gives what was imported its name.
func (r *runner) bind(i Import, s *scope) {
	top, _, _ := strings.Cut(i.Module, ".")
	switch {
	case i.Name == "*":
		if !slices.Contains(s.stars, i.Module) && len(s.stars) < maxValues {
			s.stars = append(s.stars, i.Module)
		}
	case i.Name != "":
		s.add(cmp.Or(i.As, i.Name), values{join(path(i.Module), i.Name)})
	case i.As != "":
		s.add(i.As, values{path(i.Module)})
	default:
		s.add(top, values{path(top)})
	}
}

// assigning binds targets.
func (r *runner) assigning(one *assign, s *scope) {
	r.annotation(one.annotation, s)
	if one.value == nil {
		r.targets(one.targets, s)
		return
	}
	vs := r.eval(one.value, s)
	if one.operator != "" {
		vs = r.combine(one.operator, r.eval(one.targets[0], s), vs)
	}
	for _, target := range one.targets {
		r.assign(target, vs, s)
	}
}

// targets evaluates what stands in targets that get no value.
func (r *runner) targets(targets []expr, s *scope) {
	for _, target := range targets {
		if _, ok := target.(*name); !ok && target != nil {
			r.eval(target, s)
		}
	}
}

// annotation evaluates an annotation, which Python does at once up to 3.13.
func (r *runner) annotation(a expr, s *scope) {
	if a != nil {
		r.eval(a, s)
	}
}

// assign gives a target what it may be.
func (r *runner) assign(target expr, vs values, s *scope) {
	switch t := target.(type) {
	case *name:
		s.add(t.id, vs)
	case *attribute:
		for _, of := range r.eval(t.of, s) {
			switch of := of.(type) {
			case *instance:
				of.class.scope.add(t.name, vs)
			case *classValue:
				of.scope.add(t.name, vs)
			}
		}
	case *subscript:
		key := r.eval(t.key, s)
		if of := r.eval(t.of, s); len(of) == 1 && (of[0] == path("builtins.globals()") || of[0] == path("builtins.locals()")) {
			for _, k := range key {
				if k, ok := k.(string); ok {
					s.file().add(k, vs)
				}
			}
		}
	case *operation: // *rest
		if len(t.operands) == 1 {
			r.assign(t.operands[0], nil, s)
		}
	case *sequence:
		r.unpack(t, vs, s)
	}
}

// unpack gives each of several targets its item.
func (r *runner) unpack(t *sequence, vs values, s *scope) {
	for i, target := range t.items {
		var item values
		for _, v := range vs {
			if list, ok := v.(*items); ok && list.keys == nil && len(list.list) == len(t.items) {
				item = union(item, list.list[i])
			}
		}
		r.assign(target, item, s)
	}
}

// evaluating evaluates expressions.
func (r *runner) evaluating(one *evaluate, s *scope) {
	if one.word == "global" {
		r.global(one.exprs, s)
		return
	}
	for _, e := range one.exprs {
		vs := r.eval(e, s)
		if one.word == "return" && r.returns != nil {
			*r.returns = union(*r.returns, vs)
		}
	}
}

// global notes names that are those of the file.
func (r *runner) global(names []expr, s *scope) {
	if s.globals == nil {
		s.globals = map[string]bool{}
	}
	for _, e := range names {
		switch e := e.(type) {
		case *name:
			s.globals[e.id] = true
		case *sequence:
			r.global(e.items, s)
		}
	}
}

// block reads a compound statement.
func (r *runner) block(one *block, s *scope) {
	place := r.place
	defer func() { r.place = place }()
	for i, e := range one.exprs {
		vs := r.eval(e, s)
		if i < len(one.targets) && one.targets[i] != nil {
			switch one.word {
			case "for":
				vs = elements(vs)
			case "with":
				vs = r.entered(vs, s)
			case "except":
				vs = nil
			}
			r.assign(one.targets[i], vs, s)
		}
	}
	if one.word == "if" && len(one.exprs) == 1 && isMain(one.exprs[0]) {
		r.place.Import, r.place.Main = false, true
	}
	s.branch++
	r.statements(one.body, s)
	s.branch--
}

// entered returns what a with statement binds, and calls what that calls.
func (r *runner) entered(vs values, s *scope) values {
	out := vs
	for _, v := range vs {
		if i, ok := v.(*instance); ok {
			out = union(out, r.send(i, "__enter__", s))
			r.send(i, "__exit__", s)
		}
	}
	return out
}

// isMain reports whether a condition is true only for a file that is run as a program.
func isMain(e expr) bool {
	o, ok := e.(*operation)
	if !ok || len(o.operators) != 1 {
		return false
	}
	if o.operators[0] == "and" {
		return isMain(o.operands[0]) || isMain(o.operands[1])
	}
	if o.operators[0] != "==" {
		return false
	}
	for i := range 2 {
		variable, ok := o.operands[i].(*name)
		text, isText := o.operands[1-i].(*constant)
		if ok && isText && variable.id == "__name__" && text.value == "__main__" {
			return true
		}
	}
	return false
}

// qualified returns the name of a function or class that is defined here.
func (r *runner) qualified(name string) string {
	if r.place.In == "" {
		return name
	}
	return r.place.In + "." + name
}

// def notes a function or class.
func (r *runner) def(from int, name string, class bool, bases []string) {
	if r.origin == nil {
		r.source.Defs = append(r.source.Defs, Def{r.offset(from), name, class, bases, r.place})
	}
}

// define binds a function. Its defaults and decorators run now.
func (r *runner) define(f *function, s *scope) {
	for _, p := range slices.Concat(f.types, f.params) {
		r.annotation(p.annotation, s)
	}
	r.annotation(f.returns, s)
	c, known := r.closures[f]
	if !known {
		c = &closure{name: r.qualified(f.name), params: f.params, body: f.body, scope: newScope(s), origin: r.origin}
		r.closures[f], r.order = c, append(r.order, c)
		r.def(f.start(), c.name, false, nil)
	}
	for _, p := range f.params {
		if p.fallback != nil {
			c.scope.add(p.name, r.eval(p.fallback, s))
		}
	}
	s.add(f.name, r.decorate(f.decorators, c, s))
}

// decorate calls decorators and returns what may come of them.
func (r *runner) decorate(decorators []expr, v value, s *scope) values {
	vs := values{v}
	for _, d := range slices.Backward(decorators) {
		callee := r.eval(d, s)
		for _, one := range callee {
			if c, ok := v.(*closure); ok && (one == path("builtins.property") || one == path("functools.cached_property")) {
				c.property = true
			}
		}
		from, to := d.span()
		vs = union(vs, r.invoke(r.decorator(d, from, to), callee, []actual{{values: vs}}, s))
	}
	return vs
}

// decorator returns the call that a decorator is.
func (r *runner) decorator(d expr, from, to int) *call {
	c, ok := r.decorators[d]
	if !ok {
		c = &call{at: at{from, to}, callee: d}
		r.decorators[d] = c
	}
	return c
}

// class binds a class. Its body runs now.
func (r *runner) class(c *class, s *scope) {
	v, known := r.classes[c]
	if !known {
		v = &classValue{name: r.qualified(c.name), scope: newScope(s)}
		v.scope.class, v.single = true, &instance{v}
		r.classes[c] = v
	}
	args := r.actuals(c.args, s)
	for _, a := range args {
		if a.name == "" {
			v.bases = union(v.bases, a.values)
		}
	}
	if !known {
		r.def(c.start(), v.name, true, paths(v.bases))
	}
	place := r.place
	r.place.In = v.name
	r.statements(c.body, v.scope)
	r.place = place
	r.made(args, s)
	s.add(c.name, r.decorate(c.decorators, v, s))
}

// made calls what making a class calls.
func (r *runner) made(args []actual, s *scope) {
	for _, a := range args {
		for _, one := range a.values {
			class, ok := one.(*classValue)
			if !ok {
				continue
			}
			if a.name == "metaclass" {
				r.apply(class, nil, nil, s)
			} else {
				r.sendTo(class, "__init_subclass__", s)
			}
		}
	}
}

// offset turns a place in the text into one in the file. Of code in text it is that of
// the call that executes it.
func (r *runner) offset(at int) int64 {
	if r.origin != nil {
		at = r.origin.outer.from
	}
	return r.text.offset(at)
}
