package hdf5_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/hdf5"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

var (
	_ hdf5.Budget = (*scanner.Budget)(nil)
	_ hdf5.Sink   = (*scanner.Pass)(nil)
)

// TestFixtures compares everything in the small files of testdata, which h5py wrote,
// with what stands beside them. Run with -update after a change.
func TestFixtures(t *testing.T) {
	for _, name := range fixtures(t) {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		out, m := bounded(t, content)
		for _, p := range m.problems {
			t.Errorf("%s: %v", name, p)
		}
		got := strings.Join(out, "\n") + "\n"
		golden := strings.TrimSuffix(name, ".h5") + ".txt"
		if scantest.Updating() {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(want, []byte(got)) {
			t.Errorf("%s: got\n%swant\n%s", name, got, want)
		}
	}
}
