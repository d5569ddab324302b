package formats_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/modelsieve/modelsieve/internal/realtest"
	"github.com/modelsieve/modelsieve/scanner/formats"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

// TestOrdinaryFiles scans the files that lie in repositories of models: they are silent,
// but for notes.
func TestOrdinaryFiles(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/ordinary.txtar")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, section := range archive.Files {
		name, data := strings.TrimPrefix(section.Name, "file: "), section.Data
		if recipe, ok := strings.CutPrefix(section.Name, "input: "); ok {
			name = recipe
			if data, err = scantest.Assemble(string(section.Data)); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	realtest.Silent(t, formats.All(), dir, 130)
}

// TestOrdinaryFamilies does the same with what real libraries write.
func TestOrdinaryFamilies(t *testing.T) {
	python, dir := realtest.Python(t, "torch", "transformers", "mlflow", "sklearn"), t.TempDir()
	t.Setenv("HOME", t.TempDir())
	t.Logf("%s", realtest.Run(t, python, "testdata/families.py", dir))
	realtest.Silent(t, formats.All(), dir, 30)
}
