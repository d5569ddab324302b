package pycode

import "github.com/modelsieve/modelsieve/scanner"

// A Code is a code object. A piece that is not known is nil or zero.
type Code struct {
	Function

	layout *layout
	code   []byte
	consts *Tuple
	names  *Tuple // of globals and attributes
	// locals and cells are what the arguments of LOAD_FAST and LOAD_DEREF count
	// through, one tuple after the other.
	locals, cells []*Tuple
	unknown       int
}

// A layout is how a range of releases writes a code object.
type layout struct {
	counts   int  // numbers before the bytecode in a stream
	args     int  // arguments of types.CodeType
	argInts  int  // numbers before the bytecode in those
	python2  bool // marshal's older types, and text as bytes
	plus     bool // 3.11: one tuple for all variables, a qualified name
	releases []*release
}

// layouts are all of them, the newest first.
var layouts = []*layout{
	{counts: 5, args: 18, argInts: 6, plus: true, releases: []*release{&cpython311, &cpython312, &cpython313, &cpython314}},
	{counts: 6, args: 16, argInts: 6, releases: []*release{&cpython38, &cpython39, &cpython310}},
	{counts: 5, args: 15, argInts: 5, releases: []*release{&cpython36, &cpython37}},
	{counts: 4, args: 14, argInts: 4, python2: true, releases: []*release{&cpython27}},
}

// code reads a code object after its type.
func (r *reader) code() (Value, error) {
	c := &Code{layout: r.layout}
	r.codes = append(r.codes, c)
	if _, err := r.take(int64(4 * r.layout.counts)); err != nil {
		return nil, err
	}
	var err error
	if c.code, err = r.bytes(); err != nil {
		return nil, err
	}
	if c.consts, err = r.tuple(); err != nil {
		return nil, err
	}
	if c.names, err = r.texts(); err != nil {
		return nil, err
	}
	if err = r.variables(c); err != nil {
		return nil, err
	}
	return c, r.place(c)
}

// variables reads the names of local variables and cells.
func (r *reader) variables(c *Code) error {
	locals, err := r.texts()
	if err != nil {
		return err
	}
	c.locals = []*Tuple{locals}
	if r.layout.plus {
		c.cells = c.locals
		_, err = r.bytes() // their kinds
		return err
	}
	free, err := r.texts()
	if err != nil {
		return err
	}
	cells, err := r.texts()
	c.cells = []*Tuple{cells, free}
	return err
}

// place reads what the code is called and where it stood.
func (r *reader) place(c *Code) error {
	fields := []*string{&c.File, &c.Name}
	if r.layout.plus {
		fields = append(fields, &c.Qualified)
	}
	for _, field := range fields {
		at := r.pos
		v, err := r.object()
		if err != nil {
			return err
		}
		s, ok := v.(string)
		if !ok {
			return r.malformed(at, "code object: a name that is no text")
		}
		*field = s
	}
	line, err := r.i32()
	if err != nil {
		return err
	}
	c.Line = line
	if _, err := r.bytes(); err != nil || !r.layout.plus { // the line table
		return err
	}
	_, err = r.bytes() // the exception table
	return err
}

// bytes reads an object that must be bytes.
func (r *reader) bytes() ([]byte, error) {
	at := r.pos
	v, err := r.object()
	if err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case []byte:
		return v, nil
	case string:
		if r.layout.python2 {
			return []byte(v), nil
		}
	}
	return nil, r.malformed(at, "code object: no bytes where they belong")
}

// tuple reads an object that must be a tuple.
func (r *reader) tuple() (*Tuple, error) {
	at := r.pos
	v, err := r.object()
	if err != nil {
		return nil, err
	}
	if t, ok := v.(*Tuple); ok && t.isTuple() {
		return t, nil
	}
	return nil, r.malformed(at, "code object: no tuple where one belongs")
}

// texts reads an object that must be a tuple of strings.
func (r *reader) texts() (*Tuple, error) {
	at := r.pos
	t, err := r.tuple()
	if err != nil {
		return nil, err
	}
	if err := r.limits.Step(t.size()); err != nil {
		return nil, err
	}
	if !t.allText() {
		return nil, r.malformed(at, "code object: a name that is no text")
	}
	return t, nil
}

// NewCode makes a code object from the arguments of types.CodeType, or of dill's
// _create_code, which are the same after an optional line table. Their number tells
// the layout: 14 in Python 2, 15 up to 3.7, 16 up to 3.10, 18 since. What is not
// known is nil, and counts as unknown in the listing. The error says that these are
// no arguments of a code object.
func NewCode(args []Value) (*Code, error) {
	if len(args) > 0 {
		switch args[0].(type) {
		case []byte, string:
			args = args[1:]
		}
	}
	for _, l := range layouts {
		if l.args == len(args) {
			return l.newCode(args), nil
		}
	}
	return nil, scanner.Errorf(scanner.Malformed, 0, "%d arguments for a code object", len(args))
}

// newCode takes the arguments apart: numbers; bytecode, constants, names, local
// variables, file, name, qualified name, line, tables; free variables and cells.
func (l *layout) newCode(args []Value) *Code {
	c := &Code{layout: l}
	rest := args[l.argInts:]
	switch code := rest[0].(type) {
	case []byte:
		c.code = code
	case string:
		c.code = []byte(code) // Python 2, or through dill
	default:
		c.unknown++
	}
	c.consts, c.names = c.given(rest[1]), c.given(rest[2])
	locals := c.given(rest[3])
	c.File, c.Name = c.givenText(rest[4]), c.givenText(rest[5])
	rest = rest[6:]
	if l.plus {
		c.Qualified = c.givenText(rest[0])
		rest = rest[1:]
	}
	c.Line, _ = rest[0].(int64)
	free, cells := c.given(args[len(args)-2]), c.given(args[len(args)-1])
	c.locals, c.cells = []*Tuple{locals}, []*Tuple{cells, free}
	if l.plus {
		c.locals = []*Tuple{locals, cells, free}
		c.cells = c.locals
	}
	return c
}

// given returns an argument that should be a tuple.
func (c *Code) given(v Value) *Tuple {
	if t, ok := v.(*Tuple); ok && t != nil {
		return t
	}
	c.unknown++
	return nil
}

// givenText returns an argument that should be a string.
func (c *Code) givenText(v Value) string {
	s, ok := v.(string)
	if !ok {
		c.unknown++
	}
	return s
}

// nth returns the name at an index through tuples that follow each other, or "".
func nth(tuples []*Tuple, i int64) string {
	for _, t := range tuples {
		if i < t.size() {
			return t.text(i)
		}
		i -= t.size()
	}
	return ""
}
