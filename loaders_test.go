package modelsieve_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/formats"
)

// A driven file is one that real loaders read: an entry of the manifest that
// tools/loaders/drive.py writes.
type driven struct {
	Path    string
	Imports [][2]string // module and name, as the stream spells them
}

// TestEverythingThatLoadersImport compares with joblib, torch, NumPy, pandas and pickle
// on broken and spliced files: what a loader looks up is reported, or the file has a
// gap. MODELSIEVE_FILES says how many files, MODELSIEVE_SEED which.
func TestEverythingThatLoadersImport(t *testing.T) {
	python := os.Getenv("MODELSIEVE_PYTHON")
	if python == "" {
		t.Skip("SKIPPED: MODELSIEVE_PYTHON is not set, so there are no loaders to compare with")
	}
	dir, count, seed := t.TempDir(), "600", "1"
	if n, err := strconv.Atoi(os.Getenv("MODELSIEVE_FILES")); err == nil {
		count = strconv.Itoa(n)
	}
	if s := os.Getenv("MODELSIEVE_SEED"); s != "" {
		seed = s
	}
	t.Logf("%s files from seed %s", count, seed)
	if out, err := exec.Command(python, "tools/loaders/drive.py", dir, count, seed).CombinedOutput(); err != nil {
		t.Fatalf("driving the loaders: %v\n%s", err, out)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var files []driven
	if err := json.Unmarshal(raw, &files); err != nil {
		t.Fatal(err)
	}
	ours, gaps := inspected(t, dir)
	compared := 0
	for _, f := range files {
		for _, i := range f.Imports {
			name := [2]string{scanner.Clean(i[0], 200), scanner.Clean(i[1], 200)}
			compared++
			if !ours[f.Path][name] && !gaps[f.Path] {
				keep := filepath.Join(os.TempDir(), "modelsieve-"+f.Path)
				content, _ := os.ReadFile(filepath.Join(dir, f.Path))
				t.Errorf("%s (kept as %s): a loader imports %q, and the file has neither that nor a gap: %v", f.Path, keep, i, os.WriteFile(keep, content, 0o600))
			}
		}
	}
	t.Logf("%d imports of %d files", compared, len(files))
	if compared < len(files)/4 {
		t.Error("the loaders hardly import anything: the files are all broken")
	}
}

// inspected scans a folder for what it imports, and for what has gaps.
func inspected(t *testing.T, dir string) (imports map[string]map[[2]string]bool, gaps map[string]bool) {
	t.Helper()
	targets, err := scanner.Discover(context.Background(), scanner.Selection{Dir: dir, Root: dir, Args: []string{"."}})
	if err != nil {
		t.Fatal(err)
	}
	report, err := scanner.Scan(context.Background(), targets, scanner.Config{Analyzers: formats.All(), Inspect: true})
	if err != nil {
		t.Fatal(err)
	}
	imports, gaps = map[string]map[[2]string]bool{}, map[string]bool{}
	for _, a := range report.Artifacts {
		if imports[a.Path] == nil {
			imports[a.Path] = map[[2]string]bool{}
		}
		for _, i := range a.Imports {
			imports[a.Path][[2]string{i.Module, i.Name}] = true
		}
	}
	for _, g := range report.Gaps {
		gaps[g.Path] = true
	}
	return imports, gaps
}
