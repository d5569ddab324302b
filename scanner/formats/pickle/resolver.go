package pickle

import (
	"strings"

	"github.com/modelsieve/modelsieve/scanner/internal/picklenames"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// importers give the module or object that a text names. To call one is a finding by
// itself; where the text is known, so is what the result is when it is called.
var importers = map[string]bool{
	"builtins.__import__": true, "importlib.__import__": true, "importlib.import_module": true, "pydoc.locate": true,
	"pydoc.safeimport": true, "pkgutil.resolve_name": true, "hydra.utils.get_method": true, "hydra.utils.get_class": true,
	"hydra.utils.get_object": true, "torch._utils._import_dotted_name": true, "importlib._bootstrap._gcd_import": true,
	"dill._dill._import_module": true, "cloudpickle.cloudpickle.subimport": true,
}

// fetched returns what the result of a call is that fetches a module or an attribute
// by names that are known.
func (j *judge) fetched(v picklevm.Value) (target, bool) {
	if v.Kind() != picklevm.KindCall || j.depth >= maxCalleeDepth {
		return target{}, false
	}
	return j.fetchedBy(j.callee(j.m.Item(v, 0)), v)
}

// fetchedBy is fetched where it is known what the call runs.
func (j *judge) fetchedBy(made target, v picklevm.Value) (target, bool) {
	callable, args := j.m.Item(v, 0), j.m.Item(v, 1)
	if names, ok := j.accessor(callable, "operator.attrgetter"); ok && j.m.Len(args) == 1 {
		return j.attributes(j.m.Item(args, 0), names), true
	}
	text, ok := j.m.Str(j.m.Item(args, 0))
	switch {
	case ok && isTypeByName(made.path):
		return typeByName(text), true
	case (made.path == "builtins.getattr" || made.path == "dill._dill._get_attr") && j.m.Len(args) >= 2:
		name, ok := j.m.Str(j.m.Item(args, 1))
		return j.method(j.m.Item(args, 0), name), ok
	case !ok || !importers[made.path] || text == "":
		return target{}, false
	case strings.HasSuffix(made.path, ".__import__"):
		text, _, _ = strings.Cut(text, ".") // it returns the package
	}
	module, name := split(strings.ReplaceAll(text, ":", "."))
	return lookup(picklenames.Canonical(module, name), module), true
}

// isTypeByName reports whether a callable gives a type of Python by its name, as
// cloudpickle's _builtin_type and dill's _load_type do.
func isTypeByName(path string) bool {
	return strings.HasSuffix(path, "cloudpickle._builtin_type") || strings.HasSuffix(path, "_dill._load_type")
}

// typeByName returns the type of that name: of the module types, or a builtin.
func typeByName(name string) target {
	module := "builtins"
	if strings.HasSuffix(name, "Type") {
		module = "types"
	}
	return lookup(picklenames.Canonical(module, name), module)
}

// accessor returns the name that operator.attrgetter or operator.methodcaller was
// called with.
func (j *judge) accessor(v picklevm.Value, path string) (name string, ok bool) {
	if v.Kind() != picklevm.KindCall || j.m.Item(v, 0).Kind() != picklevm.KindGlobal || j.targetOf(j.m.Item(v, 0)).path != path {
		return "", false
	}
	return j.m.Str(j.m.Item(j.m.Item(v, 1), 0))
}

// attributes returns the target that a dotted attribute of a value is.
func (j *judge) attributes(v picklevm.Value, names string) target {
	first, rest, more := strings.Cut(names, ".")
	t := j.method(v, first)
	for more {
		first, rest, more = strings.Cut(rest, ".")
		t = j.attribute(t, first)
	}
	return t
}

// calleeOf returns what a call runs.
func (j *judge) calleeOf(c picklevm.Call) target {
	if name, ok := j.accessor(c.Callable, "operator.methodcaller"); ok && j.m.Len(c.Args) == 1 {
		return j.method(j.m.Item(c.Args, 0), name)
	}
	return j.callee(c.Callable)
}
