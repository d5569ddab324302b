package paddle

import (
	"path"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/jsontree"
)

// isPIR reports whether a file is a program as Paddle 3 writes it, in JSON
// (paddle/fluid/pir/serialize_deserialize).
func isPIR(h *scanner.Head) bool {
	if path.Ext(strings.ToLower(h.Name())) != ".json" || h.Leftover {
		return false
	}
	text := jsontree.Searched(h)
	return strings.Contains(text, `"base_code"`) && strings.Contains(text, `"pir"`)
}

// maxJSON is how long such a program may be, in bytes: it has no weights.
const maxJSON = 256 << 20

// pir walks a program in JSON: the key "#" has the name of an operator behind the number of
// its dialect, "A" its attributes.
func (g *program) pir() error {
	tree, broken, err := jsontree.Whole(g.p, maxJSON)
	if err != nil {
		return err
	}
	defer tree.Close()
	for n := range tree.Nodes() {
		if err := g.p.Budget.Step(1); err != nil {
			return err
		}
		if n.Kind() != jsontree.String || !n.Key().Exists() || !n.Key().Is("#") {
			continue
		}
		if _, name, ok := strings.Cut(n.Text(), "."); ok {
			g.judge(n.At(), &op{kind: strings.TrimSuffix(name, "_"), path: pathOf(n.Parent().Get("A"))})
		}
	}
	if broken == nil {
		g.p.Analysed(0, g.p.Size)
	}
	return broken
}

// pathOf returns the attribute of an operator that names a file.
func pathOf(attributes jsontree.Node) string {
	for _, a := range attributes.Items() {
		if name := a.Get("N"); name.Is("file_path") || name.Is("filename") {
			return a.Get("AT").Get("D").Text()
		}
	}
	return ""
}
