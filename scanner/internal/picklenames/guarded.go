package picklenames

// guarded are callables of the dangerous that honest files use all the same, each
// with what is inert about it: a call with certain arguments, construction without a
// call, or keeping a reference. Whatever else is done with them stays dangerous.
var guarded = map[string]Entry{
	// Iteration runs the methods of what is iterated: over built-in containers, nothing else.
	"builtins.enumerate": call(args(iterable).opt(integer)),
	"builtins.iter":      call(args(iterable)),
	"builtins.reversed":  call(args(iterable)),
	"builtins.zip":       call(Shape{Rest: &iterable}),

	// As functions that somebody calls with data of his own they are as good as others.
	"builtins.all":    {Keep: true},
	"builtins.any":    {Keep: true},
	"builtins.max":    {Keep: true},
	"builtins.min":    {Keep: true},
	"builtins.sorted": {Keep: true},
	"builtins.sum":    {Keep: true},
	"operator.mul":    {Keep: true},
	"operator.pow":    {Keep: true},

	// A module in the globals of a function that is carried by value: of these, each only computes.
	"cloudpickle.cloudpickle.subimport": call(args(Arg{Kind: Str, In: []string{"math", "numba", "numpy", "scipy", "torch"}})),

	"functools.reduce": call(args(Arg{Kind: Global, In: []string{"operator.or_"}}, types)), // int | None

	// __new__ opens the file, which neither numpy's _reconstruct nor a reference does.
	"numpy.memmap": {Class: true},
	// __call__ runs the function that it holds, which is judged by itself.
	"numpy.vectorize": {Class: true, Construct: true},
}

// Guarded returns what is inert about a callable that is Dangerous otherwise.
func Guarded(path string) (Entry, bool) {
	entry, ok := guarded[path]
	return entry, ok
}
