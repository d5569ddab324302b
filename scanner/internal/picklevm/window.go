package picklevm

import (
	"bytes"
	"errors"
	"io"

	"github.com/modelsieve/modelsieve/scanner"
)

const windowBytes = 128 << 10

// A window is the part of the input that is in memory, with a position in it. It
// moves forward; arguments that are not needed are skipped, not read.
type window struct {
	r     io.ReaderAt
	end   int64  // offset behind the last byte of the input
	base  int64  // offset of buf[0]
	buf   []byte // input from base on
	pos   int    // next byte in buf
	space []byte

	splice *splice // nil: frames are taken for what they are
	limit  int64   // with a splice: where the buffer of the frame ends
}

// newWindow returns a window over an input of that many bytes. head, which may be
// nil, holds its first bytes.
func newWindow(r io.ReaderAt, end int64, head []byte) window {
	return window{r: r, end: end, buf: head}
}

// offset is where the next byte stands.
func (w *window) offset() int64 { return w.base + int64(w.pos) }

// remaining is how many bytes are left.
func (w *window) remaining() int64 { return w.end - w.offset() }

// need makes at least n bytes available at buf[pos:]. It reports Truncated where
// the input has fewer.
func (w *window) need(n int) error {
	if w.splice == nil && len(w.buf)-w.pos >= n {
		return nil
	}
	return w.want(n)
}

// want is need where the bytes are not at hand, or belong to a frame.
func (w *window) want(n int) error {
	w.wants(uint64(n))
	return w.peek(n)
}

// peek is need for bytes that may be read in parts later.
func (w *window) peek(n int) error {
	if len(w.buf)-w.pos >= n {
		return nil
	}
	return w.fill(n)
}

// fill reads on from the position.
func (w *window) fill(n int) error {
	at := w.offset()
	if int64(n) > w.end-at {
		return scanner.Errorf(scanner.Truncated, at, "the stream ends inside an opcode: %d bytes wanted, %d left", n, w.end-at)
	}
	size := int(min(max(int64(n), windowBytes), w.end-at))
	if cap(w.space) < size {
		w.space = make([]byte, size)
	}
	got, err := w.r.ReadAt(w.space[:size], at)
	w.base, w.pos, w.buf = at, 0, w.space[:got]
	if got >= n {
		return nil
	}
	return readError(err, at, n, got)
}

// readError turns a short read into an error of the input.
func readError(err error, at int64, want, got int) error {
	var input *scanner.Error
	var limit *scanner.LimitError
	switch {
	case errors.As(err, &input), errors.As(err, &limit):
		return err
	case err == nil, errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return scanner.Errorf(scanner.Truncated, at, "%d bytes wanted, %d left", want, got)
	}
	return scanner.Errorf(scanner.Unreadable, at, "reading: %v", err)
}

// skip moves n bytes forward.
func (w *window) skip(n uint64) error {
	if n > uint64(w.remaining()) {
		return scanner.Errorf(scanner.Truncated, w.offset(), "an argument of %d bytes, but %d are left", n, w.remaining())
	}
	w.moveTo(w.offset() + int64(n))
	return nil
}

// moveTo sets the position.
func (w *window) moveTo(off int64) {
	if off >= w.base && off <= w.base+int64(len(w.buf)) {
		w.pos = int(off - w.base)
		return
	}
	w.base, w.pos, w.buf = off, 0, nil
}

// maxLine is how long a line argument may be whose text matters; longer ones are
// skipped over and cannot be told apart.
const maxLine = 64 << 10

// line reads up to a newline and skips it. The bytes are valid until the next
// read; of a line longer than maxLine they are the first part. ok is false where
// the input ends before a newline: then the text is all that is left.
func (w *window) line() (text []byte, ok bool, err error) {
	w.wantsLine()
	have := w.buf[w.pos:]
	if i := bytes.IndexByte(have, '\n'); i >= 0 {
		w.pos += i + 1
		return have[:i], true, nil
	}
	return w.longLine()
}

// longLine reads a line that does not end in the window.
func (w *window) longLine() (text []byte, ok bool, err error) {
	for w.remaining() > 0 {
		if err := w.need(1); err != nil {
			return text, false, err
		}
		have := w.buf[w.pos:]
		i := bytes.IndexByte(have, '\n')
		part := have
		if i >= 0 {
			part = have[:i]
		}
		text = append(text, part[:min(len(part), max(0, maxLine-len(text)))]...)
		w.pos += len(part)
		if i >= 0 {
			w.pos++
			return text, true, nil
		}
	}
	return text, false, nil
}
