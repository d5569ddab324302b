// Package flatbuf reads hostile FlatBuffers from an io.ReaderAt without a schema: the
// caller knows what a slot of a table holds. Every offset and length is compared with
// what is there before it is followed (https://flatbuffers.dev/internals/).
//
// Offsets may lead to the same table again and again; a caller that walks nested vectors
// asks [Table.Once], or its cost is not bounded by the file.
package flatbuf

import (
	"encoding/binary"
	"errors"
	"io"

	"github.com/modelsieve/modelsieve/scanner"
)

const (
	pageBytes = 4 << 10
	pages     = 64 // kept at a time
)

// A Budget bounds what reading costs. *scanner.Budget is one.
type Budget interface {
	Step(n int64) error // spends n units of work
	Hold(n int64) error // charges n bytes of memory
	Release(n int64)    // gives back n bytes that Hold charged
}

// A page is some bytes that were read.
type page struct {
	at   int64 // -1: none
	data []byte
}

// A Buffer is a FlatBuffer that is read. Where it is broken, its methods and those of
// its tables and vectors give zero values and defaults, and Err says what is wrong. Not
// for concurrent use.
type Buffer struct {
	r      io.ReaderAt
	size   int64
	budget Budget
	pages  [pages]page
	seen   map[int64]bool
	used   []uint64 // a bit a page
	end    int64
	held   int64
	err    error
}

// seenBytes is what the memory of a table is charged for.
const seenBytes = 48

const wordBytes = 64 * pageBytes // of the file, for which a word of used stands

// New returns the FlatBuffer in the first size bytes of r, whose offset 0 is where the
// offset of the root table stands. Close gives back what it charges the budget.
func New(r io.ReaderAt, size int64, budget Budget) *Buffer {
	b := &Buffer{r: r, size: size, budget: budget, seen: map[int64]bool{}}
	words := size/wordBytes + 1
	if b.hold(8 * words); b.err == nil {
		b.used = make([]uint64, words)
	}
	for i := range b.pages {
		b.pages[i].at = -1
	}
	return b
}

// Close gives the charged memory back.
func (b *Buffer) Close() {
	b.budget.Release(b.held)
	b.held, b.seen = 0, map[int64]bool{}
}

// hold charges memory until Close.
func (b *Buffer) hold(n int64) {
	if err := b.budget.Hold(n); err != nil {
		b.err = err
		return
	}
	b.held += n
}

// Err returns the first error since Clear: a *scanner.Error with the offset in r, or
// one of the budget. Nothing is read any more until it is cleared.
func (b *Buffer) Err() error { return b.err }

// Clear returns the error and forgets it, for a caller that can go on elsewhere. An
// error of the budget stays.
func (b *Buffer) Clear() error {
	err := b.err
	var input *scanner.Error
	if errors.As(err, &input) {
		b.err = nil
	}
	return err
}

// End is the offset behind the last byte that was used: the least that belongs to the
// FlatBuffer.
func (b *Buffer) End() int64 { return b.end }

// fail remembers the first error.
func (b *Buffer) fail(why scanner.Reason, at int64, format string, args ...any) {
	if b.err == nil {
		b.err = scanner.Errorf(why, at, format, args...)
	}
}

// step spends the budget and reports whether reading goes on.
func (b *Buffer) step() bool {
	if b.err == nil {
		b.err = b.budget.Step(1)
	}
	return b.err == nil
}

// has reports whether n bytes lie at an offset; where they do not, it fails.
func (b *Buffer) has(at, n int64, what string) bool {
	if b.err != nil {
		return false
	}
	if at < 0 || n < 0 || at > b.size || n > b.size-at {
		b.fail(scanner.Malformed, min(max(at, 0), b.size), "%s of %d bytes at offset %d, but the file has %d", what, n, at, b.size)
		return false
	}
	b.end = max(b.end, at+n)
	return b.use(at, n)
}

// use remembers that bytes are used and reports whether the budget goes on.
func (b *Buffer) use(at, n int64) bool {
	if n > wordBytes {
		if b.err = b.budget.Step(n / wordBytes); b.err != nil {
			return false
		}
	}
	for p, last := at/pageBytes, (at+n-1)/pageBytes; p <= last; p++ {
		if p%64 == 0 && last-p >= 64 {
			b.used[p/64] = ^uint64(0)
			p += 63
			continue
		}
		b.used[p/64] |= 1 << (p % 64)
	}
	return true
}

// Each calls f with the runs of bytes that are used, in their order, up to pages of
// 4 KiB: small holes between structures belong to a run.
func (b *Buffer) Each(f func(scanner.Span)) {
	start := int64(-1)
	for p := range (b.end + pageBytes - 1) / pageBytes {
		switch used := b.used[p/64]>>(p%64)&1 == 1; {
		case used && start < 0:
			start = p * pageBytes
		case !used && start >= 0:
			f(scanner.Span{Offset: start, Length: p*pageBytes - start})
			start = -1
		}
	}
	if start >= 0 {
		f(scanner.Span{Offset: start, Length: b.end - start})
	}
}

// number reads a little-endian number of 1, 2, 4 or 8 bytes.
func (b *Buffer) number(at int64, width int) uint64 {
	if !b.has(at, int64(width), "a number") {
		return 0
	}
	var raw [8]byte
	b.read(raw[:width], at)
	return binary.LittleEndian.Uint64(raw[:])
}

// read fills out with bytes that has was asked for.
func (b *Buffer) read(out []byte, at int64) {
	for len(out) > 0 && b.err == nil {
		data := b.page(at / pageBytes)
		if in := int(at % pageBytes); in < len(data) {
			n := copy(out, data[in:])
			out, at = out[n:], at+int64(n)
		} else if b.err == nil {
			b.fail(scanner.Truncated, at, "the file has become shorter since it was opened")
		}
	}
}

// page returns the bytes of a page.
func (b *Buffer) page(number int64) []byte {
	p := &b.pages[number%pages]
	if p.at == number {
		return p.data
	}
	if p.data == nil {
		p.data = make([]byte, pageBytes)
	}
	p.at, p.data = number, p.data[:min(pageBytes, b.size-number*pageBytes)]
	n, err := b.r.ReadAt(p.data, number*pageBytes)
	if n == len(p.data) {
		return p.data
	}
	p.at, p.data = -1, p.data[:n]
	b.failed(err, number*pageBytes)
	return p.data
}

// failed remembers an error of the reader.
func (b *Buffer) failed(err error, at int64) {
	var input *scanner.Error
	var limit *scanner.LimitError
	switch {
	case b.err != nil || err == nil || errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF): // read tells
	case errors.As(err, &input), errors.As(err, &limit):
		b.err = err
	default:
		b.fail(scanner.Unreadable, at, "reading: %v", err)
	}
}

// follow returns where the offset that stands at a place leads to.
func (b *Buffer) follow(at int64) int64 {
	offset := int64(b.number(at, 4))
	if offset == 0 && b.err == nil {
		b.fail(scanner.Malformed, at, "an offset of zero, which points to itself")
	}
	return at + offset
}

// Root returns the root table.
func (b *Buffer) Root() Table { return b.table(b.follow(0)) }
