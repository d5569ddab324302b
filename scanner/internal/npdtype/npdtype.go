// Package npdtype reads NumPy type strings such as "<f8", "|S10" and "M8[ns]".
//
// The notation is that of the array interface protocol:
// https://numpy.org/doc/stable/reference/arrays.interface.html
package npdtype

import (
	"fmt"
	"strconv"

	"github.com/modelsieve/modelsieve/scanner/internal/lazyregexp"
)

// A Type is what a type string says of an element.
type Type struct {
	Size      int64 // bytes an element takes
	HasObject bool  // an element is a pointer to an object
}

// typeString matches byte order, kind, size and, for times, the unit.
var typeString = lazyregexp.New(`^([<>|=!]?)([?bBhHiIlLqQpPefdgFDGSUVOMmacuit])([0-9]{0,10})(\[[^\]]{1,20}\])?$`)

// charSizes are the bytes of the types that one character names without a size.
var charSizes = map[string]int64{
	"?": 1, "b": 1, "B": 1, "h": 2, "H": 2, "i": 4, "I": 4, "l": 8, "L": 8, "q": 8, "Q": 8, "p": 8, "P": 8, "e": 2, "f": 4,
	"d": 8, "g": 16, "F": 8, "D": 16, "G": 32, "M": 8, "m": 8, "O": 8, "c": 1,
}

// names are types that are spelt out.
var names = map[string]Type{
	"bool": {Size: 1}, "int8": {Size: 1}, "uint8": {Size: 1}, "int16": {Size: 2}, "uint16": {Size: 2}, "int32": {Size: 4},
	"uint32": {Size: 4}, "int64": {Size: 8}, "uint64": {Size: 8}, "float16": {Size: 2}, "float32": {Size: 4}, "float64": {Size: 8},
	"complex64": {Size: 8}, "complex128": {Size: 16}, "object": {Size: 8, HasObject: true},
}

// Parse reads a type string. Structured types are not strings; their parts are.
func Parse(s string) (Type, error) {
	if t, ok := names[s]; ok {
		return t, nil
	}
	parts := typeString().FindStringSubmatch(s)
	if parts == nil {
		return Type{}, fmt.Errorf("%q is no NumPy type", s)
	}
	kind, digits := parts[2], parts[3]
	size, known := charSizes[kind]
	if digits != "" {
		size, _ = strconv.ParseInt(digits, 10, 64) // at most ten digits
	} else if !known && kind != "S" && kind != "U" && kind != "V" && kind != "a" {
		return Type{}, fmt.Errorf("%q has no size", s)
	}
	if kind == "U" {
		size *= 4
	}
	return Type{Size: size, HasObject: kind == "O"}, nil
}
