package picklevm_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// A recorder writes down what it is told.
type recorder struct {
	m     *picklevm.Machine
	lines []string
	jump  int64
}

func (r *recorder) log(format string, args ...any) {
	r.lines = append(r.lines, fmt.Sprintf(format, args...))
}

// show writes a value shortly.
func (r *recorder) show(v picklevm.Value) string {
	switch v.Kind() {
	case picklevm.KindNone:
		return "None"
	case picklevm.KindBool:
		return fmt.Sprint(v.Bool())
	case picklevm.KindInt:
		return fmt.Sprint(v.Int())
	case picklevm.KindStr:
		s, ok := r.m.Str(v)
		return fmt.Sprintf("%q%s", s, map[bool]string{false: "?"}[ok])
	case picklevm.KindBytes, picklevm.KindByteArray, picklevm.KindFloat, picklevm.KindBigInt:
		_, raw, _ := r.m.Literal(v, 100)
		return fmt.Sprintf("<%s>", raw)
	case picklevm.KindGlobal:
		g := r.m.Global(v)
		return g.Module + ":" + g.Name
	case picklevm.KindInvalid:
		return "-"
	}
	items, cut, _ := r.m.Items(v)
	var parts []string
	for _, item := range items {
		parts = append(parts, r.show(item))
	}
	names := map[picklevm.Kind]string{
		picklevm.KindTuple: "tuple", picklevm.KindList: "list", picklevm.KindDict: "dict", picklevm.KindSet: "set",
		picklevm.KindFrozenSet: "frozenset", picklevm.KindCall: "call", picklevm.KindInstance: "new",
		picklevm.KindPersistent: "persistent", picklevm.KindPlain: "plain", picklevm.KindOpaque: "opaque",
	}
	return fmt.Sprintf("%s(%s)%s", names[v.Kind()], strings.Join(parts, ","), map[bool]string{true: "+"}[cut])
}

func (r *recorder) Import(v picklevm.Value, g *picklevm.Global, _ int64) error {
	r.log("import %s computed=%v", r.show(v), g.Computed)
	return nil
}
func (r *recorder) Call(c picklevm.Call) error {
	r.log("call %s %s", r.show(c.Callable), r.show(c.Args))
	return nil
}
func (r *recorder) New(c picklevm.Call) error {
	r.log("new %s %s %s", r.show(c.Callable), r.show(c.Args), r.show(c.Kwargs))
	return nil
}
func (r *recorder) Build(target, state picklevm.Value, _ int64) (int64, error) {
	r.log("build %s %s", r.show(target), r.show(state))
	return r.jump, nil
}
func (r *recorder) Mutate(target picklevm.Value, items []picklevm.Value, op byte, _ int64) error {
	var parts []string
	for _, v := range items {
		parts = append(parts, r.show(v))
	}
	r.log("mutate %c %s %s", op, r.show(target), strings.Join(parts, ","))
	return nil
}
func (r *recorder) Pair(_, key, value picklevm.Value, _ int64) {
	r.log("pair %s %s", r.show(key), r.show(value))
}
func (r *recorder) Hash(v picklevm.Value, _ int64) error {
	r.log("hash %s", r.show(v))
	return nil
}
func (r *recorder) Persistent(_, id picklevm.Value, _ int64) error {
	r.log("persistent %s", r.show(id))
	return nil
}
func (r *recorder) Anomaly(kind picklevm.AnomalyKind, _ int64, _ string) { r.log("anomaly %s", kind) }
func (r *recorder) Step(int64) error                                     { return nil }

// load runs one stream and returns the log with the result or error.
func load(t *testing.T, stream string) string {
	t.Helper()
	r := &recorder{}
	r.m = picklevm.New(picklevm.Config{Input: strings.NewReader(stream), Size: int64(len(stream))}, r)
	v, err := r.m.Load()
	if err != nil {
		r.log("error %v", err)
	} else {
		r.log("result %s", r.show(v))
	}
	return strings.Join(r.lines, "\n")
}

