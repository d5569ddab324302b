package yamlfile

import (
	"context"
	"io"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/conftree"
)

// templateKeys are keys under which tools that train models keep a chat template, or the
// name of one (axolotl: utils/schemas/config.py).
var templateKeys = []string{"chat_template", "chat_template_jinja"}

// isTemplate reports whether a value under a key is a template, and not the name of one.
func isTemplate(key, value *conftree.Node) bool {
	text := value.Str()
	return slices.Contains(templateKeys, key.Str()) && (strings.Contains(text, "{{") || strings.Contains(text, "{%"))
}

// handTemplate hands a template on.
func handTemplate(ctx context.Context, p *scanner.Pass, key, value *conftree.Node) error {
	text := value.Str()
	member := scanner.Member{Name: key.Str() + ".jinja", Format: "jinja"}
	return p.Stream(ctx, member, value.Value().Span(), func() (io.Reader, error) { return strings.NewReader(text), nil })
}
