package onnx

import (
	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/protowalk"
)

// maxName is how long a name may be, in bytes.
const maxName = 64 << 10

// graph walks a GraphProto.
func (m *model) graph(f protowalk.Field) error {
	m.graphs++
	return m.w.Each(f.Span, func(g protowalk.Field) error {
		if g.Type != protowalk.Bytes {
			return nil
		}
		switch g.Number {
		case 1:
			return m.node(g)
		case 5:
			return m.tensor(g)
		case 15:
			return m.sparse(g)
		case 2, 10, 11, 12, 13, 14, 16: // name, doc_string, input, output, value_info, quantization_annotation, metadata_props
			return nil
		}
		return m.unknown(g)
	})
}

// A node is what is known of a NodeProto.
type node struct {
	key opKey
	at  protowalk.Field
}

// node walks a NodeProto, then looks at what its operator does.
func (m *model) node(f protowalk.Field) error {
	n := node{at: f}
	err := m.w.Each(f.Span, func(g protowalk.Field) error {
		if g.Type != protowalk.Bytes {
			return nil
		}
		switch g.Number {
		case 4:
			return m.text(g, &n.key.op)
		case 5:
			return m.attribute(g)
		case 7:
			return m.text(g, &n.key.domain)
		case 8:
			return m.text(g, &n.key.overload)
		}
		return m.other(g, 10)
	})
	if err != nil {
		return err
	}
	return m.operator(&n, func() (map[string]attribute, error) { return m.attributes(&n) })
}

// text reads a string. Of several the last counts.
func (m *model) text(f protowalk.Field, to *string) error {
	s, err := m.w.String(f, maxName)
	*to = s
	return err
}

// attribute walks an AttributeProto: tensors and graphs in it.
func (m *model) attribute(f protowalk.Field) error {
	return m.w.Each(f.Span, func(g protowalk.Field) error {
		if g.Type != protowalk.Bytes {
			return nil
		}
		switch g.Number {
		case 5, 10:
			return m.tensor(g)
		case 6, 11:
			return m.graph(g)
		case 22, 23:
			return m.sparse(g)
		case 4, 7, 8, 9: // s, floats, ints, strings
			m.data(g)
			return nil
		case 1, 13, 14, 15, 21: // name, doc_string, tp, type_protos, ref_attr_name
			return nil
		}
		return m.unknown(g)
	})
}

// An attribute is a value of a node that is looked at.
type attribute struct {
	text   string // its first bytes
	number int64
	at     scanner.Span
	bytes  int64 // how long the text is
}

// attributes reads the values of a node whose operator does something with them.
func (m *model) attributes(n *node) (map[string]attribute, error) {
	found := map[string]attribute{}
	err := m.w.Each(n.at.Span, func(f protowalk.Field) error {
		if !f.Is(5, protowalk.Bytes) || len(found) >= 64 {
			return nil
		}
		var name string
		a := attribute{at: f.Whole()}
		err := m.w.Each(f.Span, func(g protowalk.Field) error {
			var err error
			switch {
			case g.Is(1, protowalk.Bytes):
				name, err = m.w.Head(g, 256)
			case g.Is(3, protowalk.Varint):
				a.number = int64(g.Value)
			case g.Is(4, protowalk.Bytes):
				a.bytes = g.Span.Length
				a.text, err = m.w.Head(g, 4096)
			}
			return err
		})
		found[name] = a
		return err
	})
	return found, err
}
