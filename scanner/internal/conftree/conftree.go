// Package conftree holds configurations as trees that keep what typed decoding throws
// away: tags as they resolve, every key of a mapping, aliases as references, and where in
// the file each value is. YAML and JSON come to the same tree.
//
// YAML is read by go.yaml.in/yaml/v3 node by node, never into types. Aliases are not
// expanded, so what an alias costs does not depend on what it stands for. What that
// library does on hostile input was measured: memory is some 200 bytes a node, depth ends
// at 10,000, and only "%TAG" lines cost more than their length, so they are counted.
package conftree

import (
	"iter"

	"github.com/modelsieve/modelsieve/scanner"
)

// A Kind is what a node is.
type Kind uint8

// The kinds of nodes.
const (
	Scalar Kind = iota + 1
	List
	Map
	Alias
)

// A Node is a value of a configuration. The zero value is no value of any file.
type Node struct {
	Kind  Kind
	Text  string  // of a scalar, decoded
	Tag   string  // the whole tag where the file gives one, as it resolves: "tag:yaml.org,2002:python/name:os.system"
	Quote bool    // the scalar is quoted or a block, so it is text whatever it says
	Items []*Node // of a list; of a map its keys and values in turn, keys that stand twice too
	To    *Node   // what an alias stands for; may be around it
	At    int64   // offset in the artifact, bytes
	Size  int64   // bytes of the tag or the word that stands there, at least 1
}

// Value returns what a node stands for: itself, or the target of an alias. Of nil it
// returns nil.
func (n *Node) Value() *Node {
	if n != nil && n.Kind == Alias {
		return n.To
	}
	return n
}

// Pairs yields the keys and values of a map, in their order; nothing for other nodes.
func (n *Node) Pairs() iter.Seq2[*Node, *Node] {
	return func(yield func(key, value *Node) bool) {
		if n == nil || n.Kind != Map {
			return
		}
		for i := 0; i+1 < len(n.Items); i += 2 {
			if !yield(n.Items[i], n.Items[i+1]) {
				return
			}
		}
	}
}

// Get returns the value of a key, the last where it stands twice, with an alias followed.
// Nil where there is none.
func (n *Node) Get(key string) *Node {
	var found *Node
	for k, v := range n.Pairs() {
		if k = k.Value(); k.Kind == Scalar && k.Text == key {
			found = v.Value()
		}
	}
	return found
}

// Str returns the text of a scalar, "" of everything else.
func (n *Node) Str() string {
	if n = n.Value(); n == nil || n.Kind != Scalar {
		return ""
	}
	return n.Text
}

// Null reports whether a value is absent or one of the spellings of null.
func (n *Node) Null() bool {
	if n = n.Value(); n == nil {
		return true
	}
	switch n.Text {
	case "", "~", "null", "Null", "NULL":
		return n.Kind == Scalar && !n.Quote
	}
	return false
}

// True reports whether a value is one of the spellings of true in YAML 1.1.
func (n *Node) True() bool {
	if n = n.Value(); n == nil || n.Quote {
		return false
	}
	switch n.Text {
	case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON":
		return n.Kind == Scalar
	}
	return false
}

// Strings returns the texts of a scalar, or of the scalars in a list.
func (n *Node) Strings() []*Node {
	n = n.Value()
	switch {
	case n == nil:
		return nil
	case n.Kind == Scalar:
		return []*Node{n}
	case n.Kind != List:
		return nil
	}
	var texts []*Node
	for _, item := range n.Items {
		if item = item.Value(); item != nil && item.Kind == Scalar {
			texts = append(texts, item)
		}
	}
	return texts
}

// Span returns where a node stands; of nil it is the start of the file.
func (n *Node) Span() scanner.Span {
	if n == nil {
		return scanner.Span{}
	}
	return scanner.Span{Offset: n.At, Length: n.Size}
}
