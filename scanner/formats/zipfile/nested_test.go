package zipfile_test

import (
	"archive/zip"
	"bytes"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/formats/pickle"
	"github.com/modelsieve/modelsieve/scanner/formats/zipfile"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

// stored packs one member without compression.
func stored(t *testing.T, name string, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// An archive stored in another is honest, and what is in it is still analysed.
func TestStoredArchiveInside(t *testing.T) {
	for _, c := range []struct {
		name, content string
		findings      int
	}{
		{"honest", "\x80\x02N.", 0},
		{"unsafe", "cos\nsystem\n(S'true'\ntR.", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := stored(t, "model.zip", stored(t, "model.pkl", []byte(c.content)))
			report := scantest.Scan(t, []*scanner.Analyzer{zipfile.Analyzer, pickle.Analyzer}, "outer.zip", data)
			if len(report.Findings) != c.findings || len(report.Gaps) != 0 {
				t.Errorf("got %v and %v, want %d findings and no gap", report.Findings, report.Gaps, c.findings)
			}
		})
	}
}
