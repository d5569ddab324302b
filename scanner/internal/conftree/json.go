package conftree

import "github.com/modelsieve/modelsieve/scanner/internal/jsontree"

// FromJSON makes the tree of a JSON value. The caller has charged for it.
func FromJSON(j jsontree.Node) *Node {
	span := j.Span()
	n := &Node{Kind: Scalar, At: span.Offset, Size: max(1, span.Length)}
	switch j.Kind() {
	case jsontree.Object:
		n.Kind = Map
		for key, value := range j.Members() {
			if value.Exists() {
				n.Items = append(n.Items, FromJSON(key), FromJSON(value))
			}
		}
	case jsontree.Array:
		n.Kind = List
		for _, item := range j.Items() {
			n.Items = append(n.Items, FromJSON(item))
		}
	case jsontree.String:
		n.Text, n.Quote = j.Text(), true
	case jsontree.Null, jsontree.Bool, jsontree.Number, jsontree.Missing:
		n.Text = j.Raw()
	}
	return n
}
