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

// mlmodel reports on an MLmodel (mlflow/models/model.py, mlflow/pyfunc/__init__.py).
func mlmodel(p *scanner.Pass, root *conftree.Node) {
	archiverules.ReportPath(p, root.Get("artifact_path").Span(), "MLmodel says that the model lies at", root.Get("artifact_path").Str())
	for flavor, conf := range root.Get("flavors").Pairs() {
		for key, value := range conf.Value().Pairs() {
			mlflowKey(p, flavor.Str(), key.Str(), value.Value())
		}
	}
}

// mlflowKey reports on one key of a flavour. The rest are read by none of the loaders as
// something to import.
func mlflowKey(p *scanner.Pass, flavor, key string, value *conftree.Node) {
	if value.Null() {
		return
	}
	text := value.Str()
	switch key {
	case "loader_module", "keras_module":
		if text != "mlflow" && !strings.HasPrefix(text, "mlflow.") && !expectedModule(key, text) {
			reportMLflow(p, value, fmt.Sprintf("imports the module %q, which is not MLflow's own", scanner.Clean(text, 160)))
		}
	case "model_code_path", "models_from_code":
		reportMLflow(p, value, fmt.Sprintf("runs the script %q", scanner.Clean(text, 160)))
	case "code", "code_paths", "code_path":
		for _, path := range value.Strings() {
			p.Report(ruleBundledCode, path.Span(), scanner.Detail{
				Message: fmt.Sprintf("mlflow.pyfunc.load_model puts %q in front of the import path (flavour %s).",
					scanner.Clean(path.Text, 160), scanner.Clean(flavor, 40)),
				Evidence: []string{flavor, path.Text},
			})
			archiverules.ReportPath(p, path.Span(), "MLmodel takes code from", path.Text)
		}
	case "data", "model_path", "python_model", "model_data", "pickled_model", "model_binary", "saved_model_dir", "env":
		for _, path := range value.Strings() {
			archiverules.ReportPath(p, path.Span(), "MLmodel takes a file of the model from", path.Text)
		}
	}
}

// expectedModule reports whether a module is one of Keras, which its flavour imports.
func expectedModule(key, module string) bool {
	return key == "keras_module" && (module == "keras" || module == "tensorflow.keras" || module == "tf_keras")
}

// reportMLflow reports code that loading the model runs.
func reportMLflow(p *scanner.Pass, at *conftree.Node, does string) {
	p.Report(ruleLoaderModule, at.Span(), scanner.Detail{
		Message: "mlflow.pyfunc.load_model " + does + ".", Evidence: []string{at.Text}, Name: at.Text, Use: scanner.UseImport,
	})
}

// mlproject reports the commands of a project.
func mlproject(p *scanner.Pass, root *conftree.Node) {
	for name, entry := range root.Get("entry_points").Pairs() {
		command := entry.Value().Get("command")
		if command.Null() {
			continue
		}
		p.Report(ruleProject, command.Span(), scanner.Detail{
			Message:  fmt.Sprintf("mlflow run gives %q to a shell.", scanner.Clean(command.Str(), 200)),
			Evidence: []string{name.Str(), command.Str()},
		})
	}
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
