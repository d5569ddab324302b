package scanner

import (
	"errors"
	"io"
)

// spoolBytes is how much of one decoded member is held in memory. What is longer
// is decoded again for every pass over it.
const (
	spoolBytes  = 48 << 20
	spoolWindow = 1 << 20
)

// A spool gives a decoded member as an io.ReaderAt of known size, without a file
// and in bounded memory.
type spool struct {
	budget *Budget
	open   Opener
	size   int64
	held   int64 // charged to the budget

	head   []byte // the first bytes; all of them where the member is short
	suffix []byte // the last bytes of a long member

	r        io.Reader // decoder of a long member, at pos
	pos      int64
	window   []byte // bytes decoded last, ending at pos
	windowAt int64
}

// newSpool decodes a member once to learn its size. The spool holds what was
// decoded before the error.
func newSpool(b *Budget, open Opener) (*spool, error) {
	s := &spool{budget: b, open: open}
	r, err := open()
	if err != nil {
		return s, err
	}
	return s, s.decode(r)
}

// decode reads the member to its end and keeps its head and suffix.
func (s *spool) decode(r io.Reader) error {
	buf := s.budget.copyBuffer()
	for empty := 0; ; empty++ {
		n, err := r.Read(buf)
		if n > 0 {
			empty = 0
			s.keep(buf[:n])
			if err := s.budget.expand(int64(n)); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
		if err == nil && empty > 100 {
			err = io.ErrNoProgress
		}
		if err != nil {
			return err
		}
	}
}

// keep adds decoded bytes to the head while there is room, and to the suffix.
func (s *spool) keep(b []byte) {
	s.size += int64(len(b))
	if int64(len(s.head))+int64(len(b)) <= spoolBytes && int64(len(s.head))+int64(len(b)) == s.size && s.room(int64(len(b))) {
		s.head = append(s.head, b...)
		return
	}
	s.suffix = append(s.suffix, b...)
	if extra := len(s.suffix) - 4*suffixBytes; extra > 0 {
		s.suffix = append(s.suffix[:0], s.suffix[extra:]...)
	}
}

// room charges what the head grows by.
func (s *spool) room(n int64) bool {
	need := int64(len(s.head)) + n
	if need <= s.held {
		return true
	}
	if s.head == nil {
		s.head = s.budget.spared()
	}
	more := max(need, 2*s.held, 64<<10, int64(cap(s.head))) - s.held // as append grows
	if s.budget.Hold(more) != nil {
		return false
	}
	s.held += more
	return true
}

// release gives the memory back.
func (s *spool) release() {
	s.budget.Release(s.held)
	s.budget.spare(s.head)
	s.held, s.head, s.suffix, s.window, s.r = 0, nil, nil, nil, nil
}

// ReadAt implements io.ReaderAt. Reads in ascending order decode once.
func (s *spool) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off >= s.size {
		return 0, io.EOF
	}
	want := min(int64(len(p)), s.size-off)
	for done := int64(0); done < want; {
		n, err := s.readSome(p[done:want], off+done)
		done += int64(n)
		if err != nil {
			return int(done), err
		}
	}
	if want < int64(len(p)) {
		return int(want), io.EOF
	}
	return int(want), nil
}

// readSome copies at least one byte at an offset inside the member.
func (s *spool) readSome(p []byte, off int64) (int, error) {
	suffixAt := s.size - int64(len(s.suffix))
	switch {
	case off < int64(len(s.head)):
		return copy(p, s.head[off:]), nil
	case off >= suffixAt && off+int64(len(p)) <= s.size:
		return copy(p, s.suffix[off-suffixAt:]), nil
	}
	if err := s.windowFor(off); err != nil {
		return 0, err
	}
	return copy(p, s.window[off-s.windowAt:]), nil
}

// windowFor decodes until the window holds the byte at an offset.
func (s *spool) windowFor(off int64) error {
	if s.r == nil || off < s.windowAt {
		r, err := s.open()
		if err != nil {
			return decodeError(err, off)
		}
		s.r, s.pos, s.windowAt = r, 0, 0
		s.window = s.window[:0]
	}
	for off >= s.pos {
		if err := s.advance(); err != nil {
			return err
		}
	}
	return nil
}

// advance decodes the next window.
func (s *spool) advance() error {
	if s.window == nil {
		s.window = make([]byte, 0, spoolWindow)
	}
	n, err := io.ReadFull(s.r, s.window[:min(spoolWindow, s.size-s.pos)])
	s.windowAt, s.pos, s.window = s.pos, s.pos+int64(n), s.window[:n]
	if n > 0 {
		return s.budget.expand(int64(n))
	}
	if err == nil || errors.Is(err, io.EOF) {
		return Errorf(Internal, s.pos, "a second decode gave fewer bytes than the first")
	}
	return decodeError(err, s.pos)
}
