package scanner

import (
	"errors"
	"io"
)

// Little reads come in crowds: the headers of an archive, the names in a stream. They are
// served from whole pages of the file, of which the last few are kept.
const (
	pageBytes = 4 << 10
	pageCount = 16
	smallRead = pageBytes / 2 // larger reads go to the file
)

// A pageReader keeps pages of a file. Not for concurrent use.
type pageReader struct {
	r     io.ReaderAt
	pages [pageCount]page
}

// A page is what a file has at an offset, less than pageBytes at its end.
type page struct {
	at   int64
	data []byte // nil: nothing was read
}

// ReadAt implements io.ReaderAt.
func (p *pageReader) ReadAt(b []byte, off int64) (int, error) {
	if len(b) > smallRead || off < 0 {
		return p.r.ReadAt(b, off)
	}
	n := 0
	for n < len(b) {
		data, err := p.page(off + int64(n))
		got := copy(b[n:], data)
		if n += got; got == 0 {
			return n, err
		}
	}
	return n, nil
}

// page returns what the page of an offset has from there on. The error says why that is
// nothing.
func (p *pageReader) page(off int64) ([]byte, error) {
	at := off - off%pageBytes
	slot := &p.pages[at/pageBytes%pageCount]
	if slot.data == nil || slot.at != at {
		data := slot.data
		if data == nil {
			data = make([]byte, pageBytes)
		}
		n, err := p.r.ReadAt(data[:pageBytes], at)
		slot.at, slot.data = at, data[:n]
		if err != nil && !errors.Is(err, io.EOF) {
			slot.at = -1 // it is tried again
			if n <= int(off-at) {
				return nil, err
			}
		}
	}
	if int(off-at) >= len(slot.data) {
		return nil, io.EOF
	}
	return slot.data[off-at:], nil
}
