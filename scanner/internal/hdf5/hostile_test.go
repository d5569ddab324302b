package hdf5_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner/internal/hdf5"
)

// read returns a fixture.
func read(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// replace replaces the only place where bytes stand in a fixture.
func replace(t *testing.T, content []byte, old, changed string) []byte {
	t.Helper()
	if n := bytes.Count(content, []byte(old)); n != 1 || len(old) != len(changed) {
		t.Fatalf("%q stands %d times", old, n)
	}
	return bytes.Replace(content, []byte(old), []byte(changed), 1)
}

// TestEdited changes what no checksum covers: what is told, and what is still found.
func TestEdited(t *testing.T) {
	const link = "\x01\x08\x40\x08external"
	u64 := func(v uint64) string { return string(binary.LittleEndian.AppendUint64(nil, v)) }
	symbols := read(t, "symbols.h5")
	root := symbolTable + string(symbols[80:96]) // of the symbol table, as the superblock has it
	a, b := tables(t, symbols)
	for _, c := range []struct {
		name, file, old, changed string
		problem                  string // empty: none
		found                    string
	}{
		{"user-defined-link", "old.h5", link, "\x01\x08\x41\x08external", "", `link "external" user`},
		{"unknown-link", "old.h5", link, "\x01\x08\x07\x08external", "kind 7 is unknown", `link "soft" soft "" "/missing"`},
		{"link-version", "old.h5", link, "\x09\x08\x40\x08external", "version 9 is unknown", `link "kernel" hard`},
		{"shared-tables", "symbols.h5", b, a, "two objects share a structure", `link "in_a" soft "" "/target/of_a"`},
		{"root-in-itself", "symbols.h5", b, root, "two objects share a structure", `link "in_a" soft "" "/target/of_a"`},
		{"undefined-tables", "symbols.h5", b, symbolTable + u64(1<<64-1) + u64(1<<64-1), "is undefined", `link "in_a" soft "" "/target/of_a"`},
		{"tables-behind-the-end", "symbols.h5", b, symbolTable + u64(1<<62) + u64(1<<63), "lies behind the end", `link "in_a" soft "" "/target/of_a"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			content := read(t, c.file)
			content = replace(t, content, c.old, c.changed)
			out, m := bounded(t, content)
			all := strings.Join(out, "\n")
			if !strings.Contains(all, c.problem) || (c.problem == "") != (len(m.problems) == 0) {
				t.Errorf("%v, want %q", m.problems, c.problem)
			}
			if !strings.Contains(all, c.found) {
				t.Errorf("got\n%s\nwant %s", all, c.found)
			}
		})
	}
}

const symbolTable = "\x11\x00\x10\x00\x00\x00\x00\x00" // the head of a message

// tables returns the messages that name the symbol tables of the groups a and b.
func tables(t *testing.T, content []byte) (a, b string) {
	t.Helper()
	var found []string
	for i := 0; i+24 < len(content); i++ {
		if string(content[i:i+8]) == symbolTable {
			found = append(found, string(content[i:i+24]))
		}
	}
	if len(found) != 3 {
		t.Fatalf("%d symbol tables", len(found))
	}
	return found[1], found[2]
}

// TestSuperblockDisagrees: libhdf5 takes the root's links from the superblock where the
// root's own header leads nowhere.
func TestSuperblockDisagrees(t *testing.T) {
	content := read(t, "symbols.h5")
	i := bytes.LastIndex(content, content[80:96]) // in the root's header
	if i < 96 {
		t.Fatal("no symbol table in the root's header")
	}
	for j := range 16 {
		content[i+j] = 0xff
	}
	out, _ := bounded(t, content)
	all := strings.Join(out, "\n")
	for _, want := range []string{`link "in_a" soft "" "/target/of_a"`, "another symbol table"} {
		if !strings.Contains(all, want) {
			t.Errorf("got\n%s\nwant %s", all, want)
		}
	}
}

// TestUserBlock: the file may begin behind anything of 512 bytes, 1024 and so on, and
// nowhere else.
func TestUserBlock(t *testing.T) {
	content := read(t, "dense.h5")
	want, _ := bounded(t, content)
	for _, n := range []int{512, 1024, 4096} {
		moved := append(bytes.Repeat([]byte("x"), n), content...)
		if got := hdf5.Find(bytes.NewReader(moved), int64(len(moved))); got != int64(n) {
			t.Errorf("behind %d bytes: found at %d", n, got)
		}
		got, m := bounded(t, moved)
		if len(m.problems) > 0 || !slices.Equal(got[1:], want[1:]) {
			t.Errorf("behind %d bytes: %v, got %q, want %q", n, m.problems, got, want)
		}
	}
	for _, n := range []int{1, 256, 768} {
		moved := append(make([]byte, n), content...)
		if got := hdf5.Find(bytes.NewReader(moved), int64(len(moved))); got != -1 {
			t.Errorf("behind %d bytes: found at %d", n, got)
		}
	}
}

// TestBomb: what a dataset claims to hold and what is stored are told apart, and
// nothing is made of the claim.
func TestBomb(t *testing.T) {
	content := read(t, "bomb.h5")
	m := newMeter()
	f, err := hdf5.Open(bytes.NewReader(content), int64(len(content)), m, m)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	found := false
	err = f.Walk(func(o *hdf5.Object) error {
		if o.Dataset == nil {
			return nil
		}
		found = true
		if n := o.Dataset.Bytes(); n != 1<<40 || o.Dataset.Stored != 0 {
			t.Errorf("%d bytes, %d stored", n, o.Dataset.Stored)
		}
		if _, err := o.Dataset.Items(1 << 20); err == nil || !strings.Contains(err.Error(), "over-limit") {
			t.Errorf("items: %v", err)
		}
		return nil
	})
	if err != nil || !found {
		t.Errorf("%v, found %v", err, found)
	}
}

// TestSpent: a walk ends where the budget does, and says so.
func TestSpent(t *testing.T) {
	content := read(t, "dense.h5")
	_, whole := bounded(t, content)
	for name, limit := range map[string]func(*meter){
		"steps": func(m *meter) { m.maxSteps = whole.steps / 2 },
		"held":  func(m *meter) { m.maxHeld = whole.peak / 2 },
	} {
		m := newMeter()
		limit(m)
		f, err := hdf5.Open(bytes.NewReader(content), int64(len(content)), m, m)
		if err == nil {
			err = f.Walk(func(*hdf5.Object) error { return nil })
			f.Close()
		}
		if !errors.Is(err, errSpent) {
			t.Errorf("%s: %v", name, err)
		}
		if m.held != 0 {
			t.Errorf("%s: %d bytes are still held", name, m.held)
		}
	}
}

// TestVisitError: what visit returns ends the walk.
func TestVisitError(t *testing.T) {
	content := read(t, "old.h5")
	m := newMeter()
	f, err := hdf5.Open(bytes.NewReader(content), int64(len(content)), m, m)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	own := errors.New("own")
	if err := f.Walk(func(*hdf5.Object) error { return own }); !errors.Is(err, own) {
		t.Error(err)
	}
}
