package pysource

import (
	"strconv"
	"strings"
)

// charge counts text that is worked out. It reports whether there may be that much.
func (r *runner) charge(n int) bool {
	if n > maxFolded-r.folded {
		return false
	}
	r.folded += n
	return true
}

// combine works out an operator for all that its operands may be.
func (r *runner) combine(op string, a, b values) values {
	var out values
	for _, x := range a {
		for _, y := range b {
			if v, ok := r.binaryOf(op, x, y); ok {
				out = union(out, values{v})
			}
		}
	}
	return out
}

// binaryOf works out an operator.
func (r *runner) binaryOf(op string, x, y value) (value, bool) {
	switch x := x.(type) {
	case integer:
		if y, ok := y.(integer); ok {
			return arithmetic(op, x, y)
		}
		if op == "*" {
			return r.binaryOf(op, y, x)
		}
	case string:
		return r.textBinary(op, x, y, func(s string) value { return s })
	case byteString:
		return r.textBinary(op, string(x), y, func(s string) value { return byteString(s) })
	case *items:
		if y, ok := y.(*items); ok && op == "+" && x.keys == nil && y.keys == nil && len(x.list)+len(y.list) <= maxItems && r.charge(16*(len(x.list)+len(y.list))) {
			list := append([]values(nil), x.list...)
			return &items{list: append(list, y.list...)}, true
		}
	}
	return nil, false
}

// textBinary works out an operator behind text or bytes, which wrap makes again.
func (r *runner) textBinary(op, x string, y value, wrap func(string) value) (value, bool) {
	switch op {
	case "+":
		if text, ok := textValue(y); ok && len(x)+len(text) <= maxText && r.charge(len(x)+len(text)) {
			return wrap(x + text), true
		}
	case "*":
		if n, ok := y.(integer); ok && n >= 0 && n <= maxText && len(x)*int(n) <= maxText && r.charge(len(x)*int(n)) {
			return wrap(strings.Repeat(x, int(n))), true
		}
	case "%":
		args := []values{{y}}
		if list, ok := y.(*items); ok && list.keys == nil {
			args = list.list
		}
		if text, ok := percent(x, args); ok && r.charge(len(text)) {
			return wrap(text), true
		}
	}
	return nil, false
}

// arithmetic works out an operator between integers.
func arithmetic(op string, x, y integer) (value, bool) {
	switch op {
	case "+":
		return x + y, true
	case "-":
		return x - y, true
	case "*":
		return x * y, true
	case "^":
		return x ^ y, true
	case "&":
		return x & y, true
	case "|":
		return x | y, true
	case ">>":
		return x >> uint64(y&63), y >= 0
	case "<<":
		return x << uint64(y&63), y >= 0 && y < 48
	case "//":
		if y > 0 && x >= 0 {
			return x / y, true
		}
	case "%":
		if y > 0 {
			return ((x % y) + y) % y, true
		}
	}
	return nil, false
}

// percent fills the fields of a %-format.
func percent(format string, args []values) (string, bool) {
	var b strings.Builder
	for {
		i := strings.IndexByte(format, '%')
		if i < 0 || i+1 >= len(format) {
			b.WriteString(format)
			return b.String(), len(args) == 0 && i < 0
		}
		b.WriteString(format[:i])
		verb := format[i+1]
		format = format[i+2:]
		if verb == '%' {
			b.WriteByte('%')
			continue
		}
		if len(args) == 0 || !strings.ContainsRune("sdcir", rune(verb)) || len(args[0]) != 1 {
			return "", false
		}
		text, ok := display(args[0][0])
		if n, isNumber := args[0][0].(integer); isNumber && verb == 'c' {
			text = string(rune(n))
		}
		if !ok || verb == 'r' || b.Len() > maxText {
			return "", false
		}
		b.WriteString(text)
		args = args[1:]
	}
}

// display returns what str() gives.
func display(v value) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case integer:
		return strconv.FormatInt(int64(v), 10), true
	}
	return "", false
}

