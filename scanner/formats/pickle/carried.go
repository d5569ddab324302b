package pickle

import (
	"slices"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// Polars keeps the bytes of an Arrow stream as the state of a frame or series, which a
// parser in Rust reads.

// judgePolars reports a frame or series of polars whose state is neither such bytes nor, as
// of older versions, a list of series: its constructor turns anything else into columns.
func (j *judge) judgePolars(class target, v, state picklevm.Value, at int64) {
	switch {
	case state.Kind() == picklevm.KindBytes, j.isEncoded(state):
		return
	case class.path == polarsFrame && state.Kind() == picklevm.KindList:
		items, cut, _ := j.m.Items(state)
		if !cut && !slices.ContainsFunc(items, func(item picklevm.Value) bool { return !j.isDatum(item) || j.classOf(item).path != polarsSeries }) {
			return
		}
	}
	j.reportHooks(v, "sets a state of another kind of", at, state)
}

const (
	polarsFrame  = "polars.dataframe.frame.DataFrame"
	polarsSeries = "polars.series.series.Series"
)

// Keras pickles a model as the file that it saves: a helper gets the bytes of one, as they
// are, in a buffer or in an array of NumPy, and loads them. They are handed to the engine,
// which judges them like a file of that kind.

// maxCarriers is how many buffers and arrays of a stream are remembered.
const maxCarriers = 1 << 16

// A carrier is what a buffer or an array holds.
type carrier struct {
	content picklevm.Value // bytes of the stream
	array   scanner.Span   // where joblib wrote the array, instead
}

// Places in the state tuples of io.BytesIO and numpy.ndarray.
const (
	bufferContent = 0
	arrayShape    = 1
	arrayType     = 2
	arrayContent  = 4
)

// keepContent remembers what a buffer or an array was given as its content. Another state
// replaces it.
func (j *judge) keepContent(class target, v, state picklevm.Value) {
	switch {
	case class.path == "io.BytesIO":
		j.carry(v, carrier{content: j.m.Item(state, bufferContent)})
	case class.path == "numpy.ndarray" && j.isFlat(j.m.Item(state, arrayShape), j.m.Item(state, arrayType)):
		j.carry(v, carrier{content: j.m.Item(state, arrayContent)})
	case class.path == "numpy.ndarray":
		j.carry(v, carrier{})
	}
}

// carry remembers one carrier. One that is not remembered cannot be followed.
func (j *judge) carry(v picklevm.Value, c carrier) {
	if j.carriers == nil {
		j.carriers = map[picklevm.Value]carrier{}
	}
	if _, ok := j.carriers[v]; ok || len(j.carriers) < maxCarriers {
		j.carriers[v] = c
	}
}

// changes forgets the content of an array of which items are set.
func (j *judge) changes(v picklevm.Value) {
	if _, ok := j.carriers[v]; ok {
		j.carriers[v] = carrier{}
	}
}

// isFlat reports whether an array has one dimension and elements of one byte, so that a
// buffer over it gives the bytes in the order in which they stand in the stream.
func (j *judge) isFlat(shape, element picklevm.Value) bool {
	d, ok := j.dtypeAt(element)
	return ok && d == dtype{size: 1} && shape.Kind() == picklevm.KindTuple && j.m.Len(shape) == 1
}

// carried returns what a value holds that is bytes, a buffer or an array.
func (j *judge) carried(v picklevm.Value) carrier {
	if c, ok := j.carriers[v]; ok {
		return c
	}
	if v.Kind() != picklevm.KindCall || j.m.Flags(v)&(flagInert|flagBuilt) != flagInert {
		return carrier{content: v}
	}
	args := j.m.Item(v, 1)
	switch path := j.classOf(v).path; {
	case path == "io.BytesIO":
		return carrier{content: j.m.Item(args, 0)}
	case path == "numpy._core.numeric._frombuffer" && j.m.Len(args) == 4 && j.isFlat(j.m.Item(args, 2), j.m.Item(args, 1)):
		return carrier{content: j.m.Item(args, 0)}
	}
	return carrier{content: v}
}

// followModel hands a model file on that a call loads.
func (c *checker) followModel(v picklevm.Value) (bool, error) {
	name := memberName("bytes", c.call.At) + ".keras" // named like what it must be
	held := c.j.carried(v)
	if held.array.Length > 0 {
		return true, c.j.p.Section(c.j.ctx, scanner.Member{Name: name}, held.array.Offset, held.array.Length)
	}
	if held.content.Kind() == picklevm.KindByteArray { // which the stream may change
		c.nested = true
		return false, nil
	}
	return c.followAs(name, held.content)
}