func TestOpcodes(t *testing.T) {
	tests := []struct{ name, stream, want string }{
		{"none", "N.", "result None"},
		{"ints", "(I5\nI-7\nI01\nI00\nL9L\nK\xffM\x01\x02J\xff\xff\xff\xff\x8a\x01\xfet.", "result tuple(5,-7,true,false,9,255,513,-1,-2)"},
		{"big-long", "\x8a\x06\x01\x02\x03\x04\x05\x06.", "result <\x01\x02\x03\x04\x05\x06>"},
		{"base-zero-int", "I0x10\n.", "anomaly number\nresult <0x10>"},
		{"nul-int", "I5\x00junk\n.", "anomaly number\nresult <5\x00junk>"},
		{"octal-int", "I010\n.", "anomaly number\nresult <010>"},
		{"no-int", "Iabc\n.", "error malformed at offset 0: a number that no unpickler reads"},
		{"float", "F1.5\n.", "result <1.5>"},
		{"float-odd", "F 1_0.5 \n.", "anomaly number\nresult < 1_0.5 >"},
		{"string-escapes", `S'a\x41\101\n'` + "\n.", `result "aAA\n"`},
		{"string-unquoted", "Sabc\n.", "error malformed at offset 0: a string without quotes"},
		{"unicode", "V\\u0041\\U00000042c\xe9\n.", `result "ABcé"`},
		{"strings", "(X\x02\x00\x00\x00abU\x01cT\x01\x00\x00\x00d\x8c\x01et.", `result tuple("ab","c","d","e")`},
		{"bytes", "(C\x02abB\x01\x00\x00\x00c\x96\x01\x00\x00\x00\x00\x00\x00\x00dt.", "result tuple(<ab>,<c>,<d>)"},
		{"length-over-input", "X\xff\xff\xff\x7fab.", "error truncated at offset 5: an argument of 2147483647 bytes, but 3 are left"},
		{"global", "cos\nsystem\n.", "import os:system computed=false\nresult os:system"},
		{"global-odd-name", "cos\r\nsystem\n.", "anomaly name\nimport os\r:system computed=false\nresult os\r:system"},
		{"global-at-end", "cos\nsystemx", "import os:system computed=false\nerror truncated at offset 11: the stream ends inside an opcode: 1 bytes wanted, 0 left"},
		{"reduce", "cos\nsystem\n(S'true'\ntR.", "import os:system computed=false\ncall os:system tuple(\"true\")\nresult call(os:system,tuple(\"true\"))"},
		{"reduce-list", "cos\nsystem\n(S'true'\nlR.", "import os:system computed=false\nanomaly operand\ncall os:system list(\"true\")\nresult call(os:system,list(\"true\"))"},
		{"reduce-popped", "cos\nsystem\n(S'true'\ntR0N.", "import os:system computed=false\ncall os:system tuple(\"true\")\nresult None"},
		{"inst", "(S'true'\nios\nsystem\n.", "import os:system computed=false\ncall os:system tuple(\"true\")\nresult call(os:system,tuple(\"true\"))"},
		{"obj", "(cos\nsystem\nS'true'\no.", "import os:system computed=false\ncall os:system tuple(\"true\")\nresult call(os:system,tuple(\"true\"))"},
		{"stack-global", "\x80\x04\x8c\x02os\x8c\x06system\x93.", "import os:system computed=false\nresult os:system"},
		{"stack-global-memo", "\x80\x04\x8c\x02os\x940\x8c\x06system\x940h\x00h\x01\x93.", "import os:system computed=false\nresult os:system"},
		{"stack-global-string", "S'o\\x73'\nV\\u0073ystem\n\x93.", "import os:system computed=false\nresult os:system"},
		{"stack-global-computed", "\x80\x04cm\nf\n)R\x8c\x06system\x93.", "import m:f computed=false\ncall m:f tuple()\nimport :system computed=true\nresult :system"},
		{"newobj", "\x80\x02cm\nC\n)\x81}X\x01\x00\x00\x00aK\x01sb.", "import m:C computed=false\nnew m:C tuple() -\nbuild new(m:C,tuple()) dict(\"a\",1)\nresult new(m:C,tuple())"},
		{"newobj-ex", "\x80\x04cm\nC\n)}\x92.", "import m:C computed=false\nnew m:C tuple() dict()\nresult new(m:C,tuple(),dict())"},
		{"ext", "\x82\x05.", "import copyreg._extension_registry:5 computed=true\nresult copyreg._extension_registry:5"},
		{"persid", "Pabc\n.", "persistent \"abc\"\nresult persistent(\"abc\")"},
		{"binpersid", "(U\x07storageK\x01tQ.", "persistent tuple(\"storage\",1)\nresult persistent(tuple(\"storage\",1))"},
		{"dict-hash-and-pair", "}cm\nC\n)Rcm\nf\ns.", "import m:C computed=false\ncall m:C tuple()\nimport m:f computed=false\nhash call(m:C,tuple())\npair call(m:C,tuple()) m:f\nresult dict(call(m:C,tuple()),m:f)"},
		{"append-to-global", "csys\npath\nS'x'\na.", "import sys:path computed=false\nmutate a sys:path \"x\"\nresult sys:path"},
		{"setitem-on-global", "cos\nenviron\nS'x'\nS'y'\ns.", "import os:environ computed=false\nmutate s os:environ \"x\",\"y\"\nresult os:environ"},
		{"additems", "\x8f(K\x01K\x02\x90.", "result set(1,2)"},
		{"aliasing", "]q\x00h\x00K\x01a0.", "result list(1)"},
		{"memoize-counts-keys", "Np5\n0K\x01\x940h\x01.", "result 1"},
		{"put-sparse", "K\x07r\xff\xff\xff\x0f0j\xff\xff\xff\x0f.", "anomaly cost\nresult 7"},
		{"put-text", "K\x07p 1_0\n0g+10\n.", "result 7"},
		{"get-unset", "h\x05.", "error malformed at offset 0: memo index 5 is not set"},
		{"tuple-over-mark", "K\x01(\x85.", "error malformed at offset 3: the stack has fewer than 1 items"},
		{"pop-mark", "K\x01(0.", "result 1"},
		{"stop-empty", "(.", "error malformed at offset 1: the stack is empty"},
		{"no-stop", "N", "error truncated at offset 1: the stream ends inside an opcode: 1 bytes wanted, 0 left"},
		{"protocol-6", "\x80\x06N.", "error malformed at offset 0: protocol 6, of which no Python knows"},
		{"no-opcode", "N\xff", "error malformed at offset 1: byte 0xff is no opcode"},
		{"frame", "\x80\x04\x95\x02\x00\x00\x00\x00\x00\x00\x00N.", "result None"},
		{"frame-inside-argument", "\x80\x04\x95\x02\x00\x00\x00\x00\x00\x00\x00X\x01\x00\x00\x00a.", "anomaly frame\nresult \"a\""},
		{"frame-in-frame", "\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x95\x02\x00\x00\x00\x00\x00\x00\x00N.", "anomaly frame\nresult None"},
		{"frame-too-long", "\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00N.", "anomaly frame\nresult None"},
		{"buffer", "\x97\x98.", "result opaque()"},
		{"dup", "K\x012\x86.", "result tuple(1,1)"},
		{"call-of-data", "K\x01)R.", "error malformed at offset 3: something that cannot be called is called"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := load(t, tt.stream); got != tt.want {
				t.Errorf("stream %q\n got: %s\nwant: %s", tt.stream, got, tt.want)
			}
		})
	}
}

