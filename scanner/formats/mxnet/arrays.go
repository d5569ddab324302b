package mxnet

import (
	"math/bits"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/cursor"
)

// arrays follows the arrays of a file to its end: a count and so many arrays, a count and
// so many names.
func arrays(p *scanner.Pass) error {
	c := cursor.NewNear(p, 0, p.Size, 128)
	c.MoveTo(int64(len(listMagic)))
	count, err := c.U64()
	if err != nil {
		return err
	}
	for range count {
		if err := p.Budget.Step(1); err != nil {
			return err
		}
		known, err := array(p, c)
		if err != nil {
			return err
		}
		if !known {
			p.Analysed(0, int64(len(listMagic))+8)
			p.Data(c.Offset(), p.Size)
			return nil
		}
	}
	start := c.Offset()
	if err := names(p, c); err != nil {
		return err
	}
	p.Analysed(0, int64(len(listMagic))+8)
	p.Analysed(start, c.Offset()-start)
	return nil
}

// names passes over the names of the arrays.
func names(p *scanner.Pass, c *cursor.Cursor) error {
	count, err := c.U64()
	for range count {
		if err == nil {
			err = p.Budget.Step(1)
		}
		var n uint64
		if err == nil {
			n, err = c.U64()
		}
		if err == nil {
			err = skip(c, n)
		}
		if err != nil {
			return err
		}
	}
	return err
}

// array passes over an array; known is false where it is of a kind that is not followed.
func array(p *scanner.Pass, c *cursor.Cursor) (known bool, err error) {
	at := c.Offset()
	magic, err := c.U32()
	if err != nil {
		return false, err
	}
	storage, err := c.U32()
	if err != nil || storage != 0 || magic != magic2 && magic != magic3 {
		c.MoveTo(at)
		return false, err
	}
	elements, none, err := shape(c, magic)
	if err != nil || none {
		p.Analysed(at, c.Offset()-at)
		return true, err
	}
	if err := c.Skip(8); err != nil { // the device
		return true, err
	}
	kind, err := c.U32()
	if err != nil {
		return true, err
	}
	size, ok := sizes[kind]
	if !ok {
		return true, scanner.Errorf(scanner.Malformed, c.Offset()-4, "an array of a type %d, which MXNet does not have", kind)
	}
	start := c.Offset()
	hi, n := bits.Mul64(elements, size)
	if hi != 0 {
		n = 1 << 63
	}
	if err := skip(c, n); err != nil {
		return true, err
	}
	p.Analysed(at, start-at)
	p.Data(start, c.Offset()-start)
	return true, nil
}

// shape reads a shape; none is true where there is no array behind it.
func shape(c *cursor.Cursor, magic uint32) (elements uint64, none bool, err error) {
	const unknown = 1<<32 - 1
	dims, err := c.U32()
	if err != nil || dims == unknown || dims == 0 && magic == magic2 {
		return 0, true, err
	}
	elements = 1
	for range dims {
		n, err := c.U64()
		if err != nil {
			return 0, false, err
		}
		hi, product := bits.Mul64(elements, n)
		if elements = product; hi != 0 {
			elements = 1 << 63
		}
	}
	return elements, false, nil
}

// skip passes over bytes.
func skip(c *cursor.Cursor, n uint64) error {
	if n > uint64(c.Remaining()) {
		return scanner.Errorf(scanner.Truncated, c.Offset(), "%d bytes belong here, but %d are left", n, c.Remaining())
	}
	return c.Skip(int64(n))
}
