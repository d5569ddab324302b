package tflite

import (
	"context"
	"fmt"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/flatbuf"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
)

// Slots of the tables (schema.fbs), by the order of their fields.
const (
	modelCodes, modelGraphs, modelBuffers, modelMetadata, modelSignatures = 1, 2, 4, 6, 7
	codeOld, codeCustom, codeNew                                          = 0, 1, 3
	graphTensors, graphInputs, graphOutputs, graphOperators               = 0, 1, 2, 3
	operatorCode, operatorInputs, operatorOutputs, operatorOptions        = 0, 1, 2, 5
	operatorFar, operatorFarSize                                          = 9, 10
	tensorShape, tensorBuffer, tensorQuantization, tensorSparsity         = 0, 2, 4, 6
	bufferData, bufferOffset, bufferSize                                  = 0, 1, 2
	metadataBuffer                                                        = 1
)

const (
	custom  = 32 // BuiltinOperator.CUSTOM
	maxName = 1 << 10
)

// A model is one that is read.
type model struct {
	p       *scanner.Pass
	b       *flatbuf.Buffer
	codes   []code
	held    int64
	end     int64 // of the buffers behind the FlatBuffer
	buffers int
	told    map[string]bool
}

// A code is an operator as the model's table has it.
type code struct {
	custom string // the name of one that is not built in
	at     int64
}

func newModel(p *scanner.Pass) *model {
	return &model{p: p, b: flatbuf.New(p, p.Size, p.Budget), told: map[string]bool{}}
}

// read reads the whole model.
func (m *model) read(ctx context.Context) error {
	defer func() { m.p.Budget.Release(m.held) }()
	root := m.b.Root()
	buffers := root.Vector(modelBuffers, 4)
	m.buffers = buffers.Len()
	if err := m.readCodes(root.Vector(modelCodes, 4)); err != nil {
		return err
	}
	graphs, entries := root.Vector(modelGraphs, 4), m.entries(root)
	for i := range graphs.Len() {
		if err := m.graph(graphs.Table(i), entries[uint64(i)]); err != nil {
			return err
		}
	}
	if err := m.readBuffers(buffers); err != nil {
		return err
	}
	m.extras(root)
	if err := m.b.Err(); err != nil {
		return err
	}
	m.b.Each(func(s scanner.Span) { m.p.Analysed(s.Offset, s.Length) })
	return m.options(ctx)
}

// options accounts for what lies behind all that was read, where it is little enough to
// be options of built-in operators. It may be something else, so it is handed on, but
// for the metadata: a zip archive of which the file's end tells.
func (m *model) options(ctx context.Context) error {
	at := max(m.b.End(), m.end)
	head := make([]byte, min(m.p.Size-at, 4))
	if len(head) == 0 || m.p.Size-at > maxRest {
		return nil
	}
	if n, err := m.p.ReadAt(head, at); n < len(head) {
		return scanner.Errorf(scanner.Unreadable, at, "reading: %v", err)
	}
	if string(head) == "PK\x03\x04" {
		return nil
	}
	return m.p.Section(ctx, scanner.Member{Name: "options"}, at, m.p.Size-at)
}

// maxRest is how many bytes may lie behind what is read of a FlatBuffer.
const maxRest = 4 << 10

// readCodes reads the table of operators. Old readers know the first field alone, new ones
// take the larger of the two.
func (m *model) readCodes(codes flatbuf.Vector) error {
	if err := m.hold(int64(codes.Len()) * 24); err != nil {
		return err
	}
	for i := range codes.Len() {
		t := codes.Table(i)
		c := code{at: t.At()}
		if number := max(t.Int(codeOld, 1, 0), t.Int(codeNew, 4, 0)); number == custom {
			c.custom = t.Text(codeCustom, maxName)
			if err := m.hold(int64(len(c.custom))); err != nil {
				return err
			}
			m.foreign(c)
		}
		if m.b.Err() != nil {
			return m.b.Err()
		}
		m.codes = append(m.codes, c)
	}
	return nil
}

