package rdata

import (
	"bytes"
	"encoding/binary"
	"strconv"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/cursor"
)

// A reader reads one object.
type reader struct {
	p     *scanner.Pass
	c     *cursor.Cursor
	order binary.ByteOrder // nil: numbers and strings are text
	refs  []string         // what later items refer to: the names of symbols, "" of others
	words *words           // what an expression consists of; nil: not in one
	held  int64            // charged to the budget
}

func newReader(p *scanner.Pass) *reader { return &reader{p: p, c: cursor.New(p, 0, p.Size)} }

// header reads what stands before the object.
func (r *reader) header() error {
	head, err := r.c.Peek(int(min(5, r.c.Remaining())))
	if err != nil {
		return err
	}
	for _, magic := range workspaces {
		if bytes.Equal(head, magic) {
			err = r.c.Skip(int64(len(magic)))
		}
	}
	kind, kindErr := r.c.U8()
	if _, lineErr := r.c.U8(); err != nil || kindErr != nil || lineErr != nil {
		return scanner.Errorf(scanner.Truncated, r.c.Offset(), "the header is cut off")
	}
	r.order = map[byte]binary.ByteOrder{'X': binary.BigEndian, 'B': binary.LittleEndian}[kind]
	version, err := r.number()
	for range 2 { // who wrote it, who can read it
		if err == nil {
			_, err = r.number()
		}
	}
	if version < 3 || err != nil {
		return err
	}
	_, err = r.bytes("the encoding's name", 64)
	return err
}

// number reads a number.
func (r *reader) number() (int64, error) {
	if r.order == nil {
		return r.token()
	}
	b, err := r.c.Bytes(4, 4)
	if err != nil {
		return 0, err
	}
	return int64(int32(r.order.Uint32(b))), nil
}

// maxToken is how long a number in a text may be, in bytes.
const maxToken = 64

// token reads a number that is written as text.
func (r *reader) token() (int64, error) {
	word, at, err := r.word()
	if err != nil || word == "NA" {
		return -1, err
	}
	n, err := strconv.ParseInt(word, 10, 64)
	if err != nil {
		return 0, scanner.Errorf(scanner.Malformed, at, "%q where a number belongs", scanner.Clean(word, 40))
	}
	return n, nil
}

// word reads up to the next white space.
func (r *reader) word() (string, int64, error) {
	var b []byte
	for {
		at := r.c.Offset()
		c, err := r.c.U8()
		switch blank := c == ' ' || c == '\n' || c == '\r' || c == '\t'; {
		case err != nil:
			return "", at, err
		case blank && len(b) > 0:
			return string(b), at, nil
		case blank:
		case len(b) == maxToken:
			return "", at, scanner.Errorf(scanner.Malformed, at, "a word of more than %d bytes", maxToken)
		default:
			b = append(b, c)
		}
		if err := r.p.Budget.Step(1); err != nil {
			return "", at, err
		}
	}
}

// length reads a length, and compares it with what is left.
func (r *reader) length(what string) (int64, error) {
	at := r.c.Offset()
	n, err := r.number()
	if n == -1 && err == nil && r.order != nil { // of a long vector
		var high, low int64
		if high, err = r.number(); err == nil {
			low, err = r.number()
		}
		n = high<<32 | low&(1<<32-1)
	}
	if err != nil {
		return 0, err
	}
	if n < 0 || n > r.c.Remaining() {
		return 0, scanner.Errorf(scanner.Truncated, at, "%s of %d elements, with %d bytes left", what, n, r.c.Remaining())
	}
	return n, nil
}

// bytes reads a string's bytes behind its length, no more than limit of them; of what is
// missing, nothing.
func (r *reader) bytes(what string, limit int64) (string, error) {
	at := r.c.Offset()
	n, err := r.number()
	if err != nil || n < 0 {
		return "", err
	}
	if n > r.c.Remaining() {
		return "", scanner.Errorf(scanner.Truncated, at, "%s of %d bytes, with %d left", what, n, r.c.Remaining())
	}
	if r.order == nil {
		return r.escaped(n, limit)
	}
	b, err := r.c.Bytes(min(n, limit), limit)
	if err == nil {
		err = r.c.Skip(n - int64(len(b)))
	}
	return string(b), err
}

// escaped reads a string of a text: n bytes of which each may be escaped.
func (r *reader) escaped(n, limit int64) (string, error) {
	if err := r.p.Budget.Step(n); err != nil {
		return "", err
	}
	var out []byte
	for i := int64(0); i < n; {
		c, err := r.c.U8()
		if err != nil {
			return "", err
		}
		if i == 0 && c == '\n' && len(out) == 0 {
			continue // behind the length
		}
		if c == '\\' {
			if c, err = r.escape(); err != nil {
				return "", err
			}
		}
		if i++; i <= limit {
			out = append(out, c)
		}
	}
	return string(out), nil
}

// escape reads what follows a backslash: a letter or up to three octal digits.
func (r *reader) escape() (byte, error) {
	c, err := r.c.U8()
	if c < '0' || c > '7' || err != nil {
		return c, err
	}
	v := c - '0'
	for range 2 {
		next, err := r.c.Peek(1)
		if err != nil || next[0] < '0' || next[0] > '7' {
			return v, err
		}
		v = v<<3 | next[0] - '0'
		if err := r.c.Skip(1); err != nil {
			return v, err
		}
	}
	return v, nil
}

// skip passes over n elements of so many bytes. In a text, each is so many words.
func (r *reader) skip(n, width, words int64) error {
	if r.order != nil {
		if n > r.c.Remaining()/width {
			return scanner.Errorf(scanner.Truncated, r.c.Offset(), "%d elements of %d bytes, with %d bytes left", n, width, r.c.Remaining())
		}
		return r.c.Skip(n * width)
	}
	for range n * words {
		if _, _, err := r.word(); err != nil {
			return err
		}
	}
	return nil
}
