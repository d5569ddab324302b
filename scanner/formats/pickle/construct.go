package pickle

import (
	"slices"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// judgeNew reports the construction of an instance unless its class is shown
// inert, and returns what is to be remembered of it.
func (j *judge) judgeNew(t target, c picklevm.Call) (picklevm.Flags, error) {
	switch {
	case t.unresolved != "":
		j.report(ruleUnresolved, t, scanner.UseConstruct, c, "makes an instance of "+t.unresolved+", so that it cannot be said what runs")
	case t.code:
		return 0, j.reportCode(ruleDangerousCall, t, scanner.UseConstruct, c, "makes an instance of a class whose code it carries", c.Callable)
	case t.dangerous && !t.guard.Construct:
		return j.judgeDangerousNew(t, c), nil
	case t.path == "builtins.type" && j.m.Len(c.Args) > 0:
		j.report(ruleUnlistedCall, t, scanner.UseConstruct, c, "makes a class of %s from parts, whose methods may run at once")
	case j.scripted(t):
		return flagInert, nil
	case j.listedClass(t):
		return j.judgeListedNew(t, c)
	case t.listed && t.entry.Plain && j.plainArguments(c):
		return flagUnknown, nil // whatever else is done to it is reported
	case isFileWrapper(t.path) && j.m.Len(c.Args) == 0 && c.Kwargs == 0:
		return 0, nil // it does something when its state is set
	case t.vetted:
		j.report(ruleUnlistedCall, t, scanner.UseConstruct, c, "makes an instance of %s, which was not shown to be inert")
	case j.plainArguments(c):
		j.reportUnknownClass(t, c)
		return flagUnknown, nil
	default:
		j.report(ruleUnknownCall, t, scanner.UseConstruct, c, "makes an instance of %s, a class that nobody vetted, from arguments that its __new__ acts on")
	}
	return 0, nil
}

// judgeListedNew reports the construction of an instance of a listed class from arguments
// that its __new__ was not shown inert with.
func (j *judge) judgeListedNew(t target, c picklevm.Call) (picklevm.Flags, error) {
	switch ok, err := j.newArguments(t, c); {
	case err != nil:
		return 0, err
	case ok && t.entry.Enum:
		return flagInert | flagShared, nil
	case ok:
		return flagInert, nil
	}
	j.report(ruleUnlistedCall, t, scanner.UseConstruct, c, "makes an instance of %s from arguments for which it was not shown to be inert")
	return 0, nil
}

// judgeDangerousNew reports the construction of something dangerous. A policy may accept
// it by name in the plain shape, so that what leaves it is a finding of its own.
func (j *judge) judgeDangerousNew(t target, c picklevm.Call) picklevm.Flags {
	d := j.detail(t, scanner.UseConstruct, c, "makes an instance of %s, which "+t.danger.Text)
	d.Plain = j.plainArguments(c)
	j.say(ruleDangerousCall, j.at(c.At), d)
	if d.Plain {
		return flagUnknown
	}
	return 0
}

// newArguments reports whether __new__ of a listed class gets what it was shown inert
// with. It may iterate over its arguments and ask for their text or their number, which
// runs methods of theirs that nobody looked at, unless they are values.
func (j *judge) newArguments(t target, c picklevm.Call) (bool, error) {
	args, _, _ := j.m.Items(c.Args)
	return j.makesOf(t, append(slices.Clone(args), c.Kwargs))
}

// makesOf is newArguments for arguments in a row.
func (j *judge) makesOf(t target, args []picklevm.Value) (bool, error) {
	args = slices.DeleteFunc(slices.Clone(args), func(v picklevm.Value) bool { return v == 0 })
	if !slices.ContainsFunc(args, func(v picklevm.Value) bool { return !j.isValue(v) }) {
		return true, nil
	}
	check := checker{j: j}
	if t.entry.Tuple {
		return !slices.ContainsFunc(args, func(v picklevm.Value) bool { return !j.isInertThrough(v) }), nil
	}
	if t.listed && t.entry.Call {
		return check.shape(t.entry.Shape, args)
	}
	return false, nil
}

// isInertThrough reports whether a value and what is in it came from literals and from
// calls and constructions that were shown inert, whatever the instances were armed with, or are
// arrays in files of their own.
func (j *judge) isInertThrough(v picklevm.Value) bool {
	return v.IsPlain() || j.consistsOf(v, func(made picklevm.Value) bool {
		return j.m.Flags(made)&flagInert != 0 || isFileWrapper(j.classOf(made).path)
	})
}

// judgeOddState reports an instance as the state of another one. A __setstate__ that was
// read looks things up in its state and goes through it; no class hands its own instances
// to it but those that are values, or a dict that is its own state.
func (j *judge) judgeOddState(target, state picklevm.Value, at int64) {
	switch state.Kind() {
	case picklevm.KindCall, picklevm.KindInstance:
	default:
		return
	}
	if state == target || j.isValue(state) || j.m.Flags(target)&flagInert == 0 || j.m.Flags(state)&(flagUnknown|flagInert) != flagInert {
		return
	}
	class := j.classOf(target)
	j.say(ruleUnlistedCall, j.at(at), scanner.Detail{
		Message:  "Loading this pickle makes an instance the state of another, an instance of " + class.quoted() + ", which was not shown to be inert with it.",
		Evidence: []string{class.path, j.render(state, 300)},
		Identity: []string{class.path, j.identity(state)},
		Name:     class.path, Use: scanner.UseConstruct,
	})
}

// isOwner reports whether something that the stream names or made has attributes that are
// inert to fetch: a listed class, or an instance of one without getters that do more. Of
// what a function gave, those of values are C code.
func (j *judge) isOwner(v picklevm.Value) bool {
	if v.Kind() == picklevm.KindGlobal {
		return j.isInert(v, scanner.UseConstruct)
	}
	class := j.classOf(v)
	known := class.entry.Class || class.dangerous || class.path == "re._compile" || isValueType(class.path) && class.path != nestedBytes
	return j.m.Flags(v)&flagInert != 0 && known && !class.entry.NoGetters
}

// isListedMethod reports whether a name that stands first in rest is that of a method of an
// instance that is listed itself: to fetch it runs nothing.
func (j *judge) isListedMethod(v picklevm.Value, rest []picklevm.Value) bool {
	if len(rest) == 0 || j.m.Flags(v)&flagInert == 0 {
		return false
	}
	name, ok := j.m.Str(rest[0])
	t := j.method(v, name)
	return ok && t.listed && (t.entry.Keep || t.entry.Call)
}

// givesShared reports whether the result of a call belongs to the whole process: a class, a
// member of an enumeration, a logger, what a package makes only once.
func givesShared(t target) bool {
	return t.entry.Enum || sharedResults[t.path]
}

// sharedResults are callables that give what is there already.
var sharedResults = map[string]bool{
	"builtins.type": true, "logging.getLogger": true, "numpy._core._ufunc_reconstruct": true, "torch.serialization._get_layout": true,
	"re._compile": true, "pytz._UTC": true, "pytz._p": true, "numpy.ma.core.MaskedConstant": true, "fsspec.spec.make_instance": true,
	"zoneinfo.ZoneInfo._unpickle": true, "builtins.NoneType": true, "operator.getitem": true,
	"cloudpickle.cloudpickle.subimport": true, "torch.nn.backends.thnn._get_thnn_function_backend": true,
}

// resultFlags returns what is to be remembered of the result of a call shown inert.
func resultFlags(t target) picklevm.Flags {
	if givesShared(t) {
		return flagInert | flagShared
	}
	return flagInert
}

// isTensorState reports whether attributes of a tensor are set that hold no callable in the
// place of a method: torch sets them one by one.
func (j *judge) isTensorState(state picklevm.Value) bool {
	parts := []picklevm.Value{state}
	if state.Kind() == picklevm.KindTuple {
		parts, _, _ = j.m.Items(state)
	}
	for _, v := range parts {
		switch {
		case j.m.Flags(v)&flagHooked != 0, v.Kind() == picklevm.KindInstance:
			return false
		case v.Kind() == picklevm.KindCall && j.classOf(v).path != "collections.OrderedDict":
			return false
		case v.Kind() == picklevm.KindDict && (!j.literalKeys(v) || j.entry(v, "__class__") != 0):
			return false
		}
	}
	return true
}

// setsTensorState are the calls of torch and fastai that set attributes of a tensor from their
// last argument.
var setsTensorState = map[string]bool{
	"fastai.torch_core._rebuild_from_type": true, "torch._tensor._rebuild_from_type_v2": true, "torch._utils._rebuild_parameter_with_state": true,
}

// uncallable are classes beside those of values that have no __call__, and that honest
// files keep under names at which Python looks for methods.
var uncallable = map[string]bool{
	"fastcore.foundation.L": true, "inspect.Signature": true, "sklearn.utils._metadata_requests.MethodMetadataRequest": true,
	"torch.jit._pickle.restore_type_tag": true, "numba.core.typing.templates.Signature": true,
}

// uncalled reports whether a value that stands where Python looks for a method does nothing
// there: it is a class that is inert to call, or cannot be called. Functions are inert with
// data of the user, not with what the stream has them get.
func (j *judge) uncalled(v picklevm.Value) bool {
	if v.Kind() == picklevm.KindGlobal {
		t := j.targetOf(v)
		return t.listed && t.entry.Class && t.entry.Unconditional()
	}
	class := j.classOf(v)
	known := class.entry.Construct && !class.entry.NoCalls || isValueType(class.path) || uncallable[class.path]
	return j.isDatum(v) && known && class.path != nestedBytes && class.path != "types.GenericAlias"
}

// nestedBytes is a call of which nobody knows what it gives: it unpickles.
const nestedBytes = "torch.storage._load_from_bytes"