// entries are the numbers of the graphs that callers run: the first, and those that have
// a signature.
func (m *model) entries(root flatbuf.Table) map[uint64]bool {
	const graph = 4 // of a signature
	numbers := map[uint64]bool{0: true}
	signatures := root.Vector(modelSignatures, 4)
	for i := range signatures.Len() {
		if t := signatures.Table(i); t.Once() {
			numbers[t.Uint(graph, 4, 0)] = true
		}
	}
	return numbers
}

// numbers returns a list as a set.
func (m *model) numbers(list flatbuf.Vector) (map[int64]bool, error) {
	set := map[int64]bool{}
	for i := range list.Len() {
		if err := m.hold(48); err != nil {
			return nil, err
		}
		set[list.Int(i)] = true
	}
	return set, m.b.Err()
}

// hold charges memory until read returns.
func (m *model) hold(n int64) error {
	err := m.p.Budget.Hold(n)
	if err == nil {
		m.held += n
	}
	return err
}

// graph reads one graph; entered, where callers run it.
func (m *model) graph(g flatbuf.Table, entered bool) error {
	if !g.Once() {
		return m.b.Err()
	}
	tensors := g.Vector(graphTensors, 4)
	for i := range tensors.Len() {
		m.tensor(tensors.Table(i))
		if err := m.b.Err(); err != nil {
			return err
		}
	}
	m.indexes(g.At(), "an input of the graph", g.Vector(graphInputs, 4), tensors.Len())
	m.indexes(g.At(), "an output of the graph", g.Vector(graphOutputs, 4), tensors.Len())
	var callers map[int64]bool
	if entered {
		var err error
		if callers, err = m.numbers(g.Vector(graphInputs, 4)); err != nil {
			return err
		}
	}
	operators := g.Vector(graphOperators, 4)
	for i := range operators.Len() {
		if err := m.operator(operators.Table(i), tensors.Len(), callers); err != nil {
			return err
		}
	}
	return m.b.Err()
}

// tensor reads what a tensor refers to.
func (m *model) tensor(t flatbuf.Table) {
	if !t.Once() {
		return
	}
	if n := t.Uint(tensorBuffer, 4, 0); n > 0 && n >= uint64(m.buffers) {
		m.odd(t.At(), fmt.Sprintf("a tensor lies in buffer %d, of which there are %d", n, m.buffers))
	}
	shape := t.Vector(tensorShape, 4)
	for i := range shape.Len() {
		if n := shape.Int(i); n < -1 {
			m.odd(t.At(), fmt.Sprintf("a tensor has a dimension of %d", n))
		}
	}
	const scale, zeroPoint = 2, 3
	q := t.Table(tensorQuantization)
	for slot, width := range [...]int64{4, 4, scale: 4, zeroPoint: 8} {
		q.Vector(slot, width) // they can be long
	}
	m.sparsity(t.Table(tensorSparsity))
}

// sparsity reads where the elements of a sparse tensor are, which takes long vectors.
func (m *model) sparsity(s flatbuf.Table) {
	const dimensions, segmentsKind, segments, indicesKind, indices = 2, 2, 3, 4, 5
	width := [...]int64{1: 4, 2: 2, 3: 1} // of Int32Vector, Uint16Vector, Uint8Vector
	list := s.Vector(dimensions, 4)
	for i := range list.Len() {
		d := list.Table(i)
		if !d.Once() {
			continue
		}
		for kind, slot := range map[int]int{segmentsKind: segments, indicesKind: indices} {
			if k := d.Uint(kind, 1, 0); k > 0 && k < uint64(len(width)) {
				d.Table(slot).Vector(0, width[k])
			}
		}
	}
}

// indexes compares numbers of tensors with how many there are. -1 stands for none.
func (m *model) indexes(at int64, what string, list flatbuf.Vector, tensors int) {
	for i := range list.Len() {
		if n := list.Int(i); n < -1 || n >= int64(tensors) {
			m.odd(at, fmt.Sprintf("%s is tensor %d, of which there are %d", what, n, tensors))
			return
		}
	}
}

