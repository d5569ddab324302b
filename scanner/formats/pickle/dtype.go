package pickle

import (
	"fmt"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/npdtype"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// A dtype is what is known of a NumPy dtype that the stream made.
type dtype struct {
	size   int64 // bytes an element
	object bool  // an element holds object pointers
}

// Flags of a dtype, from NumPy's ndarraytypes.h.
const (
	itemRefcount  = 0x01
	itemList      = 0x02 // elements are pickled as a list of objects
	itemIsPointer = 0x04
)

// Places in the state tuple of a dtype: version, byte order, sub-array, names,
// fields, element size, alignment, flags and, from version 4 on, metadata.
const (
	dtypeSubarray = 2
	dtypeFields   = 4
	dtypeSize     = 5
	dtypeFlags    = 7
)

// elementSizes are the types that are given as classes: that of objects, and small numbers
// of ml_dtypes, which JAX and TensorFlow compute with.
var elementSizes = map[string]int64{
	"builtins.object": 0, "ml_dtypes.bfloat16": 2, "ml_dtypes.float4_e2m1fn": 1, "ml_dtypes.float6_e2m3fn": 1, "ml_dtypes.float6_e3m2fn": 1,
	"ml_dtypes.float8_e3m4": 1, "ml_dtypes.float8_e4m3": 1, "ml_dtypes.float8_e4m3b11fnuz": 1, "ml_dtypes.float8_e4m3fn": 1, "ml_dtypes.float8_e4m3fnuz": 1,
	"ml_dtypes.float8_e5m2": 1, "ml_dtypes.float8_e5m2fnuz": 1, "ml_dtypes.float8_e8m0fnu": 1, "ml_dtypes.int2": 1, "ml_dtypes.int4": 1, "ml_dtypes.uint2": 1,
	"ml_dtypes.uint4": 1,
}

// dtypeOf returns the dtype that a call of numpy.dtype makes, before its state.
func (j *judge) dtypeOf(call picklevm.Value) (dtype, bool) {
	spec := j.m.Item(j.m.Item(call, 1), 0)
	if spec.Kind() == picklevm.KindGlobal {
		path := j.targetOf(spec).path
		size, ok := elementSizes[path]
		return dtype{size: size, object: path == "builtins.object"}, ok
	}
	text, ok := j.m.Str(spec)
	if !ok {
		return dtype{}, false
	}
	t, err := npdtype.Parse(text)
	return dtype{size: t.Size, object: t.HasObject}, err == nil
}

// stringDtype makes a numpy.dtypes.StringDType, which is no numpy.dtype by its name.
const stringDtype = "numpy._core._internal._convert_to_stringdtype_kwargs"

// dtypeAt returns what is known of a value that is used as a dtype.
func (j *judge) dtypeAt(v picklevm.Value) (dtype, bool) {
	if j.m.Flags(v)&flagRebuilt != 0 {
		return dtype{}, false // what a second state leaves of the first depends on the type
	}
	if v.Kind() == picklevm.KindCall && j.classOf(v).path == stringDtype {
		return dtype{object: true}, j.m.Flags(v)&flagInert != 0 // its arrays are pickled
	}
	if d, ok := j.dtypes[v]; ok || v.Kind() != picklevm.KindCall || j.classOf(v).path != "numpy.dtype" {
		return d, ok
	}
	if j.m.Flags(v)&flagBuilt != 0 {
		return dtype{}, false // there were too many to remember
	}
	return j.dtypeOf(v)
}

// judgeDtype works out a dtype from its state and reports one that contradicts
// itself: NumPy trusts the flags, so that bytes of the file become pointers.
func (j *judge) judgeDtype(target, state picklevm.Value, at int64) {
	d, ok := j.dtypeOf(target)
	if !ok {
		return
	}
	if size := j.m.Item(state, dtypeSize); size.Kind() == picklevm.KindInt && size.Int() >= 0 {
		d.size = size.Int() // strings, bytes and structures; -1 for all others
	}
	if sub := j.m.Item(state, dtypeSubarray); sub.Kind() == picklevm.KindTuple {
		if base, ok := j.dtypeAt(j.m.Item(sub, 0)); ok {
			d.object = d.object || base.object
		}
	}
	wrong := j.judgeFields(&d, j.m.Item(state, dtypeFields), j.m.Item(state, dtypeSize))
	if flags := j.m.Item(state, dtypeFlags); flags.Kind() == picklevm.KindInt && wrong == "" {
		wrong = contradiction(d, flags.Int())
	}
	if wrong != "" {
		j.say(ruleForgedDtype, j.at(at), scanner.Detail{
			Message:  "Loading this pickle makes a NumPy dtype that " + wrong + ", so that bytes of the file are taken for memory addresses.",
			Evidence: []string{j.render(target, 100), j.render(state, 300)},
			Identity: []string{j.identity(j.m.Item(target, 1), state)},
		})
	}
	if err := j.p.Budget.Step(1); err == nil && len(j.dtypes) < 1<<16 {
		j.dtypes[target] = d
	}
}

// judgeFields adds what the fields of a structured dtype say, and returns what is
// wrong with them.
func (j *judge) judgeFields(d *dtype, fields, size picklevm.Value) (wrong string) {
	if fields.Kind() != picklevm.KindDict {
		return ""
	}
	items, _, _ := j.m.Items(fields)
	for i := 0; i+1 < len(items); i += 2 {
		field, known := j.dtypeAt(j.m.Item(items[i+1], 0))
		if !known {
			continue
		}
		d.object = d.object || field.object
		offset := j.m.Item(items[i+1], 1)
		if offset.Kind() != picklevm.KindInt || offset.Int() < 0 ||
			size.Kind() == picklevm.KindInt && size.Int() >= 0 && offset.Int()+field.size > size.Int() {
			wrong = fmt.Sprintf("has a field at offset %s outside its %s bytes", j.render(offset, 30), j.render(size, 30))
		}
	}
	return wrong
}

// contradiction says in what the flags do not fit the dtype.
func contradiction(d dtype, flags int64) string {
	switch {
	case !d.object && flags&(itemRefcount|itemList|itemIsPointer) != 0:
		return "says that it holds objects and does not"
	case d.object && flags&(itemRefcount|itemList) != itemRefcount|itemList:
		return "holds objects and denies it"
	}
	return ""
}
