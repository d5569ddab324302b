package npdtype

import (
	"errors"
	"fmt"
	"math/bits"

	"github.com/modelsieve/modelsieve/scanner/internal/pyliteral"
)

// maxFields is how many fields all structures of a descr may have.
const maxFields = 10_000

// FromDescr reads the descr of an .npy header: a type string, or a list of fields
// (name, descr[, shape]), where a name may be a tuple of a title and a name.
func FromDescr(descr pyliteral.Value) (Type, error) {
	fields := 0
	return fromDescr(descr, &fields)
}

func fromDescr(descr pyliteral.Value, fields *int) (Type, error) {
	switch d := descr.(type) {
	case pyliteral.Str:
		return Parse(string(d))
	case pyliteral.Seq:
		return structure(d, fields)
	}
	return Type{}, fmt.Errorf("a descr that is neither a string nor a list")
}

// structure reads a list of fields, or a tuple (descr, shape) of a sub-array.
func structure(d pyliteral.Seq, fields *int) (Type, error) {
	if sub, shape, ok := subArray(d); ok {
		t, err := fromDescr(sub, fields)
		if err != nil {
			return Type{}, err
		}
		return times(t, shape)
	}
	var sum Type
	for _, item := range d {
		if *fields++; *fields > maxFields {
			return Type{}, errors.New("too many fields")
		}
		field, ok := item.(pyliteral.Seq)
		if !ok || len(field) < 2 || len(field) > 3 {
			return Type{}, errors.New("a field that is no pair or triple")
		}
		t, err := fromDescr(field[1], fields)
		if err == nil && len(field) == 3 {
			t, err = times(t, field[2])
		}
		if err != nil {
			return Type{}, err
		}
		sum.HasObject = sum.HasObject || t.HasObject
		if sum.Size += t.Size; sum.Size > 1<<40 {
			return Type{}, errors.New("a structure of more than 1 TiB")
		}
	}
	return sum, nil
}

// subArray takes a descr apart that is a type and a shape.
func subArray(d pyliteral.Seq) (descr, shape pyliteral.Value, ok bool) {
	if len(d) != 2 {
		return nil, nil, false
	}
	if _, isField := d[0].(pyliteral.Seq); isField {
		if _, isShape := d[1].(pyliteral.Seq); isShape && len(d[1].(pyliteral.Seq)) > 0 {
			_, ok = d[1].(pyliteral.Seq)[0].(pyliteral.Int)
		}
	} else {
		_, ok = d[0].(pyliteral.Str)
	}
	return d[0], d[1], ok
}

// times multiplies an element by the shape of a sub-array.
func times(t Type, shape pyliteral.Value) (Type, error) {
	n, err := Count(shape)
	if err != nil {
		return Type{}, err
	}
	hi, lo := bits.Mul64(uint64(t.Size), n)
	if hi != 0 || lo > 1<<40 {
		return Type{}, errors.New("a sub-array of more than 1 TiB")
	}
	return Type{Size: int64(lo), HasObject: t.HasObject}, nil
}

// Count returns how many elements a shape has: a number or a tuple of numbers.
func Count(shape pyliteral.Value) (uint64, error) {
	dims, ok := shape.(pyliteral.Seq)
	if !ok {
		dims = pyliteral.Seq{shape}
	}
	total := uint64(1)
	for _, dim := range dims {
		n, ok := dim.(pyliteral.Int)
		if !ok || n < 0 {
			return 0, errors.New("a shape that is not made of sizes")
		}
		hi, lo := bits.Mul64(total, uint64(n))
		if hi != 0 || lo > 1<<62 {
			return 0, errors.New("a shape of more elements than memory holds")
		}
		total = lo
	}
	return total, nil
}
