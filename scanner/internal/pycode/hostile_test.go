package pycode_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/pycode"
)

// samples returns the marshalled sample of each release.
func samples(t testing.TB) map[string][]byte {
	t.Helper()
	text, err := os.ReadFile("testdata/samples.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for line := range bytes.Lines(text) {
		var m module
		if err := json.Unmarshal(line, &m); err != nil {
			t.Fatal(err)
		}
		out[m.Release] = []byte(unhex(t, m.Marshal))
	}
	return out
}

// The opcodes tell the releases apart, except neighbours whose opcodes are nearly the same.
func TestReleases(t *testing.T) {
	want := map[string]string{
		"3.6": "3.6 3.7", "3.7": "3.7", "3.8": "3.8 3.9 3.10", "3.9": "3.9 3.10", "3.10": "3.9 3.10",
		"3.11": "3.11", "3.12": "3.12", "3.13": "3.13", "3.14": "3.14",
	}
	for release, stream := range samples(t) {
		listing, err := pycode.Read(stream, pycode.Limits{})
		if got := strings.Join(listing.Releases, " "); got != want[release] || !listing.Regular || err != nil {
			t.Errorf("%s: %s, regular %v, %v, want %s", release, got, listing.Regular, err, want[release])
		}
	}
}

// Every prefix of a stream is an error, and what was read before is still listed.
func TestTruncated(t *testing.T) {
	for release, stream := range samples(t) {
		for n := range stream {
			listing, err := pycode.Read(stream[:n], pycode.Limits{})
			var input *scanner.Error
			if !errors.As(err, &input) || input.Reason != scanner.Truncated && input.Reason != scanner.Malformed {
				t.Fatalf("%s: %d bytes: %v, want an error of the input", release, n, err)
			}
			if n == len(stream)-1 && !slices.Contains(listing.Dotted, "os.system") {
				t.Errorf("%s: without its last byte: %q", release, listing.Dotted)
			}
		}
	}
}

// Bytes after the object change nothing for a loader, and nothing here.
func TestUnread(t *testing.T) {
	for release, stream := range samples(t) {
		listing, err := pycode.Read(append(stream, "more"...), pycode.Limits{})
		if err != nil || listing.Unread != 4 || !slices.Contains(listing.Dotted, "os.system") {
			t.Errorf("%s: %v, %d bytes unread, %q", release, err, listing.Unread, listing.Dotted)
		}
	}
}

