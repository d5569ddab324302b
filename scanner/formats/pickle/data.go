package pickle

import (
	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// maxDataDepth is how deeply nested data may be; maxDataValues, how many values
// one argument may have. What is beyond is not known to be data.
const (
	maxDataDepth  = 100
	maxDataValues = 1 << 18
)

// isData reports whether a value is data through and through: literals,
// containers of data, results of calls that were shown inert, listed classes.
// Nothing in it runs code when it is read, iterated or compared.
func (j *judge) isData(v picklevm.Value) bool {
	if v.IsPlain() || j.m.Flags(v)&flagData != 0 {
		return true
	}
	left := maxDataValues
	ok := j.dataWithin(v, 0, &left, map[picklevm.Value]bool{})
	return ok && j.p.Budget.Step(int64(maxDataValues-left)) == nil
}

// dataWithin is isData with bounds. Values that were seen are not looked at again.
func (j *judge) dataWithin(v picklevm.Value, depth int, left *int, seen map[picklevm.Value]bool) bool {
	if v.IsPlain() || j.m.Flags(v)&flagData != 0 {
		return true
	}
	if *left--; *left < 0 || depth > maxDataDepth {
		return false
	}
	if seen[v] {
		return true
	}
	seen[v] = true
	switch v.Kind() {
	case picklevm.KindGlobal:
		return j.isInert(v, scanner.UseImport)
	case picklevm.KindCall, picklevm.KindInstance:
		return j.m.Flags(v)&flagInert != 0
	case picklevm.KindPersistent:
		return j.isStorage(v)
	case picklevm.KindOpaque:
		return true
	default: // a container
	}
	items, _, loose := j.m.Items(v)
	for _, item := range items {
		if !j.dataWithin(item, depth+1, left, seen) {
			return false
		}
	}
	if v.Kind() == picklevm.KindTuple && j.immutable(items) {
		j.m.SetFlags(v, flagData)
	}
	return !loose
}

// immutable reports whether all values are plain data or tuples known to be data.
func (j *judge) immutable(items []picklevm.Value) bool {
	for _, v := range items {
		if !v.IsPlain() && j.m.Flags(v)&flagData == 0 {
			return false
		}
	}
	return true
}

// isStorage reports whether a value is a tensor storage behind a persistent id of
// torch: ('storage', class, key, location, count, ...).
func (j *judge) isStorage(v picklevm.Value) bool {
	if v.Kind() != picklevm.KindPersistent {
		return false
	}
	id := j.m.Item(v, 0)
	kind, ok := j.m.Str(j.m.Item(id, 0))
	class := j.m.Item(id, 1)
	return ok && kind == "storage" && class.Kind() == picklevm.KindGlobal && j.isInert(class, scanner.UseImport)
}

// isInert reports whether a callable value was shown inert for a use.
func (j *judge) isInert(v picklevm.Value, use scanner.Use) bool {
	if v.Kind() != picklevm.KindGlobal {
		return j.harmless(v)
	}
	t := j.targetOf(v)
	if !t.listed {
		return false
	}
	switch use {
	case scanner.UseCall:
		return t.entry.Unconditional()
	case scanner.UseConstruct:
		return t.entry.Construct
	default:
		return t.entry.Class || t.entry.Call || t.entry.Keep
	}
}
