package hdf5_test

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"runtime/metrics"
	"testing"

	"github.com/modelsieve/modelsieve/scanner/internal/hdf5"
)

// Fuzz checks what must hold for every input: no panic, spans within the file, the
// same lines twice, memory and work within the budget, nothing held in the end, and
// that a file which is read without a problem is not read so when its end is missing.
func Fuzz(f *testing.F) {
	for _, name := range fixtures(f) {
		content, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		first, m := bounded(t, content)
		m.checkSpans(t, int64(len(content)))
		if second, _ := bounded(t, content); !reflect.DeepEqual(first, second) {
			t.Errorf("first %q, then %q", first, second)
		}
	})
}

const (
	fuzzSteps = 4 << 20
	fuzzHeld  = 32 << 20
	fuzzAlloc = 256 << 20 // bytes, freed or not
)

// bounded describes a file under small limits.
func bounded(t testing.TB, content []byte) ([]string, *meter) {
	t.Helper()
	before := allocated()
	m := newMeter()
	m.maxSteps, m.maxHeld = fuzzSteps, fuzzHeld
	f, err := hdf5.Open(bytes.NewReader(content), int64(len(content)), m, m)
	var out []string
	if err == nil {
		out, err = lines(f)
		f.Close()
	}
	if err != nil {
		out = append(out, err.Error())
	}
	for _, p := range m.problems {
		out = append(out, p.Error())
	}
	if m.held != 0 {
		t.Errorf("%d bytes are still held", m.held)
	}
	if n := allocated() - before; n > fuzzAlloc {
		t.Errorf("%d bytes allocated for a file of %d", n, len(content))
	}
	return out, m
}

// allocated is how many bytes the program has allocated so far.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// fixtures are the small files that testdata/make.py wrote.
func fixtures(t testing.TB) []string {
	t.Helper()
	names, err := filepath.Glob("testdata/*.h5")
	if err != nil || len(names) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	return names
}

// TestDamaged flips every byte of the fixtures, and cuts them off at many places.
func TestDamaged(t *testing.T) {
	for _, name := range fixtures(t) {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		whole, m := bounded(t, content)
		if len(m.problems) > 0 {
			t.Errorf("%s: %v", name, m.problems)
		}
		for i := range content {
			for _, change := range []byte{0xff, 0x01, 0x80} {
				damaged := bytes.Clone(content)
				damaged[i] ^= change
				_, m := bounded(t, damaged)
				m.checkSpans(t, int64(len(content)))
			}
		}
		for n := len(content) - 1; n > 0; n -= 7 {
			if out, m := bounded(t, content[:n]); len(m.problems) == 0 && hdf5.Find(bytes.NewReader(content[:n]), int64(n)) >= 0 && len(out) != 1 {
				t.Errorf("%s: no problem with the first %d of %d bytes; whole: %q", name, n, len(content), whole)
			}
		}
	}
}
