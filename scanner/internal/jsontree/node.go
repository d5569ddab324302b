package jsontree

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/modelsieve/modelsieve/scanner"
)

// A Kind is what a value is.
type Kind uint8

// The kinds of values.
const (
	Missing Kind = iota // there is no value
	Null
	Bool
	Number
	String
	Array
	Object
)

var kindNames = [...]string{"nothing", "null", "a bool", "a number", "a string", "a list", "an object"}

func (k Kind) String() string { return kindNames[k] }

// A Node is a value in a tree, or a key. The zero Node stands for a value that is not
// there: it has no members, no text, and those are missing in turn.
type Node struct {
	t *Tree
	i uint32
}

func (n Node) node() *node { return &n.t.nodes[n.i] }

// Kind says what the value is. A key is a String.
func (n Node) Kind() Kind {
	if n.t == nil {
		return Missing
	}
	return n.node().kind
}

// Exists reports whether there is a value.
func (n Node) Exists() bool { return n.t != nil }

// source returns where a place in the text is in what was read.
func (t *Tree) source(at int) int64 {
	if t.wide != nil {
		return t.base + t.wide.source(t.text, int64(at))
	}
	return t.base + int64(at)
}

// At is the offset of the value's first byte.
func (n Node) At() int64 { return n.Span().Offset }

// Span is where the value is. Of a text that was decoded, such as an attribute in UTF-16,
// it is where its source was.
func (n Node) Span() scanner.Span {
	if n.t == nil {
		return scanner.Span{}
	}
	start := n.t.source(int(n.node().start))
	return scanner.Span{Offset: start, Length: n.t.source(int(n.node().end)) - start}
}

// Raw is the value as it is written, in UTF-8.
func (n Node) Raw() string {
	if n.t == nil {
		return ""
	}
	return n.t.text[n.node().start:n.node().end]
}

// Text is what a string says, "" of another value. Lone surrogates are three bytes each,
// as UTF-8 would have them.
func (n Node) Text() string {
	if n.Kind() != String {
		return ""
	}
	raw := n.Raw()
	if raw = raw[1 : len(raw)-1]; n.node().escaped {
		return unescape(raw)
	}
	return raw
}

// Is reports whether the value is a string that says that.
func (n Node) Is(text string) bool { return n.Kind() == String && n.Text() == text }

// True reports whether the value is true.
func (n Node) True() bool { return n.Kind() == Bool && n.Raw() == "true" }

// Float returns a number.
func (n Node) Float() (float64, bool) {
	if n.Kind() != Number {
		return 0, false
	}
	f, err := strconv.ParseFloat(n.Raw(), 64)
	return f, err == nil
}

// Int returns a number that is written without fraction and exponent and fits.
func (n Node) Int() (int64, bool) {
	if n.Kind() != Number {
		return 0, false
	}
	i, err := strconv.ParseInt(n.Raw(), 10, 64)
	return i, err == nil
}

// Items yields what is in a list, by number.
func (n Node) Items() iter.Seq2[int, Node] {
	return func(yield func(int, Node) bool) {
		if n.Kind() != Array {
			return
		}
		k := 0
		for i, end := n.i+1, n.node().next; i < end; i = n.t.nodes[i].next {
			if !yield(k, Node{n.t, i}) {
				return
			}
			k++
		}
	}
}

// Members yields the keys and values of an object in their order, also those of a key
// that stands there twice. The value is missing where the text ends behind the key.
func (n Node) Members() iter.Seq2[Node, Node] {
	return func(yield func(key, value Node) bool) {
		if n.Kind() != Object {
			return
		}
		for i, end := n.i+1, n.node().next; i < end; {
			key, value := Node{n.t, i}, Node{}
			if i++; i < end {
				value = Node{n.t, i}
				i = value.node().next
			}
			if !yield(key, value) {
				return
			}
		}
	}
}

// Len counts the items of a list or the members of an object.
func (n Node) Len() int {
	count := 0
	for range n.Items() {
		count++
	}
	for range n.Members() {
		count++
	}
	return count
}

// Get returns the value of a key in an object; of several the last, as Python does. It
// looks at every member.
func (n Node) Get(key string) Node {
	var found Node
	for value := range n.All(key) {
		found = value
	}
	return found
}

// All yields every value that a key has in an object.
func (n Node) All(key string) iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for k, value := range n.Members() {
			if k.Is(key) && value.Exists() && !yield(value) {
				return
			}
		}
	}
}

// Nodes yields the value and all values in it, containers before what is in them.
func (n Node) Nodes() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		if n.t == nil {
			return
		}
		for i := n.i; i < n.node().next; i++ {
			if !n.t.nodes[i].key && !yield(Node{n.t, i}) {
				return
			}
		}
	}
}

// Parent returns the list or object that the value is in.
func (n Node) Parent() Node {
	if n.t == nil || n.i == 0 {
		return Node{}
	}
	return Node{n.t, n.node().parent}
}

// Key returns the key of a value that is a member of an object.
func (n Node) Key() Node {
	if n.t == nil || n.i == 0 || !n.t.nodes[n.i-1].key {
		return Node{}
	}
	return Node{n.t, n.i - 1}
}

// Bounds on a path.
const (
	pathSteps = 64 // how many of the innermost steps are written
	pathKey   = 80 // bytes of a key
)

// Path says where in the text a value is: "config.layers[2].config"; "" for the root. It
// is for people: long keys are cut, and of a deep value only the inner part is told. It
// looks at what stands before the value in each list.
func (n Node) Path() string {
	var steps []string
	for ; n.t != nil && n.i != 0 && len(steps) < pathSteps; n = n.Parent() {
		steps = append(steps, n.step())
	}
	if n.t != nil && n.i != 0 {
		steps = append(steps, "...")
	}
	slices.Reverse(steps)
	return strings.TrimPrefix(strings.Join(steps, ""), ".")
}

// step is what leads from the parent to a value.
func (n Node) step() string {
	if key := n.Key(); key.Exists() {
		return "." + scanner.Clean(key.Text(), pathKey)
	}
	for i, item := range n.Parent().Items() {
		if item.i == n.i {
			return fmt.Sprintf("[%d]", i)
		}
	}
	return ""
}

// unescape writes out the escapes of a string.
func unescape(raw string) string {
	var b strings.Builder
	for {
		at := strings.IndexByte(raw, '\\')
		if at < 0 || at+1 == len(raw) {
			b.WriteString(raw)
			return b.String()
		}
		b.WriteString(raw[:at])
		r, n := escaped(raw[at+1:])
		writeRune(&b, r)
		raw = raw[at+1+n:]
	}
}

// escaped returns the character that an escape stands for, and how long it is without
// the backslash. A pair of surrogates is one character.
func escaped(text string) (rune, int) {
	if i := strings.IndexByte("bfnrt", text[0]); i >= 0 {
		return rune("\b\f\n\r\t"[i]), 1
	}
	r, ok := hex4(text[1:])
	if text[0] != 'u' || !ok {
		return rune(text[0]), 1
	}
	if rest, pair := strings.CutPrefix(text[5:], `\u`); pair && utf16.IsSurrogate(r) {
		if low, ok := hex4(rest); ok && r < 0xdc00 && low >= 0xdc00 && low < 0xe000 {
			return utf16.DecodeRune(r, low), 11
		}
	}
	return r, 5
}

// hex4 reads four hexadecimal digits.
func hex4(text string) (rune, bool) {
	if len(text) < 4 || strings.IndexByte("+-_", text[0]) >= 0 {
		return 0, false
	}
	n, err := strconv.ParseUint(text[:4], 16, 16)
	return rune(n), err == nil
}
