package picklenames

// A Kind says what an argument has to be for a call to be inert.
type Kind uint8

// The kinds of arguments.
const (
	Any      Kind = iota + 1 // data: literals, containers of data, results of inert calls, listed classes
	Str                      // a string literal; one of In where that is set
	Int                      // an integer or a boolean
	Bytes                    // a bytes or bytearray literal, or a string that stands for one
	Class                    // a class listed for construction; one of In where that is set
	Global                   // a global of In
	Callable                 // None, or a callable that is inert when it is called with data
	Kept                     // a callable that is kept and not called: what keeping it means is reported of it itself
	Attr                     // the name of an attribute, without two underscores in front
	Owner                    // something whose attributes are inert to fetch: an instance that was shown inert, or a listed class
	Storage                  // a tensor storage behind a persistent id, or another tensor
	Nested                   // bytes that are unpickled: they are followed
	Model                    // bytes, a buffer or an array that holds a model file, which is loaded: it is followed
	Config                   // a dict from which Keras makes an object: it is followed
	Dtype                    // a NumPy dtype in a string, or a listed class
	Named                    // a string, a class or the result of a call of one, of In
	Function                 // a callable that is one of In, which is inert when it is called with the arguments in the next place
	Applied                  // a global of In that is inert when it is called with the arguments in the next place
	Iterable                 // a built-in container of data, or an iterator over one
	Pairs                    // a dict, or a list or tuple of lists or tuples
	Types                    // a listed class, None, or a tuple of those
	Literal                  // a literal, bytes that stand for one, or a tuple of literals
	Made                     // a Value that is no class or function itself
	Value                    // data in which every instance is a number, a date, an array or a tensor: its methods are those of C code
)

// An Arg is what one argument has to be.
type Arg struct {
	Kind Kind
	In   []string // where it is set, the only values allowed
	Also []string // classes that are dangerous to call and inert here
}

// A Shape is the arguments for which a call is inert.
type Shape struct {
	Args  []Arg // required
	Opt   []Arg // may follow
	Rest  *Arg  // any number of these may follow
	Named *Arg  // what functools.partial may bind by a name
}

// anyData reports whether a shape takes whatever data it is given.
func (s Shape) anyData() bool {
	return len(s.Args) == 0 && len(s.Opt) == 0 && s.Rest != nil && s.Rest.Kind == Any
}

var (
	dataArg     = Arg{Kind: Any}
	anyData     = Shape{Rest: &dataArg}
	listedClass = Arg{Kind: Class}
	str         = Arg{Kind: Str}
	integer     = Arg{Kind: Int}
	rawBytes    = Arg{Kind: Bytes}
	iterable    = Arg{Kind: Iterable}
	pairs       = Arg{Kind: Pairs}
	types       = Arg{Kind: Types}
	literal     = Arg{Kind: Literal}
	value       = Arg{Kind: Value}
	values      = Shape{Rest: &value}
	literals    = Shape{Rest: &literal, Named: &literal}
	// arrayClass is what numpy's _reconstruct makes an array of, without its __new__.
	arrayClass = Arg{Kind: Class, Also: []string{"numpy.memmap"}}
	latin1     = Arg{Kind: Str, In: []string{"latin1", "latin-1", "latin_1", "iso-8859-1"}}
	charset    = Arg{Kind: Str, In: []string{"ascii", "latin-1", "latin1", "utf-8", "utf8"}}
)

// args makes a shape of required arguments.
func args(required ...Arg) Shape { return Shape{Args: required} }

// opt adds arguments that may follow.
func (s Shape) opt(optional ...Arg) Shape {
	s.Opt = optional
	return s
}
