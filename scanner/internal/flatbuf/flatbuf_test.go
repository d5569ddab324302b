package flatbuf_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/flatbuf"
)

// monsters is a table {0: i8 -3, 2: u32 70000, 3: "orc", 4: [u16 1 2 3], 5: [table, table],
// 6: ["a", "bc"]}, whose two inner tables are the same {0: u64 9}.
func monsters() []byte {
	var b []byte
	for _, word := range []uint32{
		28, 0x54534554, // the root; "TEST"
		18 | 28<<16, 4, 8 | 12<<16, 16 | 20<<16, 24, // at 8 the vtable, padded
		20, 0xfd, 70000, 16, 20, 28, 56, // at 28 the root
		3, 0x63726f, // at 56 "orc"
		3, 1 | 2<<16, 3, // at 64 the numbers
		2, 16, 12, // at 76 the tables
		6 | 12<<16, 4, 8, 9, 0, // at 88 the vtable, at 96 the table
		2, 8, 12, 1, 0x61, 2, 0x6362, // at 108 the strings
	} {
		b = binary.LittleEndian.AppendUint32(b, word)
	}
	return b
}

// A meter is a budget that counts.
type meter struct{ steps, held, maxSteps int64 }

func (m *meter) Step(n int64) error {
	if m.steps += n; m.maxSteps > 0 && m.steps > m.maxSteps {
		return &scanner.LimitError{Limit: "max-steps", Max: m.maxSteps}
	}
	return nil
}

func (m *meter) Hold(n int64) error { m.held += n; return nil }
func (m *meter) Release(n int64)    { m.held -= n }

// describe reads everything in a buffer of the kind that monsters makes.
func describe(r io.ReaderAt, size int64, m *meter) (string, *flatbuf.Buffer) {
	b := flatbuf.New(r, size, m)
	defer b.Close()
	root := b.Root()
	numbers, tables, texts := root.Vector(4, 2), root.Vector(5, 4), root.Vector(6, 4)
	var out strings.Builder
	fmt.Fprint(&out, root.Int(0, 1, 7), " ", root.Uint(1, 2, 8), " ", root.Uint(2, 4, 0), " ", root.Text(3, 100), root.Text(3, 2), " ", root.Has(7))
	for i := range numbers.Len() {
		fmt.Fprint(&out, " ", numbers.Uint(i))
	}
	for i := range tables.Len() {
		t := tables.Table(i)
		fmt.Fprint(&out, " ", t.Uint(0, 8, 0), t.Once())
	}
	for i := range texts.Len() {
		fmt.Fprint(&out, " ", texts.Text(i, 100))
	}
	return out.String(), b
}

func TestRead(t *testing.T) {
	content := monsters()
	var m meter
	got, b := describe(bytes.NewReader(content), int64(len(content)), &m)
	if want := "-3 8 70000 orcor false 1 2 3 9 true 9 false a bc"; got != want || b.Err() != nil {
		t.Errorf("got %s, %v, want %s", got, b.Err(), want)
	}
	if b.End() != int64(len(content))-2 || m.held != 0 { // the last string has no terminator that counts
		t.Errorf("ends at %d of %d, %d bytes held", b.End(), len(content), m.held)
	}
}

// Pages in which nothing is used are told from others.
func TestEach(t *testing.T) {
	content := append(binary.LittleEndian.AppendUint32(nil, 9<<20), make([]byte, 10<<20)...)
	binary.LittleEndian.PutUint32(content[9<<20:], 8<<20) // the vtable at 1 MiB
	binary.LittleEndian.PutUint32(content[1<<20:], 6|8<<16)
	content[1<<20+4] = 4
	binary.LittleEndian.PutUint32(content[9<<20+4:], 100<<10)
	binary.LittleEndian.PutUint32(content[9<<20+4+100<<10:], 500<<10)
	b := flatbuf.New(bytes.NewReader(content), int64(len(content)), &meter{})
	b.Root().Vector(0, 1)
	var got []scanner.Span
	b.Each(func(s scanner.Span) { got = append(got, s) })
	const vector = 9<<20 + 100<<10
	want := []scanner.Span{{Length: 4096}, {Offset: 1 << 20, Length: 4096}, {Offset: 9 << 20, Length: 4096}, {Offset: vector, Length: 500<<10 + 8}}
	if !slices.Equal(got, want) || b.Err() != nil {
		t.Errorf("got %v, %v, want %v", got, b.Err(), want)
	}
}

