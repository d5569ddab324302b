package jinja

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

const spaces = " \t\r\n\f\v"

// applyText works out a filter or a method of a text.
func applyText(name, text string, values []any, arg func(int) string) (any, bool) {
	cut := spaces
	if len(values) > 0 {
		cut = arg(0)
	}
	switch strings.TrimPrefix(name, ".") {
	case "replace":
		if arg(0) == "" {
			return nil, false
		}
		return bounded(strings.ReplaceAll(text, arg(0), arg(1)))
	case "trim", "strip":
		return strings.Trim(text, cut), true
	case "lstrip":
		return strings.TrimLeft(text, cut), true
	case "rstrip":
		return strings.TrimRight(text, cut), true
	case "removeprefix":
		return strings.TrimPrefix(text, arg(0)), true
	case "removesuffix":
		return strings.TrimSuffix(text, arg(0)), true
	case "split", "partition", "rpartition", "rsplit":
		return parts(name, text, values, arg)
	case "center", "ljust", "rjust":
		return padded(name, text, values, arg)
	case "format":
		if name[0] == '.' {
			return fields(text, values)
		}
		return formatted(text, values)
	}
	return recased(name, text)
}

// recased works out what changes the case or the order of letters, or nothing.
func recased(name, text string) (any, bool) {
	switch strings.TrimPrefix(name, ".") {
	case "lower", "casefold":
		return strings.ToLower(text), true
	case "upper":
		return strings.ToUpper(text), true
	case "swapcase":
		return strings.Map(func(r rune) rune {
			if unicode.IsUpper(r) {
				return unicode.ToLower(r)
			}
			return unicode.ToUpper(r)
		}, text), true
	case "string", "safe", "e", "escape", "forceescape":
		return text, true
	case "reverse":
		runes := []rune(text)
		slices.Reverse(runes)
		return string(runes), true
	}
	return nil, false
}

// parts splits a text by a separator.
func parts(name, text string, values []any, arg func(int) string) (any, bool) {
	var found []string
	switch {
	case len(values) == 0:
		found = strings.Fields(text)
	case arg(0) == "" || len(values) > 1:
		return nil, false
	case name == ".partition":
		before, after, ok := strings.Cut(text, arg(0))
		found = []string{before, map[bool]string{true: arg(0)}[ok], after}
	case name == ".rpartition":
		return nil, false
	default:
		found = strings.Split(text, arg(0))
	}
	items := []any{}
	for _, part := range found {
		items = append(items, part)
	}
	return items, true
}

// padded fills a text up to a width.
func padded(name, text string, values []any, arg func(int) string) (any, bool) {
	if len(values) == 0 {
		return nil, false
	}
	width, ok := values[0].(float64)
	missing := int(min(width, maxText)) - len([]rune(text))
	fill := " "
	if len(values) > 1 {
		fill = arg(1)
	}
	if !ok || missing <= 0 || len(fill) > 4 {
		return text, ok
	}
	left := missing / 2
	switch strings.TrimPrefix(name, ".") {
	case "ljust":
		left = 0
	case "rjust":
		left = missing
	case "center":
		left += missing & int(width) & 1 // as Python rounds
	}
	return bounded(strings.Repeat(fill, left) + text + strings.Repeat(fill, missing-left))
}

// fields fills in "{}" and "{0}" as the method format does.
func fields(text string, values []any) (any, bool) {
	for _, v := range values {
		text = strings.Replace(text, "{}", show(v), 1)
	}
	for i, v := range values {
		text = strings.ReplaceAll(text, fmt.Sprintf("{%d}", i), show(v))
	}
	if strings.Contains(text, "{") { // a field of another kind
		return nil, false
	}
	return bounded(text)
}
