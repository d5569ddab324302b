package yamlfile_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"testing"

	"github.com/modelsieve/modelsieve/internal/realtest"
	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

// A loadCase is a configuration with what the real loader starts because of it; "" for one
// that runs nothing. The first file by name is the one that is loaded; all are scanned.
type loadCase struct {
	Loader string            `json:"loader"`
	Files  map[string]string `json:"files"`
	event  string
}

func yamlCase(loader, event, text string) loadCase {
	return loadCase{loader, map[string]string{"model.yaml": text}, event}
}

var loadCases = []loadCase{
	yamlCase("pyyaml", "os.system", "a: !!python/object/apply:os.system ['true']\n"),
	yamlCase("pyyaml", "subprocess.Popen", "- !<tag:yaml.org,2002:python/object/apply:subprocess.check_output> [['true']]\n"),
	yamlCase("pyyaml", "os.system", "%TAG !p! tag:yaml.org,2002:python/object/\n---\n!p!apply:posix.system ['true']\n"),
	yamlCase("pyyaml", "os.system", "%TAG ! tag:yaml.org,2002:python/\n---\nx: !object/apply:os.system ['true']\n"),
	yamlCase("pyyaml", "os.system", "%TAG !! tag:yaml.org,2002:py\n---\nx: !!thon/object/apply:os.system ['true']\n"),
	yamlCase("pyyaml", "os.system", "x: !!pyth%6fn/object/apply:os.s%79stem ['true']\n"),
	yamlCase("pyyaml", "os.system", "? !!python/object/apply:os.system ['true']\n: 1\n"),
	yamlCase("pyyaml", "os.system", "a: 1\n---\nb: !!python/object/apply:os.system ['true']\n"),
	yamlCase("pyyaml", "compile", "!!python/object/apply:eval ['\"MARK\"']\n"),
	yamlCase("pyyaml", "compile", "!!python/object/new:type\n  args: ['z', !!python/tuple [], {'extend': !!python/name:exec }]\n  listitems: '\"MARK\"'\n"),
	yamlCase("pyyaml", "compile", "!!python/object/new:tuple\n- !!python/object/new:map\n  - !!python/name:eval\n  - ['\"MARK\"']\n"),
	yamlCase("pyyaml", "os.system", "\xff\xfe"+utf16("!!python/object/apply:os.system ['true']")),
	yamlCase("hyperpyyaml", "os.system", "a: !apply:os.system ['true']\n"),
	yamlCase("hyperpyyaml", "compile", "a: !apply:eval ['\"MARK\"']\n"),
	yamlCase("hyperpyyaml", "subprocess.Popen", "a: !applyref:subprocess.getoutput ['true']\n"),
	yamlCase("hyperpyyaml", "subprocess.Popen", "a: !new:subprocess.Popen [['true']]\n"),
	yamlCase("hydra", "os.system", "model:\n  layers:\n  - a: {_target_: os.system, _args_: ['true']}\n"),
	yamlCase("hydra", "os.system", "_target_: logging.os.system\n_args_: ['true']\n"),
	yamlCase("hydra", "os.system", "m: os\nf: system\na:\n  _target_: ${m}.${f}\n  _args_: ['true']\n"),
	yamlCase("hydra", "os.system", "a:\n  _target_: ${oc.env:NO_SUCH_VARIABLE,os.system}\n  _args_: ['true']\n"),
	yamlCase("hydra", "os.system", "a:\n  m: os\n  b:\n    _target_: ${..m}.system\n    _args_: ['true']\n"),
	yamlCase("hydra", "os.system", "x: &t {_target_: os.system, _args_: ['true']}\na:\n  <<: *t\n"),
	yamlCase("hydra", "os.system", "which: m\nm: {x: os.system}\na:\n  _target_: ${${which}.x}\n  _args_: ['true']\n"),
	yamlCase("hydra", "os.system", "\"\\x5ftarget_\": \"\\u006fs.system\"\n_args_: ['true']\n"),
	yamlCase("hydra", "compile", "_target_: builtins.exec\n_args_: ['\"MARK\"']\n"),
	yamlCase("hydra", "compile", "_target_: enum.bltns.eval\n_args_: ['\"MARK\"']\n"),
	yamlCase("hydra", "os.system", "a: \"${oc.create:'{_target_: os.system, _args_: [a]}'}\"\n"),
	{"mlflow", map[string]string{"MLmodel": "flavors:\n  python_function:\n    loader_module: my_loader\n    code: .\n", "my_loader.py": "import os\nos.system('true')\n"}, "os.system"},
	{"mlflow", map[string]string{
		"MLmodel":     "flavors:\n  python_function:\n    loader_module: mlflow.xgboost\n    code: .\n  xgboost:\n    data: x\n    model_class: my_model.Model\n",
		"my_model.py": "import os\nos.system('true')\n",
	}, "os.system"},
	{"mlflow", map[string]string{"MLmodel": "flavors:\n  python_function: {loader_module: mlflow.xgboost}\n  xgboost: {data: x, model_class: os.fork}\n"}, "os.fork"},
	{"mlflow", map[string]string{
		"MLmodel":        "flavors:\n  python_function: {loader_module: mlflow.pytorch, data: data, code: .}\n  pytorch: {model_data: data}\n",
		"data/model.pth": "", "data/pickle_module_info.txt": "my_pickle", "my_pickle.py": "import os\nos.system('true')\n",
	}, "os.system"},
	{"mlflow", map[string]string{
		"MLmodel": "flavors:\n  python_function: {loader_module: mlflow.sklearn, model_path: m.skops}\n" +
			"  sklearn: {pickled_model: m.skops, serialization_format: skops, skops_trusted_types: [subprocess.Popen]}\n",
		"m.skops": zipped("schema.json", `{"__class__":"Popen","__module__":"subprocess","__loader__":"ConstructorFromReduceNode","__id__":1,"content":`+
			`{"__class__":"tuple","__module__":"builtins","__loader__":"TupleNode","__id__":2,"content":[{"__class__":"str","__module__":"builtins",`+
			`"__loader__":"JsonNode","content":"\"true\""}]},"protocol":2,"_skops_version":"0.16.0"}`),
	}, "subprocess.Popen"},
	yamlCase("pyyaml", "", "a: !!python/tuple [1]\nb: !!python/object/apply:collections.OrderedDict [[[a, 1]]]\nc: !!python/object:argparse.Namespace {a: 1}\n"),
	yamlCase("hydra", "", "a: {_target_: collections.Counter}\nb: {_target_: hydra.utils.get_class, path: collections.OrderedDict}\nc: {_target_: os.path.join, _args_: [a, b]}\n"),
	yamlCase("hyperpyyaml", "", "a: !new:collections.Counter\nb: !name:collections.Counter\nc: !ref <a>\n"),
}

