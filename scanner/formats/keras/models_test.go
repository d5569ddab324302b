package keras_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/formats/hdf5"
)

// A manifest says of each file that testdata/models.py wrote which rules have to fire.
type manifest struct {
	Version string
	Files   []struct {
		Path   string
		Rules  []string
		Attack bool
	}
}

// TestModels scans models with every layer class, as keras and tf_keras write them, and
// attacks that are loaded as well, in processes of their own.
func TestModels(t *testing.T) {
	python := os.Getenv("MODELSIEVE_PYTHON")
	for _, which := range []string{"keras", "tf_keras"} {
		t.Run(which, func(t *testing.T) {
			if python == "" || exec.Command(python, "-c", "import tensorflow, "+which).Run() != nil {
				t.Skip("SKIPPED: MODELSIEVE_PYTHON has no " + which + " and tensorflow, so no real models are made")
			}
			dir := t.TempDir()
			output(t, python, "testdata/models.py", which, dir)
			var m manifest
			read(t, filepath.Join(dir, "manifest.json"), &m)
			for _, f := range m.Files {
				check(t, filepath.Join(dir, f.Path), f.Rules)
			}
			t.Logf("%d files of %s %s", len(m.Files), which, m.Version)
			var loaded struct{ Results map[string]string }
			if err := json.Unmarshal(output(t, python, "testdata/loaders.py", which, dir), &loaded); err != nil {
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

// output runs a script.
func output(t *testing.T, python string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(python, args...)
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, problems.Bytes())
	}
	return out
}

// read reads a JSON file.
func read(t *testing.T, path string, into any) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// check scans a file: these rules fire on it and no others, and all of it is read.
func check(t *testing.T, path string, want []string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	target := scanner.Target{Path: filepath.Base(path), Open: func() (scanner.ReadAtCloser, int64, error) {
		return inMemory{bytes.NewReader(data)}, int64(len(data)), nil
	}}
	all := append([]*scanner.Analyzer{hdf5.Analyzer}, analyzers...)
	report, err := scanner.Scan(context.Background(), []scanner.Target{target}, scanner.Config{Analyzers: all})
	if err != nil {
		t.Fatal(err)
	}
	got := []string{}
	for _, f := range report.Findings {
		got = append(got, f.Rule.ID)
	}
	slices.Sort(got)
	got = slices.Compact(got)
	if !slices.Equal(got, want) || len(report.Gaps) > 0 || len(report.Files[0].Formats) == 0 {
		t.Errorf("%s: %s, want %s; %v", target.Path, strings.Join(got, " "), strings.Join(want, " "), report.Gaps)
	}
}

type inMemory struct{ *bytes.Reader }

func (inMemory) Close() error { return nil }
