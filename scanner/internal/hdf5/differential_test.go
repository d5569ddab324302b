package hdf5_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/internal/realtest"
	"github.com/modelsieve/modelsieve/scanner/internal/hdf5"
)

// fact is what h5py, or this package, says of an object.
type fact struct {
	Kind       string
	Attributes map[string]value
	Links      map[string][]string // kind, file or target, path
	Dataset    *dataFact
}

type value struct {
	Class string
	Size  uint64
	Shape []uint64
	Items []string // nil: not compared
}

type dataFact struct {
	Class, Layout string
	Shape, Chunks []uint64 // a nil Shape is not compared
	Filters       []int
	External      [][]string
	Virtual       [][]string
	Items         []string
	Storage       int64
}

// TestLikeH5py compares what is found in files of every kind with what h5py finds.
// MODELSIEVE_FILES and MODELSIEVE_SEED make more files, and others.
func TestLikeH5py(t *testing.T) {
	dir := makeFiles(t, envOr("MODELSIEVE_FILES", "40"), envOr("MODELSIEVE_SEED", "1"))
	files, _ := filepath.Glob(filepath.Join(dir, "*.h5"))
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".h5"), func(t *testing.T) { compare(t, name) })
	}
	if len(files) < 8 {
		t.Errorf("%d files were made", len(files))
	}
}

// makeFiles runs testdata/make.py on a new folder.
func makeFiles(t *testing.T, args ...string) string {
	t.Helper()
	python := realtest.Python(t, "h5py")
	dir := t.TempDir()
	t.Logf("%s", realtest.Run(t, python, append([]string{"testdata/make.py", dir}, args...)...))
	return dir
}

