package onnx

import (
	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/flatbuf"
	"github.com/modelsieve/modelsieve/scanner/internal/protowalk"
)

// isRuntime reports whether a file is one of onnxruntime's own format
// (https://github.com/microsoft/onnxruntime/blob/main/onnxruntime/core/flatbuffers/schema/ort.fbs).
func isRuntime(head []byte) bool { return len(head) >= 8 && string(head[4:8]) == "ORTM" }

// A runtimeModel is a file of that format.
type runtimeModel struct {
	*model
	b *flatbuf.Buffer
}

// runtime walks a file of onnxruntime's own format.
func (m *model) runtime() error {
	r := runtimeModel{m, flatbuf.New(m.p, m.p.Size, m.p.Budget)}
	defer r.b.Close()
	graph := r.b.Root().Table(1).Table(7) // InferenceSession, Model
	if !graph.Present() && r.b.Err() == nil {
		return scanner.Errorf(scanner.Malformed, 0, "no model of onnxruntime: it has no graph")
	}
	err := r.graph(graph, 0)
	if err == nil {
		err = r.b.Err()
	}
	if err == nil {
		m.p.Data(0, m.p.Size) // types, names and edges, and tensors
	}
	r.b.Each(func(at scanner.Span) { m.p.Analysed(at.Offset, at.Length) })
	m.reportCustom()
	return err
}

// maxGraphs is how deep graphs may nest in attributes.
const maxGraphs = 128

// graph walks a Graph: its nodes, and the graphs in their attributes.
func (r *runtimeModel) graph(g flatbuf.Table, depth int) error {
	if depth > maxGraphs {
		return scanner.Errorf(scanner.Malformed, g.At(), "graphs are nested more than %d deep", maxGraphs)
	}
	nodes := g.Vector(2, 4)
	for i := range nodes.Len() {
		n := nodes.Table(i)
		if r.b.Err() != nil {
			return r.b.Err()
		}
		if !n.Once() {
			continue
		}
		if err := r.node(n, depth); err != nil {
			return err
		}
	}
	return r.b.Err()
}

// node walks a Node.
func (r *runtimeModel) node(t flatbuf.Table, depth int) error {
	n := node{
		key: opKey{domain: t.Text(2, maxName), op: t.Text(5, maxName)},
		at:  protowalk.Field{At: t.At(), Span: scanner.Span{Offset: t.At()}},
	}
	all := t.Vector(10, 4)
	for i := range all.Len() {
		a := all.Table(i)
		if a.Has(7) {
			if err := r.graph(a.Table(7), depth+1); err != nil {
				return err
			}
		}
		graphs := a.Vector(12, 4)
		for j := range graphs.Len() {
			if err := r.graph(graphs.Table(j), depth+1); err != nil {
				return err
			}
		}
	}
	if err := r.b.Err(); err != nil {
		return err
	}
	return r.operator(&n, func() (map[string]attribute, error) { return r.values(all) })
}

// values reads the attributes of a node.
func (r *runtimeModel) values(all flatbuf.Vector) (map[string]attribute, error) {
	found := map[string]attribute{}
	for i := range min(all.Len(), 64) {
		a := all.Table(i)
		text := a.Vector(5, 1)
		found[a.Text(0, maxName)] = attribute{
			text: a.Text(5, maxName), number: a.Int(4, 8, 0), bytes: int64(text.Len()), at: scanner.Span{Offset: a.At()},
		}
	}
	return found, r.b.Err()
}
