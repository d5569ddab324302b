package protowalk_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/protowalk"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

// walk prints the fields of a recipe's message, and walks into those of number 7.
func walk(t *testing.T, data []byte) string {
	t.Helper()
	var out strings.Builder
	w := protowalk.New(bytes.NewReader(data), int64(len(data)), nil)
	var each func(f protowalk.Field) error
	each = func(f protowalk.Field) error {
		fmt.Fprintf(&out, "%d:%d=%d@%d+%d ", f.Number, f.Type, f.Value, f.Span.Offset, f.Span.Length)
		if f.Is(7, protowalk.Bytes) {
			out.WriteString("( ")
			defer out.WriteString(") ")
			return w.Each(f.Span, each)
		}
		return nil
	}
	if err := w.Each(scanner.Span{Length: int64(len(data))}, each); err != nil {
		out.WriteString(err.Error())
	}
	return strings.TrimSpace(out.String())
}

func TestEach(t *testing.T) {
	for _, c := range []struct{ name, recipe, want string }{
		{"empty", "", ""},
		{"types", `hex 08 96 01; hex 11; le64 5; hex 1a; varint { text abc }; hex 25; le32 6`,
			"1:0=150@1+2 2:1=5@4+8 3:2=0@14+3 4:5=6@18+4"},
		{"nested", `hex 3a; varint { hex 08 01; hex 3a; varint { hex 10 02 } }; hex 08 03`,
			"7:2=0@2+6 ( 1:0=1@3+1 7:2=0@6+2 ( 2:0=2@7+1 ) ) 1:0=3@9+1"},
		{"group", `hex 0b 10 01 1b 1c 0c 08 01`, "1:3=0@1+4 1:0=1@7+1"},
		{"empty-group", `hex 0b 0c`, "1:3=0@1+0"},
		{"long-zero", `hex 08 80 80 80 80 80 80 80 80 80 7f`, fmt.Sprintf("1:0=%d@1+10", uint64(1)<<63)},
		{"tag-cut-to-32-bits", `hex 8a 80 80 80 70 00`, "1:2=0@6+0"},
		{"largest-number", `hex f8 ff ff ff 0f 01`, "536870911:0=1@5+1"},
		{"number-0", `hex 08 01 00 01`, "1:0=1@1+1 malformed at offset 2: a field with the number 0"},
		{"type-6", `hex 0e`, "malformed at offset 0: field 1 has wire type 6, which does not exist"},
		{"varint-too-long", `hex 08; repeat 11 { hex 80 }`, "malformed at offset 1: a number of more than 10 bytes"},
		{"varint-cut", `hex 08 80`, "truncated at offset 1: a number is cut off after 1 bytes"},
		{"no-value", `hex 08`, "truncated at offset 1: a number is cut off after 0 bytes"},
		{"length-too-big", `hex 0a 05 00`, "truncated at offset 0: field 1 takes 5 bytes, of which 1 are here"},
		{"length-of-2-to-64", `hex 0a ff ff ff ff ff ff ff ff ff 01`, "truncated at offset 0: field 1 takes 18446744073709551615 bytes, of which 0 are here"},
		{"fixed-cut", `hex 0d 00 00`, "truncated at offset 1: 4 bytes wanted, 2 left"},
		{"out-of-the-message", `hex 3a 02 0d 00; zeros 8`, "7:2=0@2+2 ( ) truncated at offset 3: 4 bytes wanted, 1 left"},
		{"number-out-of-the-message", `hex 3a 02 08 80 01`, "7:2=0@2+2 ( ) truncated at offset 3: a number is cut off after 1 bytes"},
		{"group-open", `hex 0b 08 01`, "truncated at offset 0: the group 1 does not end"},
		{"group-crossed", `hex 0b 13 0c`, "malformed at offset 2: the group 1 ends where 2 should"},
		{"group-not-started", `hex 0c`, "malformed at offset 0: the end of a group that did not start"},
	} {
		t.Run(c.name, func(t *testing.T) {
			data, err := scantest.Assemble(c.recipe)
			if err != nil {
				t.Fatal(err)
			}
			if got := walk(t, data); got != c.want {
				t.Errorf("%x:\n got %s\nwant %s", data, got, c.want)
			}
		})
	}
}

