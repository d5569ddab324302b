package pickle

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// A renderer writes values as Python expressions, cut to a length.
type renderer struct {
	j     *judge
	out   strings.Builder
	limit int  // bytes of text
	named bool // results that have a variable are written as that
	depth int
}

// maxDepth is how deeply nested an expression is written.
const maxDepth = 12

// render writes a value as a Python expression of about limit bytes.
func (j *judge) render(v picklevm.Value, limit int) string {
	r := renderer{j: j, limit: limit}
	r.value(v)
	return r.out.String()
}

// renderCall writes a call as a Python expression of about limit bytes.
func (j *judge) renderCall(callable string, c picklevm.Call, limit int) string {
	r := renderer{j: j, limit: limit}
	r.call(callable, c)
	return r.out.String()
}

// call writes a call or a construction.
func (r *renderer) call(callable string, c picklevm.Call) {
	r.out.WriteString(callable)
	if c.Result.Kind() == picklevm.KindInstance {
		r.out.WriteString(".__new__(" + callable)
		if r.j.m.Len(c.Args) > 0 || c.Args.Kind() != picklevm.KindTuple || c.Kwargs != 0 {
			r.out.WriteString(", ")
		}
	} else {
		r.out.WriteString("(")
	}
	r.arguments(c.Args, c.Kwargs)
	r.out.WriteString(")")
}

// full reports whether there is no room for more, and says so once in the text.
func (r *renderer) full() bool {
	if r.out.Len() < r.limit && r.depth < maxDepth {
		return false
	}
	if !strings.HasSuffix(r.out.String(), "...") {
		r.out.WriteString("...")
	}
	return true
}

// value writes a value.
func (r *renderer) value(v picklevm.Value) {
	if r.full() {
		return
	}
	if name, ok := r.j.variables[v]; ok && r.named {
		r.out.WriteString(name)
		return
	}
	r.depth++
	defer func() { r.depth-- }()
	if v.IsNode() {
		r.node(v)
		return
	}
	r.out.WriteString(r.atom(v))
}

// atom returns the text of a value without items.
func (r *renderer) atom(v picklevm.Value) string {
	switch v.Kind() {
	case picklevm.KindNone:
		return "None"
	case picklevm.KindBool:
		if v.Bool() {
			return "True"
		}
		return "False"
	case picklevm.KindInt:
		return strconv.FormatInt(v.Int(), 10)
	case picklevm.KindBigInt, picklevm.KindFloat:
		return r.j.number(v)
	case picklevm.KindStr:
		return r.j.quote(v)
	case picklevm.KindBytes, picklevm.KindByteArray:
		return r.j.quoteBytes(v)
	case picklevm.KindGlobal:
		return r.j.targetOf(v).path
	case picklevm.KindPlain:
		return "(...)"
	default:
		return "<buffer>"
	}
}

// node writes a value with items.
func (r *renderer) node(v picklevm.Value) {
	m := r.j.m
	switch v.Kind() {
	case picklevm.KindTuple:
		r.items(v, "(", ")")
	case picklevm.KindList:
		r.items(v, "[", "]")
	case picklevm.KindDict:
		r.pairs(v)
	case picklevm.KindSet:
		r.items(v, "{", "}")
	case picklevm.KindFrozenSet:
		r.items(v, "frozenset({", "})")
	case picklevm.KindPersistent:
		r.out.WriteString("persistent_load(")
		r.value(m.Item(v, 0))
		r.out.WriteString(")")
	default:
		r.result(v)
	}
}

// result writes the call or construction that a value came from.
func (r *renderer) result(v picklevm.Value) {
	m := r.j.m
	callable := renderer{j: r.j, limit: r.limit - r.out.Len(), named: r.named, depth: r.depth}
	callable.value(m.Item(v, 0))
	r.call(callable.out.String(), picklevm.Call{Args: m.Item(v, 1), Kwargs: m.Item(v, 2), Result: v})
}

