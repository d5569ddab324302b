package jinja

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner/internal/jinjaast"
)

const (
	maxText  = 1 << 16 // bytes of a text that is worked out
	maxFolds = 1 << 20 // expressions that are looked at in doing so
)

// A folder works out what expressions of constants come to. Where that depends on the
// run, as after "if", it is all that it may come to.
type folder struct {
	variables map[string][]any // what names, and attributes of them, are set to
	left      int              // expressions that may still be looked at
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
		return f.variables[n.ID]
	case *jinjaast.Attr:
		if of, ok := n.Of.(*jinjaast.Name); ok {
			return f.variables[of.ID+"."+n.Name]
		}
	case *jinjaast.List:
		return f.combine(n.Items, depth, func(items []any) (any, bool) { return items, true })
	case *jinjaast.Op:
		return f.operator(n, depth)
	case *jinjaast.Filter:
		return f.combine(append([]jinjaast.Node{n.Of}, n.Pos...), depth, func(v []any) (any, bool) { return apply(n.Name, v[0], v[1:]) })
	case *jinjaast.Call:
		if method, ok := n.Callee.(*jinjaast.Attr); ok {
			return f.combine(append([]jinjaast.Node{method.Of}, n.Pos...), depth, func(v []any) (any, bool) {
				return apply("."+method.Name, v[0], v[1:])
			})
		}
	case *jinjaast.Subscript:
		return f.subscript(n, depth)
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

// operate works out an operator.
func operate(operator string, values []any) (any, bool) {
	if len(values) < 2 {
		number, ok := values[0].(float64)
		return -number, ok && operator == "-"
	}
	left, leftText := values[0].(string)
	number, isNumber := values[1].(float64)
	switch {
	case operator == "~":
		return bounded(show(values[0]) + show(values[1]))
	case operator == "+" && leftText:
		right, ok := values[1].(string)
		text, fits := bounded(left + right)
		return text, ok && fits
	case operator == "*" && leftText && isNumber:
		if number < 0 || number*float64(len(left)) > maxText {
			return nil, false
		}
		return strings.Repeat(left, int(number)), true
	case operator == "*" && isNumber || operator == "**":
		first, ok := values[0].(float64)
		if operator == "**" {
			return math.Pow(first, number), ok && isNumber
		}
		return first * number, ok
	case operator == "%" && leftText:
		return formatted(left, values[1])
	}
	return nil, false
}

// bounded returns a text unless it is too long.
func bounded(text string) (any, bool) { return text, len(text) <= maxText }

// show writes a value as it stands in text.
func show(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		if v {
			return "True"
		}
		return "False"
	case float64:
		if v == math.Trunc(v) {
			return fmt.Sprintf("%.0f", v)
		}
	}
	return fmt.Sprint(v)
}

// formatted fills in "%s" and "%c".
func formatted(format string, v any) (any, bool) {
	args, ok := v.([]any)
	if !ok {
		args = []any{v}
	}
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			b.WriteByte(format[i])
			continue
		}
		i++
		switch {
		case format[i] == '%':
			b.WriteByte('%')
		case len(args) == 0:
			return nil, false
		default:
			if code, ok := args[0].(float64); ok && format[i] == 'c' {
				b.WriteRune(rune(code))
			} else {
				b.WriteString(show(args[0]))
			}
			args = args[1:]
		}
	}
	return bounded(b.String())
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
	return f.combine([]jinjaast.Node{n.Of, n.Key}, depth, func(v []any) (any, bool) {
		items, _ := itemsOf(v[0])
		i, ok := v[1].(float64)
		if i < 0 {
			i += float64(len(items))
		}
		if !ok || i < 0 || i >= float64(len(items)) {
			return nil, false
		}
		return items[int(i)], true
	})
}

// itemsOf returns the items of a list, or the characters of a text.
func itemsOf(v any) (items []any, isText bool) {
	text, isText := v.(string)
	if !isText {
		items, _ = v.([]any)
		return items, false
	}
	for _, r := range text {
		items = append(items, string(r))
	}
	return items, true
}

// sliced picks items as Python does.
func sliced(of, from, to, step any) (any, bool) {
	items, isText := itemsOf(of)
	size, by := float64(len(items)), 1.0
	if step != nil {
		by, _ = step.(float64)
	}
	if by == 0 || by != math.Trunc(by) {
		return nil, false
	}
	first, last := 0.0, size
	if by < 0 {
		first, last = size-1, -1
	}
	end := func(v any, to *float64) {
		if number, ok := v.(float64); ok {
			if number < 0 {
				number += size
			}
			*to = min(max(number, -1), size)
		}
	}
	end(from, &first)
	end(to, &last)
	picked := []any{}
	for i := first; by > 0 && i < last || by < 0 && i > last; i += by {
		if i >= 0 && i < size {
			picked = append(picked, items[int(i)])
		}
	}
	if isText {
		return joined(picked, "")
	}
	return picked, true
}

// joined joins items.
func joined(items []any, separator string) (any, bool) {
	parts := make([]string, len(items))
	for i, item := range items {
		parts[i] = show(item)
	}
	return bounded(strings.Join(parts, separator))
}

// apply works out a filter, or a method, whose name starts with a point.
func apply(name string, of any, values []any) (any, bool) {
	text, isText := of.(string)
	items, isList := of.([]any)
	arg := func(i int) string {
		if i < len(values) {
			return show(values[i])
		}
		return ""
	}
	switch {
	case name == "join" && isList:
		return joined(items, arg(0))
	case name == ".join" && isText && len(values) == 1:
		items, ok := values[0].([]any)
		text, fits := joined(items, text)
		return text, ok && fits
	case name == "list" && isText:
		items, _ = itemsOf(text)
		return items, true
	case (name == "first" || name == "last") && (isText || isList):
		if items, _ = itemsOf(of); len(items) == 0 {
			return nil, false
		}
		return items[map[string]int{"first": 0, "last": len(items) - 1}[name]], true
	case name == "reverse" && isList:
		items = slices.Clone(items)
		slices.Reverse(items)
		return items, true
	case !isText:
		return of, name == "string" || name == "safe"
	}
	return applyText(name, text, values, arg)
}

// applyText works out a filter or a method of a text.
func applyText(name, text string, values []any, arg func(int) string) (any, bool) {
	switch strings.TrimPrefix(name, ".") {
	case "lower", "casefold":
		return strings.ToLower(text), true
	case "upper":
		return strings.ToUpper(text), true
	case "replace":
		if arg(0) == "" {
			return nil, false
		}
		return bounded(strings.ReplaceAll(text, arg(0), arg(1)))
	case "trim", "strip":
		return strings.Trim(text, arg(0)+map[bool]string{true: " \t\r\n"}[len(values) == 0]), true
	case "string", "safe", "e", "escape", "forceescape":
		return text, true
	case "reverse":
		runes := []rune(text)
		slices.Reverse(runes)
		return string(runes), true
	case "format":
		if name[0] == '.' {
			for _, v := range values {
				text = strings.Replace(text, "{}", show(v), 1)
			}
			for i, v := range values {
				text = strings.ReplaceAll(text, fmt.Sprintf("{%d}", i), show(v))
			}
			return bounded(text)
		}
		return formatted(text, values)
	}
	return nil, false
}