func TestDepth(t *testing.T) {
	groups := strings.Repeat("\x0b", 1000) + strings.Repeat("\x0c", 1000)
	if got := walk(t, []byte(groups)); !strings.Contains(got, "groups are nested more than 128 deep") {
		t.Error(got)
	}
	message := ""
	for range 129 {
		message = "\x3a" + string(varint(len(message))) + message
	}
	if got := walk(t, []byte(message)); !strings.Contains(got, "messages are nested more than 128 deep") {
		t.Error(got)
	}
}

func varint(n int) []byte {
	b, _ := scantest.Assemble(fmt.Sprint("varint ", n))
	return b
}

func TestNumbers(t *testing.T) {
	for recipe, want := range map[string]string{
		"hex 08 05":          "[5]",
		"hex 0a 03 01 96 01": "[1 150]",
		"hex 0a 02 01 96":    "[1] truncated at offset 3: a number is cut off after 1 bytes",
		"hex 0d 01 00 00 00": "[]",
	} {
		data, err := scantest.Assemble(recipe)
		if err != nil {
			t.Fatal(err)
		}
		w := protowalk.New(bytes.NewReader(data), int64(len(data)), nil)
		all := []uint64{}
		err = w.Each(scanner.Span{Length: int64(len(data))}, func(f protowalk.Field) error {
			return w.Numbers(f, func(v uint64) error { all = append(all, v); return nil })
		})
		got := fmt.Sprint(all)
		if err != nil {
			got += " " + err.Error()
		}
		if got != want {
			t.Errorf("%s: %s, want %s", recipe, got, want)
		}
	}
}

func TestString(t *testing.T) {
	long := strings.Repeat("x", 9000)
	data := append([]byte{0x0a}, append(varint(len(long)), long...)...)
	w := protowalk.New(bytes.NewReader(data), int64(len(data)), nil)
	err := w.Each(scanner.Span{Length: int64(len(data))}, func(f protowalk.Field) error {
		if s, err := w.String(f, 9000); s != long || err != nil {
			t.Errorf("%d bytes, %v", len(s), err)
		}
		if s, err := w.Head(f, 5); s != "xxxxx" || err != nil {
			t.Errorf("%q, %v", s, err)
		}
		s, err := w.String(f, 8999)
		var limit *scanner.Error
		if s != "" || !errors.As(err, &limit) || limit.Reason != scanner.OverLimit {
			t.Errorf("%q, %v", s, err)
		}
		return io.EOF
	})
	if !errors.Is(err, io.EOF) {
		t.Error(err)
	}
}

// counting counts the bytes that are read.
type counting struct {
	r io.ReaderAt
	n int64
}

func (c *counting) ReadAt(b []byte, off int64) (int, error) {
	n, err := c.r.ReadAt(b, off)
	c.n += int64(n)
	return n, err
}

// TestLongFields passes over 64 MiB in 64 fields.
func TestLongFields(t *testing.T) {
	data, err := scantest.Assemble("repeat 64 { hex 0a; varint { zeros 1048576 } }")
	if err != nil {
		t.Fatal(err)
	}
	r, fields := &counting{r: bytes.NewReader(data)}, 0
	w := protowalk.New(r, int64(len(data)), nil)
	err = w.Each(scanner.Span{Length: int64(len(data))}, func(protowalk.Field) error { fields++; return nil })
	if err != nil || fields != 64 || r.n > 64*4096 {
		t.Errorf("%d fields, %d bytes read, %v", fields, r.n, err)
	}
}

// Fuzz walks what it is given as deep as it goes: nothing panics, fields lie in their
// message, one behind the other.
func Fuzz(f *testing.F) {
	f.Add([]byte("\x08\x96\x01\x3a\x02\x08\x01\x0b\x0c"))
	f.Fuzz(func(t *testing.T, data []byte) {
		w := protowalk.New(bytes.NewReader(data), int64(len(data)), nil)
		left := 1000
		var in func(scanner.Span) error
		in = func(span scanner.Span) error {
			at := span.Offset
			return w.Each(span, func(f protowalk.Field) error {
				if whole := f.Whole(); f.At < at || whole.End() > span.End() || f.Span.Length < 0 {
					t.Fatalf("%+v in %+v behind %d", f, span, at)
				}
				at = f.Whole().End()
				if left--; left < 0 {
					return io.EOF
				}
				if f.Type == protowalk.Bytes {
					_ = in(f.Span) // most are no messages
				}
				return nil
			})
		}
		_ = in(scanner.Span{Length: int64(len(data))})
	})
}
