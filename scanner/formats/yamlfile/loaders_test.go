package yamlfile_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

// A loadCase is a configuration with what the real loader starts because of it; "" for one
// that runs nothing. The first file is the one that is loaded and scanned.
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

// main returns the file of a case that is scanned.
func (c *loadCase) main() (name, text string) {
	for _, name := range []string{"MLmodel", "model.yaml"} {
		if text, ok := c.Files[name]; ok {
			return name, text
		}
	}
	return "", ""
}

// TestRealLoaders has the real loaders load configurations: what runs something there is
// found here, and what is clean here runs nothing there.
func TestRealLoaders(t *testing.T) {
	python := os.Getenv("MODELSIEVE_PYTHON")
	if python == "" || exec.Command(python, "-c", "import hydra, hyperpyyaml, mlflow, yaml").Run() != nil {
		t.Skip("SKIPPED: MODELSIEVE_PYTHON is not a Python with PyYAML, hydra-core 1.3.2, hyperpyyaml and mlflow-skinny, so loaders cannot be compared with")
	}
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
		name, text := c.main()
		report := scantest.Scan(t, analyzers, name, []byte(text))
		found := len(report.Findings) > 0 && report.Files[0].Verdict == scanner.VerdictFindings
		if event != c.event || found != (event != "") {
			t.Errorf("%s: the loader runs %q, want %q; found: %v\n%s\n%s", c.Loader, event, c.event, found, text, scantest.Format(report))
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
