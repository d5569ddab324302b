package jinja_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

// TestFamilies holds that the templates of the families of models are silent.
func TestFamilies(t *testing.T) { silent(t, "../../internal/jinjaast/testdata/families") }

// TestRealTemplates scans the templates of a folder that MODELSIEVE_TEMPLATES names, such
// as those that wheels of axolotl, llamafactory, sglang, trl and unsloth hold: all of
// ordinary models, so nothing may be found.
func TestRealTemplates(t *testing.T) {
	dir := os.Getenv("MODELSIEVE_TEMPLATES")
	if dir == "" {
		t.Skip("SKIPPED: MODELSIEVE_TEMPLATES names no folder with templates of real models")
	}
	silent(t, dir)
}

// silent scans the templates of a folder, in which nothing may be found.
func silent(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.jinja*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no templates in %s: %v", dir, err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		report := scantest.Scan(t, analyzers, filepath.Base(file), raw)
		if len(report.Findings)+len(report.Gaps) > 0 {
			t.Errorf("%s:\n%s", file, scantest.Format(report))
		}
	}
	t.Logf("%d templates are silent", len(files))
}
