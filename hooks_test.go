package modelsieve_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/modelsieve/modelsieve/scanner"
)

// Hooks are given every file whose name says that it is a model.
func TestHookNames(t *testing.T) {
	text, err := os.ReadFile(".pre-commit-hooks.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var hooks []struct{ ID, Files string }
	if err := yaml.Unmarshal(text, &hooks); err != nil || len(hooks) != 3 {
		t.Fatalf("%d hooks, %v", len(hooks), err)
	}
	source, err := os.ReadFile("scanner/modelname.go")
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"MLmodel", "saved_model.pb", "pytorch_model.bin", "adapter_model-00001.bin", "optimizer.bin", "random_states_0.bin"}
	for _, suffix := range regexp.MustCompile(`"(\.[a-z0-9]+)"`).FindAllStringSubmatch(string(source), -1) {
		names = append(names, "model"+suffix[1], "MODEL"+strings.ToUpper(suffix[1])+".gz")
	}
	for _, hook := range hooks {
		files, ok := strings.CutPrefix(hook.Files, "(?ix)")
		if !ok {
			t.Fatalf("%s: files is %q", hook.ID, hook.Files)
		}
		files = strings.Join(strings.Fields(files), "")
		expression := regexp.MustCompile("(?i)" + files)
		for _, name := range names {
			if scanner.ModelNamed(name) && !expression.MatchString("a/"+name) {
				t.Errorf("%s does not take %s", hook.ID, name)
			}
		}
		if expression.MatchString("notes.txt") {
			t.Errorf("%s takes notes.txt", hook.ID)
		}
	}
	if len(names) < 50 {
		t.Errorf("only %d names", len(names))
	}
}
