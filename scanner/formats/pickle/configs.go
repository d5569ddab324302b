package pickle

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// scikeras pickles optimizers, losses and metrics as the dictionaries from which Keras makes
// them again: classes by their names, with arguments. Such a config is handed to the engine
// as JSON, in the form in which it stands in a file of Keras.

const (
	maxConfigValues = 1 << 12
	maxConfigDepth  = 64
)

// A configWriter writes a config as JSON.
type configWriter struct {
	j    *judge
	text bytes.Buffer
	left int // values that may follow
}

// followConfig hands a config on. It stands in one of a model, so that whoever reads such
// configs takes it for one, whatever its class is called.
func (c *checker) followConfig(v picklevm.Value) (bool, error) {
	w := configWriter{j: c.j, left: maxConfigValues}
	w.text.WriteString(`{"module": "keras", "class_name": "Sequential", "config": {"layers": [`)
	if v.Kind() != picklevm.KindDict || !w.value(v, 0) {
		c.nested = true
		return false, nil
	}
	w.text.WriteString("]}}")
	if err := c.j.p.Budget.Step(int64(maxConfigValues - w.left)); err != nil {
		return false, err
	}
	return true, c.j.hand(memberName("config", c.call.At)+".json", w.text.Bytes())
}

// value writes one value and reports whether it is one that JSON has. What a number is does
// not matter to those who read it.
func (w *configWriter) value(v picklevm.Value, depth int) bool {
	if w.left--; w.left < 0 || depth > maxConfigDepth {
		return false
	}
	switch v.Kind() {
	case picklevm.KindNone:
		w.text.WriteString("null")
	case picklevm.KindBool:
		w.text.WriteString(strconv.FormatBool(v.Bool()))
	case picklevm.KindInt, picklevm.KindBigInt, picklevm.KindFloat:
		w.text.WriteString("0")
	case picklevm.KindStr:
		return w.str(v)
	case picklevm.KindList, picklevm.KindTuple, picklevm.KindDict:
		return w.container(v, depth)
	case picklevm.KindCall: // a number of NumPy
		w.text.WriteString("0")
		return w.j.classOf(v).path == "numpy._core.multiarray.scalar" && w.j.isValue(v)
	default:
		return false
	}
	return true
}

// str writes a string.
func (w *configWriter) str(v picklevm.Value) bool {
	text, ok := w.j.m.Str(v)
	quoted, err := json.Marshal(text)
	w.text.Write(quoted)
	return ok && err == nil && v.Kind() == picklevm.KindStr && w.j.p.Budget.Step(int64(len(text)/64)) == nil
}

// container writes a list, a tuple, or a dict whose keys are strings.
func (w *configWriter) container(v picklevm.Value, depth int) bool {
	items, cut, loose := w.j.m.Items(v)
	isDict, begin, end := v.Kind() == picklevm.KindDict, "[", "]"
	if isDict {
		begin, end = "{", "}"
	}
	w.text.WriteString(begin)
	for i, item := range items {
		isKey := isDict && i%2 == 0
		if isDict && !isKey {
			w.text.WriteByte(':')
		} else if i > 0 {
			w.text.WriteByte(',')
		}
		if isKey && !w.str(item) || !isKey && !w.value(item, depth+1) {
			return false
		}
	}
	w.text.WriteString(end)
	return !cut && !loose
}
