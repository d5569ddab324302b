package pickle

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/modelsieve/modelsieve/scanner/internal/picklenames"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// Some functions have no name to import them by, so that cloudpickle takes them by value:
// the schedules that Stable-Baselines3 makes of numbers, what numba compiled. Such a function
// is as good as one of a vetted package that is named where its code is, field by field, what
// the source of that function compiles to (tools/vet/codes.py). What it closes over and its
// globals have to be data, listed names, known functions or modules that only compute.

// maxKnownCode is how many values and bytes of bytecode a code object may have that is compared.
const maxKnownCode = 1 << 16

// isPartOfFunction are the types that cloudpickle and dill ask for by name to make functions.
var isPartOfFunction = map[string]bool{"types.CodeType": true, "types.FunctionType": true, "types.LambdaType": true, "types.CellType": true, "types.MethodType": true}

// unseen are the places, by the number of arguments of types.CodeType, of those that do not
// decide what runs: the file, its line, and the table of lines.
var unseen = map[int][]int{15: {9, 11, 12}, 16: {10, 12, 13}, 18: {10, 13, 14}}

// knownCode reports whether a call that makes code, or a part of a function, makes a part of
// one that is known.
func (j *judge) knownCode(t target, c picklevm.Call) bool {
	args, _, _ := j.m.Items(c.Args)
	if c.Args.Kind() != picklevm.KindTuple || c.Kwargs != 0 {
		return false
	}
	switch t.path {
	case "types.CodeType":
		_, known := j.knownPath(args)
		return known
	case "types.FunctionType", "types.LambdaType", "cloudpickle.cloudpickle._make_function":
		return len(args) >= 2 && j.isKnown(args[0]) && j.areFit(args[1:])
	case "cloudpickle.cloudpickle._make_skel_func":
		return len(args) >= 1 && j.isKnown(args[0]) && j.areFit(args[1:])
	case "types.MethodType":
		return j.isMethodOfNumba(args)
	case "types.CellType", "cloudpickle.cloudpickle._make_cell", "cloudpickle.cloudpickle._make_empty_cell":
		return j.areFit(args)
	case "cloudpickle.cloudpickle._fill_function":
		return len(args) == 2 && j.isKnown(args[0]) && j.areFields(args[1], filledFields)
	case "cloudpickle.cloudpickle._function_setstate":
		return len(args) == 2 && j.isKnown(args[0]) && j.m.Len(args[1]) == 2 && j.m.Item(args[1], 0).Kind() == picklevm.KindDict &&
			j.isFit(j.m.Item(args[1], 0)) && j.areFields(j.m.Item(args[1], 1), setFields)
	}
	return false
}

// setFields are what cloudpickle sets of a function: anything else it would set as an
// attribute, the code as well (cloudpickle/cloudpickle.py, _function_setstate).
var setFields = []string{
	"__name__", "__qualname__", "__annotations__", "__kwdefaults__", "__defaults__", "__module__", "__doc__", "__closure__", "__globals__",
	"__type_params__", "_cloudpickle_submodules",
}

// filledFields are what older ones do (_fill_function).
var filledFields = []string{
	"globals", "defaults", "dict", "closure_values", "module", "name", "doc", "annotations", "qualname", "kwdefaults", "_cloudpickle_submodules",
}

// isKnown reports whether a value is code that is known, or a function made of it.
func (j *judge) isKnown(v picklevm.Value) bool {
	return v.Kind() == picklevm.KindCall && j.m.Flags(v)&flagKnown != 0
}

// areFields reports whether a value is a dict with no keys but these, and values fit for a
// function that is known.
func (j *judge) areFields(v picklevm.Value, fields []string) bool {
	items, cut, loose := j.m.Items(v)
	if v.Kind() != picklevm.KindDict || cut || loose {
		return false
	}
	for i := 0; i+1 < len(items); i += 2 {
		if key, ok := j.m.Str(items[i]); !ok || !slices.Contains(fields, key) || !j.isFit(items[i+1]) {
			return false
		}
	}
	return true
}

func (j *judge) areFit(values []picklevm.Value) bool {
	return !slices.ContainsFunc(values, func(v picklevm.Value) bool { return !j.isFit(v) })
}

