package scantest

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"
)

func TestAssemble(t *testing.T) {
	for _, c := range []struct{ name, recipe, want string }{
		{"empty", "", ""},
		{"comment", "# only a comment", ""},
		{"hex", "hex 80 04 95ff # the rest is a comment", "800495ff"},
		{"text", `text "a\x00" b`, "610062"},
		{"raw-text", "text `a\nb`", "610a62"},
		{"semicolons", "hex 01; hex 02", "0102"},
		{"little-endian", "le16 1 0x0203; le32 -1; le64 2", "01000302ffffffff0200000000000000"},
		{"big-endian", "be16 1; be32 2; be64 3", "0001000000020000000000000003"},
		{"length", "le32 { text abc }", "03000000616263"},
		{"varint", "varint 300; varint { hex 00 }", "ac020100"},
		{"floats", "f32 0.5; f64 -2", "0000003f00000000000000c0"},
		{"fill", "hex 01; align 4; zeros 1", "0100000000"},
		{"align-in-block", "hex 01; repeat 1 { hex 02; align 4 }", "01020000"},
		{"repeat", "repeat 2 { hex 01\n hex 02 }", "01020102"},
		{"truncate", "truncate 1 { hex 010203 }; truncate -1 { hex 0405 }", "0104"},
		{"patch", `patch 1 "\xff" { hex 010203 }`, "01ff03"},
		{"frame", "FRAME auto; NONE; STOP", "9502000000000000004e2e"},
		{"frame-in-block", "repeat 1 { FRAME auto; NONE }; STOP", "9501000000000000004e2e"},
		{"frame-wrong", "FRAME 9; NONE", "9509000000000000004e"},
		{"global", "GLOBAL os system", "636f730a73797374656d0a"},
		{"long1", "LONG1 0; LONG1 255; LONG1 -1; LONG1 -128; LONG1 -129; LONG1 -256", "8a008a02ff008a01ff8a01808a027fff8a0200ff"},
		{"long-raw", `LONG1 "\xff\xff"`, "8a02ffff"},
		{"string", `STRING "it's\n"`, "53276974" + "5c2773" + "5c783061" + "270a"},
		{"unicode", `UNICODE "é\\€😀"`, "56e9" + hex.EncodeToString([]byte(`\u005c\u20ac\U0001f600`)) + "0a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Assemble(c.recipe)
			if err != nil || hex.EncodeToString(got) != c.want {
				t.Errorf("%q: %x, %v; want %s", c.recipe, got, err, c.want)
			}
		})
	}
}

func TestAssembleErrors(t *testing.T) {
	for recipe, want := range map[string]string{
		"hex 0":                          "line 1: hex:",
		"hex 00\nHEX 01":                 "line 2: HEX: no such statement",
		"repeat 2 {":                     "not closed",
		"}":                              "closes nothing",
		`text "a`:                        "not closed",
		`"a"`:                            "starts with the string",
		"le32 x":                         "line 1: le32:",
		"le32 -":                         "line 1: le32:",
		"BININT1 256":                    "out of range",
		"BININT 2147483648":              "out of range",
		"STOP 1":                         "want 0 arguments",
		"repeat 100000000000 {hex 00}":   "too many",
		"repeat 100000 {zeros 1000000}":  "more than",
		"zip {\n member \"a\" crx 1 {}}": `line 2: member: no such option: "crx"`,
		"zip { member }":                 "want a name",
		"zip { end; hex 00 }":            "nothing follows",
		"truncate 5 { hex 00 }":          "has 1 bytes",
		"patch 5 x { hex 00 }":           "inside the block",
		"file nowhere":                   "nowhere",
		"align 0":                        "multiple of 0",
		"npy version x {}":               "version",
	} {
		if _, err := Assemble(recipe); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want an error with %q", recipe, err, want)
		}
	}
}

// Every opcode must be what pickletools calls by its name, argument and all.
func TestOpcodesArePython(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("SKIPPED: python3 is not installed, so the opcodes cannot be compared with pickletools")
	}
	samples := map[operand]string{
		none: "", uint1: "7", uint2: "300", uint4: "70000", uint8b: "0", int4: "-5", long1: "-70000", long4: "70000",
		float8: "1.5", line: "12", lines: "os path", repr: `"it's \x07"`, rawUTF: `"aé\\"`,
		counted1: "abc", counted4: "abc", counted8: "abc",
	}
	want := map[operand]string{
		none: "None", uint1: "7", uint2: "300", uint4: "70000", uint8b: "0", int4: "-5", long1: "-70000", long4: "70000",
		float8: "1.5", line: "12", lines: "'os path'", repr: `"it's \x07"`, rawUTF: `'aé\\'`,
		counted1: "abc", counted4: "abc", counted8: "abc",
	}
	var input, expected strings.Builder
	for name, op := range opcodes {
		b, err := Assemble(name + " " + samples[op.operand])
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		fmt.Fprintf(&input, "%x\n", b)
		fmt.Fprintf(&expected, "%s %s\n", name, want[op.operand])
	}
	cmd := exec.Command(python, "-c", `import pickletools, sys
for line in sys.stdin:
    (op, arg, _), = list(pickletools.genops(bytes.fromhex(line) + (b"" if line == "2e\n" else b".")))[:1]
    if isinstance(arg, (bytes, bytearray)): arg = arg.decode()
    text = repr(arg)
    print(op.name, "abc" if arg == "abc" else "%s" % arg if op.name == "PERSID" else "%g" % arg if op.name == "FLOAT" else text)
`)
	cmd.Stdin = strings.NewReader(input.String())
	cmd.Env = append(cmd.Environ(), "PYTHONIOENCODING=utf-8")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if len(opcodes) != 68 {
		t.Errorf("%d opcodes, want 68", len(opcodes))
	}
	gotLines, wantLines := strings.Split(string(out), "\n"), strings.Split(expected.String(), "\n")
	for i := range wantLines {
		if i >= len(gotLines) || gotLines[i] != wantLines[i] {
			t.Errorf("opcode %d is %q, want %q", i, gotLines[i], wantLines[i])
		}
	}
}

