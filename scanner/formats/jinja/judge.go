package jinja

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/jinjaast"
	"github.com/modelsieve/modelsieve/scanner/internal/lazyregexp"
)

// A judge goes through the expressions of a template.
type judge struct {
	p        *scanner.Pass
	t        *jinjaast.Template
	fold     *folder
	declared map[string]bool // names that the template itself gives a meaning
	reached  map[string]bool // internals that were reported
	spelled  map[string]int  // internals that the template spells, by the first place
}

func newJudge(p *scanner.Pass, t *jinjaast.Template) *judge {
	return &judge{p: p, t: t, fold: &folder{variables: map[string][]any{}, left: maxFolds}, declared: map[string]bool{},
		reached: map[string]bool{}, spelled: map[string]int{}}
}

// run reports on all expressions.
func (j *judge) run() {
	j.declarations()
	for i := range j.t.Statements {
		s := &j.t.Statements[i]
		switch s.Tag {
		case "include", "import", "from", "extends":
			j.report(ruleInclude, s.At, fmt.Sprintf("loads another template with %q", s.Tag), j.loaded(s))
		}
		for _, n := range s.Exprs {
			jinjaast.Walk(n, j.node)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(j.spelled)) {
		if !j.reached[name] {
			j.report(ruleDynamic, j.spelled[name], fmt.Sprintf("spells %q, the name of an internal", name), name)
		}
	}
}

// loaded is what a tag loads, for a report.
func (j *judge) loaded(s *jinjaast.Statement) string {
	if len(s.Exprs) == 0 { // the template breaks off there
		return s.Tag
	}
	return strings.TrimSpace(s.Tag + " " + strings.Join(j.fold.texts(s.Exprs[0]), " "))
}

// declarations collects the names that the template declares, and what variables are
// set to.
func (j *judge) declarations() {
	for range 4 { // constants of constants
		for i := range j.t.Statements {
			s := &j.t.Statements[i]
			for _, name := range s.Names {
				j.declared[name] = true
			}
			j.assign(s)
		}
	}
}

// assign notes what a statement sets variables to.
func (j *judge) assign(s *jinjaast.Statement) {
	switch {
	case s.Tag == "for" && len(s.Names) == 1 && len(s.Exprs) > 0:
		for _, list := range j.fold.values(s.Exprs[0], 0) {
			items, _ := itemsOf(list)
			j.set(s.Names[0], items)
		}
	case s.Tag == "set" && len(s.Exprs) == 2: // of an attribute
		if target, ok := s.Exprs[0].(*jinjaast.Attr); ok {
			if of, ok := target.Of.(*jinjaast.Name); ok {
				j.set(of.ID+"."+target.Name, j.fold.values(s.Exprs[1], 0))
			}
		}
	case (s.Tag == "set" || s.Tag == "with") && len(s.Names) == len(s.Exprs):
		for i, name := range s.Names {
			j.set(name, j.fold.values(s.Exprs[i], 0))
			j.namespace(name, s.Exprs[i])
		}
	}
}

// namespace notes what the attributes of a namespace are at first.
func (j *judge) namespace(name string, n jinjaast.Node) {
	call, ok := n.(*jinjaast.Call)
	if !ok {
		return
	}
	for _, k := range call.Named {
		j.set(name+"."+k.Name, j.fold.values(k.Value, 0))
	}
}

// set adds what a variable may be.
func (j *judge) set(name string, values []any) {
	for _, v := range values {
		known := j.fold.variables[name]
		if len(known) < maxValues && !slices.ContainsFunc(known, func(old any) bool { return show(old) == show(v) }) {
			j.fold.variables[name] = append(known, v)
		}
	}
}

// internals are attributes by which code that runs in a template reaches everything
// else; so are all that start with two underscores.
var internals = []string{
	"ag_code", "ag_frame", "co_code", "cr_code", "cr_frame", "f_back", "f_builtins", "f_code", "f_globals", "f_locals", "func_closure",
	"func_code", "func_defaults", "func_globals", "gi_code", "gi_frame", "im_class", "im_func", "im_self", "mro", "tb_frame", "tb_next",
	"_TemplateReference__context",
}

// python are names that only mean something in a template that somebody gave Python's
// own globals.
var python = []string{
	"__builtins__", "__class__", "__dict__", "__file__", "__globals__", "__import__", "__init__", "__loader__", "__main__", "__spec__",
}

// engine are objects of the template engine: honest templates call them or use what
// the template put there, and take no attributes of them.
var engine = []string{"cycler", "joiner", "lipsum", "self", "get_flashed_messages", "url_for", "environment", "_TemplateReference__context"}

// attributeFilters are filters whose argument names an attribute: by its place, or by
// the name "attribute".
var attributeFilters = map[string]int{
	"map": -1, "selectattr": 0, "rejectattr": 0, "groupby": 0, "sum": 0, "sort": -1, "unique": -1, "min": -1, "max": -1, "join": -1,
}

// runs are names of functions that start something, wherever they come from.
var runs = []string{
	"__import__", "check_call", "check_output", "eval", "exec", "execfile", "getoutput", "import_module", "open", "popen", "spawn", "system",
}

// internalName matches the name of an internal, and nothing else.
var internalName = lazyregexp.New(`^__[a-z]+(_[a-z]+)*__$`)

// node reports on an expression, without its parts.
func (j *judge) node(n jinjaast.Node) {
	for _, text := range j.fold.texts(n) {
		if _, seen := j.spelled[text]; !seen && internalName().MatchString(text) {
			j.spelled[text] = n.At()
		}
	}
	switch n := n.(type) {
	case *jinjaast.Name:
		if slices.Contains(python, n.ID) && !j.declared[n.ID] {
			j.attribute(n.At(), n.ID)
		}
	case *jinjaast.Attr:
		j.attribute(n.At(), n.Name)
		j.engineObject(n.Of, n.At(), n.Name)
	case *jinjaast.Subscript:
		j.subscript(n)
	case *jinjaast.Filter:
		j.filter(n)
	case *jinjaast.Call:
		j.call(n)
	}
}

// attribute reports a name that leads to internals. Filters take dotted ones.
func (j *judge) attribute(at int, names string) {
	for name := range strings.SplitSeq(names, ".") {
		if strings.HasPrefix(name, "__") || slices.Contains(internals, name) {
			j.reached[name] = true
			j.report(ruleInternals, at, fmt.Sprintf("reaches for %q", scanner.Clean(names, 80)), names)
			return
		}
	}
}

// engineObject reports an attribute of an object of the engine.
func (j *judge) engineObject(of jinjaast.Node, at int, what string) {
	name, ok := of.(*jinjaast.Name)
	if !ok || !slices.Contains(engine, name.ID) || name.ID != "self" && j.declared[name.ID] || name.ID == "self" && j.declared[what] {
		return // self.block() is the block of that name
	}
	j.report(ruleDynamic, at, fmt.Sprintf("takes an attribute of %q, an object of the template engine", name.ID), name.ID+"."+what)
}

// subscript reports a key that leads to internals, or a key that is not known of
// something that has no items.
func (j *judge) subscript(n *jinjaast.Subscript) {
	if _, ok := n.Key.(*jinjaast.Slice); ok {
		return
	}
	texts := j.fold.texts(n.Key)
	for _, text := range texts {
		j.attribute(n.At(), text)
		j.engineObject(n.Of, n.At(), text)
	}
	if len(texts) > 0 || len(j.fold.values(n.Key, 0)) > 0 {
		return
	}
	j.engineObject(n.Of, n.At(), "?")
	if isEmpty(n.Of) {
		j.report(ruleDynamic, n.At(), "takes an attribute with a computed name of an empty value", "?")
	}
}

// isEmpty reports whether an expression is an empty text, list, tuple or dict.
func isEmpty(n jinjaast.Node) bool {
	switch n := n.(type) {
	case *jinjaast.Literal:
		return n.Value == ""
	case *jinjaast.List:
		return len(n.Items) == 0
	case *jinjaast.Dict:
		return len(n.Items) == 0
	}
	return false
}

// filter reports filters that fetch attributes.
func (j *judge) filter(n *jinjaast.Filter) {
	if n.Name == "attr" && len(n.Pos) > 0 {
		texts := j.fold.texts(n.Pos[0])
		for _, text := range texts {
			j.attribute(n.At(), text)
		}
		if len(texts) == 0 {
			j.report(ruleDynamic, n.At(), "fetches an attribute with a computed name by the filter attr", "|attr(?)")
		}
		return
	}
	place, ok := attributeFilters[n.Name]
	if n.Name == "map" && len(n.Pos) > 0 && slices.Contains(j.fold.texts(n.Pos[0]), "attr") {
		place = 1 // map("attr", name)
	}
	if !ok {
		return
	}
	names := n.Get("attribute")
	if place >= 0 && place < len(n.Pos) {
		names = append(names, n.Pos[place])
	}
	for _, name := range names {
		texts := j.fold.texts(name)
		for _, text := range texts {
			j.attribute(n.At(), text)
		}
		if len(texts) == 0 && name != nil && n.Name == "map" && place >= 0 {
			j.report(ruleDynamic, n.At(), "fetches attributes with a computed name by the filter map", "|map('attr', ?)")
		}
	}
	j.formatField(n.At(), n.Of)
}

// field matches an attribute in a format string: "{0.__class__}", "{x[__globals__]}".
var field = lazyregexp.New(`\{[^{}]*[.\[]__[^{}]*\}`)

// formatField reports a format string that fetches internals.
func (j *judge) formatField(at int, of jinjaast.Node) {
	for _, text := range j.fold.texts(of) {
		if field().MatchString(text) {
			j.report(ruleInternals, at, "reaches for internals by a format string", text)
		}
	}
}

// maxRange is how far a loop may count, and how long a text may be that is repeated.
const maxRange = 1_000_000

// call reports calls of what starts something, and of what takes all memory.
func (j *judge) call(n *jinjaast.Call) {
	switch callee := n.Callee.(type) {
	case *jinjaast.Name:
		if slices.Contains(runs, callee.ID) && !j.declared[callee.ID] {
			j.report(ruleDynamic, n.At(), fmt.Sprintf("calls %q", callee.ID), callee.ID+"()")
		}
		if callee.ID == "range" {
			j.bomb(n)
		}
	case *jinjaast.Attr:
		if slices.Contains(runs, callee.Name) {
			j.report(ruleDynamic, n.At(), fmt.Sprintf("calls a method %q", callee.Name), "."+callee.Name+"()")
		}
		if callee.Name == "format" || callee.Name == "format_map" {
			j.formatField(n.At(), callee.Of)
		}
	}
}

// bomb records a range that is too long to be meant.
func (j *judge) bomb(n *jinjaast.Call) {
	for _, arg := range n.Pos {
		for _, v := range j.fold.values(arg, 0) {
			if number, ok := v.(float64); ok && (number > maxRange || number < -maxRange) {
				j.p.Gap(scanner.OverLimit, scanner.Span{Offset: int64(n.At())}, "the template counts to %.0f", number)
			}
		}
	}
}

// report reports what the template does at a place.
func (j *judge) report(rule *scanner.Rule, at int, does, evidence string) {
	length := min(2, j.p.Size-int64(at)) // of a template that breaks off there
	j.p.Report(rule, scanner.Span{Offset: int64(at), Length: length}, scanner.Detail{
		Message: "Rendering this template " + does + ".", Evidence: []string{evidence},
	})
}
