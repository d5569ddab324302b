// Package jsontree reads JSON that nobody trusts into a tree which keeps what other
// decoders throw away: every member of a name that stands there twice, the order of
// members, and where in the file each key and value is.
//
// It takes what Python's json.loads takes of bytes: a byte order mark, UTF-16 and UTF-32,
// NaN and Infinity, lone surrogates. Where a text breaks off or is no JSON, what stands
// before that is in the tree all the same. Strings are not copied, numbers not converted,
// so a tree costs 20 bytes a value besides the text.
package jsontree

import (
	"errors"
	"io"
	"iter"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/cursor"
)

// A Budget bounds what a tree may cost. *scanner.Budget is one.
type Budget interface {
	Step(n int64) error // spends n units of work
	Hold(n int64) error // charges n bytes of memory
	Release(n int64)    // gives back n bytes that Hold charged
}

// Bounds on one text.
const (
	maxDepth = 10_000    // how deep arrays and objects may nest
	maxText  = 1<<32 - 2 // bytes; places are 32 bits wide
	copied   = 64 << 10  // bytes read at a time
)

// A Tree is a JSON text. Not for concurrent use.
type Tree struct {
	text  string // in UTF-8, where lone surrogates are three bytes
	base  int64  // offset of the text in what was read
	wide  *wide  // where characters were in another encoding; nil: as they are
	nodes []node
	b     Budget
	held  int64
}

// A node is a value or a key. Those inside a container follow it.
type node struct {
	start, end   uint32 // in the text
	parent, next uint32 // the container; the node behind this one and all that is in it
	kind         Kind
	key, escaped bool
}

const nodeBytes = 20

// Parse reads n bytes of r from off on. The tree is never nil: with an error it holds
// what stands before that. No error means that the whole text is one JSON value. An error
// of the input is a *scanner.Error with the offset in r of the first thing that is wrong;
// another one means that the budget is spent. Close the tree after use.
func Parse(r io.ReaderAt, off, n int64, b Budget) (*Tree, error) {
	t := &Tree{base: off, b: b}
	if n > maxText {
		return t, scanner.Errorf(scanner.OverLimit, off, "a JSON text of %d bytes, more than %d", n, int64(maxText))
	}
	if err := t.hold(n); err != nil {
		return t, err
	}
	text, err := read(r, off, n)
	if err != nil {
		return t, errors.Join(err, stopping(t.parse(text)))
	}
	return t, t.parse(text)
}

// Whole is Parse for an artifact of at most limit bytes that is one JSON text. broken says
// where it stops being one, nil: nowhere; the tree holds what stands before that. err says
// that there is no tree: the artifact is longer, or the budget is spent.
func Whole(p *scanner.Pass, limit int64) (t *Tree, broken, err error) {
	if p.Size > limit {
		return nil, nil, scanner.Errorf(scanner.OverLimit, 0, "a JSON text of %d bytes, more than %d", p.Size, limit)
	}
	t, broken = Parse(p, 0, p.Size, p.Budget)
	if err := stopping(broken); err != nil {
		t.Close()
		return nil, nil, err
	}
	return t, broken, nil
}

// read reads a text, as far as it goes.
func read(r io.ReaderAt, off, n int64) (string, error) {
	var b strings.Builder
	b.Grow(int(n))
	for c := cursor.NewNear(r, off, n, copied); c.Remaining() > 0; {
		part, err := c.Buffered()
		if err != nil {
			return b.String(), err
		}
		b.Write(part)
		if err := c.Skip(int64(len(part))); err != nil {
			return b.String(), err
		}
	}
	return b.String(), nil
}

// stopping returns an error that is none of the input.
func stopping(err error) error {
	var input *scanner.Error
	if errors.As(err, &input) {
		return nil
	}
	return err
}

// ParseText is Parse for a text in memory that begins at an offset of the artifact, or
// for one that was decoded from there.
func ParseText(text string, at int64, b Budget) (*Tree, error) {
	t := &Tree{base: at, b: b}
	if int64(len(text)) > maxText {
		return t, scanner.Errorf(scanner.OverLimit, at, "a JSON text of %d bytes, more than %d", len(text), int64(maxText))
	}
	return t, t.parse(text)
}

// Prefix returns what the first bytes of an artifact hold, for a look at some keys before
// anything is known. Nil where they do not begin as an object or a list.
func Prefix(head []byte) *Tree {
	t := &Tree{b: free{}}
	_ = t.parse(string(head)) // it is cut off, mostly
	if k := t.Root().Kind(); k != Object && k != Array {
		return nil
	}
	return t
}

// free is a budget for the little that a prefix costs.
type free struct{}

func (free) Step(int64) error { return nil }
func (free) Hold(int64) error { return nil }
func (free) Release(int64)    {}

// hold charges memory until Close.
func (t *Tree) hold(n int64) error {
	err := t.b.Hold(n)
	if err == nil {
		t.held += n
	}
	return err
}

// Close gives back the memory that was charged.
func (t *Tree) Close() {
	t.b.Release(t.held)
	t.held = 0
}

// Root returns the outermost value; it is missing where the text has none.
func (t *Tree) Root() Node {
	if len(t.nodes) == 0 {
		return Node{}
	}
	return Node{t, 0}
}

// Nodes yields every value, containers before what is in them.
func (t *Tree) Nodes() iter.Seq[Node] { return t.Root().Nodes() }

// Duplicates returns the keys that stand a second time, and so on, in an object, as Get
// sees them: "a" and "\u0061" are the same. The error means that the budget is spent.
func (t *Tree) Duplicates() ([]Node, error) {
	var again []Node
	for n := range t.Nodes() {
		if n.Kind() != Object {
			continue
		}
		twice, err := n.duplicates()
		again = append(again, twice...)
		if err != nil {
			return again, err
		}
	}
	return again, nil
}

// duplicates is Duplicates for one object.
func (n Node) duplicates() ([]Node, error) {
	const entry = 48 // bytes, about, in a map
	cost := int64(n.Len()) * entry
	if err := n.t.b.Hold(cost); err != nil {
		return nil, err
	}
	defer n.t.b.Release(cost)
	seen := map[string]bool{}
	var again []Node
	for key := range n.Members() {
		name := key.Text()
		if seen[name] {
			again = append(again, key)
		}
		seen[name] = true
	}
	return again, n.t.b.Step(int64(n.Len()))
}
