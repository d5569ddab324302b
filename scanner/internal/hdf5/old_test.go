package hdf5

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// silent is a budget without end and a sink that keeps only problems.
type silent struct{ problems []error }

func (*silent) Step(int64) error      { return nil }
func (*silent) Hold(int64) error      { return nil }
func (*silent) Release(int64)         {}
func (*silent) Analysed(_, _ int64)   {}
func (*silent) Data(_, _ int64)       {}
func (s *silent) GapOf(e error) error { s.problems = append(s.problems, e); return nil }

// bare returns a file of some bytes whose superblock is not looked at.
func bare(content string) (*File, *silent) {
	s := &silent{}
	return &File{r: strings.NewReader(content), size: int64(len(content)), budget: s, sink: s, sizes: sizes{8, 8},
		owners: map[uint64]uint64{}, collections: map[uint64]*collection{}, committed: map[committedKey]*Datatype{}}, s
}

// decode returns a decoder of bytes.
func decode(b string) *decoder { return &decoder{sizes: sizes{8, 8}, b: []byte(b), what: "test"} }

// TestOldLayouts reads what libraries before 1.6 wrote and none today does.
func TestOldLayouts(t *testing.T) {
	const zeros = "\x00\x00\x00\x00\x00\x00\x00\x00"
	for name, c := range map[string]struct {
		message string
		layout  Layout
		data    string
	}{
		"contiguous": {"\x01\x01\x01" + zeros[:5] + "\x04" + zeros[:7] + "\x06\x00\x00\x00", Contiguous, "weight"},
		"compact":    {"\x02\x01\x00" + zeros[:5] + "\x06\x00\x00\x00" + "\x06\x00\x00\x00inside", Compact, "inside"},
	} {
		f, s := bare("----weights")
		d := &Dataset{f: f, Type: &Datatype{Class: Integer, Size: 1}, Space: &Dataspace{Dims: []uint64{6}}}
		b := decode(c.message)
		if err := d.layout(b); err != nil || d.Layout != c.layout || d.Stored != 6 {
			t.Errorf("%s: %v, %v, %d bytes stored", name, err, d.Layout, d.Stored)
		}
		got, at, err := d.Data(100)
		if string(got) != c.data || at < 0 || err != nil || len(s.problems) > 0 {
			t.Errorf("%s: %q at %d, %v, %v; want %q", name, got, at, err, s.problems, c.data)
		}
	}
	f, _ := bare("")
	d := &Dataset{f: f, Type: &Datatype{Class: Integer, Size: 2}}
	if err := d.layout(decode("\x01\x03\x02" + zeros[:5] + strings.Repeat("\xff", 8) + "\x04\x00\x00\x00\x05\x00\x00\x00\x02\x00\x00\x00")); err != nil {
		t.Error(err)
	}
	if !slices.Equal(d.Chunk, []uint64{4, 5}) || d.Layout != Chunked {
		t.Errorf("%v, chunks of %v", d.Layout, d.Chunk)
	}
}

// TestOldCompound reads a member of several dimensions as an array.
func TestOldCompound(t *testing.T) {
	integer := "\x10\x00\x00\x00\x02\x00\x00\x00\x00\x00\x10\x00"
	member := "name\x00\x00\x00\x00" + "\x02\x00\x00\x00" + "\x02\x00\x00\x00" + strings.Repeat("\x00", 8) +
		"\x02\x00\x00\x00\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" + integer
	d := decode("\x16\x01\x00\x00\x0e\x00\x00\x00" + member)
	got := d.datatype(maxTypeDepth)
	base := &Datatype{Class: Integer, Size: 2}
	want := &Datatype{Class: Compound, Size: 14, Members: []Member{{"name", 2, &Datatype{Class: Array, Size: 12, Base: base, Dims: []uint64{2, 3}}}}}
	if d.err != nil || len(d.b) > 0 || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %d bytes left, got %+v, want %+v", d.err, len(d.b), got, want)
	}
	for n := range len(member) + 8 {
		if d := decode(("\x16\x01\x00\x00\x0e\x00\x00\x00" + member)[:n]); d.datatype(maxTypeDepth) == nil || d.err == nil {
			t.Errorf("no error with %d bytes", n)
		}
	}
}

// TestNestedTypes: a datatype in a datatype in a datatype ends somewhere.
func TestNestedTypes(t *testing.T) {
	d := decode(strings.Repeat("\x19\x00\x00\x00\x10\x00\x00\x00", 1000) + "\x13\x00\x00\x00\x01\x00\x00\x00")
	if d.datatype(maxTypeDepth); d.err == nil {
		t.Error("no error")
	}
}

