package picklenames

import (
	"slices"
	"strings"
)

// reviewed are the callables that were read by hand, with the arguments for which
// a call is inert. The sources are CPython's Lib and Objects, numpy/random/_pickle.py,
// numpy/_core, torch/_utils.py, torch/jit/_pickle.py, torch/_tensor.py, joblib/numpy_pickle.py and the
// pandas and scikit-learn modules that the names say.
var reviewed = map[string]Entry{
	"_codecs.encode":                        call(args(str, latin1)),
	"_codecs.latin_1_encode":                call(args(str)),
	"argparse.Namespace":                    class(),
	"array._array_reconstructor":            call(args(Arg{Kind: Class, In: []string{"array.array"}}, str, integer, rawBytes)),
	"array.array":                           classCall(args(str).opt(value)),
	"builtins.BaseException":                classCall(values),
	"builtins.Ellipsis":                     class(),
	"builtins.NotImplemented":               class(),
	"builtins.bool":                         classCall(Shape{}.opt(literal, literal)),
	"builtins.bytearray":                    classCall(Shape{}.opt(value, charset)),
	"builtins.bytes":                        classCall(Shape{}.opt(value, charset)),
	"builtins.complex":                      classCall(Shape{}.opt(literal, literal)),
	"builtins.dict":                         classCall(Shape{}.opt(pairs)),
	"builtins.float":                        classCall(Shape{}.opt(literal, literal)),
	"builtins.frozenset":                    classCall(Shape{}.opt(iterable)),
	"builtins.getattr":                      call(args(Arg{Kind: Owner}, Arg{Kind: Attr})),
	"builtins.int":                          classCall(Shape{}.opt(literal, literal)),
	"builtins.list":                         classCall(Shape{}.opt(iterable)),
	"builtins.object":                       classCall(Shape{}),
	"builtins.print":                        named, // with data it writes to the output; a call may give it something else to write to
	"builtins.range":                        classCall(args(integer).opt(integer, integer)),
	"builtins.set":                          classCall(Shape{}.opt(iterable)),
	"builtins.slice":                        classCall(anyData),
	"builtins.str":                          classCall(Shape{}.opt(literal, charset)),
	"builtins.tuple":                        classCall(Shape{}.opt(iterable)),
	"builtins.type":                         classCall(args(dataArg)),
	"collections.Counter":                   classCall(Shape{}.opt(iterable)),
	"collections.OrderedDict":               classCall(Shape{}.opt(pairs)),
	"collections.defaultdict":               bare().calling(Shape{}.opt(Arg{Kind: Callable}, pairs)), // slot state sets what it calls
	"collections.deque":                     classCall(Shape{}.opt(iterable, literal)),
	"copyreg.__newobj__":                    call(Shape{Args: []Arg{listedClass}, Rest: &dataArg}),
	"copyreg.__newobj_ex__":                 call(args(listedClass, dataArg, dataArg)),
	"copyreg._reconstructor":                call(args(Arg{Kind: Class, Also: []string{"numpy.vectorize"}}, Arg{Kind: Class, In: reconstructorBases}, Arg{Kind: Owner})), // the judge compares base and state
	"datetime.date":                         classCall(values),
	"datetime.datetime":                     classCall(values),
	"datetime.time":                         classCall(values),
	"datetime.timedelta":                    classCall(values),
	"datetime.timezone":                     classCall(values),
	"decimal.Decimal":                       classCall(Shape{}.opt(literal)),
	"fractions.Fraction":                    classCall(Shape{}.opt(literal, literal)),
	"functools.partial":                     class().calling(Shape{Args: []Arg{{Kind: Kept}}, Rest: &dataArg}),
	"io.BytesIO":                            classCall(Shape{}.opt(rawBytes)),
	"io.StringIO":                           classCall(Shape{}.opt(literal, literal)),
	"ipaddress.IPv4Address":                 classCall(args(literal).opt(literal)),
	"ipaddress.IPv4Network":                 classCall(args(literal).opt(literal)),
	"ipaddress.IPv6Address":                 classCall(args(literal).opt(literal)),
	"ipaddress.IPv6Network":                 classCall(args(literal).opt(literal)),
	"itertools.count":                       classCall(Shape{}.opt(literal, literal)),
	"itertools.repeat":                      classCall(args(dataArg).opt(literal)),
	"joblib.numpy_pickle.NumpyArrayWrapper": class(),
	"logging.getLogger":                     call(Shape{}.opt(str)),
	"operator.itemgetter":                   classCall(Shape{Args: []Arg{dataArg}, Rest: &dataArg}),
	"pathlib.Path":                          classCall(Shape{Rest: &str}),
	"pathlib.PosixPath":                     classCall(Shape{Rest: &str}),
	"pathlib.PurePath":                      classCall(Shape{Rest: &str}),
	"pathlib.PurePosixPath":                 classCall(Shape{Rest: &str}),
	"pathlib.PureWindowsPath":               classCall(Shape{Rest: &str}),
	"pathlib.WindowsPath":                   classCall(Shape{Rest: &str}),
	"random.Random":                         classCall(Shape{}.opt(literal)),
	"random.Random.gauss":                   call(literals),
	"random.Random.random":                  call(Shape{}),
	"random.Random.uniform":                 call(literals),
	"re._compile":                           call(args(literal, integer)),
	"time.struct_time":                      classCall(args(value).opt(value)),
	"builtins.NoneType":                     classCall(Shape{}),
	"types.SimpleNamespace":                 classCall(Shape{}),
	"zoneinfo.ZoneInfo":                     class(),
	"zoneinfo.ZoneInfo._unpickle":           call(args(str, integer)),

	// What interpolators of SciPy keep to turn their arguments into arrays.
	"scipy._external.array_api_compat.numpy._aliases.asarray": {Keep: true},
	"scipy._lib.array_api_compat.numpy._aliases.asarray":      {Keep: true},

	"fsspec.implementations.local.LocalFileSystem": named,
	"fsspec.spec.make_instance":                    call(args(Arg{Kind: Class, In: []string{"fsspec.implementations.local.LocalFileSystem"}}, value, value)),

	// Enumerations and records of the standard library, in modules that do other things.
	"decimal.Context":          classCall(values),
	"http.HTTPMethod":          enum(args(str)),
	"http.HTTPStatus":          enum(args(integer)),
	"inspect._ParameterKind":   enum(args(integer)),
	"inspect.Parameter":        classCall(args(str, value)),
	"inspect.FullArgSpec":      classCall(anyData),
	"inspect.Signature":        classCall(args(value)),
	"inspect._empty":           classCall(anyData),
	"ipaddress.IPv4Interface":  classCall(args(str)),
	"ipaddress.IPv6Interface":  classCall(args(str)),
	"itertools.chain":          classCall(Shape{Rest: &iterable}),
	"itertools.count.__next__": call(Shape{}),
	"itertools.cycle":          classCall(args(iterable)),
	"itertools.islice":         classCall(args(iterable, literal).opt(literal, literal)),
	"operator.getitem":         call(args(generic, types)), // typing.List[int]
	"os.stat_result":           call(args(value, value)),
	"platform.uname_result":    classCall(Shape{Rest: &str}),
	"signal.Handlers":          enum(args(integer)),
	"signal.Signals":           enum(args(integer)),
	"types.GenericAlias":       classCall(args(types, types)),

	// Plain functions that people hand to estimators and callbacks: they compute and keep nothing.
	"operator.add": keep, "operator.and_": keep, "operator.eq": keep, "operator.floordiv": keep, "operator.ge": keep, "operator.gt": keep,
	"operator.le": keep, "operator.lt": keep, "operator.mod": keep, "operator.ne": keep, "operator.neg": keep, "operator.not_": keep,
	"operator.or_": keep, "operator.sub": keep, "operator.truediv": keep, "operator.xor": keep,
	"statistics.fmean": keep, "statistics.mean": keep, "statistics.median": keep, "statistics.mode": keep, "statistics.pstdev": keep,
	"statistics.stdev": keep, "statistics.variance": keep,
	"numpy.array": keep, "numpy.asarray": keep, "numpy.concatenate": keep, "numpy.dot": keep, "numpy.percentile": keep, "numpy.quantile": keep,
	"numpy.nanpercentile": keep, "numpy.nanquantile": keep, "numpy.where": keep,
	"torch.utils.data._utils.collate.default_collate":         keep,
	"torch.utils.data._utils.collate.default_convert":         keep,
	"torch.optim.lr_scheduler.CyclicLR._triangular_scale_fn":  keep,
	"torch.optim.lr_scheduler.CyclicLR._triangular2_scale_fn": keep,
	"torch.optim.lr_scheduler.OneCycleLR._annealing_cos":      keep,
	"torch.optim.lr_scheduler.OneCycleLR._annealing_linear":   keep,

	// What type annotations are made of.
	"typing.Annotated":                       named,
	"typing.Any":                             named,
	"typing.AnyStr":                          named,
	"typing.Callable":                        named,
	"typing.ClassVar":                        named,
	"typing.Collection":                      named,
	"typing.Counter":                         named,
	"typing.DefaultDict":                     named,
	"typing.Deque":                           named,
	"typing.Dict":                            named,
	"typing.Final":                           named,
	"typing.FrozenSet":                       named,
	"typing.Generator":                       named,
	"typing.Hashable":                        named,
	"typing.Iterable":                        named,
	"typing.Iterator":                        named,
	"typing.List":                            named,
	"typing.Literal":                         named,
	"typing.Mapping":                         named,
	"typing.MutableMapping":                  named,
	"typing.NamedTuple":                      named,
	"typing.NoReturn":                        named,
	"typing.Optional":                        named,
	"typing.OrderedDict":                     named,
	"typing.Sequence":                        named,
	"typing.Set":                             named,
	"typing.Sized":                           named,
	"typing.Text":                            named,
	"typing.Tuple":                           named,
	"typing.Type":                            named,
	"typing.Union":                           named,
	"torch.jit._pickle.build_boollist":       call(args(dataArg)),
	"torch.jit._pickle.build_doublelist":     call(args(dataArg)),
	"torch.jit._pickle.build_intlist":        call(args(dataArg)),
	"torch.jit._pickle.build_tensor_from_id": call(args(dataArg)),
	"torch.jit._pickle.build_tensorlist":     call(args(dataArg)),
	"torch.jit._pickle.restore_type_tag":     call(args(dataArg, str)),

	"numpy._core._internal._convert_to_stringdtype_kwargs": call(values),
	"numpy._core._internal._reconstruct":                   call(args(arrayClass, literal, rawBytes)),
	"numpy.rec.record":                                     class(), // a numpy.void
	"numpy._core._multiarray_umath._reconstruct":           call(args(arrayClass, value, rawBytes)),
	"numpy._core._ufunc_reconstruct":                       call(args(Arg{Kind: Str, In: ufuncModules}, Arg{Kind: Attr})),
	"numpy._core.multiarray._reconstruct":                  call(args(arrayClass, value, rawBytes)),
	"numpy._core.multiarray.scalar":                        call(args(value).opt(value)),
	"numpy._core.numeric._frombuffer":                      call(args(value, value, value, str).opt(value)),
	"numpy.bool_":                                          class(),
	"numpy.dtype":                                          classCall(args(Arg{Kind: Dtype}).opt(integer, integer)),
	"numpy.ma._mareconstruct":                              call(args(listedClass, listedClass, value, value)),
	"numpy.ma.core._mareconstruct":                         call(args(listedClass, listedClass, value, value)),
	"numpy.random._pickle.__bit_generator_ctor":            call(Shape{}.opt(bitGenerator)),
	"numpy.random._pickle.__generator_ctor":                call(Shape{}.opt(bitGenerator, bitGeneratorCtor)),
	"numpy.random._pickle.__randomstate_ctor":              call(Shape{}.opt(bitGenerator, bitGeneratorCtor)),
	"numpy.random.__RandomState_ctor":                      call(Shape{}),

	"numpy.ma.core.MaskedConstant": classCall(Shape{}),

	"dateutil.relativedelta.relativedelta":               class(),
	"pandas.DateOffset":                                  classCall(Shape{}.opt(integer, integer)),
	"pandas._libs.arrays.__pyx_unpickle_NDArrayBacked":   call(args(listedClass, integer, value)),
	"pandas._libs.internals._unpickle_block":             call(args(value, value, value)),
	"pandas.NA":                                          {Class: true},
	"pandas.StringDtype":                                 classCall(values),
	"pandas.ArrowDtype":                                  classCall(values),
	"pandas.CategoricalDtype":                            classCall(values),
	"pandas.DatetimeTZDtype":                             classCall(values),
	"pandas.IntervalDtype":                               classCall(values),
	"pandas.PeriodDtype":                                 classCall(values),
	"pandas.SparseDtype":                                 classCall(values),
	"pandas.core.internals.managers.BlockManager":        classCall(values),
	"pandas.core.internals.managers.SingleBlockManager":  classCall(values),
	"pandas._libs.internals.BlockManager":                classCall(values),
	"pandas.core.indexes.timedeltas._new_TimedeltaIndex": call(args(indexClass, value)),
	"pandas._libs.missing.NA":                            {Class: true},
	"pandas.Interval":                                    classCall(values),
	"pandas._libs.sparse.BlockIndex":                     classCall(values),
	"pandas._libs.sparse.IntIndex":                       classCall(values),
	"pandas._libs.tslibs.nattype._nat_unpickle":          call(values),
	"pandas.Period":                                      classCall(values),
	"pandas.Timedelta":                                   classCall(args(integer)),                   // as before pandas 1.5
	"pandas.Timestamp":                                   classCall(args(integer).opt(value, value)), // the same
	"pandas._libs.tslibs.timedeltas._timedelta_unpickle": call(values),
	"pandas._libs.tslibs.timestamps._unpickle_timestamp": call(values),
	"pandas.Categorical":                                 class(),
	"pandas.core.indexes.base._new_Index":                call(args(indexClass, value)),
	"pandas.core.indexes.datetimes._new_DatetimeIndex":   call(args(indexClass, value)),
	"pandas.core.indexes.interval._new_IntervalIndex":    call(args(indexClass, value)),
	"pandas.core.indexes.period._new_PeriodIndex":        call(args(indexClass, value)),
	"pandas.core.internals.blocks.new_block":             call(Shape{Args: []Arg{value}, Rest: &value, Named: &integer}), // of pandas 1.3, which binds ndim
	"pytz._UTC":                                          call(Shape{}),
	"pytz._p":                                            call(values),

	// By these pyarrow makes its types, arrays and tables again (types.pxi, array.pxi, table.pxi,
	// scalar.pxi): look-ups by name and native code over buffers. Extension types are not among
	// them, which call their classes back.
	"pyarrow.lib._reconstruct_record_batch": call(args(value, value).opt(value)),
	"pyarrow.lib._reconstruct_table":        call(args(value, value)),
	"pyarrow.lib._restore_array":            call(args(value)),
	"pyarrow.lib.binary":                    call(Shape{}.opt(integer)),
	"pyarrow.lib.chunked_array":             call(args(value).opt(value)),
	"pyarrow.lib.decimal128":                call(args(integer).opt(integer)),
	"pyarrow.lib.decimal256":                call(args(integer).opt(integer)),
	"pyarrow.lib.decimal32":                 call(args(integer).opt(integer)),
	"pyarrow.lib.decimal64":                 call(args(integer).opt(integer)),
	"pyarrow.lib.dictionary":                call(args(value, value).opt(value)),
	"pyarrow.lib.duration":                  call(args(str)),
	"pyarrow.lib.field":                     call(args(value).opt(value, value, value)),
	"pyarrow.lib.large_list":                call(args(value)),
	"pyarrow.lib.large_list_view":           call(args(value)),
	"pyarrow.lib.list_":                     call(args(value).opt(integer)),
	"pyarrow.lib.list_view":                 call(args(value)),
	"pyarrow.lib.map_":                      call(args(value, value).opt(value)),
	"pyarrow.lib.py_buffer":                 call(args(value)),
	"pyarrow.lib.run_end_encoded":           call(args(value, value)),
	"pyarrow.lib.scalar":                    call(args(value).opt(value)),
	"pyarrow.lib.schema":                    call(args(value).opt(value)),
	"pyarrow.lib.struct":                    call(args(value)),
	"pyarrow.lib.time32":                    call(args(str)),
	"pyarrow.lib.time64":                    call(args(str)),
	"pyarrow.lib.timestamp":                 call(args(str).opt(value)),
	"pyarrow.lib.type_for_alias":            call(args(str)),
	"pyarrow.lib.union":                     call(args(value, value).opt(value)),

	// Compiled classes that packages make again by a call: they fill arrays and numbers in.
	"statsmodels.tsa.statespace._initialization.cInitialization":          classCall(anyData),
	"statsmodels.tsa.statespace._initialization.dInitialization":          classCall(anyData),
	"statsmodels.tsa.statespace._initialization.sInitialization":          classCall(anyData),
	"statsmodels.tsa.statespace._initialization.zInitialization":          classCall(anyData),
	"statsmodels.tsa.statespace._representation.cStatespace":              classCall(anyData),
	"statsmodels.tsa.statespace._representation.dStatespace":              classCall(anyData),
	"statsmodels.tsa.statespace._representation.sStatespace":              classCall(anyData),
	"statsmodels.tsa.statespace._representation.zStatespace":              classCall(anyData),
	"statsmodels.tsa.statespace._kalman_filter.cKalmanFilter":             classCall(anyData),
	"statsmodels.tsa.statespace._kalman_filter.dKalmanFilter":             classCall(anyData),
	"statsmodels.tsa.statespace._kalman_filter.sKalmanFilter":             classCall(anyData),
	"statsmodels.tsa.statespace._kalman_filter.zKalmanFilter":             classCall(anyData),
	"statsmodels.tsa.statespace._kalman_smoother.cKalmanSmoother":         classCall(anyData),
	"statsmodels.tsa.statespace._kalman_smoother.dKalmanSmoother":         classCall(anyData),
	"statsmodels.tsa.statespace._kalman_smoother.sKalmanSmoother":         classCall(anyData),
	"statsmodels.tsa.statespace._kalman_smoother.zKalmanSmoother":         classCall(anyData),
	"statsmodels.tsa.statespace._simulation_smoother.cSimulationSmoother": classCall(anyData),
	"statsmodels.tsa.statespace._simulation_smoother.dSimulationSmoother": classCall(anyData),
	"statsmodels.tsa.statespace._simulation_smoother.sSimulationSmoother": classCall(anyData),
	"statsmodels.tsa.statespace._simulation_smoother.zSimulationSmoother": classCall(anyData),
	"hdbscan.dist_metrics.BrayCurtisDistance":                             class(),
	"hdbscan.dist_metrics.CanberraDistance":                               class(),
	"hdbscan.dist_metrics.ChebyshevDistance":                              class(),
	"hdbscan.dist_metrics.DiceDistance":                                   class(),
	"hdbscan.dist_metrics.EuclideanDistance":                              class(),
	"hdbscan.dist_metrics.HammingDistance":                                class(),
	"hdbscan.dist_metrics.HaversineDistance":                              class(),
	"hdbscan.dist_metrics.JaccardDistance":                                class(),
	"hdbscan.dist_metrics.KulsinskiDistance":                              class(),
	"hdbscan.dist_metrics.MahalanobisDistance":                            class(),
	"hdbscan.dist_metrics.ManhattanDistance":                              class(),
	"hdbscan.dist_metrics.MatchingDistance":                               class(),
	"hdbscan.dist_metrics.MinkowskiDistance":                              class(),
	"hdbscan.dist_metrics.RogersTanimotoDistance":                         class(),
	"hdbscan.dist_metrics.RussellRaoDistance":                             class(),
	"hdbscan.dist_metrics.SEuclideanDistance":                             class(),
	"hdbscan.dist_metrics.SokalMichenerDistance":                          class(),
	"hdbscan.dist_metrics.SokalSneathDistance":                            class(),
	"hdbscan.dist_metrics.WMinkowskiDistance":                             class(),
	"statsmodels.tools.tools.Bunch":                                       class(), // a dict that is its own __dict__
	"hdbscan.dist_metrics.newObj":                                         call(args(listedClass)),
	"nltk.probability.ConditionalFreqDist":                                classCall(Shape{}),
	"nltk.probability.FreqDist":                                           classCall(Shape{}.opt(iterable)),
	// Written in Rust; the state is JSON or arguments of the constructor.
	"tokenizers.AddedToken":                  class(),
	"tokenizers.Tokenizer":                   classCall(args(Arg{Kind: Named, In: []string{"tokenizers.models.Model"}})),
	"tokenizers.decoders.Decoder":            class(),
	"tokenizers.models.Model":                class(),
	"tokenizers.normalizers.Normalizer":      class(),
	"tokenizers.pre_tokenizers.PreTokenizer": class(),
	"tokenizers.processors.PostProcessor":    class(),

	"scipy.spatial._ckdtree.new_object":                               call(args(listedClass)),
	"sklearn.metrics._dist_metrics.newObj":                            call(args(listedClass)),
	"sklearn.neighbors._ball_tree.newObj":                             call(args(listedClass)),
	"sklearn.neighbors._kd_tree.newObj":                               call(args(listedClass)),
	"sklearn.metrics._classification.f1_score":                        keep,
	"sklearn.metrics._classification.fbeta_score":                     keep,
	"sklearn.metrics._classification.jaccard_score":                   keep,
	"sklearn.metrics._classification.precision_recall_fscore_support": keep,
	"sklearn.metrics._classification.precision_score":                 keep,
	"sklearn.metrics._classification.recall_score":                    keep,
	"sklearn.tree._tree.Tree":                                         classCall(values),

	"torch.Generator":                     classCall(values),
	"torch.ScriptObject":                  class(), // with a state of IsScriptClass
	"torch.Size":                          classCall(values),
	"torch.Tensor":                        class(),
	"torch._tensor._rebuild_from_type_v2": call(args(Arg{Kind: Function, In: tensorMakers}, tensorClass, value, dataArg)),
	"torch._utils._rebuild_device_tensor_from_cpu_tensor": call(args(value, value, str, integer)),
	"torch._utils._rebuild_device_tensor_from_numpy":      call(args(value, value, str, integer)),
	"torch._utils._rebuild_meta_tensor_no_storage":        call(args(value, value, value, integer)),
	"torch._utils._rebuild_nested_tensor":                 call(values),
	"torch._utils._rebuild_parameter":                     call(args(value, integer, value)),
	"torch._utils._rebuild_parameter_with_state":          call(args(value, integer, value, dataArg)),
	"torch._utils._rebuild_qtensor":                       call(Shape{Args: []Arg{{Kind: Storage}}, Rest: &value}),
	"torch._utils._rebuild_sparse_csr_tensor":             call(args(value, value)),
	"torch._utils._rebuild_sparse_tensor":                 call(args(value, value)),
	"torch._utils._rebuild_tensor":                        call(args(Arg{Kind: Storage}, integer, value, value)),
	"torch._utils._rebuild_tensor_v2":                     call(args(Arg{Kind: Storage}, integer, value, value, integer, value).opt(value)),
	"torch._utils._rebuild_tensor_v3":                     call(args(Arg{Kind: Storage}, integer, value, value, integer, value, value).opt(value)),
	"torch._utils._rebuild_wrapper_subclass":              call(Shape{Args: []Arg{listedClass}, Rest: &value}),
	"torch.device":                                        classCall(values),
	"torch.dtype":                                         class(),
	"torch.nn.parameter.Parameter":                        class(),
	"torch.serialization._get_layout":                     call(args(Arg{Kind: Str, In: layouts})),
	"torch.nn.backends.thnn._get_thnn_function_backend":   call(Shape{}), // the functions of torch before 1.3, of which every module keeps a reference
	"torch.storage._load_from_bytes":                      call(args(Arg{Kind: Nested})),
	"torch.nn.parameter.UninitializedBuffer":              classCall(args(value).opt(value, value)),
	"torch.nn.parameter.UninitializedParameter":           classCall(args(value).opt(value, value)),
	"torch.nested._internal.nested_tensor.NestedTensor":   {Class: true},
	"torch.nested._internal.nested_tensor._rebuild_njt":   call(args(value)),
	"torch.masked.maskedtensor.core.MaskedTensor":         {Class: true},
	"torch.storage.TypedStorage":                          class(),
	"torch.storage.UntypedStorage":                        class(),
	"torch.torch_version.TorchVersion":                    classCall(values),
}

