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
	fixed    map[string]bool // of these, variables that depend on nothing but the template
	reached  map[string]bool // internals that were reported
	end      int64           // behind the statement whose values are noted
	spelled  map[string]span // internals that the template spells, by the first place
}

// A span is where something is said, and how far the text goes that makes it so: that of
// the variables in it is read as well.
type span struct {
	at    int
	until int64
}

func newJudge(p *scanner.Pass, t *jinjaast.Template) *judge {
	return &judge{p: p, t: t, fold: &folder{variables: map[string][]any{}, ends: map[string]int64{}, left: maxFolds}, declared: map[string]bool{},
		fixed: map[string]bool{}, reached: map[string]bool{}, spelled: map[string]span{}}
}

// run reports on all expressions.
func (j *judge) run() {
	j.declarations()
	j.loops()
	for i := range j.t.Statements {
		s := &j.t.Statements[i]
		switch s.Tag {
		case "include", "import", "from", "extends":
			j.fold.until = 0
			j.report(ruleInclude, s.At, fmt.Sprintf("loads another template with %q", s.Tag), j.loaded(s))
		}
		for _, n := range s.Exprs {
			jinjaast.Walk(n, j.node)
		}
	}
	if j.fold.left < 0 {
		j.p.Gap(scanner.OverLimit, scanner.Span{}, "the template has too many expressions to work all of them out")
	}
	for _, name := range slices.Sorted(maps.Keys(j.spelled)) {
		if !j.reached[name] {
			j.fold.until = j.spelled[name].until
			j.report(ruleDynamic, j.spelled[name].at, fmt.Sprintf("spells %q, the name of an internal", scanner.Clean(name, 80)), name)
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
var engine = []string{"cycler", "joiner", "lipsum", "namespace", "self", "get_flashed_messages", "url_for", "environment", "_TemplateReference__context"}

// attributeFilters are filters whose argument names an attribute: by its place, or by
// the name "attribute".
var attributeFilters = map[string]int{
	"map": -1, "selectattr": 0, "rejectattr": 0, "groupby": 0, "sum": 0, "sort": 2, "unique": 1, "min": 1, "max": 1, "join": 1,
}

// runs are names of functions that start something, wherever they come from.
var runs = []string{
	"__import__", "check_call", "check_output", "eval", "exec", "execfile", "getoutput", "import_module", "open", "popen", "spawn", "system",
}

// internalName matches the name of an internal, and nothing else.
var internalName = lazyregexp.New(`^__[a-z]+(_[a-z]+)*__$`)

// node reports on an expression, without its parts.
func (j *judge) node(n jinjaast.Node) {
	j.fold.until = 0
	for _, text := range j.fold.texts(n) {
		j.spells(n.At(), text)
	}
	j.fold.until = 0
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
	case *jinjaast.Op:
		j.grows(n)
	}
}

// spells notes the names of internals that a text holds: one, a path of them, or a format
// string that fetches one.
func (j *judge) spells(at int, text string) {
	if field().MatchString(text) {
		j.note(at, text)
		return
	}
	for name := range strings.SplitSeq(text, ".") {
		if internalName().MatchString(name) {
			j.note(at, name)
		}
	}
}

func (j *judge) note(at int, name string) {
	if _, seen := j.spelled[name]; !seen {
		j.spelled[name] = span{at, j.fold.until}
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
	switch {
	case isEmpty(n.Of):
		j.report(ruleDynamic, n.At(), "takes an attribute with a computed name of an empty value", "?")
	case j.hides(n.Key):
		j.report(ruleDynamic, n.At(), "takes an item whose name is put together from constants", "?")
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
	j.long(n.At(), n.Name, n.Pos)
	if n.Name == "attr" && len(n.Pos) > 0 {
		texts := j.fold.texts(n.Pos[0])
		for _, text := range texts {
			j.attribute(n.At(), text)
			j.engineObject(n.Of, n.At(), text)
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
			j.reached[text] = true
			j.report(ruleInternals, at, "reaches for internals by a format string", text)
		}
	}
}

// call reports calls of what starts something, and of what takes all memory.
func (j *judge) call(n *jinjaast.Call) {
	switch callee := n.Callee.(type) {
	case *jinjaast.Name:
		if slices.Contains(runs, callee.ID) && !j.declared[callee.ID] {
			j.report(ruleDynamic, n.At(), fmt.Sprintf("calls %q", callee.ID), callee.ID+"()")
		}
		j.long(n.At(), callee.ID, n.Pos)
	case *jinjaast.Attr:
		j.long(n.At(), callee.Name, n.Pos)
		if slices.Contains(runs, callee.Name) {
			j.report(ruleDynamic, n.At(), fmt.Sprintf("calls a method %q", callee.Name), "."+callee.Name+"()")
		}
		if callee.Name == "format" || callee.Name == "format_map" {
			j.formatField(n.At(), callee.Of)
		}
	}
}

// report reports what the template does at a place.
func (j *judge) report(rule *scanner.Rule, at int, does, evidence string) {
	length := min(max(2, j.fold.until-int64(at)), j.p.Size-int64(at)) // the template may break off there
	j.p.Report(rule, scanner.Span{Offset: int64(at), Length: length}, scanner.Detail{
		Message: "Rendering this template " + does + ".", Evidence: []string{evidence},
	})
}
