package conftree

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/modelsieve/modelsieve/scanner"
)

// Bounds on one YAML text.
const (
	MaxText       = 8 << 20 // bytes
	maxDirectives = 64      // of them "%TAG", over all documents
	nodeBytes     = 400     // of memory that a node may cost in both trees
	maxDocuments  = 10_000
)

// A Document is a text of YAML that was read.
type Document struct {
	Roots []*Node // one a document that could be read
	b     *scanner.Budget
	held  int64
}

// Close gives back the memory that was charged.
func (d *Document) Close() {
	d.b.Release(d.held)
	d.held = 0
}

// hold charges memory until Close.
func (d *Document) hold(n int64) error {
	err := d.b.Hold(n)
	if err == nil {
		d.held += n
	}
	return err
}

// ParseYAML reads the documents of a YAML text that an artifact holds whole. It is never
// nil: with an error it has the documents before the one that broke. Close it after use.
func ParseYAML(raw []byte, b *scanner.Budget) (*Document, error) {
	d := &Document{b: b}
	if len(raw) > MaxText {
		return d, scanner.Errorf(scanner.OverLimit, 0, "a YAML text of %d bytes, more than %d", len(raw), MaxText)
	}
	if err := errors.Join(d.hold(4*int64(len(raw))+nodeBytes*indicators(raw)), b.Step(int64(len(raw)))); err != nil {
		return d, err
	}
	s := newSource(raw)
	if n := strings.Count(s.text, "%TAG"); n > maxDirectives {
		return d, scanner.Errorf(scanner.OverLimit, int64(max(0, bytes.Index(raw, []byte("%TAG")))), "%d tag directives, more than %d", n, maxDirectives)
	}
	return d, d.parse(s)
}

// indicators counts what a node of YAML cannot do without: the bytes that begin one,
// those between two.
func indicators(raw []byte) (n int64) {
	for i, c := range raw {
		switch c {
		case ',', '[', '{', '?':
			n++
		case '-', ':':
			if i+1 == len(raw) || raw[i+1] <= ' ' || raw[i+1] == ',' || c == ':' {
				n += 2
			}
		}
	}
	return n + 2
}

// parse reads document after document.
func (d *Document) parse(s *source) error {
	dec := yaml.NewDecoder(strings.NewReader(s.text))
	for len(d.Roots) < maxDocuments {
		var doc yaml.Node
		err := dec.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			broken := scanner.Errorf(scanner.Malformed, s.errorAt(err), "no YAML: %s", scanner.Clean(strings.TrimPrefix(err.Error(), "yaml: "), 160))
			broken.At.Length = s.size - broken.At.Offset // the parser tells the line, which may be sound up to its end
			return broken
		}
		t := &translator{s: s, seen: map[*yaml.Node]*Node{}}
		for _, root := range doc.Content {
			d.Roots = append(d.Roots, t.node(root))
		}
	}
	return scanner.Errorf(scanner.OverLimit, 0, "more than %d documents in one YAML file", maxDocuments)
}

// A translator makes the tree of one document.
type translator struct {
	s    *source
	seen map[*yaml.Node]*Node // anchored ones
}

// node translates a node and what is in it.
func (t *translator) node(y *yaml.Node) *Node {
	n := &Node{At: t.s.offset(y.Line, y.Column)}
	n.Size = min(t.s.word(), t.s.size-n.At)
	if y.Anchor != "" && y.Kind != yaml.AliasNode {
		t.seen[y] = n // before its items: an alias may stand inside of what it names
	}
	if y.Style&yaml.TaggedStyle != 0 {
		n.Tag = longTag(y.Tag)
	}
	switch y.Kind {
	case yaml.AliasNode:
		n.Kind, n.To = Alias, t.seen[y.Alias]
		if n.To == nil {
			n.Kind = Scalar
		}
	case yaml.MappingNode, yaml.SequenceNode:
		n.Kind = map[yaml.Kind]Kind{yaml.MappingNode: Map, yaml.SequenceNode: List}[y.Kind]
		n.Items = make([]*Node, len(y.Content))
		for i, item := range y.Content {
			n.Items[i] = t.node(item)
		}
	case yaml.DocumentNode, yaml.ScalarNode:
		n.Kind, n.Text = Scalar, y.Value
		n.Quote = y.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
	}
	return n
}

const yamlTag = "tag:yaml.org,2002:"

// longTag writes a tag without its shorthand.
func longTag(tag string) string {
	if rest, ok := strings.CutPrefix(tag, "!!"); ok {
		return yamlTag + rest
	}
	return tag
}

// errorAt returns where the parser says that the text is wrong.
func (s *source) errorAt(err error) int64 {
	_, rest, ok := strings.Cut(err.Error(), "line ")
	var line int
	if !ok {
		return 0
	}
	if _, err := fmt.Sscanf(rest, "%d", &line); err != nil {
		return 0
	}
	return s.offset(line, 1)
}
