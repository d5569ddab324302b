// Package cursor reads hostile structures from an io.ReaderAt: every length is
// checked against what is there before anything is allocated, every error says
// where it is.
package cursor

import (
	"encoding/binary"
	"errors"
	"io"

	"github.com/modelsieve/modelsieve/scanner"
)

const window = 64 << 10 // bytes buffered at a time

// A Cursor is a position in a section of an io.ReaderAt. Its errors are
// *scanner.Error values: Truncated where the section ends too early, Unreadable
// where the reader fails. Not for concurrent use.
type Cursor struct {
	r        io.ReaderAt
	pos, end int64  // offsets in r; the next read is at pos
	buf      []byte // bytes of r from bufAt on
	bufAt    int64
	space    []byte
	scratch  [8]byte
}

// New returns a cursor over n bytes of r from offset off. It does not check that
// r has them: reads do.
func New(r io.ReaderAt, off, n int64) *Cursor { return NewNear(r, off, n, window) }

// NewNear is New for a few reads near off: it reads no more than near bytes ahead.
func NewNear(r io.ReaderAt, off, n, near int64) *Cursor {
	return &Cursor{r: r, pos: off, end: off + n, space: make([]byte, min(near, max(n, 16)))}
}

// Offset is where the next read starts, as an offset in the reader.
func (c *Cursor) Offset() int64 { return c.pos }

// Remaining is how many bytes are left in the section.
func (c *Cursor) Remaining() int64 { return c.end - c.pos }

// MoveTo moves to an offset in the reader. An offset outside the section makes the
// next read fail.
func (c *Cursor) MoveTo(off int64) { c.pos = off }

// Skip moves n bytes forward without reading them.
func (c *Cursor) Skip(n int64) error {
	if n < 0 || n > c.Remaining() {
		return c.truncated(n)
	}
	c.pos += n
	return nil
}

// truncated says that n bytes were wanted.
func (c *Cursor) truncated(n int64) error {
	return scanner.Errorf(scanner.Truncated, c.pos, "%d bytes wanted, %d left", n, max(c.Remaining(), 0))
}

// Peek returns the next n bytes, at most 64 KiB, without moving. The slice is
// valid until the next call.
func (c *Cursor) Peek(n int) ([]byte, error) {
	if n < 0 || int64(n) > c.Remaining() || c.pos < 0 {
		return nil, c.truncated(int64(n))
	}
	if at := c.pos - c.bufAt; at >= 0 && at+int64(n) <= int64(len(c.buf)) {
		return c.buf[at : at+int64(n)], nil
	}
	if err := c.fill(n); err != nil {
		return nil, err
	}
	return c.buf[:n], nil
}

// fill loads the window at the position with at least n bytes.
func (c *Cursor) fill(n int) error {
	want := max(int64(n), min(int64(len(c.space)), c.Remaining()))
	if want > int64(len(c.space)) {
		c.space = make([]byte, want)
	}
	got, err := c.r.ReadAt(c.space[:want], c.pos)
	c.buf, c.bufAt = c.space[:got], c.pos
	if got >= n {
		return nil
	}
	var input *scanner.Error
	var limit *scanner.LimitError
	switch {
	case errors.As(err, &input), errors.As(err, &limit):
		return err
	case err == nil, errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return scanner.Errorf(scanner.Truncated, c.pos, "%d bytes wanted, %d left", n, got)
	}
	return scanner.Errorf(scanner.Unreadable, c.pos, "reading: %v", err)
}

// Buffered returns what is in the window from the position on, at least one byte,
// without moving. The slice is valid until the next call.
func (c *Cursor) Buffered() ([]byte, error) {
	if _, err := c.Peek(1); err != nil {
		return nil, err
	}
	b := c.buf[c.pos-c.bufAt:]
	return b[:min(int64(len(b)), c.Remaining())], nil
}

// Bytes reads n bytes into a new slice. A length above limit is OverLimit: nothing
// is allocated for it.
func (c *Cursor) Bytes(n, limit int64) ([]byte, error) {
	if n < 0 || n > c.Remaining() {
		return nil, c.truncated(n)
	}
	if n > limit {
		return nil, scanner.Errorf(scanner.OverLimit, c.pos, "a field of %d bytes, more than the %d that are read here", n, limit)
	}
	out := make([]byte, 0, n)
	for int64(len(out)) < n {
		b, err := c.Peek(int(min(n-int64(len(out)), window)))
		if err != nil {
			return nil, err
		}
		out = append(out, b...)
		c.pos += int64(len(b))
	}
	return out, nil
}

// take reads n bytes, at most 8, into scratch space.
func (c *Cursor) take(n int) ([]byte, error) {
	b, err := c.Peek(n)
	if err != nil {
		return c.scratch[:], err
	}
	c.pos += int64(n)
	return b, nil
}

// U8 reads one byte.
func (c *Cursor) U8() (byte, error) {
	b, err := c.take(1)
	return b[0], err
}

// U16 reads a little-endian number.
func (c *Cursor) U16() (uint16, error) {
	b, err := c.take(2)
	return binary.LittleEndian.Uint16(b), err
}

// U32 reads a little-endian number.
func (c *Cursor) U32() (uint32, error) {
	b, err := c.take(4)
	return binary.LittleEndian.Uint32(b), err
}

// U64 reads a little-endian number.
func (c *Cursor) U64() (uint64, error) {
	b, err := c.take(8)
	return binary.LittleEndian.Uint64(b), err
}
