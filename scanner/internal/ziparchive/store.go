package ziparchive

import "github.com/modelsieve/modelsieve/scanner"

// Costs is what reading an archive is charged to: a *scanner.Budget.
type Costs interface {
	Step(n int64) error // work, in units of a header
	Hold(n int64) error // bytes of memory, until Release
	Release(n int64)
}

// Bounds on what one archive may cost. Structures of an honest archive do not
// overlap, so that each pass over them reads each byte of the file a few times at
// most.
const (
	maxRereads = 3         // times the size of the file, and
	slackBytes = 1 << 20   // bytes that each pass reads whatever the size
	maxHeld    = 176 << 20 // bytes held
)

// pageItems is how many items a page of a list holds, and firstItems how many the
// first page starts with: most archives are small.
const (
	pageItems  = 1024
	firstItems = 8
)

// A list grows page by page. Its items hold no pointers: an archive may have a
// million of them.
type list[T any] struct {
	pages [][]T
	n     int
}

func (l *list[T]) at(i int) *T { return &l.pages[i/pageItems][i%pageItems] }

// push appends an item of that many bytes.
func push[T any](z *reader, l *list[T], item T, bytes int64) error {
	page := l.n / pageItems
	switch {
	case page == len(l.pages):
		n := pageItems
		if page == 0 {
			n = firstItems
		}
		if err := z.hold(int64(n) * bytes); err != nil {
			return err
		}
		l.pages = append(l.pages, make([]T, 0, n))
	case len(l.pages[page]) == cap(l.pages[page]): // the first page
		n := min(2*len(l.pages[page]), pageItems)
		if err := z.hold(int64(n) * bytes); err != nil {
			return err
		}
		l.pages[page] = append(make([]T, 0, n), l.pages[page]...)
	}
	l.pages[page] = append(l.pages[page], item)
	l.n++
	return nil
}

// How many bytes of names the pages of a store hold, the first and the largest.
const (
	firstPage   = 512
	largestPage = 64 << 10
)

// A text is a string in a store.
type text struct {
	page  uint32
	at, n uint16
}

// A store holds strings of less than 64 KiB.
type store struct{ pages [][]byte }

// get returns a string, without a copy.
func (s *store) get(t text) []byte {
	if t.n == 0 {
		return nil
	}
	return s.pages[t.page][t.at:][:t.n]
}

func (s *store) string(t text) string { return string(s.get(t)) }

// keep adds a copy of a string to the store.
func (z *reader) keep(b []byte) (text, error) {
	s := &z.archive.names
	last := len(s.pages) - 1
	if last < 0 || cap(s.pages[last])-len(s.pages[last]) < len(b) {
		n := max(min(firstPage<<min(len(s.pages), 8), largestPage), len(b))
		if err := z.hold(int64(n)); err != nil {
			return text{}, err
		}
		s.pages = append(s.pages, make([]byte, 0, n))
		last++
	}
	at := len(s.pages[last])
	s.pages[last] = append(s.pages[last], b...)
	return text{uint32(last), uint16(at), uint16(len(b))}, nil
}

// hold charges memory that is given back by Archive.Close.
func (z *reader) hold(n int64) error {
	if z.archive.held+z.lent+n > maxHeld {
		return scanner.Errorf(scanner.OverLimit, z.at, "the headers of the archive take more than %d bytes of memory", maxHeld)
	}
	if err := z.costs.Hold(n); err != nil {
		return err
	}
	z.archive.held += n
	return nil
}

// borrow charges memory that is given back when everything is read.
func (z *reader) borrow(n int64) error {
	if err := z.hold(n); err != nil {
		return err
	}
	z.archive.held -= n
	z.lent += n
	return nil
}

// work charges the reading of a structure of that many bytes.
func (z *reader) work(at, n int64) error {
	z.at = at
	if z.near.err != nil {
		return z.near.err
	}
	if z.far.err != nil {
		return z.far.err
	}
	if z.worked += n; z.worked > maxRereads*z.size+slackBytes {
		return scanner.Errorf(scanner.OverLimit, at, "headers overlap: reading all of them takes more than %d times the size of the file", maxRereads)
	}
	return z.costs.Step(1 + n/1024)
}
