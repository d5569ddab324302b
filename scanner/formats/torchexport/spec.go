package torchexport

import (
	"fmt"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/calltargets"
	"github.com/modelsieve/modelsieve/scanner/internal/jsontree"
)

const (
	maxSpec     = 16 << 20 // bytes of a text that is JSON again
	maxSpecs    = 4        // how deep such texts may lie in one another
	factoryKey  = "default_factory_module"
	factoryName = "default_factory_name"
)

// spec judges a text that is JSON again: the shape of what a program takes and gives
// (torch/utils/_pytree.py). A dict with a default has the module there that its factory
// is in, which loading imports.
func (j *judge) spec(at jsontree.Node, text string, depth int) error {
	if len(text) > maxSpec || depth > maxSpecs || !strings.HasPrefix(text, "[") && !strings.HasPrefix(text, "{") {
		return nil
	}
	tree, err := jsontree.ParseText(text, at.At(), j.p.Budget)
	defer func() { tree.Close() }()
	if err != nil {
		return nil //nolint:nilerr // no JSON, or the budget is spent, which the walk says
	}
	for n := range tree.Nodes() {
		if err := j.p.Budget.Step(1); err != nil {
			return err
		}
		if module := n.Get(factoryKey); module.Kind() == jsontree.String {
			j.factory(at, module.Text(), n.Get(factoryName).Text())
		}
		if n.Kind() == jsontree.String {
			if err := j.spec(at, n.Text(), depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// factory judges what makes the values of a dict.
func (j *judge) factory(at jsontree.Node, module, name string) {
	path := module + "." + name
	if verdict := calltargets.Judge(path).Verdict; verdict == calltargets.Inert || verdict == calltargets.Expected {
		return
	}
	j.p.Report(ruleImport, at.Span(), scanner.Detail{
		Message:  fmt.Sprintf("Loading this program with torch.export.load imports the module %q, for %q in it.", scanner.Clean(module, 100), scanner.Clean(name, 100)),
		Evidence: []string{path}, Name: path, Use: scanner.UseImport,
	})
}
