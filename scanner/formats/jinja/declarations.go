package jinja

import (
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner/internal/jinjaast"
)

// declarations collects the names that the template declares, what variables are set to,
// and which of them depend on nothing but the template.
func (j *judge) declarations() {
	macros := map[string]*jinjaast.Statement{}
	for i := range j.t.Statements {
		s := &j.t.Statements[i]
		for _, name := range s.Names {
			j.declared[name] = true
		}
		if s.Tag == "macro" && len(s.Names) > 0 {
			macros[s.Names[0]] = s
		}
	}
	for range 4 { // constants of constants
		for i := range j.t.Statements {
			s := &j.t.Statements[i]
			j.fold.until, j.end = 0, j.behind(i)
			j.assign(s)
			j.body(i)
			for _, n := range s.Exprs {
				jinjaast.Walk(n, func(n jinjaast.Node) { j.passed(n, macros) })
			}
		}
	}
	j.constants()
}

// behind returns where the tag behind a statement begins.
func (j *judge) behind(at int) int64 {
	if at+1 < len(j.t.Statements) {
		return int64(j.t.Statements[at+1].At)
	}
	return j.p.Size
}

// assign notes what a statement sets variables to.
func (j *judge) assign(s *jinjaast.Statement) {
	switch {
	case len(s.Targets) == 0 || len(s.Exprs) == 0:
	case s.Tag == "for":
		for _, list := range j.fold.values(s.Exprs[0], 0) {
			items, _ := itemsOf(list)
			for _, item := range items {
				j.unpack(s.Targets[0], item)
			}
		}
	case s.Tag == "set":
		value := s.Exprs[len(s.Exprs)-1]
		j.setAll(s.Targets[0], value)
	case s.Tag == "with" && len(s.Targets) == len(s.Exprs):
		for i, target := range s.Targets {
			j.setAll(target, s.Exprs[i])
		}
	}
}

// setAll sets a target to what an expression may come to.
func (j *judge) setAll(target, value jinjaast.Node) {
	for _, v := range j.fold.values(value, 0) {
		j.unpack(target, v)
	}
	if name, ok := target.(*jinjaast.Name); ok {
		j.namespace(name.ID, value)
	}
}

// unpack sets a target, or those in a tuple, to a value.
func (j *judge) unpack(target jinjaast.Node, value any) {
	switch target := target.(type) {
	case *jinjaast.Name:
		j.set(target.ID, []any{value})
	case *jinjaast.Attr:
		if of, ok := target.Of.(*jinjaast.Name); ok {
			j.set(of.ID+"."+target.Name, []any{value})
		}
	case *jinjaast.List:
		items, _ := itemsOf(value)
		for i, one := range target.Items {
			if i < len(items) {
				j.unpack(one, items[i])
			}
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
	if len(values) > 0 {
		j.fold.ends[name] = max(j.fold.ends[name], j.end, j.fold.until)
	}
	for _, v := range values {
		known := j.fold.variables[name]
		if len(known) < maxValues && !slices.ContainsFunc(known, func(old any) bool { return show(old) == show(v) }) {
			j.fold.variables[name] = append(known, v)
		}
	}
}

// passed notes what a call of a macro sets its parameters to.
func (j *judge) passed(n jinjaast.Node, macros map[string]*jinjaast.Statement) {
	call, ok := n.(*jinjaast.Call)
	if !ok {
		return
	}
	callee, ok := call.Callee.(*jinjaast.Name)
	if !ok || macros[callee.ID] == nil {
		return
	}
	parameters := macros[callee.ID].Names[1:]
	for i, value := range call.Pos {
		if i < len(parameters) {
			j.set(parameters[i], j.fold.values(value, 0))
		}
	}
	for _, k := range call.Named {
		j.set(k.Name, j.fold.values(k.Value, 0))
	}
	defaults := macros[callee.ID].Exprs
	for i, value := range defaults {
		if at := len(parameters) - len(defaults) + i; at >= 0 {
			j.set(parameters[at], j.fold.values(value, 0))
		}
	}
}

// bodies are the blocks whose text a name stands for: how each ends.
var bodies = map[string]string{"set block": "endset", "macro": "endmacro", "call": "endcall"}

// maxBody is how many tags there may be in a block whose text is worked out.
const maxBody = 100

// body notes the text of a block that is set, of a macro or of a call, where that is all
// constant. Blocks in it count as if they were run.
func (j *judge) body(at int) {
	s := &j.t.Statements[at]
	end := bodies[s.Tag]
	if end == "" {
		return
	}
	text := s.Text
	for i := at + 1; i < len(j.t.Statements) && j.t.Statements[i].Tag != end; i++ {
		if i > at+maxBody {
			return
		}
		inner := &j.t.Statements[i]
		if inner.Tag == "" && len(inner.Exprs) == 1 {
			values := j.fold.texts(inner.Exprs[0])
			if len(values) == 0 {
				return
			}
			text += values[0]
		}
		if text += inner.Text; len(text) > maxText {
			return
		}
		j.end = j.behind(i)
	}
	name := "caller()"
	if s.Tag != "call" && len(s.Names) > 0 {
		name = strings.TrimSuffix(s.Names[0]+"()", map[bool]string{true: "()"}[s.Tag == "set block"])
	}
	j.set(name, []any{strings.TrimSpace(text)})
}

// constants finds the variables all whose values are put together from constants, known
// or not.
func (j *judge) constants() {
	for range 4 {
		fixed := map[string]bool{}
		for i := range j.t.Statements {
			s := &j.t.Statements[i]
			for k, target := range s.Targets {
				value := s.Exprs
				if s.Tag == "with" {
					value = value[min(k, len(value)):]
				}
				name, ok := target.(*jinjaast.Name)
				if !ok || len(value) == 0 {
					continue
				}
				j.fold.ends[name.ID] = max(j.fold.ends[name.ID], j.behind(i))
				known, seen := fixed[name.ID]
				fixed[name.ID] = (known || !seen) && j.isConstant(value[0])
			}
		}
		j.fixed = fixed
	}
}

// isConstant reports whether an expression depends on nothing but the template.
func (j *judge) isConstant(n jinjaast.Node) bool {
	return !jinjaast.Any(n, func(n jinjaast.Node) bool {
		j.fold.left--
		name, ok := n.(*jinjaast.Name)
		if ok {
			j.fold.variable(name.ID)
		}
		return j.fold.left < 0 || ok && !j.fixed[name.ID] && name.ID != "dict" && name.ID != "lipsum"
	})
}

// hides reports whether a key is put together from constants, in a way that was not
// worked out, though an honest template would spell it. Numbers are no names.
func (j *judge) hides(key jinjaast.Node) bool {
	switch key := key.(type) {
	case *jinjaast.Op:
		return slices.Contains([]string{"+", "~", "%", "*", "if", "or", "and"}, key.Operator) && j.isConstant(key)
	case *jinjaast.Filter:
		return !slices.Contains([]string{"length", "count", "int", "float", "abs", "round", "sum"}, key.Name) && j.isConstant(key)
	case *jinjaast.Call, *jinjaast.Subscript, *jinjaast.Attr, *jinjaast.Name:
		return j.isConstant(key)
	}
	return false
}
