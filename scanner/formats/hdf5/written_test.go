package hdf5_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
)

// TestWritten scans what pandas and others write today: nothing is found in the stores of
// pandas, whose objects are pickles.
func TestWritten(t *testing.T) {
	python := os.Getenv("MODELSIEVE_PYTHON")
	if python == "" || exec.Command(python, "-c", "import h5py, tables, pandas, netCDF4, hdf5storage").Run() != nil {
		t.Skip("SKIPPED: MODELSIEVE_PYTHON has no h5py, tables, pandas, netCDF4 and hdf5storage, so nothing is written with them")
	}
	dir := t.TempDir()
	if out, err := exec.Command(python, "testdata/make.py", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
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
