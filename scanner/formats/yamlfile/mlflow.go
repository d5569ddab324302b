package yamlfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/archiverules"
	"github.com/modelsieve/modelsieve/scanner/internal/calltargets"
	"github.com/modelsieve/modelsieve/scanner/internal/conftree"
)

// mlmodel reports on an MLmodel (mlflow/models/model.py, mlflow/pyfunc/__init__.py).
func mlmodel(p *scanner.Pass, root *conftree.Node) {
	archiverules.ReportPath(p, root.Get("artifact_path").Span(), "MLmodel says that the model lies at", root.Get("artifact_path").Str())
	for flavor, conf := range root.Get("flavors").Pairs() {
		code := conf.Value().Get("code").Str()
		for key, value := range conf.Value().Pairs() {
			mlflowKey(p, flavor.Str(), key.Str(), code, value.Value())
		}
	}
}

// mlflowKey reports on one key of a flavour whose code lies in a folder. The rest are read
// by none of the loaders as something to import.
func mlflowKey(p *scanner.Pass, flavor, key, code string, value *conftree.Node) {
	if value.Null() {
		return
	}
	switch key {
	case "loader_module", "keras_module", "pickle_module_name":
		mlflowModule(p, value, key, code)
	case "model_class":
		mlflowClass(p, value, flavor)
	case "skops_trusted_types":
		trustedTypes(p, value)
	case "model_code_path", "models_from_code":
		p.Names(value.Str())
		reportMLflow(p, value, fmt.Sprintf("runs the script %q", scanner.Clean(value.Str(), 160)))
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

// expectedModules are modules, besides MLflow's own, that its flavours name by the key or
// in the file of the model.
var expectedModules = map[string][]string{
	"keras_module":       {"keras", "tensorflow", "tf_keras"},
	"pickle_module_name": {"pickle", "cloudpickle", "dill", "torch"},
}

// mlflowModule reports a module that loading the model imports. One of the folder with its
// code is named by its file.
func mlflowModule(p *scanner.Pass, value *conftree.Node, key, code string) {
	name := strings.TrimSpace(value.Str())
	root, _, _ := strings.Cut(name, ".")
	if root == "mlflow" || slices.Contains(expectedModules[key], root) {
		return
	}
	p.Names(code + "/" + strings.ReplaceAll(name, ".", "/") + ".py")
	reportMLflow(p, value, fmt.Sprintf("imports the module %q, which is not MLflow's own", scanner.Clean(name, 160)))
}

// mlflowClass reports a class that loading the model makes an instance of, without
// arguments. Only the flavour of XGBoost takes it from here; those of Spark keep it for
// show.
func mlflowClass(p *scanner.Pass, value *conftree.Node, flavor string) {
	name := value.Str()
	switch j := calltargets.Judge(name); {
	case j.Verdict == calltargets.Harmful:
		p.Report(calltargets.Dangerous, value.Span(), scanner.Detail{
			Message:  fmt.Sprintf("mlflow.pyfunc.load_model imports and calls %q, which %s.", scanner.Clean(j.Path, 160), j.Does),
			Evidence: []string{name, j.Path}, Name: j.Path, Use: scanner.UseCall,
		})
	case flavor == "xgboost" && j.Verdict == calltargets.Foreign:
		reportMLflow(p, value, fmt.Sprintf("imports and calls %q, no class of XGBoost", scanner.Clean(name, 160)))
	}
}

// trustedTypes reports types that a model tells skops to trust, which nobody should.
func trustedTypes(p *scanner.Pass, value *conftree.Node) {
	for _, name := range value.Strings() {
		if j := calltargets.Judge(name.Text); j.Verdict == calltargets.Harmful {
			p.Report(calltargets.Dangerous, name.Span(), scanner.Detail{
				Message: fmt.Sprintf("mlflow.sklearn.load_model trusts the types of a skops file that MLmodel lists, and this lists %q, which %s.",
					scanner.Clean(j.Path, 160), j.Does),
				Evidence: []string{name.Text, j.Path}, Name: j.Path, Use: scanner.UseCall,
			})
		}
	}
}

// moduleFiles are files that hold nothing but the name of a module, which the flavours of
// PyTorch and TensorFlow import, with the key that stands for it (mlflow/pytorch,
// mlflow/tensorflow).
var moduleFiles = map[string]string{"pickle_module_info.txt": "pickle_module_name", "keras_module.txt": "keras_module"}

// moduleFile reports on a file that names a module, and says whether this is one.
func moduleFile(p *scanner.Pass, root *conftree.Node) bool {
	key, ok := moduleFiles[p.Name()]
	if ok && root.Kind == conftree.Scalar {
		mlflowModule(p, root, key, "../code")
		return true
	}
	return false
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
