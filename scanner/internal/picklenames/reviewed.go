package picklenames

import "slices"

// reviewed are the callables that were read by hand, with the arguments for which
// a call is inert. The sources are CPython's Lib and Objects, numpy/random/_pickle.py,
// numpy/_core, torch/_utils.py, torch/_tensor.py, joblib/numpy_pickle.py and the
// pandas and scikit-learn modules that the names say.
var reviewed = map[string]Entry{
	"_codecs.encode":                        call(args(str, latin1)),
	"_codecs.latin_1_encode":                call(args(str)),
	"argparse.Namespace":                    class(),
	"array._array_reconstructor":            call(args(Arg{Kind: Class, In: []string{"array.array"}}, str, integer, rawBytes)),
	"array.array":                           classCall(args(str).opt(dataArg)),
	"builtins.BaseException":                classCall(anyData),
	"builtins.Ellipsis":                     class(),
	"builtins.NotImplemented":               class(),
	"builtins.bool":                         classCall(anyData),
	"builtins.bytearray":                    classCall(Shape{}.opt(rawBytes, charset)),
	"builtins.bytes":                        classCall(Shape{}.opt(dataArg, charset)),
	"builtins.complex":                      classCall(anyData),
	"builtins.dict":                         classCall(anyData),
	"builtins.float":                        classCall(anyData),
	"builtins.frozenset":                    classCall(anyData),
	"builtins.getattr":                      call(args(Arg{Kind: Owner}, Arg{Kind: Attr})),
	"builtins.int":                          classCall(anyData),
	"builtins.list":                         classCall(anyData),
	"builtins.object":                       classCall(Shape{}),
	"builtins.range":                        classCall(args(integer).opt(integer, integer)),
	"builtins.set":                          classCall(anyData),
	"builtins.slice":                        classCall(anyData),
	"builtins.str":                          classCall(Shape{}.opt(dataArg, charset)),
	"builtins.tuple":                        classCall(anyData),
	"builtins.type":                         classCall(args(dataArg)),
	"collections.Counter":                   classCall(Shape{}.opt(dataArg)),
	"collections.OrderedDict":               classCall(Shape{}.opt(dataArg)),
	"collections.defaultdict":               classCall(Shape{}.opt(Arg{Kind: Callable}, dataArg)),
	"collections.deque":                     classCall(Shape{}.opt(dataArg, dataArg)),
	"copyreg.__newobj__":                    call(Shape{Args: []Arg{listedClass}, Rest: &dataArg}),
	"copyreg.__newobj_ex__":                 call(args(listedClass, dataArg, dataArg)),
	"copyreg._reconstructor":                call(args(listedClass, Arg{Kind: Class, In: reconstructorBases}, dataArg)),
	"datetime.date":                         classCall(anyData),
	"datetime.datetime":                     classCall(anyData),
	"datetime.time":                         classCall(anyData),
	"datetime.timedelta":                    classCall(anyData),
	"datetime.timezone":                     classCall(anyData),
	"decimal.Decimal":                       classCall(anyData),
	"fractions.Fraction":                    classCall(anyData),
	"functools.partial":                     class().calling(Shape{Args: []Arg{{Kind: Kept}}, Rest: &dataArg}),
	"io.BytesIO":                            classCall(anyData),
	"io.StringIO":                           classCall(anyData),
	"ipaddress.IPv4Address":                 classCall(anyData),
	"ipaddress.IPv4Network":                 classCall(anyData),
	"ipaddress.IPv6Address":                 classCall(anyData),
	"ipaddress.IPv6Network":                 classCall(anyData),
	"itertools.count":                       classCall(anyData),
	"itertools.repeat":                      classCall(anyData),
	"joblib.numpy_pickle.NumpyArrayWrapper": class(),
	"logging.getLogger":                     call(Shape{}.opt(str)),
	"operator.itemgetter":                   classCall(Shape{Args: []Arg{dataArg}, Rest: &dataArg}),
	"pathlib.Path":                          classCall(anyData),
	"pathlib.PosixPath":                     classCall(anyData),
	"pathlib.PurePath":                      classCall(anyData),
	"pathlib.PurePosixPath":                 classCall(anyData),
	"pathlib.PureWindowsPath":               classCall(anyData),
	"pathlib.WindowsPath":                   classCall(anyData),
	"random.Random":                         classCall(anyData),
	"re._compile":                           call(args(dataArg, integer)),
	"time.struct_time":                      classCall(anyData),
	"builtins.NoneType":                     classCall(Shape{}),
	"types.SimpleNamespace":                 classCall(Shape{}),
	"zoneinfo.ZoneInfo._unpickle":           call(args(str, integer)),

	"numpy._core._internal._convert_to_stringdtype_kwargs": call(anyData),
	"numpy._core._multiarray_umath._reconstruct":           call(args(listedClass, dataArg, rawBytes)),
	"numpy._core._ufunc_reconstruct":                       call(args(Arg{Kind: Str, In: ufuncModules}, Arg{Kind: Attr})),
	"numpy._core.multiarray._reconstruct":                  call(args(listedClass, dataArg, rawBytes)),
	"numpy._core.multiarray.scalar":                        call(args(dataArg).opt(dataArg)),
	"numpy._core.numeric._frombuffer":                      call(args(dataArg, dataArg, dataArg, str).opt(dataArg)),
	"numpy.bool_":                                          class(),
	"numpy.dtype":                                          classCall(args(Arg{Kind: Dtype}).opt(integer, integer)),
	"numpy.ma._mareconstruct":                              call(args(listedClass, listedClass, dataArg, dataArg)),
	"numpy.ma.core._mareconstruct":                         call(args(listedClass, listedClass, dataArg, dataArg)),
	"numpy.random._pickle.__bit_generator_ctor":            call(Shape{}.opt(bitGenerator)),
	"numpy.random._pickle.__generator_ctor":                call(Shape{}.opt(bitGenerator, bitGeneratorCtor)),
	"numpy.random._pickle.__randomstate_ctor":              call(Shape{}.opt(bitGenerator, bitGeneratorCtor)),
	"numpy.random.__RandomState_ctor":                      call(Shape{}),

	"pandas._libs.arrays.__pyx_unpickle_NDArrayBacked":   call(args(listedClass, integer, dataArg)),
	"pandas._libs.internals._unpickle_block":             call(args(dataArg, dataArg, dataArg)),
	"pandas.NA":                                          {Class: true},
	"pandas.StringDtype":                                 classCall(anyData),
	"pandas.ArrowDtype":                                  classCall(anyData),
	"pandas.CategoricalDtype":                            classCall(anyData),
	"pandas.DatetimeTZDtype":                             classCall(anyData),
	"pandas.IntervalDtype":                               classCall(anyData),
	"pandas.PeriodDtype":                                 classCall(anyData),
	"pandas.SparseDtype":                                 classCall(anyData),
	"pandas.core.internals.managers.BlockManager":        classCall(anyData),
	"pandas.core.internals.managers.SingleBlockManager":  classCall(anyData),
	"pandas._libs.internals.BlockManager":                classCall(anyData),
	"pandas.core.indexes.timedeltas._new_TimedeltaIndex": call(args(listedClass, dataArg)),
	"pandas._libs.missing.NA":                            {Class: true},
	"pandas.Interval":                                    classCall(anyData),
	"pandas._libs.sparse.BlockIndex":                     classCall(anyData),
	"pandas._libs.sparse.IntIndex":                       classCall(anyData),
	"pandas._libs.tslibs.nattype._nat_unpickle":          call(anyData),
	"pandas.Period":                                      classCall(anyData),
	"pandas._libs.tslibs.timedeltas._timedelta_unpickle": call(anyData),
	"pandas._libs.tslibs.timestamps._unpickle_timestamp": call(anyData),
	"pandas.Categorical":                                 class(),
	"pandas.core.indexes.base._new_Index":                call(args(listedClass, dataArg)),
	"pandas.core.indexes.datetimes._new_DatetimeIndex":   call(args(listedClass, dataArg)),
	"pandas.core.indexes.interval._new_IntervalIndex":    call(args(listedClass, dataArg)),
	"pandas.core.indexes.period._new_PeriodIndex":        call(args(listedClass, dataArg)),
	"pandas.core.internals.blocks.new_block":             call(Shape{Args: []Arg{dataArg}, Rest: &dataArg}),
	"pytz._UTC":                                          call(Shape{}),
	"pytz._p":                                            call(anyData),

	"sklearn.metrics._dist_metrics.newObj": call(args(listedClass)),
	"sklearn.neighbors._ball_tree.newObj":  call(args(listedClass)),
	"sklearn.neighbors._kd_tree.newObj":    call(args(listedClass)),
	"sklearn.tree._tree.Tree":              classCall(anyData),

	"torch.Generator":                     classCall(anyData),
	"torch.Size":                          classCall(anyData),
	"torch.Tensor":                        class(),
	"torch._tensor._rebuild_from_type_v2": call(args(Arg{Kind: Function}, listedClass, dataArg, dataArg)),
	"torch._utils._rebuild_device_tensor_from_cpu_tensor": call(args(dataArg, dataArg, str, integer)),
	"torch._utils._rebuild_device_tensor_from_numpy":      call(args(dataArg, dataArg, str, integer)),
	"torch._utils._rebuild_meta_tensor_no_storage":        call(args(dataArg, dataArg, dataArg, integer)),
	"torch._utils._rebuild_nested_tensor":                 call(anyData),
	"torch._utils._rebuild_parameter":                     call(args(dataArg, integer, dataArg)),
	"torch._utils._rebuild_parameter_with_state":          call(args(dataArg, integer, dataArg, dataArg)),
	"torch._utils._rebuild_qtensor":                       call(Shape{Args: []Arg{{Kind: Storage}}, Rest: &dataArg}),
	"torch._utils._rebuild_sparse_csr_tensor":             call(args(dataArg, dataArg)),
	"torch._utils._rebuild_sparse_tensor":                 call(args(dataArg, dataArg)),
	"torch._utils._rebuild_tensor":                        call(args(Arg{Kind: Storage}, integer, dataArg, dataArg)),
	"torch._utils._rebuild_tensor_v2":                     call(args(Arg{Kind: Storage}, integer, dataArg, dataArg, integer, dataArg).opt(dataArg)),
	"torch._utils._rebuild_tensor_v3":                     call(args(Arg{Kind: Storage}, integer, dataArg, dataArg, integer, dataArg, dataArg).opt(dataArg)),
	"torch._utils._rebuild_wrapper_subclass":              call(Shape{Args: []Arg{listedClass}, Rest: &dataArg}),
	"torch.device":                                        classCall(anyData),
	"torch.dtype":                                         class(),
	"torch.nn.parameter.Parameter":                        class(),
	"torch.serialization._get_layout":                     call(args(Arg{Kind: Str, In: layouts})),
	"torch.storage._load_from_bytes":                      call(args(Arg{Kind: Nested})),
	"torch.storage.TypedStorage":                          class(),
	"torch.storage.UntypedStorage":                        class(),
	"torch.torch_version.TorchVersion":                    classCall(anyData),
}

