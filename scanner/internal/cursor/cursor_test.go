package cursor_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/cursor"
)

func TestNumbers(t *testing.T) {
	c := cursor.New(bytes.NewReader([]byte("skip\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f")), 4, 15)
	b, _ := c.U8()
	h, _ := c.U16()
	w, _ := c.U32()
	d, err := c.U64()
	if got := fmt.Sprintf("%x %x %x %x %v", b, h, w, d, err); got != "1 302 7060504 f0e0d0c0b0a0908 <nil>" {
		t.Error(got)
	}
	if c.Offset() != 19 || c.Remaining() != 0 {
		t.Errorf("at %d, %d left", c.Offset(), c.Remaining())
	}
}

// Every read that wants more than there is fails, says where, and moves nothing.
func TestTruncated(t *testing.T) {
	for name, read := range map[string]func(*cursor.Cursor) error{
		"u8":       func(c *cursor.Cursor) error { c.MoveTo(5); _, err := c.U8(); c.MoveTo(3); return err },
		"u16":      func(c *cursor.Cursor) error { c.MoveTo(4); _, err := c.U16(); c.MoveTo(3); return err },
		"u32":      func(c *cursor.Cursor) error { _, err := c.U32(); return err },
		"u64":      func(c *cursor.Cursor) error { _, err := c.U64(); return err },
		"peek":     func(c *cursor.Cursor) error { _, err := c.Peek(3); return err },
		"negative": func(c *cursor.Cursor) error { _, err := c.Peek(-1); return err },
		"skip":     func(c *cursor.Cursor) error { return c.Skip(3) },
		"back":     func(c *cursor.Cursor) error { return c.Skip(-1) },
		"bytes":    func(c *cursor.Cursor) error { _, err := c.Bytes(1<<62, 1<<63-1); return err },
		"less":     func(c *cursor.Cursor) error { _, err := c.Bytes(-1, 10); return err },
		"before":   func(c *cursor.Cursor) error { c.MoveTo(-1); _, err := c.U8(); c.MoveTo(3); return err },
		"buffered": func(c *cursor.Cursor) error { c.MoveTo(9); _, err := c.Buffered(); c.MoveTo(3); return err },
	} {
		c := cursor.New(strings.NewReader("0123456789"), 2, 3)
		if err := c.Skip(1); err != nil {
			t.Fatal(err)
		}
		var input *scanner.Error
		if err := read(c); !errors.As(err, &input) || input.Reason != scanner.Truncated {
			t.Errorf("%s: %v, want that the input is truncated", name, err)
		}
		if c.Offset() != 3 {
			t.Errorf("%s: moved to %d", name, c.Offset())
		}
	}
}

// The reader may have less than the section says, or fail.
func TestReaderErrors(t *testing.T) {
	limit := &scanner.LimitError{Limit: "max-steps", Max: 1}
	own := scanner.Errorf(scanner.Malformed, 1, "own")
	for _, c := range []struct {
		name string
		r    io.ReaderAt
		want string
	}{
		{"short", strings.NewReader("ab"), "truncated at offset 0: 5 bytes wanted, 2 left"},
		{"disk", failing{errors.New("disk failure")}, "unreadable at offset 0: reading: disk failure"},
		{"early", failing{io.ErrUnexpectedEOF}, "truncated at offset 0: 5 bytes wanted, 0 left"},
		{"limit", failing{limit}, limit.Error()},
		{"own", failing{own}, own.Error()},
	} {
		if _, err := cursor.New(c.r, 0, 10).Bytes(5, 10); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

type failing struct{ err error }

func (f failing) ReadAt([]byte, int64) (int, error) { return 0, f.err }

// A length above the caller's limit is refused before anything is allocated.
func TestBytesLimit(t *testing.T) {
	c := cursor.New(zeros{}, 0, 1<<50)
	var input *scanner.Error
	if _, err := c.Bytes(1<<40, 1<<20); !errors.As(err, &input) || input.Reason != scanner.OverLimit {
		t.Errorf("%v, want that a limit is reached", err)
	}
	if b, err := c.Bytes(300<<10, 300<<10); err != nil || len(b) != 300<<10 || c.Offset() != 300<<10 {
		t.Errorf("%d bytes, %v, at %d", len(b), err, c.Offset())
	}
}

// zeros is a reader of zeros without end.
type zeros struct{}

func (zeros) ReadAt(p []byte, _ int64) (int, error) {
	clear(p)
	return len(p), nil
}

// Whatever the order of moves and reads, the bytes are those of the reader.
func TestRandomAccess(t *testing.T) {
	plain := make([]byte, 300<<10)
	source := rand.NewChaCha8([32]byte{5})
	source.Read(plain)
	c := cursor.New(bytes.NewReader(plain), 0, int64(len(plain)))
	rng := rand.New(source)
	for range 2000 {
		off, n := rng.IntN(len(plain)), rng.IntN(70_000)
		if rng.IntN(3) > 0 {
			n = rng.IntN(16)
		}
		n = min(n, len(plain)-off)
		c.MoveTo(int64(off))
		var got []byte
		var err error
		if rng.IntN(2) == 0 && n <= 64<<10 {
			got, err = c.Peek(n)
		} else {
			got, err = c.Bytes(int64(n), 1<<20)
		}
		if err != nil || !bytes.Equal(got, plain[off:off+n]) {
			t.Fatalf("%d bytes at %d: %v", n, off, err)
		}
	}
}

func TestBuffered(t *testing.T) {
	plain := bytes.Repeat([]byte("0123456789"), 20_000)
	c := cursor.New(bytes.NewReader(plain), 10, int64(len(plain))-20)
	var got []byte
	for c.Remaining() > 0 {
		b, err := c.Buffered()
		if err != nil || len(b) == 0 {
			t.Fatalf("%d bytes, %v", len(b), err)
		}
		got = append(got, b...)
		if err := c.Skip(int64(len(b))); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(got, plain[10:len(plain)-10]) {
		t.Errorf("%d bytes, want %d", len(got), len(plain)-20)
	}
}