func TestDeflate(t *testing.T) {
	random := make([]byte, 70_000)
	rng := rand.NewChaCha8([32]byte{1})
	rng.Read(random)
	for name, b := range map[string][]byte{
		"empty": nil, "one": {0}, "zeros": make([]byte, 100_000), "random": random,
		"words":  bytes.Repeat([]byte("the same words again "), 3000),
		"far":    append(append(bytes.Clone(random[:32<<10]), random[:500]...), 0xff),
		"mixed":  append(bytes.Repeat(random[:700], 3), make([]byte, 259)...),
		"length": append(make([]byte, 258), random[:9]...),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := io.ReadAll(flate.NewReader(bytes.NewReader(deflate(b))))
			if err != nil || !bytes.Equal(got, b) {
				t.Errorf("%d bytes come back as %d, %v", len(b), len(got), err)
			}
		})
	}
	if n := len(deflate(make([]byte, 100_000))); n > 1000 {
		t.Errorf("100000 zeros take %d bytes", n)
	}
}

func TestCompressors(t *testing.T) {
	read := func(r io.Reader, err error) string {
		if err != nil {
			return err.Error()
		}
		b, err := io.ReadAll(r)
		if err != nil {
			return err.Error()
		}
		return string(b)
	}
	z := assemble(t, `zlib { text "some some some" }`)
	if got := read(zlib.NewReader(bytes.NewReader(z))); got != "some some some" {
		t.Errorf("zlib: %q", got)
	}
	g := assemble(t, `gzip name "a.pkl" { text "some some some" }`)
	r, err := gzip.NewReader(bytes.NewReader(g))
	if err != nil || r.Name != "a.pkl" {
		t.Fatalf("gzip: %v, %v", r, err)
	}
	if got := read(r, nil); got != "some some some" {
		t.Errorf("gzip: %q", got)
	}
}

func assemble(t *testing.T, recipe string) []byte {
	t.Helper()
	b, err := Assemble(recipe)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestZip(t *testing.T) {
	b := assemble(t, `zip {
		text "before"
		member "a/data.pkl" stored { hex 80042e }
		member "b" deflated { repeat 100 { text "again " } }
		member "c" deflated descriptor { text "later" }
		member "d" zip64 { text "64" }
		member "hidden" only-local { hex 00 }
		end comment "bye" zip64
	}`)
	if !bytes.HasPrefix(b, []byte("before")) {
		t.Error("what stands before the first member is not there")
	}
	r, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		content, err := io.ReadAll(in)
		if err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
		got = append(got, fmt.Sprintf("%s %d %d", f.Name, f.Method, len(content)))
	}
	if want := "a/data.pkl 0 3, b 8 600, c 8 5, d 0 2"; strings.Join(got, ", ") != want || r.Comment != "bye" {
		t.Errorf("%v, comment %q; want %s", got, r.Comment, want)
	}
}

func TestZipFields(t *testing.T) {
	b := assemble(t, `zip { member "a" method 12 local.name "b" central.crc 0x01020304 flags 1 comment "c" { hex 00 }
		end entries 7 offset 9 }`)
	for _, want := range []string{"PK\x03\x04\x14\x00\x01\x00\x0c\x00", "\x01\x00\x00\x00b\x00PK\x01\x02", "\x04\x03\x02\x01", "acPK", "\x07\x00\x07\x00", "\x09\x00\x00\x00\x00\x00"} {
		if !bytes.Contains(b, []byte(want)) {
			t.Errorf("%q is not in %q", want, b)
		}
	}
}

func TestTar(t *testing.T) {
	b := assemble(t, `tar { member "a.pkl" { text "abc" }; member "b" type 2 link "../c" {}; member "d" prefix "p" }`)
	r := tar.NewReader(bytes.NewReader(b))
	var got []string
	for {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s %c %s %d", h.Name, h.Typeflag, h.Linkname, h.Size))
	}
	if want := "a.pkl 0  3, b 2 ../c 0, p/d 0  0"; strings.Join(got, ", ") != want {
		t.Errorf("%q, want %q", strings.Join(got, ", "), want)
	}
}

func TestNPY(t *testing.T) {
	for recipe, want := range map[string]string{
		`npy descr "<f8" shape "(3,)" { zeros 24 }`:          "\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }",
		`npy version 2.0 descr "[('a', 'O')]" shape "()" {}`: "\x93NUMPY\x02\x00t\x00\x00\x00{'descr': [('a', 'O')], 'fortran_order': False, 'shape': (), }",
		`npy header "nonsense" { hex 00 }`:                   "\x93NUMPY\x01\x006\x00nonsense ",
	} {
		b := assemble(t, recipe)
		if !bytes.HasPrefix(b, []byte(want)) {
			t.Errorf("%s: %q, want it to start with %q", recipe, b, want)
		}
	}
	if n := len(assemble(t, `npy descr "|O" shape "(1,)" {}`)); n%64 != 0 {
		t.Errorf("the data start at %d, which is not a multiple of 64", n)
	}
}