// reconstructorBases are classes whose __init__ copyreg._reconstructor may run.
var reconstructorBases = []string{
	"builtins.object", "builtins.dict", "builtins.list", "builtins.tuple", "builtins.set", "builtins.frozenset", "builtins.int",
	"builtins.float", "builtins.str", "builtins.bytes", "builtins.complex", "collections.OrderedDict", "builtins.bytearray",
}

// scriptClasses are classes of C++ that torch registers and the states of which only hold
// tensors and numbers (ATen/native/quantized, xnnpack, mkldnn).
var scriptClasses = []string{
	"mkldnn.ConvOpContext", "quantized.Conv2dPackedParamsBase", "quantized.Conv3dPackedParamsBase", "quantized.EmbeddingPackedParamsBase",
	"quantized.LinearPackedParamsBase", "rnn.CellParamsBase", "sparse.LinearPackedParamsBase", "xnnpack.Conv2dOpContext", "xnnpack.LinearOpContext",
	"xnnpack.TransposeConv2dOpContext",
}

// IsScriptClass reports whether torch.ScriptObject makes an object that holds nothing but
// tensors and numbers from a state that names a class of C++.
func IsScriptClass(name string) bool {
	name, ok := strings.CutPrefix(name, "__torch__.torch.classes.")
	return ok && slices.Contains(scriptClasses, name)
}