// What is absent gives defaults, also in what is absent itself.
func TestAbsent(t *testing.T) {
	var none flatbuf.Table
	if none.Present() || none.Has(0) || none.Once() || none.Uint(0, 4, 5) != 5 || none.Int(0, 4, -5) != -5 || none.Text(0, 9) != "" {
		t.Error("an absent table has values")
	}
	v := none.Table(1).Vector(2, 4)
	if v.Present() || v.Len() != 0 || v.Uint(0) != 0 || v.Int(0) != 0 || v.Text(0, 9) != "" || v.Table(0).Present() || v.Span().Length != 0 {
		t.Error("an absent vector has elements")
	}
}

// Every damage gives an error in the file, or values; what is cut off gives an error.
func TestDamaged(t *testing.T) {
	content := monsters()
	check := func(content []byte) *flatbuf.Buffer {
		_, b := describe(bytes.NewReader(content), int64(len(content)), &meter{})
		var input *scanner.Error
		if err := b.Err(); err != nil && (!errors.As(err, &input) || input.At.Offset < 0 || input.At.Offset > int64(len(content))) {
			t.Errorf("%d bytes: %v", len(content), err)
		}
		return b
	}
	for i := range content {
		for _, change := range []byte{0xff, 0x01, 0x80} {
			damaged := bytes.Clone(content)
			damaged[i] ^= change
			check(damaged)
		}
	}
	for n := range len(content) - 2 {
		if check(content[:n]).Err() == nil {
			t.Errorf("no error with %d bytes", n)
		}
	}
}

func TestErrors(t *testing.T) {
	content := monsters()
	patched := func(at int, with ...byte) []byte {
		return append(append(bytes.Clone(content[:at]), with...), content[at+len(with):]...)
	}
	for _, c := range []struct {
		name    string
		content []byte
		want    string
	}{
		{"root", patched(0, 0xff, 0xff, 0xff, 0x7f), "malformed at offset 136: a number of 4 bytes at offset 2147483647"},
		{"itself", patched(0, 0, 0, 0, 0), "malformed at offset 0: an offset of zero"},
		{"vtable", patched(28, 0xff, 0xff, 0xff, 0x7f), "malformed at offset 0: a number of 2 bytes"},
		{"odd-vtable", patched(8, 5), "malformed at offset 8: a vtable of 5 bytes"},
		{"long-table", patched(10, 0xff, 0xff), "a table of 65535 bytes at offset 28"},
		{"slot", patched(16, 26), "malformed at offset 28: slot 2 of a table lies at byte 26 of 28"},
		{"vector", patched(64, 0xff, 0xff, 0xff, 0xff), "a vector of 8589934590 bytes at offset 68"},
	} {
		_, b := describe(bytes.NewReader(c.content), int64(len(c.content)), &meter{})
		if err := b.Err(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

// An error of the input is forgotten by Clear, one of the budget is not; nor is what the
// reader fails with lost.
func TestClear(t *testing.T) {
	content := monsters()
	b := flatbuf.New(bytes.NewReader(content), 10, &meter{})
	b.Root()
	if b.Clear() == nil || b.Err() != nil {
		t.Error("an error of the input stays")
	}
	b = flatbuf.New(bytes.NewReader(content), int64(len(content)), &meter{maxSteps: 1})
	b.Root().Table(5)
	if b.Clear() == nil || b.Err() == nil {
		t.Error("an error of the budget was forgotten")
	}
	for reader, want := range map[io.ReaderAt]string{
		failing{errors.New("disk failure")}:                  "unreadable at offset 0: reading: disk failure",
		failing{io.ErrUnexpectedEOF}:                         "truncated at offset 0: the file has become shorter",
		failing{scanner.Errorf(scanner.Malformed, 3, "own")}: "own",
	} {
		b := flatbuf.New(reader, 100, &meter{})
		b.Root()
		if b.Err() == nil || !strings.Contains(b.Err().Error(), want) {
			t.Errorf("%v, want %s", b.Err(), want)
		}
	}
}

type failing struct{ err error }

func (f failing) ReadAt([]byte, int64) (int, error) { return 0, f.err }

func Fuzz(f *testing.F) {
	f.Add(monsters())
	f.Fuzz(func(t *testing.T, content []byte) {
		var m meter
		first, b := describe(bytes.NewReader(content), int64(len(content)), &m)
		if b.End() > int64(len(content)) || m.held != 0 || m.steps > 16*int64(len(content))+64 {
			t.Errorf("ends at %d of %d, %d bytes held, %d steps", b.End(), len(content), m.held, m.steps)
		}
		if second, _ := describe(bytes.NewReader(content), int64(len(content)), &m); first != second {
			t.Errorf("first %q, then %q", first, second)
		}
	})
}