// reconstructorBases are classes whose __init__ copyreg._reconstructor may run.
var reconstructorBases = []string{
	"builtins.object", "builtins.dict", "builtins.list", "builtins.tuple", "builtins.set", "builtins.frozenset", "builtins.int",
	"builtins.float", "builtins.str", "builtins.bytes", "builtins.complex", "collections.OrderedDict", "builtins.bytearray",
}

// IsReconstructorBase reports whether copyreg._reconstructor runs nothing but C code
// for a base class.
func IsReconstructorBase(path string) bool { return slices.Contains(reconstructorBases, path) }

var (
	ufuncModules = []string{"numpy.core.umath", "numpy.core._multiarray_umath", "numpy._core.umath", "numpy._core._multiarray_umath"}
	layouts      = []string{
		"torch.strided", "torch.sparse_coo", "torch.sparse_csr", "torch.sparse_csc", "torch.sparse_bsr", "torch.sparse_bsc", "torch._mkldnn", "torch.jagged",
	}
	bitGenerator = Arg{Kind: Named, In: []string{
		"MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64",
		"numpy.random._mt19937.MT19937", "numpy.random._pcg64.PCG64", "numpy.random._pcg64.PCG64DXSM", "numpy.random._philox.Philox", "numpy.random._sfc64.SFC64",
		"numpy.random._pickle.__bit_generator_ctor",
	}}
	bitGeneratorCtor = Arg{Kind: Global, In: []string{"numpy.random._pickle.__bit_generator_ctor"}}
)

func call(s Shape) Entry      { return Entry{Call: true, Shape: s} }
func class() Entry            { return Entry{Class: true, Construct: true} }
func classCall(s Shape) Entry { return class().calling(s) }

// calling adds a call to an entry.
func (e Entry) calling(s Shape) Entry {
	e.Call, e.Shape = true, s
	return e
}