// IsTensorClass reports whether a class is one that tensors are cast to: fetching an attribute
// of it runs nothing, as that of a listed class does.
func IsTensorClass(path string) bool { return slices.Contains(tensorClass.Also, path) }

// IsReconstructorBase reports whether copyreg._reconstructor runs nothing but C code
// for a base class.
func IsReconstructorBase(path string) bool { return slices.Contains(reconstructorBases, path) }

var (
	ufuncModules = []string{"numpy.core.umath", "numpy.core._multiarray_umath", "numpy._core.umath", "numpy._core._multiarray_umath"}
	layouts      = []string{
		"torch.strided", "torch.sparse_coo", "torch.sparse_csr", "torch.sparse_csc", "torch.sparse_bsr", "torch.sparse_bsc", "torch._mkldnn", "torch.jagged",
	}
	// tensorMakers are what makes the tensor that _rebuild_from_type_v2 casts and sets
	// attributes of. Others give what is there already, of which it would set them.
	tensorMakers = []string{
		"torch._tensor._rebuild_from_type_v2", "torch._utils._rebuild_device_tensor_from_cpu_tensor", "torch._utils._rebuild_device_tensor_from_numpy",
		"torch._utils._rebuild_meta_tensor_no_storage", "torch._utils._rebuild_nested_tensor", "torch._utils._rebuild_parameter",
		"torch._utils._rebuild_parameter_with_state", "torch._utils._rebuild_qtensor", "torch._utils._rebuild_sparse_csr_tensor",
		"torch._utils._rebuild_sparse_tensor", "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor_v3",
		"torch._utils._rebuild_wrapper_subclass", "torch.nested._internal.nested_tensor._rebuild_njt",
	}
	bitGenerator = Arg{Kind: Named, In: []string{
		"MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64",
		"numpy.random._mt19937.MT19937", "numpy.random._pcg64.PCG64", "numpy.random._pcg64.PCG64DXSM", "numpy.random._philox.Philox", "numpy.random._sfc64.SFC64",
		"numpy.random._pickle.__bit_generator_ctor",
	}}
	// indexClass are the classes of which pandas's helpers call __new__ with keywords.
	// tensorClass is what a tensor is cast to, without its __new__. Those of fastai compute
	// like torch.Tensor and copy attributes along (fastai/torch_core.py, vision/core.py), as that of MONAI does (monai/data/meta_tensor.py).
	tensorClass = Arg{Kind: Class, Also: []string{
		"fastai.torch_core.TensorBase", "fastai.torch_core.TensorCategory", "fastai.torch_core.TensorFlowField", "fastai.torch_core.TensorImage",
		"fastai.torch_core.TensorImageBW", "fastai.torch_core.TensorImageBase", "fastai.torch_core.TensorMask", "fastai.torch_core.TensorMultiCategory",
		"fastai.torch_core.TitledTensorScalar", "fastai.vision.core.TensorBBox", "fastai.vision.core.TensorPoint", "monai.data.meta_tensor.MetaTensor",
	}}
	indexClass = Arg{Kind: Class, In: []string{
		"pandas.CategoricalIndex", "pandas.DatetimeIndex", "pandas.Index", "pandas.IntervalIndex", "pandas.MultiIndex", "pandas.PeriodIndex", "pandas.RangeIndex",
		"pandas.TimedeltaIndex", "pandas.core.indexes.frozen.FrozenList",
	}}
	// generic are what typing subscripts.
	generic = Arg{Kind: Global, In: []string{
		"typing.Annotated", "typing.Callable", "typing.ClassVar", "typing.Collection", "typing.Counter", "typing.DefaultDict", "typing.Deque", "typing.Dict",
		"typing.Final", "typing.FrozenSet", "typing.Generator", "typing.Iterable", "typing.Iterator", "typing.List", "typing.Mapping", "typing.MutableMapping",
		"typing.Optional", "typing.OrderedDict", "typing.Sequence", "typing.Set", "typing.Tuple", "typing.Type", "typing.Union",
	}}
	bitGeneratorCtor = Arg{Kind: Global, In: []string{"numpy.random._pickle.__bit_generator_ctor"}}
)

// keep is a function that is inert when it is called later with any data.
var keep = Entry{Keep: true}

// named is a class or constant that is only referred to.
var named = Entry{Class: true}

func call(s Shape) Entry      { return Entry{Call: true, Shape: s} }
func class() Entry            { return Entry{Class: true, Construct: true} }
func classCall(s Shape) Entry { return class().calling(s) }

// bare is a class whose attributes are not inert to set.
func bare() Entry { return Entry{Class: true, Construct: true, NoSlots: true} }

// enum is an enumeration, which takes the value of a member.
func enum(s Shape) Entry {
	e := classCall(s)
	e.Enum = true
	return e
}

// calling adds a call to an entry.
func (e Entry) calling(s Shape) Entry {
	e.Call, e.Shape = true, s
	return e
}
