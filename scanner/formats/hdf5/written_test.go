package hdf5_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/modelsieve/modelsieve/internal/realtest"
	"github.com/modelsieve/modelsieve/scanner"
)

// TestWritten scans what pandas and others write today: nothing is found in the stores of
// pandas, whose objects are pickles.
func TestWritten(t *testing.T) {
	dir := t.TempDir()
	realtest.Run(t, realtest.Python(t, "h5py", "tables", "pandas", "netCDF4", "hdf5storage"), "testdata/make.py", dir)
	honest, _ := filepath.Glob(filepath.Join(dir, "large", "*.h5"))
	more, _ := filepath.Glob(filepath.Join(dir, "honest-*.h5"))
	honest = append(honest, more...)
	if len(honest) < 5 {
		t.Fatal(honest)
	}
	for _, path := range honest {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		target := scanner.Target{Path: filepath.Base(path), Open: func() (scanner.ReadAtCloser, int64, error) {
			return inMemory{bytes.NewReader(data)}, int64(len(data)), nil
		}}
		report, err := scanner.Scan(context.Background(), []scanner.Target{target}, scanner.Config{Analyzers: analyzers})
		if err != nil {
			t.Fatal(err)
		}
		if len(report.Findings)+len(report.Gaps) > 0 || report.Files[0].Coverage.Unaccounted > 0 {
			t.Errorf("%s: %v, %v", target.Path, report.Findings, report.Gaps)
		}
	}
}

type inMemory struct{ *bytes.Reader }

func (inMemory) Close() error { return nil }