func TestResumeBehindBuild(t *testing.T) {
	stream := "\x80\x02cm\nC\n)\x81}bRAW BYTES." // BUILD is followed by ten bytes that a hook reads
	r := &recorder{jump: int64(strings.Index(stream, "RAW") + len("RAW BYTES"))}
	r.m = picklevm.New(picklevm.Config{Input: strings.NewReader(stream), Size: int64(len(stream))}, r)
	v, err := r.m.Load()
	if err != nil || r.show(v) != "new(m:C,tuple())" || r.m.Remaining() != 0 {
		t.Errorf("got %s, %v, %d bytes left", r.show(v), err, r.m.Remaining())
	}
}

func TestStreamsInARow(t *testing.T) {
	stream := "K\x01q\x00.h\x00."
	r := &recorder{}
	r.m = picklevm.New(picklevm.Config{Input: strings.NewReader(stream), Size: int64(len(stream))}, r)
	if _, err := r.m.Load(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.m.Load(); err == nil {
		t.Error("the second stream found what the first one memoized")
	}
}

// TestBoundariesAgreeWithPickletools compares opcode walks on real pickles.
func TestBoundariesAgreeWithPickletools(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("SKIPPED: python3 is not installed, so pickletools cannot be compared with")
	}
	script := `
import pickle, collections, datetime, decimal, json, pickletools, sys
shared = ["x" * 300, b"y" * 300, ("t", 1)]
objects = [None, [1, -5, 70000, 2**40, 2**80, 1.5, True], {"a": shared, "b": shared}, {1, 2}, frozenset([3]), "\ud800\u00e9",
  collections.OrderedDict(a=1), collections.Counter("hello"), datetime.datetime(2020, 1, 1), decimal.Decimal("1.5"), slice(1, 2),
  list(range(3000)), {str(i): (i, str(i)) for i in range(3000)}, bytearray(b"abc"), "z" * 70000, complex(1, 2), range(3), Exception("e")]
out = []
for p in range(pickle.HIGHEST_PROTOCOL + 1):
    for o in objects:
        data = pickle.dumps(o, p)
        names = []
        for op, arg, _ in pickletools.genops(data):
            if op.name in ("GLOBAL", "INST"):
                names.append(arg.replace(" ", ":"))
        out.append([data.hex(), sum(op.name in ("REDUCE", "OBJ", "INST") for op, _, _ in pickletools.genops(data)), names])
json.dump(out, sys.stdout)
`
	raw, err := exec.Command(python, "-c", script).Output()
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		data  []byte
		calls int
		names []string
	}
	var decoded [][3]json.RawMessage
	if err := json.Unmarshal(raw, &decoded); err != nil {
		t.Fatal(err)
	}
	for _, d := range decoded {
		var hexed string
		var calls int
		var names []string
		for i, into := range []any{&hexed, &calls, &names} {
			if err := json.Unmarshal(d[i], into); err != nil {
				t.Fatal(err)
			}
		}
		var data []byte
		if _, err := fmt.Sscanf(hexed, "%x", &data); err != nil {
			t.Fatal(err)
		}
		cases = append(cases, struct {
			data  []byte
			calls int
			names []string
		}{data, calls, names})
	}
	for i, c := range cases {
		r := &recorder{}
		r.m = picklevm.New(picklevm.Config{Input: bytes.NewReader(c.data), Size: int64(len(c.data))}, r)
		if _, err := r.m.Load(); err != nil || r.m.Remaining() != 0 {
			t.Errorf("case %d: %v, %d bytes left", i, err, r.m.Remaining())
		}
		calls := 0
		for _, line := range r.lines {
			if strings.HasPrefix(line, "call ") {
				calls++
			}
			if strings.HasPrefix(line, "anomaly") {
				t.Errorf("case %d: %s in what pickle.dumps wrote", i, line)
			}
		}
		if calls != c.calls {
			t.Errorf("case %d: %d calls, pickletools counts %d", i, calls, c.calls)
		}
		for _, name := range c.names {
			if !strings.Contains(strings.Join(r.lines, "\n"), "import "+name+" ") {
				t.Errorf("case %d: no import of %s", i, name)
			}
		}
	}
}

// dense returns a pickle of about n bytes whose opcodes carry almost no data.
func dense(n int) []byte {
	b := []byte("\x80\x02](")
	for i := 0; len(b) < n; i++ {
		b = append(b, 'K', byte(i), 'K', byte(i>>8), 0x86)
		if i%1000 == 999 {
			b = append(b, 'e', '(')
		}
	}
	return append(b, "e."...)
}

func BenchmarkDense(b *testing.B) {
	data := dense(16 << 20)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		r := &recorder{}
		m := picklevm.New(picklevm.Config{Input: bytes.NewReader(data), Size: int64(len(data))}, r)
		if _, err := m.Load(); err != nil {
			b.Fatal(err)
		}
	}
}
