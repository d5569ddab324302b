// Package oci reads the manifests by which registries keep models: OCI image manifests and
// indexes with the layers of KitOps, Ollama, Docker and the CNCF's ModelPack, and what
// docker save writes (https://github.com/opencontainers/image-spec/blob/main/manifest.md).
//
// A digest becomes the name of a file and the identity of a blob, so it is checked as the
// specification spells it. Blobs are analysed by their content wherever they lie. In the
// folders of an image layout and of Ollama they are compared with the digest that they are
// called by, up to 64 MiB, and with the sizes that a manifest gives.
package oci

import (
	"context"
	"fmt"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/archiverules"
	"github.com/modelsieve/modelsieve/scanner/internal/jsontree"
	"github.com/modelsieve/modelsieve/scanner/internal/lazyregexp"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
)

var ruleDigest = &scanner.Rule{
	ID:       "oci-digest-invalid",
	Title:    "Digest of a model malformed or mismatched",
	Severity: scanner.High,
	Why: "A blob of a model is named by a digest that is none, or that its content does not have. Tools turn digests into paths below " +
		"their store, and have written and read outside of it because of such ones; a blob that was exchanged is another model.",
	Fix: "Do not pull or import the model. A digest is \"sha256:\" and 64 hexadecimal digits, or \"sha512:\" and 128, of the content.",
	CWE: 22, Refs: []string{"https://nvd.nist.gov/vuln/detail/CVE-2024-37032", "https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests"},
}

// Analyzer reads manifests of registries.
var Analyzer = &scanner.Analyzer{
	Name: "oci",
	Doc: `manifests of models in registries: OCI, KitOps, Ollama, Docker

Digests and the paths that files are unpacked to are checked. Manifests of other images
with sound digests are left alone.`,
	Rules: []*scanner.Rule{ruleDigest, archiverules.Manifest, modelrules.Malformed},
	Match: match,
	Run:   run,
}

var (
	manifestKey = lazyregexp.New(`"(schemaVersion|Layers)"\s*:`)
	layerKey    = lazyregexp.New(`"(layers|manifests|config|Config|blobs)"\s*:`)
	modelType   = lazyregexp.New(`^application/vnd\.(kitops\.|cncf\.model|docker\.ai\.|ollama\.)`)
	digest      = lazyregexp.New(`^(sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$`)
)

const maxText = 8 << 20 // bytes

// match goes by keys: the manifests of Ollama have no ending. Blobs go by their names.
func match(h *scanner.Head) scanner.Claim {
	if isManifest(h) || blobDigest(h.Artifact) != "" {
		return scanner.Maybe
	}
	return scanner.No
}

// isManifest reports whether keys of a manifest stand in a file.
func isManifest(h *scanner.Head) bool {
	if h.Leftover || h.Size > maxText || len(h.Prefix) == 0 {
		return false
	}
	first := strings.TrimLeft(string(h.Prefix), " \t\r\n\ufeff")
	return first != "" && (first[0] == '{' || first[0] == '[') && (manifestKey().Match(h.Prefix) || manifestKey().Match(h.Suffix)) && layerKey().Match(h.Prefix)
}

// A manifest is one file that is read.
type manifest struct {
	p     *scanner.Pass
	known bool // it is of a model, or something is wrong with it
}

func run(_ context.Context, p *scanner.Pass) error {
	wrong := false
	if want := blobDigest(p.Artifact); want != "" {
		var err error
		if wrong, err = blob(p, want); err != nil {
			return err
		}
	}
	err := readManifest(p)
	if wrong && err != nil { // no manifest: what else it is, others tell
		p.Analysed(0, p.Size)
		return nil
	}
	return err
}

// readManifest reads a manifest.
func readManifest(p *scanner.Pass) error {
	tree, broken, err := jsontree.Whole(p, maxText)
	if err != nil {
		return err
	}
	defer tree.Close()
	m := &manifest{p: p}
	for n := range tree.Nodes() {
		if err := p.Budget.Step(1); err != nil {
			return err
		}
		m.member(n.Key().Text(), n)
	}
	switch {
	case broken != nil:
		return broken
	case !m.known:
		return scanner.Errorf(scanner.Unrecognized, 0, "a manifest, but of no model")
	}
	p.Analysed(0, p.Size)
	return nil
}

// member looks at one member of an object.
func (m *manifest) member(key string, n jsontree.Node) {
	text := n.Text()
	switch key {
	case "mediaType", "artifactType":
		m.known = m.known || modelType().MatchString(text)
	case "digest":
		if n.Kind() == jsontree.String && n.Parent().Get("size").Exists() && !digest().MatchString(text) {
			m.known = true
			m.p.Report(ruleDigest, n.Span(), scanner.Detail{
				Message:  fmt.Sprintf("Pulling or importing the model takes a blob by the digest %q, which is none.", scanner.Clean(text, 160)),
				Evidence: []string{text},
			})
		}
		m.blobSize(n)
	case "size":
		if size, ok := n.Int(); ok && size < 0 {
			m.known = true
			m.p.Report(modelrules.Malformed, n.Span(), scanner.Detail{
				Message: fmt.Sprintf("The manifest gives a blob of the model %d bytes.", size), Evidence: []string{n.Raw()},
			})
		}
	case "org.opencontainers.image.title", "org.cncf.model.filepath":
		m.path(n, "Pulling the model unpacks a file to")
	case "Config":
		m.path(n, "The image takes its configuration from")
	case "Layers":
		for _, layer := range n.Items() {
			m.path(layer, "The image takes a layer from")
		}
	}
}

// path reports a path that leads out of the folder.
func (m *manifest) path(n jsontree.Node, does string) {
	if n.Kind() == jsontree.String && archiverules.ReportPath(m.p, n.Span(), does, n.Text()) {
		m.known = true
	}
}
