package picklenames

// reviewedTensors are callables of TensorFlow, Keras, JAX and polars that were read by hand
// in the versions that their tables name. TensorFlow's make shapes, types and tensors of
// plain values (framework/tensor_shape.py, dtypes.py, tensor.py, ops.py), and lists that
// track what is in them (trackable/data_structures.py). JAX calls the constructor of NumPy
// that its pickles name, sets the array's state and copies it to a device (array.py).
// Dictionaries of Flax and Haiku copy one (core/frozen_dict.py, data_structures.py). Polars
// hands bytes to a parser of Arrow streams in Rust. Helpers of Keras load a model's file.
var reviewedTensors = map[string]Entry{
	"tensorflow.python.framework.dtypes.as_dtype":                call(args(str)),
	"tensorflow.python.framework.ops.convert_to_tensor":          call(args(value)),
	"tensorflow.python.framework.sparse_tensor.SparseTensorSpec": named.calling(args(value, value)),
	"tensorflow.python.framework.tensor.TensorSpec":              named.calling(args(value, value).opt(literal)),
	"tensorflow.python.framework.tensor_shape.Dimension":         named.calling(args(literal)),
	"tensorflow.python.framework.tensor_shape.TensorShape":       named.calling(args(value)),
	"tensorflow.python.framework.tensor_spec.TensorSpec":         named.calling(args(value, value).opt(literal)),
	"tensorflow.python.trackable.data_structures.ListWrapper":    named.calling(args(value)),

	"tensorflow.python.ops.ragged.ragged_tensor.RaggedTensorSpec": named.calling(args(value, value, value, value).opt(value)),
	// Its pickles bind all arguments as keywords; an initial value that is a function is called.
	"tensorflow.python.ops.resource_variable_ops.ResourceVariable": named.calling(Shape{Named: &Arg{Kind: Made}}),
	"tensorflow.python.saved_model.save_options.VariablePolicy":    named.calling(args(literal)),

	"keras.utils.metrics_utils.Reduction": classCall(args(str)), // an enumeration; a class of constants in Keras 2.3

	"keras.saving.pickle_utils.deserialize_model_from_bytecode":        modelLoader,
	"keras.src.saving.pickle_utils.deserialize_model_from_bytecode":    modelLoader,
	"scikeras._saving_utils.unpack_keras_loss":                         configLoader,
	"scikeras._saving_utils.unpack_keras_metric":                       configLoader,
	"scikeras._saving_utils.unpack_keras_optimizer":                    configLoader,
	"scikeras._saving_utils.unpack_keras_model":                        modelLoader,
	"tf_keras.src.saving.pickle_utils.deserialize_model_from_bytecode": modelLoader,

	"flax.core.frozen_dict.FrozenDict":       named.calling(args(iterable)),
	"haiku._src.data_structures.FlatMapping": named.calling(args(value)), // in a dictionary of them
	"jax._src.array._reconstruct_array":      call(args(arrayFunction, value, value, value)),
	"polars.dataframe.frame.DataFrame":       filled, // the judge looks at the kind of state
	"polars.series.series.Series":            filled,

	// Functions that callbacks and layers keep: they compare and compute tensors.
	"jax.nn.initializers.ones": keep, "jax.nn.initializers.zeros": keep, "jax._src.nn.initializers.ones": keep, "jax._src.nn.initializers.zeros": keep,
	"jax._src.nn.functions.gelu": keep, "jax._src.nn.functions.relu": keep, "jax._src.nn.functions.silu": keep, "jax._src.nn.functions.softmax": keep,
	"keras.src.ops.numpy.greater": keep, "keras.src.ops.numpy.less": keep,

	"ml_dtypes.bfloat16": named, "ml_dtypes.float4_e2m1fn": named, "ml_dtypes.float6_e2m3fn": named, "ml_dtypes.float6_e3m2fn": named,
	"ml_dtypes.float8_e3m4": named, "ml_dtypes.float8_e4m3": named, "ml_dtypes.float8_e4m3b11fnuz": named, "ml_dtypes.float8_e4m3fn": named,
	"ml_dtypes.float8_e4m3fnuz": named, "ml_dtypes.float8_e5m2": named, "ml_dtypes.float8_e5m2fnuz": named, "ml_dtypes.float8_e8m0fnu": named,
	"ml_dtypes.int2": named, "ml_dtypes.int4": named, "ml_dtypes.uint2": named, "ml_dtypes.uint4": named,
}

// modelLoader loads a model from the file that it gets, which is followed.
var modelLoader = Entry{Call: true, NoItems: true, NoSlots: true, Shape: args(Arg{Kind: Model})}

// configLoader makes an object of the config that it gets, which is followed.
var configLoader = Entry{Call: true, NoItems: true, NoSlots: true, Shape: args(Arg{Kind: Config})}

// arrayFunction is what JAX makes an array with before it sets its state.
var arrayFunction = Arg{Kind: Applied, In: []string{"numpy._core.multiarray._reconstruct"}}
