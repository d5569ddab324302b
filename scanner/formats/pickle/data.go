package pickle

import (
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// maxDataDepth is how deeply nested data may be; maxDataValues, how many values
// one argument may have. What is beyond is not known to be data.
const (
	maxDataDepth  = 100
	maxDataValues = 1 << 18
)

// isData reports whether a value is data through and through: literals,
// containers of data, results of calls that were shown inert, listed classes.
// Nothing in it runs code when it is read, iterated or compared.
func (j *judge) isData(v picklevm.Value) bool {
	if v.IsPlain() || j.m.Flags(v)&flagData != 0 {
		return true
	}
	return j.consistsOf(v, j.isDatum)
}

// isDatum reports whether something that a stream made is data.
func (j *judge) isDatum(v picklevm.Value) bool {
	return j.m.Flags(v)&(flagInert|flagArmed) == flagInert
}

// isValue reports whether a value is data in which every object that the stream made
// is a number, a date, an array, a tensor or the like: what helpers do with it by its
// methods is done by C code.
func (j *judge) isValue(v picklevm.Value) bool {
	return v.IsPlain() || j.consistsOf(v, func(made picklevm.Value) bool { return j.isDatum(made) && isValueType(j.classOf(made).path) })
}

// consistsOf reports whether a value is data through and through, where leaf says so of
// what calls and constructions gave.
func (j *judge) consistsOf(v picklevm.Value, leaf func(picklevm.Value) bool) bool {
	left := maxDataValues
	ok := j.dataWithin(v, leaf, 0, &left, map[picklevm.Value]bool{})
	return ok && j.p.Budget.Step(int64(maxDataValues-left)) == nil
}

// dataWithin is consistsOf with bounds. Values that were seen are not looked at again.
func (j *judge) dataWithin(v picklevm.Value, leaf func(picklevm.Value) bool, depth int, left *int, seen map[picklevm.Value]bool) bool {
	if v.IsPlain() || j.m.Flags(v)&flagData != 0 {
		return true
	}
	if *left--; *left < 0 || depth > maxDataDepth {
		return false
	}
	if seen[v] {
		return true
	}
	seen[v] = true
	switch v.Kind() {
	case picklevm.KindGlobal:
		return j.isInert(v, scanner.UseImport)
	case picklevm.KindCall, picklevm.KindInstance:
		return leaf(v)
	case picklevm.KindPersistent:
		return j.isStorage(v) || j.isModuleClass(v) && j.persistentCallee(v).listed
	case picklevm.KindOpaque:
		return true
	default: // a container
	}
	items, _, loose := j.m.Items(v)
	for _, item := range items {
		if !j.dataWithin(item, leaf, depth+1, left, seen) {
			return false
		}
	}
	if v.Kind() == picklevm.KindTuple && j.immutable(items) {
		j.m.SetFlags(v, flagData)
	}
	return !loose
}

// valueTypes are what makes values whose methods are C code, or compute like it: TensorFlow's
// shapes, types and lists, arrays of JAX, dictionaries of Haiku. By the start of the path.
var valueTypes = []string{
	"_codecs.", "array.", "builtins.", "collections.", "datetime.", "dateutil.", "decimal.", "fractions.", "haiku._src.data_structures.FlatMapping", "inspect.Parameter", "inspect._ParameterKind", "inspect._empty", "itertools.", "jax._src.array._reconstruct_array", "joblib.numpy_pickle.NumpyArrayWrapper", "ml_dtypes.", "numpy.",
	"pandas._libs.", "pandas.arrays.", "pandas.core.arrays.", "pandas.core.dtypes.", "pandas.core.indexes.", "pandas.core.internals.", "pandas.core.sparse.array.",
	"pandas.Categorical", "pandas.DatetimeIndex", "pandas.DatetimeTZDtype", "pandas.Index", "pandas.Interval", "pandas.MultiIndex", "pandas.Period", "pandas.RangeIndex",
	"pandas.SparseDtype", "pandas.StringDtype", "pandas.Timedelta", "pandas.Timestamp", "pandas.BooleanDtype", "pandas.ArrowDtype", "pandas.Flags",
	"pandas.Series", "pandas.DataFrame", "pandas.DateOffset", "pandas.Int", "pandas.UInt", "pandas.Float", "pandas.tseries.offsets.",
	"pyarrow.", "pytz.", "scipy.sparse._", "tensorflow.python.framework.dtypes.as_dtype", "tensorflow.python.framework.tensor.TensorSpec", "tensorflow.python.framework.tensor_shape.",
	"tensorflow.python.framework.tensor_spec.TensorSpec", "tensorflow.python.trackable.data_structures.ListWrapper", "torch.Size", "torch.Tensor", "torch._tensor._rebuild", "torch._utils._rebuild", "torch.device",
	"torch.nested.", "torch.nn.parameter.", "torch.serialization._get_layout", "torch.storage.", "torch.torch_version.", "uuid.", "zoneinfo.",
}

// notValueTypes are those below them that open files, draw, or call what they hold or look
// it up there.
var notValueTypes = []string{
	"numpy.lib.", "numpy.memmap", "numpy.vectorize", "numpy.ma.core._", "numpy._pytesttester.", "numpy._core._internal.dummy_ctype", "numpy._core.arrayprint.",
	"builtins.type", "collections.ChainMap", "collections.UserDict", "collections.UserList", "collections.UserString",
}

// isValueType reports whether the path of a class or a function is one of valueTypes.
func isValueType(path string) bool {
	starts := func(prefix string) bool { return strings.HasPrefix(path, prefix) }
	return slices.ContainsFunc(valueTypes, starts) && !slices.ContainsFunc(notValueTypes, starts)
}

// arms reports whether a state gives an instance a callable that is not known to be
// inert: a helper that calls a method of the instance by its name may run it.
func (j *judge) arms(state picklevm.Value) bool {
	items, _, _ := j.m.Items(state)
	switch state.Kind() {
	case picklevm.KindDict:
		for i := 1; i < len(items); i += 2 {
			if v := items[i]; picklevm.MayBeCallable(v) && v.Kind() != picklevm.KindOpaque && !j.isStorage(v) && !j.harmless(v) {
				return true
			}
		}
	case picklevm.KindTuple:
		return len(items) <= 8 && slices.ContainsFunc(items, func(v picklevm.Value) bool { return v.Kind() == picklevm.KindDict && j.arms(v) })
	default: // no attributes
	}
	return false
}

// immutable reports whether all values are plain data or tuples known to be data.
func (j *judge) immutable(items []picklevm.Value) bool {
	for _, v := range items {
		if !v.IsPlain() && j.m.Flags(v)&flagData == 0 {
			return false
		}
	}
	return true
}

// isStorage reports whether a value is a tensor storage behind a persistent id of
// torch: ('storage', class, key, location, count, ...).
func (j *judge) isStorage(v picklevm.Value) bool {
	if v.Kind() != picklevm.KindPersistent {
		return false
	}
	id := j.m.Item(v, 0)
	kind, ok := j.m.Str(j.m.Item(id, 0))
	class := j.m.Item(id, 1)
	return ok && kind == "storage" && class.Kind() == picklevm.KindGlobal && j.isInert(class, scanner.UseImport)
}

// isInert reports whether a callable value was shown inert for a use.
func (j *judge) isInert(v picklevm.Value, use scanner.Use) bool {
	if v.Kind() != picklevm.KindGlobal {
		return j.harmless(v)
	}
	t := j.targetOf(v)
	if !t.listed {
		return false
	}
	switch use {
	case scanner.UseCall:
		return t.entry.Unconditional()
	case scanner.UseConstruct:
		return t.entry.Construct
	default:
		return t.entry.Class || t.entry.Call || t.entry.Keep
	}
}
