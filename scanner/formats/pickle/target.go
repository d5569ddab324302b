package pickle

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/picklenames"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// A target is what a value is when it is called: a name with what is known of it.
type target struct {
	path   string         // canonical: "os.system"
	raw    string         // as the stream spells it, "posix system"; empty where it is the same
	global picklevm.Value // the global, or 0 where the target was reached otherwise
	listed bool
	entry  picklenames.Entry
	vetted bool // of a vetted package or the standard library
	danger picklenames.Danger
	code   bool // rebuilt from bytecode of this stream
	// dangerous says that danger is set; unresolved, why the name is not known.
	dangerous  bool
	unresolved string

	guard picklenames.Entry // what is inert about something dangerous
	bound []picklevm.Value  // arguments that functools.partial binds before others
	named []picklevm.Value  // and those that it binds by their names
}

// targetOf returns the target of a global.
func (j *judge) targetOf(v picklevm.Value) target {
	t, ok := j.targets[v]
	if !ok {
		t = resolve(j.m.Global(v))
		t.global = v
		j.targets[v] = t
	}
	return t
}

// resolve looks up a name as a loader of its protocol would.
func resolve(g *picklevm.Global) target {
	if g.Computed {
		return target{path: g.Module + "." + g.Name, unresolved: "a name that is computed while loading"}
	}
	module, name := g.Module, g.Name
	if g.Protocol < 3 {
		module, name = picklenames.FixImport(module, name)
	}
	t := lookup(picklenames.Canonical(module, name), module)
	if hop := picklenames.Internals(name); hop != "" && !t.dangerous && !t.listed {
		t.dangerous, t.danger = true, picklenames.Danger{Effect: picklenames.Resolve, Text: "reaches into Python's internals by " + hop}
	}
	if spelt := g.Module + "." + g.Name; spelt != t.path {
		t.raw = g.Module + " " + g.Name
	}
	return t
}

// lookup collects what is known of a canonical path.
func lookup(path, module string) target {
	t := target{path: path}
	t.danger, t.dangerous = picklenames.Dangerous(path)
	if t.dangerous {
		t.guard, _ = picklenames.Guarded(path)
	} else {
		t.entry, t.listed = picklenames.Lookup(path)
	}
	t.vetted = picklenames.Vetted(module) || picklenames.Vetted(path)
	return t
}

// maxCalleeDepth is how many calls deep a callable is followed.
const maxCalleeDepth = 16

// calleeSteps is what it costs to look at one value on the way to a callable.
const calleeSteps = 64

// callee returns what a value is when it is called.
func (j *judge) callee(v picklevm.Value) target {
	if j.depth >= maxCalleeDepth {
		return target{path: "?", unresolved: "the result of many calls"}
	}
	j.depth++
	j.owed += calleeSteps
	defer func() { j.depth-- }()
	switch v.Kind() {
	case picklevm.KindGlobal:
		return j.targetOf(v)
	case picklevm.KindCall:
		return j.resultCallee(v)
	case picklevm.KindInstance:
		return j.method(j.m.Item(v, 0), "__call__")
	case picklevm.KindPersistent:
		return j.persistentCallee(v)
	default:
		return target{path: "?", unresolved: "something that is no name"}
	}
}

// resultCallee returns what the result of a call is when it is called in turn.
func (j *judge) resultCallee(v picklevm.Value) target {
	if j.m.Flags(v)&flagCode != 0 {
		return target{path: j.render(v, 120), code: true}
	}
	made := j.callee(j.m.Item(v, 0))
	if t, ok := j.fetchedBy(made, v); ok {
		return t
	}
	args, _, _ := j.m.Items(j.m.Item(v, 1))
	switch {
	case made.path == "functools.partial" && len(args) >= 1:
		return j.partialCallee(v, args)
	case made.isClass() && made.unresolved == "":
		return j.attribute(made, "__call__")
	}
	return target{path: j.render(v, 120), unresolved: "the result of another call"}
}

