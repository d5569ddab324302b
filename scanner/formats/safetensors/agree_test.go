package safetensors_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/modelsieve/modelsieve/internal/realtest"
	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

// TestAgreement compares with the real library on files that are nearly right: what the
// library refuses is never clean. What it takes may be refused here, where loaders
// disagree about it.
func TestAgreement(t *testing.T) {
	dir := t.TempDir()
	realtest.Run(t, realtest.Python(t, "safetensors"), "testdata/agree.py", dir)
	var answers map[string]bool
	realtest.ReadJSON(t, filepath.Join(dir, "manifest.json"), &answers)
	both, refused, stricter := 0, 0, 0
	for name, taken := range answers {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		report := scantest.Scan(t, analyzers, name, raw)
		clean := report.Files[0].Verdict == scanner.VerdictClean
		switch {
		case clean && !taken:
			t.Errorf("the library refuses what is clean here: %q\n%s", raw, scantest.Format(report))
		case clean:
			both++
		case taken:
			stricter++
			t.Logf("only refused here: %q\n%s", raw, scantest.Format(report))
		default:
			refused++
		}
	}
	t.Logf("%d files are taken by both, %d refused by both, %d refused here only", both, refused, stricter)
	if both < 500 || refused < 500 {
		t.Error("the files say too little")
	}
}
