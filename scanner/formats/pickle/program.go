package pickle

import (
	"fmt"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// maxLineText is how long a line of the program may be, in bytes.
const maxLineText = 2000

// named writes a value as programs do: results by their variables.
func (j *judge) named(v picklevm.Value, limit int) string {
	r := renderer{j: j, limit: limit, named: true}
	r.value(v)
	return r.out.String()
}

// programCall writes a call or a construction as an assignment to a variable, by
// which later lines refer to the result.
func (j *judge) programCall(c picklevm.Call, t target) {
	if !j.p.Inspecting() {
		return
	}
	callable := t.path
	if name, ok := j.variables[c.Callable]; ok {
		callable = name
	}
	r := renderer{j: j, limit: maxLineText, named: true}
	r.call(callable, c)
	if j.variables == nil {
		j.variables = map[picklevm.Value]string{}
	}
	name := fmt.Sprintf("x%d", len(j.variables))
	j.variables[c.Result] = name
	j.p.Program(name + " = " + r.out.String())
}

// programBuild writes the setting of a state.
func (j *judge) programBuild(target, state picklevm.Value) {
	if j.p.Inspecting() {
		j.p.Program(j.named(target, 200) + ".__setstate__(" + j.named(state, maxLineText) + ")")
	}
}

// programMutate writes the adding of items by a method.
func (j *judge) programMutate(target picklevm.Value, items []picklevm.Value, op byte) {
	if !j.p.Inspecting() {
		return
	}
	to := j.named(target, 200)
	switch op {
	case 's', 'u':
		for i := 0; i+1 < len(items); i += 2 {
			j.p.Program(fmt.Sprintf("%s[%s] = %s", to, j.named(items[i], 200), j.named(items[i+1], maxLineText)))
		}
	case 'a', 'e':
		r := renderer{j: j, limit: maxLineText, named: true}
		r.list(items)
		j.p.Program(to + ".extend([" + r.out.String() + "])")
	default:
		for _, item := range items {
			j.p.Program(to + ".add(" + j.named(item, maxLineText) + ")")
		}
	}
}

// programEnd writes what the stream returns, or why it does not.
func (j *judge) programEnd(result picklevm.Value, err error) {
	switch {
	case !j.p.Inspecting():
	case err != nil:
		j.p.Program("raise  # " + err.Error())
	default:
		j.p.Program("return " + j.named(result, maxLineText))
	}
}

// inspectImport notes a global for inspection.
func (j *judge) inspectImport(t target, g *picklevm.Global, use scanner.Use) {
	verdict := "unknown"
	switch {
	case t.unresolved != "":
		verdict = "unresolved"
	case t.dangerous:
		verdict = "dangerous"
	case t.listed && (use != scanner.UseConstruct || t.entry.Construct) && (use != scanner.UseCall || t.entry.Call):
		verdict = "inert"
	case t.vetted:
		verdict = "unlisted"
	}
	j.p.Import(scanner.Import{Module: g.Module, Name: g.Name, Resolved: t.path, Use: use, Verdict: verdict, Offset: g.At})
}
