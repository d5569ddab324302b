package picklevm

import (
	"bytes"
	"io"
)

// Until CPython 3.13.15 and 3.14.7 the C unpickler, where it reads a file, takes a
// frame into a buffer of its own. Where a read then wants more than the buffer has, it
// drops what is left and reads on behind the frame (_pickle.c, _Unpickler_ReadImpl;
// python/cpython#154848). A machine with Config.Restart reads so. What is dropped is
// cut out of its input, so that all offsets are those of what such a loader sees.

// A splice is an input without some of its parts.
type splice struct {
	r    io.ReaderAt
	cuts []cut // ascending
}

// A cut leaves out n bytes at an offset, which does not count what was left out before.
type cut struct{ at, n int64 }

// ReadAt implements io.ReaderAt.
func (s *splice) ReadAt(p []byte, off int64) (n int, err error) {
	left := int64(0) // out before off
	for i := 0; i <= len(s.cuts) && n < len(p); i++ {
		end := int64(1) << 62
		if i < len(s.cuts) {
			end = s.cuts[i].at
		}
		if at := off + int64(n); at < end {
			part := p[n:min(int64(len(p)), int64(n)+end-at)]
			got, err := s.r.ReadAt(part, at+left)
			n += got
			if got < len(part) {
				return n, err
			}
		}
		if i < len(s.cuts) {
			left += s.cuts[i].n
		}
	}
	return n, nil
}

// frame opens a frame of n bytes at the position. It reports false where the input
// does not have them.
func (w *window) frame(n uint64) bool {
	if w.inFrame() {
		if n <= uint64(w.limit-w.offset()) {
			return true // all of it is in the buffer already
		}
		w.drop()
	}
	if n > uint64(w.remaining()) {
		return false
	}
	w.limit = w.offset() + int64(n)
	return true
}

// inFrame reports whether the buffer of a frame has bytes left.
func (w *window) inFrame() bool { return w.splice != nil && w.limit > w.offset() }

// wants is told that a read wants n bytes at the position.
func (w *window) wants(n uint64) {
	if w.inFrame() && n > uint64(w.limit-w.offset()) {
		w.drop()
	}
}

// wantsLine is told that a read wants a line.
func (w *window) wantsLine() {
	if !w.inFrame() {
		return
	}
	left := make([]byte, min(w.limit-w.offset(), maxLine))
	n, _ := w.r.ReadAt(left, w.offset())
	if bytes.IndexByte(left[:n], '\n') < 0 {
		w.drop()
	}
}

// drop cuts out what is left of the frame.
func (w *window) drop() {
	at, n := w.offset(), w.limit-w.offset()
	w.splice.cuts = append(w.splice.cuts, cut{at, n})
	w.end -= n
	w.base, w.pos, w.buf, w.limit = at, 0, nil, 0
}