// A name that an import gives stands for what was imported, also in local variables
// and in those of enclosing functions.
func TestAliases(t *testing.T) {
	for release, stream := range samples(t) {
		listing, err := pycode.Read(stream, pycode.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{
			"..package.thing.attribute.deep", "os.getpid", "os.path.getsize", "os.system", "shutil.rmtree", "socket.gethostname",
			"socket.socket", "subprocess.PIPE", "subprocess.Popen", "sys.modules.get", "xml.dom.minidom.parseString",
		} {
			if !slices.Contains(listing.Dotted, want) {
				t.Errorf("%s: %s is not among %q", release, want, listing.Dotted)
			}
		}
	}
}

func TestPyc(t *testing.T) {
	magics := map[string]uint16{"3.6": 3379, "3.7": 3394, "3.8": 3413, "3.9": 3425, "3.10": 3439, "3.11": 3495, "3.12": 3531, "3.13": 3571, "3.14": 3627}
	for release, stream := range samples(t) {
		header := append(binary.LittleEndian.AppendUint16(nil, magics[release]), "\r\n0123456789ab"...)
		if release == "3.6" {
			header = header[:12]
		}
		listing, err := pycode.ReadPyc(append(header, stream...), pycode.Limits{})
		if err != nil || !listing.Regular || !slices.Equal(listing.Releases, []string{release}) {
			t.Errorf("%s: %v, releases %q, regular %v", release, err, listing.Releases, listing.Regular)
		}
		_, err = pycode.ReadPyc(append(header, stream[:10]...), pycode.Limits{})
		var input *scanner.Error
		if !errors.As(err, &input) || input.At.Offset < int64(len(header)) {
			t.Errorf("%s, cut: %v, want an offset in the file", release, err)
		}
	}
	for name, file := range map[string]string{"none": "", "other": "PK\x03\x04", "newer": "\xff\x0e\r\n", "cut": "\xa3\x0d\r\n1234"} {
		if _, err := pycode.ReadPyc([]byte(file), pycode.Limits{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// testdata/python27.pyc is python27.py as Python 2.7 compiled it.
func TestPython2(t *testing.T) {
	file, err := os.ReadFile("testdata/python27.pyc")
	if err != nil {
		t.Fatal(err)
	}
	for _, read := range []func() (*pycode.Listing, error){
		func() (*pycode.Listing, error) { return pycode.ReadPyc(file, pycode.Limits{}) },
		func() (*pycode.Listing, error) { return pycode.Read(file[8:], pycode.Limits{}) },
	} {
		got, err := read()
		if err != nil || !got.Regular || !slices.Equal(got.Releases, []string{"2.7"}) {
			t.Fatalf("%v, releases %q, regular %v", err, got.Releases, got.Regular)
		}
		want := []string{"os.path.join", "os.system", "p.join", "s.rmtree", "shutil.rmtree", "subprocess.Popen", "subprocess.call"}
		if !slices.Equal(got.Dotted, want) {
			t.Errorf("got  %q\nwant %q", got.Dotted, want)
		}
		if im := (pycode.Import{Module: "shutil", Level: -1}); !slices.Contains(got.Imports, im) {
			t.Errorf("%v is not among %v", im, got.Imports)
		}
		if !slices.Contains(got.Strings, "caf\u00e9") {
			t.Errorf("strings %q", got.Strings)
		}
	}
}

// arguments are those of types.CodeType in 3.12 for "import os as o; o.system(x)".
func arguments() []pycode.Value {
	tuple := func(items ...pycode.Value) *pycode.Tuple { return &pycode.Tuple{Items: items} }
	code := "\x97\x00\x64\x00\x64\x01\x6c\x00\x5a\x01\x65\x01\x6a\x04" + strings.Repeat("\x00", 18) + "\x01\x00\x79\x01"
	n := int64(0)
	return []pycode.Value{
		n, n, n, n, n, n, []byte(code), tuple(n, nil), tuple("os", "o", "system"), tuple(), "file", "f", "C.f", int64(7), []byte{}, []byte{}, tuple(), tuple(),
	}
}

func TestArguments(t *testing.T) {
	for name, args := range map[string][]pycode.Value{"plain": arguments(), "dill": append([]pycode.Value{[]byte("table")}, arguments()...)} {
		code, err := pycode.NewCode(args)
		if err != nil {
			t.Fatal(name, err)
		}
		got, err := pycode.List([]*pycode.Code{code}, pycode.Limits{})
		if err != nil || !got.Regular || got.Unknown != 0 || !slices.Equal(got.Releases, []string{"3.12"}) {
			t.Errorf("%s: %v, regular %v, unknown %d, releases %q", name, err, got.Regular, got.Unknown, got.Releases)
		}
		if want := []string{"o.system", "os.system"}; !slices.Equal(got.Dotted, want) {
			t.Errorf("%s: got %q, want %q", name, got.Dotted, want)
		}
		if want := (pycode.Function{Name: "f", Qualified: "C.f", File: "file", Line: 7}); got.Functions[0] != want {
			t.Errorf("%s: got %v, want %v", name, got.Functions[0], want)
		}
	}
	if _, err := pycode.NewCode(arguments()[:17]); err == nil {
		t.Error("17 arguments: no error")
	}
}

// What is not known is counted, and the rest is listed.
func TestUnknown(t *testing.T) {
	for i := range arguments() {
		args := arguments()
		if _, number := args[i].(int64); number {
			continue
		}
		args[i] = nil
		code, err := pycode.NewCode(args)
		if err != nil {
			t.Fatal(err)
		}
		got, err := pycode.List([]*pycode.Code{code}, pycode.Limits{})
		tables := i == 14 || i == 15
		if err != nil || got.Unknown != 1 && !tables || i != 8 && !slices.Contains(got.Names, "system") {
			t.Errorf("argument %d: %v, unknown %d, names %q", i, err, got.Unknown, got.Names)
		}
	}
}

// Bytecode that no compiler wrote is listed under every release of its layout.
func TestIrregular(t *testing.T) {
	args := arguments()
	args[6] = []byte(strings.TrimPrefix(string(args[6].([]byte)), "\x97\x00"))
	code, err := pycode.NewCode(args)
	if err != nil {
		t.Fatal(err)
	}
	got, err := pycode.List([]*pycode.Code{code}, pycode.Limits{})
	if err != nil || got.Regular || len(got.Releases) != 4 || !slices.Contains(got.Dotted, "os.system") {
		t.Errorf("%v, regular %v, releases %q, dotted %q", err, got.Regular, got.Releases, got.Dotted)
	}
}

// nested makes n containers inside each other.
func nested(n int) string { return strings.Repeat(")\x01", n) + "N" }

func TestHostile(t *testing.T) {
	limits := pycode.Limits{Objects: 1000, Units: 1000}
	for name, c := range map[string]struct {
		stream string
		want   scanner.Reason // empty: no error
	}{
		"deepest":            {nested(199), ""},
		"too-deep":           {nested(200), scanner.OverLimit},
		"long-tuple":         {"(\xff\xff\xff\x7fN", scanner.Truncated},
		"negative-length":    {"(\xff\xff\xff\xffN", scanner.Malformed},
		"long-bytes":         {"s\xff\xff\xff\x7fabc", scanner.Truncated},
		"long-number":        {"l\x00\x00\x00\x80", scanner.Truncated},
		"many":               {"(\xe8\x03\x00\x00" + strings.Repeat("N", 1000), scanner.OverLimit},
		"no-reference":       {"r\x00\x00\x00\x00", scanner.Malformed},
		"negative-reference": {"r\xff\xff\xff\xff", scanner.Malformed},
		"inside-itself":      {"\xa9\x01r\x00\x00\x00\x00", scanner.Malformed},
		"flag-on-none":       {")\x03\xce\xfa\x01xr\x00\x00\x00\x00", ""},
		"none-is-no-object":  {")\x03\xce\xfa\x01xr\x01\x00\x00\x00", scanner.Malformed},
		"list-inside-itself": {"\xdb\x01\x00\x00\x00r\x00\x00\x00\x00", ""},
		"null":               {"0", scanner.Malformed},
		"null-inside":        {")\x010", scanner.Malformed},
		"unknown":            {"?", scanner.Malformed},
		"empty":              {"", scanner.Truncated},
		"dictionary":         {"{z\x01az\x01b0", ""},
		"endless-dictionary": {"{z\x01az\x01b", scanner.Truncated},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := pycode.Read([]byte(c.stream), limits)
			var input *scanner.Error
			switch {
			case c.want == "" && err != nil:
				t.Errorf("%v, want none", err)
			case c.want != "" && (!errors.As(err, &input) || input.Reason != c.want):
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

// Shared constants are walked once, shared bytecode is paid for each time.
func TestShared(t *testing.T) {
	args := arguments()
	shared := &pycode.Tuple{Items: []pycode.Value{"deep"}}
	for range 100 {
		shared = &pycode.Tuple{Items: []pycode.Value{shared, shared}}
	}
	shared.Items = append(shared.Items, shared)
	args[7] = shared
	var codes []*pycode.Code
	for range 1000 {
		code, err := pycode.NewCode(args)
		if err != nil {
			t.Fatal(err)
		}
		codes = append(codes, code)
	}
	if got, err := pycode.List(codes, pycode.Limits{}); err != nil || !slices.Contains(got.Strings, "deep") {
		t.Errorf("%v, %q", err, got.Strings)
	}
	got, err := pycode.List(codes, pycode.Limits{Units: 10000})
	var input *scanner.Error
	if !errors.As(err, &input) || input.Reason != scanner.OverLimit || !slices.Contains(got.Names, "system") {
		t.Errorf("%v, %q, want that the limit is reached after the names", err, got.Names)
	}
}

// The caller's budget ends the work, and its error comes back.
func TestStep(t *testing.T) {
	spent := errors.New("spent")
	for release, stream := range samples(t) {
		left := int64(1000)
		step := func(n int64) error {
			if left -= n; left < 0 {
				return spent
			}
			return nil
		}
		if _, err := pycode.Read(stream, pycode.Limits{Step: step}); !errors.Is(err, spent) {
			t.Errorf("%s: %v, want the budget's error", release, err)
		}
	}
}

func TestStringLimit(t *testing.T) {
	stream := samples(t)["3.14"]
	all, _ := pycode.Read(stream, pycode.Limits{})
	got, err := pycode.Read(stream, pycode.Limits{Strings: 3})
	if err != nil || len(got.Strings) != 3 || got.Omitted != len(all.Strings)-3 {
		t.Errorf("%v, %d strings, %d omitted, of %d", err, len(got.Strings), got.Omitted, len(all.Strings))
	}
}

// Fuzz reads anything without a panic, within its limits, twice the same way.
func Fuzz(f *testing.F) {
	for _, stream := range samples(f) {
		f.Add(stream)
	}
	if file, err := os.ReadFile("testdata/python27.pyc"); err == nil {
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		spent := int64(0)
		limits := pycode.Limits{Objects: 10000, Units: 100000, Step: func(n int64) error { spent += n; return nil }}
		for _, read := range []func([]byte, pycode.Limits) (*pycode.Listing, error){pycode.Read, pycode.ReadPyc} {
			first, err := read(b, limits)
			if first == nil {
				t.Fatal("no listing")
			}
			again, same := read(b, limits)
			x, _ := json.Marshal(first)
			y, _ := json.Marshal(again)
			if !bytes.Equal(x, y) || (err == nil) != (same == nil) {
				t.Fatalf("%s, %v, then %s, %v", x, err, y, same)
			}
		}
		if most := int64(4 * (4*10000 + 2*100000 + len(b))); spent > 4*most {
			t.Fatalf("%d steps for %d bytes", spent, len(b))
		}
	})
}
