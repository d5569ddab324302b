package yamlfile

import (
	"fmt"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/archiverules"
	"github.com/modelsieve/modelsieve/scanner/internal/calltargets"
	"github.com/modelsieve/modelsieve/scanner/internal/conftree"
	"github.com/modelsieve/modelsieve/scanner/internal/packagesource"
)

// manifest reports on the files that tools keep beside a model, and says whether this is
// one.
func manifest(p *scanner.Pass, root *conftree.Node) bool {
	switch name := strings.ToLower(p.Name()); {
	case moduleFile(p, root):
	case name == "mlmodel" || root.Get("flavors") != nil && root.Get("flavors").Kind == conftree.Map:
		mlmodel(p, root)
	case name == "mlproject":
		mlproject(p, root)
	case name == "kitfile" || root.Get("manifestVersion") != nil && root.Get("package") != nil:
		kitfile(p, root)
	case root.Get("module") != nil && root.Get("api_version") != nil && root.Get("context") != nil:
		bentoModel(p, root)
	case root.Get("dependencies") != nil || root.Get("channels") != nil || root.Get("python") != nil:
		return environment(p, root)
	default:
		return false
	}
	return true
}

// kitfile reports paths that lead out of the folder that KitOps packs and unpacks.
func kitfile(p *scanner.Pass, root *conftree.Node) {
	parts := []*conftree.Node{root.Get("model")}
	for _, key := range []string{"code", "datasets", "docs", "prompts"} {
		if list := root.Get(key); list != nil {
			parts = append(parts, list.Items...)
		}
	}
	if model := root.Get("model"); model != nil && model.Get("parts") != nil {
		parts = append(parts, model.Get("parts").Items...)
	}
	for _, part := range parts {
		path := part.Value().Get("path")
		archiverules.ReportPath(p, path.Span(), "The Kitfile takes a part of the model from", path.Str())
	}
}

// bentoModel reports on the description of a model in a store of BentoML: the module that
// reads it (bentoml/_internal/models/model.py).
func bentoModel(p *scanner.Pass, root *conftree.Node) {
	module := root.Get("module")
	if module.Null() || strings.HasPrefix(module.Str(), "bentoml.") {
		return
	}
	if j := calltargets.Judge(module.Str() + ".load_model"); j.Verdict == calltargets.Harmful {
		p.Report(calltargets.Dangerous, module.Span(), scanner.Detail{
			Message:  fmt.Sprintf("BentoML imports the module %q to load the model: %q %s.", scanner.Clean(module.Str(), 160), j.Path, j.Does),
			Evidence: []string{module.Str()}, Name: module.Str(), Use: scanner.UseImport,
		})
		return
	}
	calltargets.ReportForeign(p, module.Span(), "bentoml.models.get", module.Str(), "which is not BentoML's own")
}

// environment reports packages that come from elsewhere than the public index, where what
// lies around the file says that a loader installs them, and says whether there are any.
func environment(p *scanner.Pass, root *conftree.Node) (found bool) {
	for _, channel := range root.Get("channels").Strings() {
		found = packagesource.Channel(p, channel.Span(), channel.Text) || found
	}
	pip := root.Get("dependencies")
	if python := root.Get("python"); python != nil && python.Kind == conftree.Map { // a bentofile
		pip = python.Get("packages")
		if index := python.Get("index_url"); !index.Null() {
			found = packagesource.Line(p, index.Span(), "--index-url "+index.Str()) || found
		}
	}
	if pip == nil {
		return found
	}
	for _, item := range pip.Items {
		for _, line := range append(item.Strings(), item.Value().Get("pip").Strings()...) {
			found = packagesource.Line(p, line.Span(), line.Text) || found
		}
	}
	return found
}
