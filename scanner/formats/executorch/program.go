package executorch

import (
	"fmt"

	"github.com/modelsieve/modelsieve/scanner/internal/flatbuf"
)

// Slots of the tables of a program, by the order of their fields.
const (
	programPlans, programConstants, programDelegateData, programSegments = 1, 2, 3, 4
	programConstantSegment, programMutableSegments, programNamedData     = 5, 6, 7
	planValues, planInputs, planOutputs, planChains                      = 2, 3, 4, 5
	planOperators, planDelegates                                         = 6, 7
	chainInputs, chainOutputs, chainInstructions                         = 0, 1, 2
	delegateID, delegateData, delegateSpecs                              = 0, 1, 2
	dataLocation, dataIndex                                              = 0, 1
	valueType, valueTable                                                = 0, 1
	tensorBuffer, tensorAllocation, tensorExtra                          = 5, 6, 9
	extraLocation, external                                              = 2, 1
	instructionType, instructionTable                                    = 0, 1
	segmentOffset, segmentSize                                           = 0, 1
	offsetsSegment, offsetsList                                          = 0, 1
	namedKey, namedSegment                                               = 0, 1
	inSegment                                                            = 1 // DataLocation
	kernelCall, delegateCall, moveCall, jumpCall, freeCall               = 1, 2, 3, 4, 5
	valueTensor, valueTensorList, valueOptionalList                      = 5, 10, 11
	maxName                                                              = 1 << 10
)

// program walks a Program.
func (f *file) program() error {
	root := f.b.Root()
	if err := f.readSegments(root.Vector(programSegments, 4)); err != nil {
		return err
	}
	if err := f.named(root.Vector(programNamedData, 4)); err != nil {
		return err
	}
	f.constants(root)
	plans := root.Vector(programPlans, 4)
	for i := range plans.Len() {
		if err := f.plan(plans.Table(i)); err != nil {
			return err
		}
	}
	f.inline(root.Vector(programConstants, 4))
	f.inline(root.Vector(programDelegateData, 4))
	return f.b.Err()
}

// constants counts the buffers of constants, which lie in the program or in a segment.
func (f *file) constants(root flatbuf.Table) {
	inside := root.Vector(programConstants, 4)
	apart := root.Table(programConstantSegment)
	f.buffers = max(inside.Len(), apart.Vector(offsetsList, 8).Len())
	all := []flatbuf.Table{apart}
	mutable := root.Vector(programMutableSegments, 4)
	for i := range mutable.Len() {
		if all = append(all, mutable.Table(i)); f.b.Err() != nil {
			return
		}
		if i >= maxTold {
			break
		}
	}
	for _, t := range all {
		if t.Vector(offsetsList, 8).Len() > 0 {
			f.index(t.At(), "the segment of constants", int64(t.Uint(offsetsSegment, 4, 0)), len(f.segments))
		}
	}
}

// inline accounts for data that lie in the FlatBuffer.
func (f *file) inline(buffers flatbuf.Vector) {
	for i := range buffers.Len() {
		t := buffers.Table(i)
		if f.b.Err() != nil {
			return
		}
		if t.Once() {
			data := t.Vector(0, 1).Span()
			f.p.Data(data.Offset, data.Length)
		}
	}
}

// plan walks an ExecutionPlan, which is a method.
func (f *file) plan(t flatbuf.Table) error {
	if !t.Once() {
		return f.b.Err()
	}
	values := t.Vector(planValues, 4)
	for i := range values.Len() {
		if err := f.value(values.Table(i), values.Len()); err != nil {
			return err
		}
	}
	f.indexes(t.At(), "an input of the method", t.Vector(planInputs, 4), 0, values.Len())
	f.indexes(t.At(), "an output of the method", t.Vector(planOutputs, 4), 0, values.Len())
	operators, delegates := t.Vector(planOperators, 4), t.Vector(planDelegates, 4)
	for i := range operators.Len() {
		f.operator(operators.Table(i))
	}
	for i := range delegates.Len() {
		if err := f.delegate(delegates.Table(i)); err != nil {
			return err
		}
	}
	chains := t.Vector(planChains, 4)
	for i := range chains.Len() {
		if err := f.chain(chains.Table(i), sizes{values.Len(), operators.Len(), delegates.Len()}); err != nil {
			return err
		}
	}
	return f.b.Err()
}

// value looks at the indexes in a value.
func (f *file) value(t flatbuf.Table, values int) error {
	if !t.Once() {
		return f.b.Err()
	}
	inner := t.Table(valueTable)
	switch t.Uint(valueType, 1, 0) {
	case valueTensor:
		apart := inner.Table(tensorExtra).Uint(extraLocation, 1, 0) == external
		if n := inner.Uint(tensorBuffer, 4, 0); n > 0 && !apart && !inner.Has(tensorAllocation) {
			f.index(inner.At(), "the buffer of a tensor", int64(n), f.buffers)
		}
	case valueTensorList:
		f.indexes(inner.At(), "a tensor of a list", inner.Vector(0, 4), 0, values)
	case valueOptionalList:
		f.indexes(inner.At(), "a tensor of a list", inner.Vector(0, 4), -1, values)
	}
	return f.b.Err()
}

// sizes are how many values, operators and delegates a method has.
type sizes struct{ values, operators, delegates int }

// chain looks at the indexes in the instructions of a method.
func (f *file) chain(t flatbuf.Table, n sizes) error {
	if !t.Once() {
		return f.b.Err()
	}
	instructions := t.Vector(chainInstructions, 4)
	for i := range instructions.Len() {
		in := instructions.Table(i)
		if in.Once() {
			f.instruction(in, instructions.Len(), n)
		}
		if f.b.Err() != nil {
			return f.b.Err()
		}
	}
	return nil
}

func (f *file) instruction(t flatbuf.Table, count int, n sizes) {
	call := t.Table(instructionTable)
	first, second := call.Int(0, 4, 0), call.Int(1, 4, 0)
	switch t.Uint(instructionType, 1, 0) {
	case kernelCall:
		f.index(call.At(), "the operator of an instruction", first, n.operators)
		f.indexes(call.At(), "an argument of an instruction", call.Vector(1, 4), 0, n.values)
	case delegateCall:
		f.index(call.At(), "the delegate of an instruction", first, n.delegates)
		f.indexes(call.At(), "an argument of an instruction", call.Vector(1, 4), 0, n.values)
	case moveCall:
		f.index(call.At(), "what an instruction moves", first, n.values)
		f.index(call.At(), "where an instruction moves to", second, n.values)
	case jumpCall:
		f.index(call.At(), "the condition of a jump", first, n.values)
		f.index(call.At(), "the target of a jump", second, count+1)
	case freeCall:
		f.index(call.At(), "what an instruction frees", first, n.values)
	default:
		f.odd(t.At(), fmt.Sprintf("an instruction is of kind %d", t.Uint(instructionType, 1, 0)))
	}
}

// indexes compares numbers with how many there are.
func (f *file) indexes(at int64, what string, list flatbuf.Vector, least int64, count int) {
	for i := range list.Len() {
		n := list.Int(i)
		if f.b.Err() != nil {
			return
		}
		if n < least {
			f.index(at, what, n, count)
			return
		}
		if n >= 0 && n >= int64(count) {
			f.index(at, what, n, count)
			return
		}
	}
}

// index compares a number with how many there are.
func (f *file) index(at int64, what string, n int64, count int) {
	if (n < 0 || n >= int64(count)) && f.b.Err() == nil {
		f.odd(at, fmt.Sprintf("%s is number %d, of which there are %d", what, n, count))
	}
}
