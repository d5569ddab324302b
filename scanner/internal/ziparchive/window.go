package ziparchive

import (
	"errors"
	"io"

	"github.com/modelsieve/modelsieve/scanner"
)

// How much windows read ahead, in bytes: little where the content of members lies
// between headers, much where they follow each other.
const (
	nearBytes = 1 << 10
	farBytes  = 128 << 10
)

// A window is a view of a few bytes of a file that moves over it.
type window struct {
	r    io.ReaderAt
	size int64
	buf  []byte
	at   int64 // offset of buf
	n    int   // bytes in buf
	err  error // the first error of the reader; it stays
}

// view returns the n bytes at an offset, fewer where the file ends or where more
// than the window is wanted. The slice is valid until the next call.
func (w *window) view(at int64, n int) []byte {
	if at < 0 || at >= w.size {
		return nil
	}
	n = int(min(int64(min(n, len(w.buf))), w.size-at))
	if at < w.at || at+int64(n) > w.at+int64(w.n) {
		w.fill(at)
	}
	b := w.buf[min(at-w.at, int64(w.n)):w.n]
	return b[:min(n, len(b))]
}

// rest returns what the window has from an offset on, at least 4 bytes unless the
// file ends.
func (w *window) rest(at int64) []byte {
	if len(w.view(at, 4)) == 0 {
		return nil
	}
	return w.buf[at-w.at : w.n]
}

// fill moves the window to an offset.
func (w *window) fill(at int64) {
	n, err := w.r.ReadAt(w.buf[:min(int64(len(w.buf)), w.size-at)], at)
	w.at, w.n = at, n
	if w.err == nil {
		w.err = inputError(err, at)
	}
}

// inputError returns an error of reading as one of the input, nil where the file is
// only shorter than it was.
func inputError(err error, at int64) error {
	var input *scanner.Error
	var limit *scanner.LimitError
	switch {
	case err == nil, errors.As(err, &input), errors.As(err, &limit):
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil
	}
	return scanner.Errorf(scanner.Unreadable, at, "reading: %v", err)
}