// operator reads one operator.
func (m *model) operator(o flatbuf.Table, tensors int, callers map[int64]bool) error {
	if !o.Once() {
		return m.b.Err()
	}
	m.indexes(o.At(), "an input of an operator", o.Vector(operatorInputs, 4), tensors)
	m.indexes(o.At(), "an output of an operator", o.Vector(operatorOutputs, 4), tensors)
	options := o.Vector(operatorOptions, 1).Span()
	if far, n := o.Uint(operatorFar, 8, 0), o.Uint(operatorFarSize, 8, 0); far > 1 && n > 0 {
		if options = (scanner.Span{Offset: int64(far), Length: int64(n)}); !m.within(o.At(), "options", far, n) {
			options = scanner.Span{}
		}
	}
	number := o.Uint(operatorCode, 4, 0)
	switch {
	case m.b.Err() != nil:
		return m.b.Err()
	case number >= uint64(len(m.codes)):
		m.odd(o.At(), fmt.Sprintf("an operator is number %d of the table, which has %d", number, len(m.codes)))
	case m.codes[number].custom != "":
		return m.flex(m.codes[number].custom, op{o.At(), o.Vector(operatorInputs, 4), callers}, options)
	}
	return nil
}

// readBuffers accounts for what is in the buffers.
func (m *model) readBuffers(buffers flatbuf.Vector) error {
	for i := range buffers.Len() {
		t := buffers.Table(i)
		if err := m.b.Err(); err != nil {
			return err
		}
		if !t.Once() {
			continue
		}
		data := t.Vector(bufferData, 1).Span()
		m.p.Data(data.Offset, data.Length)
		if offset, n := t.Uint(bufferOffset, 8, 0), t.Uint(bufferSize, 8, 0); offset > 1 && m.within(t.At(), "a buffer", offset, n) {
			m.p.Data(int64(offset), (int64(n)+15)&^15) // the next one is aligned
			m.end = max(m.end, int64(offset)+int64(n))
		}
	}
	return m.b.Err()
}

// within reports whether what lies behind the FlatBuffer is in the file; where it is not,
// that is a gap, as in a download that was cut off.
func (m *model) within(at int64, what string, offset, n uint64) bool {
	size := uint64(m.p.Size)
	if offset <= size && n <= size-offset {
		return true
	}
	m.p.Gap(scanner.Truncated, scanner.Span{Offset: at}, "%s of %d bytes at offset %d, but the file has %d", what, n, offset, m.p.Size)
	return false
}

// extras reads the rest of what the root refers to.
func (m *model) extras(root flatbuf.Table) {
	metadata := root.Vector(modelMetadata, 4)
	for i := range metadata.Len() {
		t := metadata.Table(i)
		t.Text(0, 0)
		if n := t.Uint(metadataBuffer, 4, 0); t.Present() && n >= uint64(m.buffers) {
			m.odd(t.At(), fmt.Sprintf("metadata lie in buffer %d, of which there are %d", n, m.buffers))
		}
	}
	signatures := root.Vector(modelSignatures, 4)
	for i := range signatures.Len() {
		t := signatures.Table(i)
		for slot := range 2 {
			maps := t.Vector(slot, 4)
			for i := range maps.Len() {
				maps.Table(i).Text(0, 0)
			}
		}
	}
}

// odd reports what no converter writes, each text once.
func (m *model) odd(at int64, text string) {
	if m.told[text] || len(m.told) >= maxTold {
		return
	}
	m.told[text] = true
	m.p.Report(modelrules.Malformed, scanner.Span{Offset: at}, scanner.Detail{
		Message:  "The TensorFlow Lite model contradicts itself: " + text + ". Interpreters without checks read outside of their memory.",
		Evidence: []string{text},
	})
}

// maxTold is how many contradictions of one model are reported.
const maxTold = 100
