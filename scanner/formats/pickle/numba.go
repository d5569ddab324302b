package pickle

import (
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// numba's compiled functions, which UMAP and pynndescent keep, are pickled as a class and
// the arguments of its _rebuild, which are the function by value, options and types
// (numba/core/serialize.py, numba/core/dispatcher.py): in a pickle within the pickle, or,
// where that is inside such a pickle itself, by a method of _CustomPickled that is carried by
// value. _rebuild compiles the function for its types and does not run it.

const (
	numbaPickled = "numba.core.serialize._CustomPickled"
	numbaMember  = "numba@" // starts the name of a pickle that has to be a class and its state
)

// dispatchers are the classes of compiled functions, with the arguments of their _rebuild:
// the function, then those that hold types, then others.
var dispatchers = map[string][]string{
	"numba.core.registry.CPUDispatcher":           {"py_func", "sigs", "locals", "targetoptions", "uuid", "can_compile", "impl_kind"},
	"numba.np.ufunc.dufunc.DUFunc":                {"dispatcher", "siglist", "siglist", "identity", "frozen"},
	"numba.np.ufunc.ufuncbuilder.UFuncDispatcher": {"pyfunc", "locals", "locals", "targetoptions"},
}

// judgeNumba reports whether a call rebuilds a part of one of numba's compiled functions,
// all of which is known, and what is to be remembered of it.
func (j *judge) judgeNumba(t target, c picklevm.Call) (picklevm.Flags, error) {
	if !strings.HasPrefix(t.path, "numba.") && !j.isKnown(c.Callable) || c.Args.Kind() != picklevm.KindTuple || c.Kwargs != 0 {
		return 0, nil
	}
	args, _, _ := j.m.Items(c.Args)
	switch {
	case t.path == "numba.core.serialize._unpickle__CustomPickled" && len(args) == 1:
		check := checker{j: j, call: c}
		if ok, err := check.followAs(memberName("numba", c.At), args[0]); !ok || err != nil {
			return 0, err
		}
		return flagInert, nil
	case t.path == "numba.core.serialize.custom_rebuild" && len(args) == 1 && j.isPickledByNumba(args[0]):
		return flagKnown, nil
	case t.path == "numba.core.types.abstract._type_reconstructor" && j.isNumbaType(args):
		return flagInert, nil
	case j.isNumbaRebuild(c.Callable) && j.isDispatcher(args):
		return flagInert, nil
	}
	return 0, nil
}

// isNumbaRebuild reports whether a value is the method by which a _CustomPickled is made.
func (j *judge) isNumbaRebuild(v picklevm.Value) bool {
	if !j.isKnown(v) || j.callee(j.m.Item(v, 0)).path != "types.MethodType" {
		return false
	}
	function := j.m.Item(j.m.Item(v, 1), 0)
	code := j.m.Item(j.m.Item(function, 1), 0)
	args, _, _ := j.m.Items(j.m.Item(code, 1))
	path, ok := j.knownPath(args)
	return ok && path == numbaPickled+"._rebuild"
}

// isMethodOfNumba reports whether the arguments of types.MethodType bind a known function
// to the class _CustomPickled.
func (j *judge) isMethodOfNumba(args []picklevm.Value) bool {
	return len(args) == 2 && j.isKnown(args[0]) && args[1].Kind() == picklevm.KindGlobal && j.targetOf(args[1]).path == numbaPickled
}

// isPickledByNumba reports whether a value is a _CustomPickled of which all is still known:
// no state was set since, and the arguments are what they were.
func (j *judge) isPickledByNumba(v picklevm.Value) bool {
	if v.Kind() != picklevm.KindCall || j.m.Flags(v)&(flagInert|flagBuilt) != flagInert {
		return false
	}
	callable := j.m.Item(v, 0)
	args, _, _ := j.m.Items(j.m.Item(v, 1))
	return j.isNumbaRebuild(callable) && j.isDispatcher(args) || j.callee(callable).path == "numba.core.serialize._unpickle__CustomPickled"
}

// isDispatcher reports whether values are a class of numba's compiled functions and the
// arguments of its _rebuild.
func (j *judge) isDispatcher(pair []picklevm.Value) bool {
	if len(pair) != 2 || pair[0].Kind() != picklevm.KindGlobal {
		return false
	}
	fields, ok := dispatchers[j.targetOf(pair[0]).path]
	if !ok || !j.areFields(pair[1], fields) {
		return false
	}
	j.judged[pair[0]] = scanner.UseCall
	return j.isNumbaFunction(j.entry(pair[1], fields[0])) && j.ofNumbaTypes(j.entry(pair[1], fields[1])) && j.ofNumbaTypes(j.entry(pair[1], fields[2]))
}

// isNumbaFunction reports whether a value is a function that numba may compile.
func (j *judge) isNumbaFunction(v picklevm.Value) bool {
	return j.isKnown(v) || v.Kind() == picklevm.KindGlobal && j.targetOf(v).entry.Keep
}

// ofNumbaTypes reports whether what a stream made in a value is numba's types and signatures.
func (j *judge) ofNumbaTypes(v picklevm.Value) bool {
	return j.consistsOf(v, func(made picklevm.Value) bool {
		path := j.classOf(made).path
		return j.isDatum(made) && (path == "numba.core.types.abstract._type_reconstructor" || path == "numba.core.typing.templates.Signature")
	})
}

// numbaTypes are the types of numbers, arrays and tuples, which hold their names and sizes.
var numbaTypes = []string{
	"containers.Tuple", "containers.UniTuple", "misc.NoneType", "misc.Omitted", "npytypes.Array", "scalars.Boolean", "scalars.Complex", "scalars.Float",
	"scalars.Integer", "scalars.IntegerLiteral", "scalars.BooleanLiteral",
}

// isNumbaType reports whether the arguments of numba's _type_reconstructor make one of numbaTypes.
func (j *judge) isNumbaType(args []picklevm.Value) bool {
	if len(args) != 3 || args[0].Kind() != picklevm.KindGlobal || j.targetOf(args[0]).path != "copyreg._reconstructor" || !j.ofNumbaTypes(args[2]) {
		return false
	}
	made, _, _ := j.m.Items(args[1])
	if len(made) != 3 || made[0].Kind() != picklevm.KindGlobal || made[1].Kind() != picklevm.KindGlobal || made[2].Kind() != picklevm.KindNone {
		return false
	}
	name, ok := strings.CutPrefix(j.targetOf(made[0]).path, "numba.core.types.")
	j.judged[args[0]] = scanner.UseCall
	return ok && slices.Contains(numbaTypes, name) && j.targetOf(made[1]).path == "builtins.object"
}

// judgeIndex reports an index of pynndescent unless its state is data and known functions:
// those that are there may be called when it is set (pynndescent_.py, NNDescent.__setstate__).
// _input_dtype is a class of NumPy, by which queries are converted later.
func (j *judge) judgeIndex(target, state picklevm.Value, at int64) {
	items, _, loose := j.m.Items(state)
	fit := state.Kind() == picklevm.KindDict && !loose
	for i := 0; i+1 < len(items); i += 2 {
		key, _ := j.m.Str(items[i])
		fit = fit && j.isFit(items[i+1]) && (items[i+1].Kind() != picklevm.KindGlobal || j.harmless(items[i+1]) || key == "_input_dtype")
	}
	if !fit {
		j.reportHooks(target, "sets the state of", at, state)
	}
}

// judgeNumbaMember reports a pickle that numba loads and that is no compiled function of
// which all is known.
func (j *judge) judgeNumbaMember(result picklevm.Value) {
	if j.p.Member == "" || !strings.HasPrefix(j.p.Name(), numbaMember) {
		return
	}
	pair, _, _ := j.m.Items(result)
	if result.Kind() == picklevm.KindTuple && j.isDispatcher(pair) {
		return
	}
	j.say(ruleUnlistedCall, j.at(j.started), scanner.Detail{
		Message:  "Loading this pickle gives numba a class and arguments to call its _rebuild with, which were not shown to be inert.",
		Evidence: []string{j.render(result, 400)}, Identity: []string{j.identity(result)},
		Name: "numba.core.serialize.custom_rebuild", Use: scanner.UseCall,
	})
}
