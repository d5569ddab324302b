package tfcheckpoint

import (
	"encoding/binary"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/cursor"
)

// trailerBytes follow a block: how it is compressed, and a checksum.
const trailerBytes = 5

// read reads the table: the footer has the place of the index, the index those of blocks.
func (c *checkpoint) read() error {
	footer := make([]byte, footerBytes)
	if n, err := c.p.ReadAt(footer, c.p.Size-footerBytes); n < len(footer) {
		return scanner.Errorf(scanner.Unreadable, c.p.Size-footerBytes, "reading: %v", err)
	}
	_, rest, ok := handle(footer)
	index, _, also := handle(rest)
	if !ok || !also {
		return scanner.Errorf(scanner.Malformed, c.p.Size-footerBytes, "a footer without the place of the index")
	}
	var blocks int64
	return c.block(index, func(_ bool, value scanner.Span) error {
		raw := make([]byte, min(value.Length, 2*binary.MaxVarintLen64))
		if n, err := c.p.ReadAt(raw, value.Offset); n < len(raw) {
			return scanner.Errorf(scanner.Unreadable, value.Offset, "reading: %v", err)
		}
		at, _, ok := handle(raw)
		if blocks += at.Length + trailerBytes; !ok || blocks > c.p.Size { // each block lies in the file once
			return scanner.Errorf(scanner.Malformed, value.Offset, "an entry of the index is no place of a block, or there are more blocks than the file has room for")
		}
		return c.block(at, c.entry)
	})
}

// handle reads the place of a block.
func handle(b []byte) (at scanner.Span, rest []byte, ok bool) {
	offset, n := binary.Uvarint(b)
	if n <= 0 {
		return scanner.Span{}, nil, false
	}
	size, m := binary.Uvarint(b[n:])
	if m <= 0 || offset > 1<<62 || size > 1<<62 {
		return scanner.Span{}, nil, false
	}
	return scanner.Span{Offset: int64(offset), Length: int64(size)}, b[n+m:], true
}

// block calls each for the entries of a block: whether it has a name, and its value.
func (c *checkpoint) block(at scanner.Span, each func(named bool, value scanner.Span) error) error {
	if at.Offset > c.p.Size || at.Length > c.p.Size-at.Offset-trailerBytes || at.Length < 4 {
		return scanner.Errorf(scanner.Malformed, min(at.Offset, c.p.Size), "a block of %d bytes, but the file has %d", at.Length, c.p.Size)
	}
	r := cursor.New(c.p, at.Offset, at.Length+1)
	r.MoveTo(at.End())
	kind, err := r.U8()
	if err != nil {
		return err
	}
	if kind != 0 {
		return scanner.Errorf(scanner.Unsupported, at.End(), "a block that is compressed in way %d, which checkpoints are not", kind)
	}
	r.MoveTo(at.End() - 4)
	restarts, err := r.U32()
	if err != nil {
		return err
	}
	end := at.End() - 4 - 4*int64(restarts)
	if end < at.Offset {
		return scanner.Errorf(scanner.Malformed, at.End()-4, "a block of %d bytes with %d restarts", at.Length, restarts)
	}
	return c.entries(cursor.New(c.p, at.Offset, end-at.Offset), each)
}

// entries reads entries: how much of the name is that of the last one, how much follows,
// how long the value is.
func (c *checkpoint) entries(r *cursor.Cursor, each func(named bool, value scanner.Span) error) error {
	for r.Remaining() > 0 {
		if err := c.p.Budget.Step(1); err != nil {
			return err
		}
		var n [3]uint64
		for i := range n {
			var err error
			if n[i], err = number(r); err != nil {
				return err
			}
		}
		if n[1] > uint64(r.Remaining()) || n[2] > uint64(r.Remaining())-n[1] {
			return scanner.Errorf(scanner.Malformed, r.Offset(), "an entry of %d and %d bytes, but the block has %d left", n[1], n[2], r.Remaining())
		}
		if err := r.Skip(int64(n[1])); err != nil {
			return err
		}
		value := scanner.Span{Offset: r.Offset(), Length: int64(n[2])}
		if err := each(n[0]+n[1] > 0, value); err != nil {
			return err
		}
		r.MoveTo(value.End())
	}
	return nil
}

// number reads a number of variable length.
func number(r *cursor.Cursor) (uint64, error) {
	var n uint64
	for shift := 0; shift < 64; shift += 7 {
		b, err := r.U8()
		if err != nil {
			return 0, err
		}
		if n |= uint64(b&0x7f) << shift; b < 0x80 {
			return n, nil
		}
	}
	return 0, scanner.Errorf(scanner.Malformed, r.Offset(), "a number that does not end")
}