// utf16 writes ASCII in little-endian UTF-16.
func utf16(text string) string {
	var b bytes.Buffer
	for _, c := range []byte(text) {
		b.Write([]byte{c, 0})
	}
	return b.String()
}

// zipped makes a zip archive with one member.
func zipped(name, text string) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	if member, err := w.CreateHeader(&zip.FileHeader{Name: name}); err == nil {
		_, _ = member.Write([]byte(text))
	}
	_ = w.Close()
	return b.String()
}

// found reports whether one of the files of a case has a finding that fails a scan.
func (c *loadCase) found(t *testing.T) (found bool, reports string) {
	for name, text := range c.Files {
		r := scantest.Scan(t, analyzers, name, []byte(text))
		found = found || len(r.Findings) > 0 && r.Files[0].Verdict == scanner.VerdictFindings
		reports += scantest.Format(r)
	}
	return found, reports
}

// TestRealLoaders has the real loaders load configurations: what runs something there is
// found here, and what is clean here runs nothing there.
func TestRealLoaders(t *testing.T) {
	// Releases of Hydra after 1.3.2 refuse some callables.
	python := realtest.Python(t, "hydra-core==1.3.2", "hyperpyyaml", "mlflow", "skops", "torch", "xgboost", "yaml")
	var in bytes.Buffer
	for _, c := range loadCases {
		c.Files = latin1(c.Files)
		if err := json.NewEncoder(&in).Encode(c); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(python, "testdata/loaders.py")
	cmd.Stdin, cmd.Stderr = &in, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	answers := json.NewDecoder(bytes.NewReader(out))
	for _, c := range loadCases {
		var event string
		if err := answers.Decode(&event); err != nil {
			t.Fatal(err)
		}
		if found, reports := c.found(t); event != c.event || found != (event != "") {
			t.Errorf("%s: the loader runs %q, want %q; found: %v\n%q\n%s", c.Loader, event, c.event, found, c.Files, reports)
		}
	}
}

// latin1 makes texts of bytes ones of characters, as JSON needs them.
func latin1(files map[string]string) map[string]string {
	out := map[string]string{}
	for name, text := range files {
		runes := make([]rune, 0, len(text))
		for _, c := range []byte(text) {
			runes = append(runes, rune(c))
		}
		out[name] = string(runes)
	}
	return out
}