// items writes the items of a sequence or set between brackets.
func (r *renderer) items(v picklevm.Value, open, end string) {
	items, cut := r.j.m.Head(v, r.limit)
	r.out.WriteString(open)
	r.list(items)
	if v.Kind() == picklevm.KindTuple && len(items) == 1 {
		r.out.WriteString(",")
	}
	if cut {
		r.out.WriteString(", ...")
	}
	r.out.WriteString(end)
}

// list writes values with commas between them.
func (r *renderer) list(items []picklevm.Value) {
	for i, item := range items {
		if i > 0 {
			r.out.WriteString(", ")
		}
		if r.full() {
			return
		}
		r.value(item)
	}
}

// pairs writes a dict.
func (r *renderer) pairs(v picklevm.Value) {
	items, cut := r.j.m.Head(v, r.limit&^1)
	r.out.WriteString("{")
	for i := 0; i+1 < len(items); i += 2 {
		if i > 0 {
			r.out.WriteString(", ")
		}
		if r.full() {
			break
		}
		r.value(items[i])
		r.out.WriteString(": ")
		r.value(items[i+1])
	}
	if cut {
		r.out.WriteString(", ...")
	}
	r.out.WriteString("}")
}

// arguments writes positional and keyword arguments.
func (r *renderer) arguments(args, kwargs picklevm.Value) {
	if args.Kind() == picklevm.KindTuple {
		items, _ := r.j.m.Head(args, r.limit+1) // what does not fit is cut
		r.list(items)
	} else {
		r.out.WriteString("*")
		r.value(args)
	}
	if kwargs != 0 {
		if r.j.m.Len(args) > 0 {
			r.out.WriteString(", ")
		}
		r.out.WriteString("**")
		r.value(kwargs)
	}
}

// quote writes a string literal as Python would.
func (j *judge) quote(v picklevm.Value) string {
	const most = 200
	text, ok := j.m.Str(v)
	if !ok {
		_, n, _, _ := j.m.Extent(v)
		return fmt.Sprintf("<str of %d bytes>", n)
	}
	rest := ""
	if len(text) > most {
		text, rest = text[:most], "..."
	}
	q := strconv.Quote(text)
	if !strings.Contains(text, "'") {
		q = "'" + strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`) + "'"
	}
	return q + rest
}

// quoteBytes writes a bytes literal as Python would.
func (j *judge) quoteBytes(v picklevm.Value) string {
	const most = 32
	_, n, _, ok := j.m.Extent(v)
	_, raw, _ := j.m.Literal(v, most)
	if !ok || n > most && raw == nil {
		return fmt.Sprintf("<%d bytes>", n)
	}
	text := quoteRaw(raw)
	if n > most {
		text += fmt.Sprintf("... <%d bytes>", n)
	}
	if v.Kind() == picklevm.KindByteArray {
		text = "bytearray(" + text + ")"
	}
	return text
}

// quoteRaw writes the first bytes as Python would.
func quoteRaw(raw []byte) string {
	var b strings.Builder
	for _, c := range raw[:min(len(raw), 32)] {
		if c >= ' ' && c < 0x7f && c != '\'' && c != '\\' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, `\x%02x`, c)
		}
	}
	return "b'" + b.String() + "'"
}

// number writes a float or a big integer.
func (j *judge) number(v picklevm.Value) string {
	op, raw, whole := j.m.Literal(v, 64)
	switch {
	case !whole:
		return "<number>"
	case op == 'G' && len(raw) == 8:
		return strconv.FormatFloat(math.Float64frombits(binary.BigEndian.Uint64(raw)), 'g', -1, 64)
	case op == 0x8a || op == 0x8b:
		return bigInt(raw).String()
	}
	return strings.TrimSuffix(string(raw), "L")
}

// bigInt reads a little-endian two's complement number.
func bigInt(raw []byte) *big.Int {
	be := make([]byte, len(raw))
	for i, c := range raw {
		be[len(raw)-1-i] = c
	}
	n := new(big.Int).SetBytes(be)
	if len(be) > 0 && be[0] >= 0x80 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(be))))
	}
	return n
}