// TestReferences reads the ways in which messages say that they are elsewhere.
func TestReferences(t *testing.T) {
	const addr = "\x07\x00\x00\x00\x00\x00\x00\x00"
	for _, c := range []struct {
		bytes string
		addr  uint64
		id    string
		fails bool
	}{
		{bytes: "\x01\x00" + strings.Repeat("\x00", 14) + addr, addr: 7},
		{bytes: "\x02\x00" + addr, addr: 7},
		{bytes: "\x02\x01heap-id.", addr: undefined, id: "heap-id."},
		{bytes: "\x03\x01heap-id.", addr: undefined, id: "heap-id."},
		{bytes: "\x03\x02" + addr, addr: 7},
		{bytes: "\x03\x05" + addr, fails: true},
		{bytes: "\x04\x02" + addr, fails: true},
		{bytes: "\x03\x02\x07", fails: true},
	} {
		d := decode(c.bytes)
		got, id := d.reference()
		if (d.err != nil) != c.fails {
			t.Errorf("%q: %v", c.bytes, d.err)
		}
		if !c.fails && (got != c.addr || string(id) != c.id) {
			t.Errorf("%q: got %d %q, want %d %q", c.bytes, got, id, c.addr, c.id)
		}
	}
}

// TestHeapIDs reads objects that stand in their IDs, and IDs that say where a large
// object is.
func TestHeapIDs(t *testing.T) {
	f, _ := bare("-----large object")
	const address, length = "\x05\x00\x00\x00\x00\x00\x00\x00", "\x05\x00\x00\x00\x00\x00\x00\x00"
	for _, c := range []struct {
		name, id string
		heap     fractalHeap
		want     string // empty: an error
	}{
		{"tiny", "\x23tiny\x00\x00", fractalHeap{idSize: 7}, "tiny"},
		{"tiny-long", "\x20\x03tiny" + strings.Repeat("\x00", 14), fractalHeap{idSize: 20}, "tiny"},
		{"tiny-cut", "\x2ftiny", fractalHeap{idSize: 5}, ""},
		{"huge-direct", "\x10" + address + length, fractalHeap{idSize: 17}, "large"},
		{"huge-listed", "\x10\x09\x00\x00\x00\x00\x00\x00", fractalHeap{idSize: 8, huge: map[uint64]heapSpan{9: {addr: 5, stored: 5}}}, "large"},
		{"huge-missing", "\x10\x08\x00\x00\x00\x00\x00\x00", fractalHeap{idSize: 8, huge: map[uint64]heapSpan{9: {addr: 5, stored: 5}}}, ""},
		{"managed-missing", "\x00\x08\x00\x00\x00\x00\x00\x00", fractalHeap{idSize: 8, offsetWidth: 4, lengthWidth: 2}, ""},
		{"version", "\x40tiny", fractalHeap{idSize: 5}, ""},
		{"kind", "\x30tiny", fractalHeap{idSize: 5}, ""},
	} {
		c.heap.f = f
		d, err := c.heap.object([]byte(c.id), 0, "object")
		if (err != nil) != (c.want == "") || err == nil && string(d.b) != c.want {
			t.Errorf("%s: got %q, %v, want %q", c.name, d.b, err, c.want)
		}
	}
}

// TestFilters undoes pipelines that are broken in one way or another.
func TestFilters(t *testing.T) {
	f, _ := bare("")
	for _, c := range []struct {
		name    string
		filters []Filter
		mask    uint32
		in      string
		want    string // empty: an error
		reason  string
	}{
		{name: "lzf", filters: []Filter{{ID: filterLZF}}, in: "\x01ab\x20\x01\x00c", want: "ababac"},
		{name: "lzf-before-the-start", filters: []Filter{{ID: filterLZF}}, in: "\x01ab\x20\x07", reason: "malformed"},
		{name: "lzf-long", filters: []Filter{{ID: filterLZF}}, in: "\x00a" + strings.Repeat("\xe0\xff\x00", 100), reason: "malformed"},
		{name: "shuffle", filters: []Filter{{ID: filterShuffle, Params: []uint32{2}}}, in: "acebdfg", want: "abcdefg"},
		{name: "fletcher", filters: []Filter{{ID: filterFletcher}}, in: "abc\x00\x00\x00\x00", reason: "malformed"},
		{name: "left-out", filters: []Filter{{ID: filterFletcher}, {ID: 32001}}, mask: 3, in: "plain", want: "plain"},
		{name: "szip", filters: []Filter{{ID: 4}}, in: "abc", reason: "unsupported"},
		{name: "plug-in", filters: []Filter{{ID: 32001}}, in: "abc", reason: "blosc"},
		{name: "deflate", filters: []Filter{{ID: filterDeflate}}, in: "abc", reason: "malformed"},
	} {
		got, err := f.unfilter(c.filters, c.mask, []byte(c.in), 0, 100)
		if c.reason == "" && (err != nil || !bytes.Equal(got, []byte(c.want))) {
			t.Errorf("%s: got %q, %v, want %q", c.name, got, err, c.want)
		}
		if c.reason != "" && (err == nil || !strings.Contains(err.Error(), c.reason)) {
			t.Errorf("%s: got %q, %v, want %s", c.name, got, err, c.reason)
		}
	}
}