// formatted works out a string with fields.
func (r *runner) formatted(e *formatted, s *scope) values {
	var b strings.Builder
	known := true
	for _, part := range e.parts {
		vs := r.eval(part, s)
		text, ok := "", len(vs) == 1
		if ok {
			text, ok = display(vs[0])
		}
		if f, format := part.(*formatted); format && len(f.parts) > 0 {
			ok = false // the format of a field
		}
		known = known && ok && b.Len()+len(text) <= maxText
		if known {
			b.WriteString(text)
		}
	}
	if !known || !r.charge(b.Len()) {
		return nil
	}
	return values{b.String()}
}

// item returns an item or a slice of a constant or container.
func (r *runner) item(v value, keys values) values {
	var out values
	for _, key := range keys {
		switch key := key.(type) {
		case integer:
			out = union(out, index(v, key))
		case string:
			if d, ok := v.(*items); ok && d.keys != nil {
				for i, k := range d.keys {
					if k == key {
						out = union(out, d.list[i])
					}
				}
			}
		case *slice:
			out = union(out, r.cut(v, key))
		}
	}
	return out
}

// index returns one item.
func index(v value, i integer) values {
	at := func(n int) (int, bool) {
		k := int(i)
		if k < 0 {
			k += n
		}
		return k, k >= 0 && k < n
	}
	switch v := v.(type) {
	case *items:
		if k, ok := at(len(v.list)); ok && v.keys == nil {
			return v.list[k]
		}
	case byteString:
		if k, ok := at(len(v)); ok {
			return values{integer(v[k])}
		}
	case string:
		if k, ok := at(len(v)); ok && isASCII([]byte(v[:min(len(v), maxItems)])) {
			return values{v[k : k+1]}
		}
	}
	return nil
}

// cut returns a slice with constant bounds.
func (r *runner) cut(v value, s *slice) values {
	bound := func(e expr, otherwise int) (int, bool) {
		if e == nil {
			return otherwise, true
		}
		vs := r.eval(e, newScope(nil))
		n, ok := only[integer](vs)
		return int(n), ok
	}
	text, isText := textValue(v)
	runes := []rune(text)
	list, isList := v.(*items)
	if isBytes, ok := v.(byteString); ok {
		runes = runes[:0]
		for _, c := range []byte(isBytes) {
			runes = append(runes, rune(c))
		}
	}
	n := len(runes)
	if isList && list.keys == nil {
		n = len(list.list)
	} else if !isText {
		return nil
	}
	step, ok := bound(s.parts[2], 1)
	from, ok1 := bound(s.parts[0], pick(step > 0, 0, n-1))
	to, ok2 := bound(s.parts[1], pick(step > 0, n, -n-1))
	if !ok || !ok1 || !ok2 || step == 0 || !r.charge(n) {
		return nil
	}
	return assemble(v, list, runes, slicePlaces(from, to, step, n))
}

func pick(first bool, a, b int) int {
	if first {
		return a
	}
	return b
}

// slicePlaces returns the places that a slice takes, as Python counts them.
func slicePlaces(from, to, step, n int) []int {
	norm := func(k int) int {
		if k < 0 {
			k += n
		}
		if step > 0 {
			return min(max(k, 0), n)
		}
		return min(max(k, -1), n-1)
	}
	from, to = norm(from), norm(to)
	var places []int
	for k := from; step > 0 && k < to || step < 0 && k > to; k += step {
		places = append(places, k)
		if step > n || -step > n {
			break
		}
	}
	return places
}

// assemble makes a value of the same kind from places in one.
func assemble(v value, list *items, runes []rune, places []int) values {
	if list != nil {
		out := &items{}
		for _, k := range places {
			out.list = append(out.list, list.list[k])
		}
		return values{out}
	}
	if _, isBytes := v.(byteString); isBytes {
		b := make([]byte, 0, len(places))
		for _, k := range places {
			b = append(b, byte(runes[k]))
		}
		return values{byteString(b)}
	}
	var b strings.Builder
	for _, k := range places {
		b.WriteRune(runes[k])
	}
	return values{b.String()}
}