// isFit reports whether a function that is known may have a value: data, or what is known.
// The function may call it, or a method of it.
func (j *judge) isFit(v picklevm.Value) bool {
	return v.IsPlain() || j.consistsOf(v, func(made picklevm.Value) bool {
		instance := j.classOf(made).entry.Class
		return j.isKnown(made) || j.isDatum(made) && (!instance || j.uncalled(made))
	})
}

// knownPath returns the path of the function whose code the arguments of types.CodeType make.
func (j *judge) knownPath(args []picklevm.Value) (string, bool) {
	c := &coder{j: j, left: maxKnownCode}
	code, ok := c.code(nil, args, 0)
	j.owed += int64(maxKnownCode-c.left) + int64(len(code))
	if !ok {
		return "", false
	}
	sum := sha256.Sum256(code)
	return picklenames.KnownCode(hex.EncodeToString(sum[:16]))
}

// A coder writes code objects and their constants as bytes that stand for them and for no
// other ones, as tools/vet/code_dump.py does. Each method appends, and says whether it could.
type coder struct {
	j    *judge
	left int // values, and bytes of texts, that are still looked at
}

// code appends a code object, from the arguments of types.CodeType.
func (c *coder) code(b []byte, args []picklevm.Value, depth int) ([]byte, bool) {
	without, ok := unseen[len(args)]
	if !ok {
		return b, false
	}
	b = append(b, 'C')
	for i, v := range args {
		if slices.Contains(without, i) {
			continue
		}
		if b, ok = c.constant(b, v, depth+1); !ok {
			return b, false
		}
	}
	return append(b, ';'), true
}

func (c *coder) constant(b []byte, v picklevm.Value, depth int) ([]byte, bool) {
	if c.left--; c.left < 0 || len(b) > maxKnownCode || depth > maxDataDepth {
		return b, false
	}
	switch v.Kind() {
	case picklevm.KindNone:
		return append(b, 'N'), true
	case picklevm.KindBool:
		if v.Bool() {
			return append(b, 'T'), true
		}
		return append(b, 'F'), true
	case picklevm.KindInt, picklevm.KindBigInt:
		return fmt.Appendf(b, "i%s;", c.j.render(v, maxShownString)), true
	case picklevm.KindFloat:
		n, err := strconv.ParseFloat(c.j.number(v), 64)
		return binary.BigEndian.AppendUint64(append(b, 'd'), math.Float64bits(n)), err == nil
	case picklevm.KindStr:
		text, ok := c.j.m.Str(v)
		c.left -= len(text)
		return fmt.Appendf(b, "s%d:%s", len(text), text), ok
	case picklevm.KindTuple, picklevm.KindFrozenSet:
		return c.items(b, v, depth)
	case picklevm.KindBytes, picklevm.KindCall:
		return c.made(b, v, depth)
	default:
		return b, false
	}
}

// items appends a tuple, or a frozenset, whose items have no order.
func (c *coder) items(b []byte, v picklevm.Value, depth int) ([]byte, bool) {
	values, cut, _ := c.j.m.Items(v)
	var items [][]byte
	for _, v := range values {
		item, ok := c.constant(nil, v, depth+1)
		if items = append(items, item); !ok {
			return b, false
		}
	}
	open, end := byte('('), byte(')')
	if v.Kind() == picklevm.KindFrozenSet {
		slices.SortFunc(items, bytes.Compare)
		open, end = '{', '}'
	}
	return append(append(append(b, open), bytes.Join(items, nil)...), end), !cut
}

// made appends a code object in another, or bytes.
func (c *coder) made(b []byte, v picklevm.Value, depth int) ([]byte, bool) {
	j := c.j
	args := j.m.Item(v, 1)
	if v.Kind() == picklevm.KindCall && j.callee(j.m.Item(v, 0)).path == "types.CodeType" && args.Kind() == picklevm.KindTuple {
		items, _, _ := j.m.Items(args)
		return c.code(b, items, depth)
	}
	if v.Kind() == picklevm.KindCall && !j.isEncoded(v) {
		return b, false
	}
	p := payload{j: j}
	defer func() { j.p.Budget.Release(p.held) }()
	content, err := p.decode(v, 0)
	c.left -= len(content)
	return fmt.Appendf(b, "b%d:%s", len(content), content), err == nil && (content != nil || v.Kind() == picklevm.KindBytes)
}