// partialCallee returns what a functools.partial object runs: the function of the
// call that made it, or of the state that it was given since.
func (j *judge) partialCallee(v picklevm.Value, args []picklevm.Value) target {
	var named []picklevm.Value
	if state, ok := j.partials[v]; ok {
		kwargs := j.m.Item(state, 2)
		if state.Kind() != picklevm.KindTuple || j.m.Item(state, 1).Kind() != picklevm.KindTuple || kwargs.Kind() != picklevm.KindDict && kwargs.Kind() != picklevm.KindNone {
			return target{path: j.render(v, 120), unresolved: "a functools.partial object with a state of its own"}
		}
		bound, _, _ := j.m.Items(j.m.Item(state, 1))
		args = append([]picklevm.Value{j.m.Item(state, 0)}, bound...)
		named, _, _ = j.m.Items(kwargs)
	}
	t := j.callee(args[0])
	t.bound = append(append([]picklevm.Value(nil), args[1:]...), t.bound...)
	t.named = append(append([]picklevm.Value(nil), named...), t.named...)
	return t
}

// method returns the target that an attribute of a value is.
func (j *judge) method(v picklevm.Value, name string) target {
	if j.depth >= maxCalleeDepth {
		return target{path: "?", unresolved: "an attribute of the result of many calls"}
	}
	j.depth++
	defer func() { j.depth-- }()
	switch v.Kind() {
	case picklevm.KindGlobal:
		return j.attribute(j.targetOf(v), name)
	case picklevm.KindInstance:
		return j.method(j.m.Item(v, 0), name)
	case picklevm.KindCall:
		class := j.callee(j.m.Item(v, 0))
		if t, ok := j.fetchedBy(class, v); ok {
			return j.attribute(t, name)
		}
		if class.isClass() {
			return j.attribute(class, name)
		}
	case picklevm.KindStr:
		return lookup("builtins.str."+name, "builtins")
	default: // an attribute of what is not known
	}
	return target{path: j.render(v, 120) + "." + name, unresolved: "an attribute of another object"}
}

// attribute returns the target that an attribute of a target is.
func (j *judge) attribute(t target, name string) target {
	if t.unresolved != "" || t.code {
		return t
	}
	module, rest := split(t.path)
	if rest != "" {
		rest += "."
	}
	return lookup(picklenames.Canonical(module, rest+name), module)
}

// split divides a canonical path behind its first element. Canonical follows the
// modules in the rest by itself.
func split(path string) (module, rest string) {
	module, rest, _ = strings.Cut(path, ".")
	return module, rest
}

// persistentCallee returns what an object behind a persistent id is when it is
// called. torch's old ids ('module', class, file, source) give the class back.
func (j *judge) persistentCallee(v picklevm.Value) target {
	id := j.m.Item(v, 0)
	if kind, ok := j.m.Str(j.m.Item(id, 0)); ok && kind == "module" && j.m.Item(id, 1).Kind() == picklevm.KindGlobal {
		return j.targetOf(j.m.Item(id, 1))
	}
	return target{path: j.render(v, 120), unresolved: "an object behind a persistent id"}
}

// isClass reports whether the target is a class, as far as its entry or, failing
// that, its spelling tells.
func (t target) isClass() bool {
	if t.listed {
		return t.entry.Class
	}
	name := strings.TrimLeft(t.path[strings.LastIndexByte(t.path, '.')+1:], "_")
	r, _ := utf8.DecodeRuneInString(name)
	return unicode.IsUpper(r)
}

// kind says what class it is that is not shown inert, for a message.
func (t target) kind() string {
	if t.dangerous {
		return "which " + t.danger.Text
	}
	if t.listed && t.entry.Plain {
		return "which was shown inert for one dict of state alone"
	}
	return "a class that nobody vetted"
}

// quoted is the path for a message.
func (t target) quoted() string { return strconv.Quote(scanner.Clean(t.path, 160)) }

// spelling says how the stream spells the name, where that differs.
func (t target) spelling() string {
	if t.raw == "" {
		return ""
	}
	return fmt.Sprintf(" The stream spells it %q.", scanner.Clean(t.raw, 160))
}
