package jinja

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

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
	case operator == "%" && leftText:
		return formatted(left, values[1])
	}
	first, ok := values[0].(float64)
	return calculate(operator, first, number), ok && isNumber && calculates[operator]
}

var calculates = map[string]bool{"+": true, "-": true, "*": true, "/": true, "//": true, "%": true, "**": true}

// calculate works out an operator on numbers.
func calculate(operator string, a, b float64) float64 {
	switch operator {
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	case "/":
		return a / b
	case "//":
		return math.Floor(a / b)
	case "%":
		return a - b*math.Floor(a/b)
	}
	return math.Pow(a, b)
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

// item returns an item of a list or a text, or what a dict has for a key.
func item(of, key any) (any, bool) {
	if pairs, ok := of.(dict); ok {
		for i := 0; i+1 < len(pairs); i += 2 {
			if show(pairs[i]) == show(key) {
				return pairs[i+1], true
			}
		}
		return nil, false
	}
	items, _ := itemsOf(of)
	i, ok := key.(float64)
	if i < 0 {
		i += float64(len(items))
	}
	if !ok || i < 0 || i >= float64(len(items)) {
		return nil, false
	}
	return items[int(i)], true
}

// itemsOf returns the items of a list, the characters of a text, or the keys of a dict.
func itemsOf(v any) (items []any, isText bool) {
	switch v := v.(type) {
	case []any:
		return v, false
	case dict:
		for i := 0; i < len(v); i += 2 {
			items = append(items, v[i])
		}
	case string:
		for _, r := range v {
			items = append(items, string(r))
		}
		return items, true
	}
	return items, false
}

// views returns the pairs, the keys or the values of a dict.
func views(name string, pairs dict) (any, bool) {
	items := []any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		switch strings.TrimPrefix(name, ".") {
		case "items", "dictsort":
			items = append(items, []any{pairs[i], pairs[i+1]})
		case "keys", "list":
			items = append(items, pairs[i])
		case "values":
			items = append(items, pairs[i+1])
		default:
			return nil, false
		}
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
	if pairs, ok := of.(dict); ok {
		if viewed, ok := views(name, pairs); ok {
			return viewed, true
		}
		if name == ".get" && len(values) > 0 {
			return item(of, values[0])
		}
		items, _ = itemsOf(of)
		of, isList = items, true
	}
	switch {
	case name == "join" && isList:
		return joined(items, arg(0))
	case (name == "length" || name == "count") && (isText || isList):
		items, _ = itemsOf(of)
		return float64(len(items)), true
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
