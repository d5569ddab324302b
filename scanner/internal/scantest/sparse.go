package scantest

import (
	"io"
	"slices"

	"github.com/modelsieve/modelsieve/scanner"
)

// A Sparse is a big file of which only some bytes are there; the others are zeros. It
// counts what is read. Scan it with one job.
type Sparse struct {
	parts []part
	size  int64
	Read  int64 // bytes
}

// A part is bytes at an offset.
type part struct {
	at   int64
	data []byte
}

// Add adds bytes and zeros behind them.
func (s *Sparse) Add(data []byte, zeros int64) {
	s.parts = append(s.parts, part{s.size, data})
	s.size += int64(len(data)) + zeros
}

// Size is how many bytes the file has.
func (s *Sparse) Size() int64 { return s.size }

// ReadAt implements io.ReaderAt.
func (s *Sparse) ReadAt(b []byte, off int64) (int, error) {
	n := int(max(0, min(int64(len(b)), s.size-off)))
	clear(b[:n])
	i, _ := slices.BinarySearchFunc(s.parts, off, func(p part, off int64) int {
		if p.at+int64(len(p.data)) <= off {
			return -1
		}
		return 1
	})
	for ; i < len(s.parts) && s.parts[i].at < off+int64(n); i++ {
		p := s.parts[i]
		from := max(off, p.at)
		copy(b[from-off:n], p.data[from-p.at:])
	}
	s.Read += int64(n)
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

// Close implements io.Closer.
func (s *Sparse) Close() error { return nil }

// Target is the file as a target of a scan.
func (s *Sparse) Target(name string) scanner.Target {
	return scanner.Target{Path: name, RepoPath: name, Open: func() (scanner.ReadAtCloser, int64, error) { return s, s.size, nil }}
}
