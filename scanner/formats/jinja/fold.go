package jinja

import (
	"slices"

	"github.com/modelsieve/modelsieve/scanner/internal/jinjaast"
)

const (
	maxText  = 1 << 16 // bytes of a text that is worked out
	maxFolds = 1 << 18 // expressions that are looked at in doing so
)

// A folder works out what expressions of constants come to. Where that depends on the
// run, as after "if", it is all that it may come to.
type folder struct {
	variables map[string][]any // what names, and attributes of them, are set to
	ends      map[string]int64 // the offsets behind what sets them
	until     int64            // the largest of those that were asked for since this was 0
	left      int              // expressions that may still be looked at
}

// variable returns what a variable is set to.
func (f *folder) variable(name string) []any {
	f.until = max(f.until, f.ends[name])
	return f.variables[name]
}

// texts returns the texts that an expression may come to.
func (f *folder) texts(n jinjaast.Node) []string {
	var texts []string
	for _, v := range f.values(n, 0) {
		if text, ok := v.(string); ok {
			texts = append(texts, text)
		}
	}
	return texts
}

// values returns what an expression may come to, as far as it is known: texts,
// numbers, bools, nil and lists of them.
func (f *folder) values(n jinjaast.Node, depth int) []any {
	if f.left--; f.left < 0 || depth > 64 || n == nil {
		return nil
	}
	switch n := n.(type) {
	case *jinjaast.Literal:
		return []any{n.Value}
	case *jinjaast.Name:
		return f.variable(n.ID)
	case *jinjaast.Attr:
		return f.attribute(n, depth)
	case *jinjaast.List:
		return f.combine(n.Items, depth, func(items []any) (any, bool) { return items, true })
	case *jinjaast.Dict:
		return f.combine(n.Items, depth, func(items []any) (any, bool) { return dict(items), true })
	case *jinjaast.Op:
		return f.operator(n, depth)
	case *jinjaast.Filter:
		return f.filter(n, depth)
	case *jinjaast.Call:
		return f.call(n, depth)
	case *jinjaast.Subscript:
		return f.subscript(n, depth)
	}
	return nil
}

// A dict holds keys and values in turn.
type dict []any

// attribute works out what an attribute of a variable, or of a dict, was set to.
func (f *folder) attribute(n *jinjaast.Attr, depth int) []any {
	if of, ok := n.Of.(*jinjaast.Name); ok {
		if known := f.variable(of.ID + "." + n.Name); known != nil {
			return known
		}
	}
	return f.combine([]jinjaast.Node{n.Of}, depth, func(v []any) (any, bool) { return item(v[0], n.Name) })
}

// filter works out a filter. What may be missing may be what stands for it.
func (f *folder) filter(n *jinjaast.Filter, depth int) []any {
	if n.Name == "default" || n.Name == "d" {
		values := slices.Clone(f.values(n.Of, depth+1))
		for _, instead := range n.Pos {
			values = append(values, f.values(instead, depth+1)...)
		}
		return values
	}
	return f.combine(append([]jinjaast.Node{n.Of}, n.Pos...), depth, func(v []any) (any, bool) { return apply(n.Name, v[0], v[1:]) })
}

// call works out a method, a macro, or a dict that is made from names.
func (f *folder) call(n *jinjaast.Call, depth int) []any {
	switch callee := n.Callee.(type) {
	case *jinjaast.Attr:
		return f.combine(append([]jinjaast.Node{callee.Of}, n.Pos...), depth, func(v []any) (any, bool) {
			return apply("."+callee.Name, v[0], v[1:])
		})
	case *jinjaast.Name:
		if callee.ID != "dict" || len(n.Pos) > 0 {
			return f.variable(callee.ID + "()")
		}
		var items []jinjaast.Node
		for _, k := range n.Named {
			items = append(items, &jinjaast.Literal{Value: k.Name}, k.Value)
		}
		return f.combine(items, depth, func(items []any) (any, bool) { return dict(items), true })
	}
	return nil
}

// maxValues is how many values of one expression are followed.
const maxValues = 32

// combine works out something of several expressions, for all that these come to.
func (f *folder) combine(nodes []jinjaast.Node, depth int, work func([]any) (any, bool)) []any {
	rows := [][]any{{}}
	for _, n := range nodes {
		var longer [][]any
		for _, v := range f.values(n, depth+1) {
			for _, row := range rows {
				if len(longer) < maxValues {
					longer = append(longer, append(slices.Clone(row), v))
				}
			}
		}
		rows = longer
	}
	var results []any
	for _, row := range rows {
		if v, ok := work(row); ok {
			results = append(results, v)
		}
	}
	return results
}

// operator works out operators on texts and numbers.
func (f *folder) operator(n *jinjaast.Op, depth int) []any {
	switch n.Operator {
	case "if":
		return append(slices.Clone(f.values(n.Operands[0], depth+1)), f.values(n.Operands[2], depth+1)...)
	case "or", "and":
		return append(slices.Clone(f.values(n.Operands[0], depth+1)), f.values(n.Operands[1], depth+1)...)
	}
	return f.combine(n.Operands, depth, func(values []any) (any, bool) { return operate(n.Operator, values) })
}

// subscript works out an item or a slice.
func (f *folder) subscript(n *jinjaast.Subscript, depth int) []any {
	if slice, ok := n.Key.(*jinjaast.Slice); ok {
		ends := []jinjaast.Node{n.Of}
		for _, end := range []jinjaast.Node{slice.From, slice.To, slice.Step} {
			if end == nil {
				end = &jinjaast.Literal{}
			}
			ends = append(ends, end)
		}
		return f.combine(ends, depth, func(v []any) (any, bool) { return sliced(v[0], v[1], v[2], v[3]) })
	}
	return f.combine([]jinjaast.Node{n.Of, n.Key}, depth, func(v []any) (any, bool) { return item(v[0], v[1]) })
}
