package keras_test

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"testing"

	"github.com/modelsieve/modelsieve/internal/realtest"
	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/formats/hdf5"
)

// A manifest says of each file that testdata/models.py wrote which rules have to fire.
type manifest struct {
	Version string
	Files   []realtest.Model
}

// TestModels scans models with every layer class, as keras and tf_keras write them, and
// attacks that are loaded as well, in processes of their own.
func TestModels(t *testing.T) {
	for _, which := range []string{"keras", "tf_keras"} {
		t.Run(which, func(t *testing.T) {
			python, dir := realtest.Python(t, "tensorflow", which), t.TempDir()
			realtest.Run(t, python, "testdata/models.py", which, dir)
			var m manifest
			realtest.ReadJSON(t, filepath.Join(dir, "manifest.json"), &m)
			realtest.Check(t, slices.Concat(analyzers, []*scanner.Analyzer{hdf5.Analyzer}), dir, m.Files)
			t.Logf("%s %s", which, m.Version)
			var loaded struct{ Results map[string]string }
			if err := json.Unmarshal(realtest.Run(t, python, "testdata/loaders.py", which, dir), &loaded); err != nil {
				t.Fatal(err)
			}
			for path, result := range loaded.Results {
				t.Logf("%s: %s", path, result)
			}
			if which == "tf_keras" && loaded.Results["tf_keras-lambda.h5"] != "ran" {
				t.Error("the proof is broken: tf_keras did not run a Lambda")
			}
		})
	}
}
