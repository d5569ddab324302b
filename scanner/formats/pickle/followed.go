package pickle

import (
	"errors"
	"io"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// follow hands the bytes that a call of torch unpickles to the engine.
func (c *checker) follow(v picklevm.Value) (bool, error) {
	return c.followAs(memberName("bytes", c.call.At)+".pt", v) // named like what it must be
}

// followAs hands the bytes that a call unpickles to the engine, under a name.
func (c *checker) followAs(name string, v picklevm.Value) (bool, error) {
	j := c.j
	member := scanner.Member{Name: name}
	switch {
	case v.Kind() == picklevm.KindBytes || v.Kind() == picklevm.KindByteArray:
		off, n, _, ok := j.m.Extent(v)
		if !ok {
			return false, nil
		}
		j.followed[off] = true
		return true, j.p.Section(j.ctx, member, off, n)
	case v.Kind() == picklevm.KindStr: // of Python 2, which are bytes there; elsewhere no loader takes text
		off, n, op, ok := j.m.Extent(v)
		if c.nested = !ok || op != 'T' && op != 'U'; c.nested {
			return false, nil
		}
		j.followed[off] = true
		return true, j.p.Section(j.ctx, member, off, n)
	case j.isEncoded(v):
		text := j.m.Item(j.m.Item(v, 1), 0)
		off, n, op, ok := j.m.Extent(text)
		if text.Kind() != picklevm.KindStr || !ok {
			return false, nil
		}
		j.followed[off] = true
		if op == 'V' { // protocol 0: escapes in the text
			return c.followText(member, text)
		}
		return true, j.p.Stream(j.ctx, member, scanner.Span{Offset: off, Length: n}, func() (io.Reader, error) {
			return &latin1Reader{r: io.NewSectionReader(j.p, off, n)}, nil
		})
	}
	c.nested = true
	return false, nil
}

// followText hands on bytes that stand in the text of a UNICODE opcode.
func (c *checker) followText(member scanner.Member, v picklevm.Value) (bool, error) {
	text, ok := c.j.m.Str(v)
	if !ok {
		c.nested = true
		return false, nil
	}
	off, n, _, _ := c.j.m.Extent(v)
	return true, c.j.p.Stream(c.j.ctx, member, scanner.Span{Offset: off, Length: n}, func() (io.Reader, error) {
		return &latin1Reader{r: strings.NewReader(text)}, nil
	})
}

// A latin1Reader turns UTF-8 text back into the bytes that latin-1 encodes it to.
type latin1Reader struct {
	r       io.Reader
	buf     [32 << 10]byte
	pending int // bytes at the start of buf that are the beginning of a character
	err     error
}

var errNotLatin1 = errors.New("a character that latin-1 does not have")

func (l *latin1Reader) Read(p []byte) (int, error) {
	n := 0
	for n == 0 && l.err == nil && len(p) > 0 {
		var got int
		got, l.err = l.r.Read(l.buf[l.pending:min(len(l.buf), l.pending+len(p))])
		n = l.decode(p, l.pending+got)
	}
	if n > 0 {
		return n, nil
	}
	return 0, l.err
}

// decode decodes the first have bytes of buf into p and keeps the rest.
func (l *latin1Reader) decode(p []byte, have int) (n int) {
	i := 0
	for ; i < have; i++ {
		c := l.buf[i]
		if c < 0x80 {
			p[n] = c
		} else if c&0xfc == 0xc0 && i+1 < have {
			i++
			p[n] = c<<6 | l.buf[i]&0x3f
		} else if c&0xfc == 0xc0 && l.err == nil {
			break
		} else {
			l.err = errNotLatin1
			return n
		}
		n++
	}
	l.pending = copy(l.buf[:], l.buf[i:have])
	return n
}
