package coreml

import (
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/archiverules"
	"github.com/modelsieve/modelsieve/scanner/internal/jsontree"
)

// isManifest reports whether a file says what lies in a package (coremltools,
// modelpackage/src/ModelPackage.cpp).
func isManifest(h *scanner.Head) bool {
	if strings.ToLower(h.Name()) != "manifest.json" {
		return false
	}
	text := jsontree.Searched(h)
	return strings.Contains(text, `"itemInfoEntries"`) || strings.Contains(text, `"rootModelIdentifier"`)
}

// maxManifest is how long a manifest may be, in bytes.
const maxManifest = 16 << 20

// manifest judges the paths of a package: each item has one, below Data.
func manifest(p *scanner.Pass) error {
	tree, broken, err := jsontree.Whole(p, maxManifest)
	if err != nil {
		return err
	}
	defer tree.Close()
	for n := range tree.Nodes() {
		if err := p.Budget.Step(1); err != nil {
			return err
		}
		if key := n.Key(); key.Exists() && key.Is("path") && n.Kind() == jsontree.String {
			archiverules.ReportPath(p, n.Span(), "The package takes its item from", n.Text())
		}
	}
	if broken == nil {
		p.Analysed(0, p.Size)
	}
	return broken
}
