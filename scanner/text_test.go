package scanner_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/modelsieve/modelsieve/scanner"
)

func TestClean(t *testing.T) {
	for _, c := range []struct {
		in    string
		limit int
		want  string
	}{
		{"", 0, ""},
		{"plain text, ünïcode 漢字 😀", 0, "plain text, ünïcode 漢字 😀"},
		{"line\nfeed\r\ttab", 0, `line\nfeed\r\ttab`},
		{"\x1b[31m\x00\x7f", 0, `\x1b[31m\x00\x7f`},
		{"\u202eevil\u2066\u200f", 0, `\u202eevil\u2066\u200f`},
		{"zero\u200bwidth\ufeff", 0, `zero\u200bwidth\ufeff`},
		{"\u2028\u0085", 0, `\u2028\u0085`},
		{"bad\xff\xc3utf8", 0, `bad\xff\xc3utf8`},
		{"\xed\xa0\x80", 0, `\xed\xa0\x80`},
		{"\ufffd", 0, `\ufffd`},
		{"nbsp\u00a0", 0, `nbsp\u00a0`},
		{"0123456789", 10, "0123456789"},
		{"0123456789a", 10, "0123456789..."},
		{"\n\n\n", 4, `\n\n...`},
		{"ééé", 3, "éé..."},
	} {
		if got := scanner.Clean(c.in, c.limit); got != c.want {
			t.Errorf("Clean(%q, %d) = %q, want %q", c.in, c.limit, got, c.want)
		}
	}
}

func TestCleanPath(t *testing.T) {
	for in, want := range map[string]string{
		"a/b.pt":             "a/b.pt",
		"100%.pt":            "100%.pt",
		"größe 漢.pt":         "größe 漢.pt",
		"bad\xff.pt":         "bad%FF.pt",
		"bad\xff\n\u202e.pt": `bad%FF\n\u202e.pt`,
		"new\nline":          `new\nline`,
		"::error::x":         "::error::x",
	} {
		if got := scanner.CleanPath(in); got != want {
			t.Errorf("CleanPath(%q) = %q, want %q", in, got, want)
		}
	}
	if long := strings.Repeat("x", 5000); scanner.CleanPath(long) != long {
		t.Error("a long path is cut")
	}
}

// What is cleaned is printable, and stays as it is when it is cleaned again.
func FuzzClean(f *testing.F) {
	f.Add("a\n\x80\u202e", 5)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		limit = max(limit, 0) % 1000
		for _, got := range []string{scanner.Clean(s, limit), scanner.CleanPath(s)} {
			if !utf8.ValidString(got) || strings.ContainsAny(got, "\n\r\x1b\x00\u202e\u2066") {
				t.Errorf("%q becomes %q", s, got)
			}
			if again := scanner.Clean(got, 0); again != got {
				t.Errorf("%q becomes %q, and then %q", s, got, again)
			}
		}
		if got := scanner.Clean(s, limit); limit > 0 && len(got) > limit+len(`\U0010ffff`)+len("...") {
			t.Errorf("%d bytes where %d were asked for", len(got), limit)
		}
	})
}

func TestModelNamed(t *testing.T) {
	for name, want := range map[string]bool{
		"a.pkl": true, "a.PKL": true, "dir/a.pt": true, `dir\a.pth`: true, "a.pt2": true, "a.ptl": true, "a.npz": true,
		"a.pkl.gz": true, "a.pkl.XZ": true, "a.joblib.z": true, "a.tar.pkl": true, ".pkl": true,
		"a.gguf": true, "a.safetensors": true, "a.onnx": true, "a.keras": true, "a.h5": true, "a.rds": true, "a.jinja": true,
		"pytorch_model.bin": true, "pytorch_model-00001-of-00002.bin": true, "adapter_model.bin": true, "flax_model.msgpack": true,
		"training_args.bin": true, "optimizer.bin": true, "random_states_0.bin": true, "saved_model.pb": true, "saved_model.pbtxt": true,
		"MLmodel": true, "model/MLmodel": true, "open_clip_pytorch_model.bin": true,
		"a.bin": false, "a.txt": false, "a.gz": false, "pkl": false, "a.pkl.txt": false, "a.pkl/b.txt": false, "": false,
		"a.pkl.gz.gz": false, "model.bin": false, "MLmodel.txt": false, "a.zip": false, "saved_model": false, "saved_model.pb.h": false, "saved_model.cpython-311.pyc": false, "saved_model.py": false,
		"saved_model.cpb.gz": true, "a.pb": false,
		"mypytorch_model.txt": false, "a.plan": false,
	} {
		if got := scanner.ModelNamed(name); got != want {
			t.Errorf("%q: %v, want %v", name, got, want)
		}
	}
}
