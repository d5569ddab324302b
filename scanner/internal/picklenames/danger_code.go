package picklenames

// dangerCode are names of what rebuilds a function or class from bytecode or from parts.
// A name that ends in ".*" stands for all below it.
var dangerCode = danger{
	Danger: Danger{Effect: Evaluate, Text: "rebuilds a function or class from bytecode or from parts", Code: true},
	names: []string{
		"cloudpickle.*",
		"dill.*",
		"distributed.protocol.*",
		"joblib.externals.cloudpickle.*",
		"joblib.wrap_non_picklable_objects",
		"loky.cloudpickle_wrapper.*",
		"numba.cloudpickle.*",
		"srsly.cloudpickle.*",
		"types.CellType",
		"types.CodeType",
		"types.CoroutineType",
		"types.DynamicClassAttribute",
		"types.FunctionType",
		"types.GeneratorType",
		"types.LambdaType",
		"types.MethodType",
		"types.ModuleType",
		"types.new_class",
	},
}