// TestCost: weights are not read.
func TestCost(t *testing.T) {
	file, err := os.Open(filepath.Join(makeFiles(t, "weights"), "weights.h5"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	r, m := &counter{file: file}, newMeter()
	f, err := hdf5.Open(r, info.Size(), m, m)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	objects := 0
	err = f.Walk(func(*hdf5.Object) error { objects++; return nil })
	if err != nil || len(m.problems) > 0 || objects != 202 {
		t.Errorf("%d objects, %v, %v", objects, err, m.problems)
	}
	t.Logf("%d bytes of %d read, %d steps, %d held", r.bytes, info.Size(), m.steps, m.peak)
	if r.bytes > info.Size()/500 {
		t.Errorf("%d bytes of %d read", r.bytes, info.Size())
	}
}

// A counter counts the bytes that are read.
type counter struct {
	file  *os.File
	bytes int64
}

func (c *counter) ReadAt(p []byte, off int64) (int, error) {
	c.bytes += int64(len(p))
	return c.file.ReadAt(p, off)
}

func envOr(name, other string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return other
}

// compare compares one file with the facts beside it.
func compare(t *testing.T, name string) {
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	known, err := os.ReadFile(strings.TrimSuffix(name, ".h5") + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]*fact
	if err := json.Unmarshal(known, &want); err != nil {
		t.Fatal(err)
	}
	m := newMeter()
	got := facts(t, content, m)
	for _, p := range m.problems {
		t.Errorf("problem: %v", p)
	}
	for address, w := range want {
		g := got[address]
		if g == nil {
			t.Errorf("the %s at %s was not found", w.Kind, address)
			continue
		}
		compareFact(t, address, g, w)
		delete(got, address)
	}
	for address, g := range got {
		t.Errorf("a %s at %s that h5py does not find", g.Kind, address)
	}
	m.checkSpans(t, int64(len(content)))
	all, nonZero := m.missing(t, bytes.NewReader(content), int64(len(content)))
	t.Logf("%d bytes, %d unaccounted, %d of them not zero; %d steps, %d held", len(content), all, nonZero, m.steps, m.peak)
	if m.held != 0 {
		t.Errorf("%d bytes are still held", m.held)
	}
}

// facts walks a file.
func facts(t *testing.T, content []byte, m *meter) map[string]*fact {
	t.Helper()
	f, err := hdf5.Open(bytes.NewReader(content), int64(len(content)), m, m)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	out := map[string]*fact{}
	err = f.Walk(func(o *hdf5.Object) error {
		out[strconv.FormatInt(o.Offset-f.Offset(), 10)] = factOf(t, f, o)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func factOf(t *testing.T, f *hdf5.File, o *hdf5.Object) *fact {
	t.Helper()
	c := &fact{Kind: o.Kind.String(), Attributes: map[string]value{}, Links: map[string][]string{}}
	for _, a := range o.Attributes {
		items, err := a.Items(1 << 24)
		if err != nil {
			t.Errorf("%s: attribute %s: %v", o.Path, a.Name, err)
		}
		c.Attributes[a.Name] = value{a.Type.Class.String(), sizeOf(a.Type), a.Space.Dims, itemsOf(a.Type, items)}
	}
	for _, l := range o.Links {
		switch l.Kind {
		case hdf5.Hard:
			c.Links[l.Name] = []string{"hard", strconv.FormatInt(l.Object-f.Offset(), 10), ""}
		case hdf5.Soft:
			c.Links[l.Name] = []string{"soft", l.Target, ""}
		default:
			c.Links[l.Name] = []string{l.Kind.String(), l.File, l.Target}
		}
	}
	if o.Dataset != nil {
		c.Dataset = dataOf(t, o)
	}
	return c
}

func dataOf(t *testing.T, o *hdf5.Object) *dataFact {
	t.Helper()
	d := o.Dataset
	c := &dataFact{Class: d.Type.Class.String(), Layout: d.Layout.String(), Shape: d.Space.Dims, Chunks: d.Chunk, Storage: d.Stored}
	readable := true
	for _, f := range d.Filters {
		c.Filters = append(c.Filters, int(f.ID))
		readable = readable && (f.ID <= 3 || f.ID == 32000)
	}
	for _, e := range d.External {
		size := strconv.FormatUint(e.Size, 10)
		c.External = append(c.External, []string{e.Name, strconv.FormatUint(e.Offset, 10), size})
		c.Storage += int64(min(e.Size, math.MaxInt32))
	}
	for _, v := range d.Virtual {
		c.Virtual = append(c.Virtual, []string{v.File, v.Dataset})
	}
	if readable && len(d.External) == 0 && len(d.Virtual) == 0 {
		items, err := d.Items(1 << 24)
		if err != nil {
			t.Errorf("%s: data: %v", o.Path, err)
		}
		c.Items = itemsOf(d.Type, items)
	}
	return c
}

// sizeOf is a type's size where h5py and the file mean the same by it.
func sizeOf(t *hdf5.Datatype) uint64 {
	if t.Class == hdf5.VarLen {
		return 0
	}
	return t.Size
}

// itemsOf returns items in hex, nil for types that hold references.
func itemsOf(t *hdf5.Datatype, items []hdf5.Item) []string {
	if refers(t) {
		return nil
	}
	out := []string{}
	for _, i := range items {
		out = append(out, hex.EncodeToString(i.Data))
	}
	return out
}

func refers(t *hdf5.Datatype) bool {
	if t == nil {
		return false
	}
	return t.Class == hdf5.Reference || refers(t.Base) || slices.ContainsFunc(t.Members, func(m hdf5.Member) bool { return refers(m.Type) })
}

func compareFact(t *testing.T, address string, g, w *fact) {
	t.Helper()
	if g.Kind != w.Kind || len(g.Attributes) != len(w.Attributes) || len(g.Links) != len(w.Links) || (g.Dataset == nil) != (w.Dataset == nil) {
		t.Errorf("%s: %s with %d attributes and %d links, want %s with %d and %d", address, g.Kind, len(g.Attributes), len(g.Links), w.Kind, len(w.Attributes), len(w.Links))
		return
	}
	for name, a := range w.Attributes {
		if h := g.Attributes[name]; h.Class != a.Class || a.Size != 0 && h.Size != a.Size || !slices.Equal(h.Shape, a.Shape) || a.Items != nil && !reflect.DeepEqual(h.Items, a.Items) {
			t.Errorf("%s: attribute %s: got %+v, want %+v", address, name, h, a)
		}
	}
	for name, l := range w.Links {
		if h := g.Links[name]; !slices.Equal(h, l) {
			t.Errorf("%s: link %s: got %v, want %v", address, name, h, l)
		}
	}
	if w.Dataset != nil {
		compareData(t, address, g.Dataset, w.Dataset)
	}
}

func compareData(t *testing.T, address string, g, w *dataFact) {
	t.Helper()
	same := g.Class == w.Class && g.Layout == w.Layout && (w.Shape == nil || slices.Equal(g.Shape, w.Shape)) && slices.Equal(g.Chunks, w.Chunks) &&
		slices.Equal(g.Filters, w.Filters) && slices.EqualFunc(g.External, w.External, slices.Equal) && slices.EqualFunc(g.Virtual, w.Virtual, slices.Equal)
	if len(w.External) == 0 && len(w.Virtual) == 0 {
		same = same && g.Storage == w.Storage
	}
	if w.Items != nil {
		same = same && slices.Equal(g.Items, w.Items)
	}
	if !same {
		for i := range min(len(g.Items), len(w.Items)) {
			if g.Items[i] != w.Items[i] {
				t.Errorf("item %d differs from digit %d on", i, firstDifference(g.Items[i], w.Items[i]))
				break
			}
		}
		g.Items, w.Items = nil, nil
		t.Errorf("%s: data: got %+v, want %+v", address, g, w)
	}
}

func firstDifference(a, b string) int {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	return i
}
