package hdf5

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/modelsieve/modelsieve/scanner"
)

// A ledger passes on what is accounted for and remembers it, to find what is free: HDF5
// leaves room of things that were deleted or moved as it is.
type ledger struct {
	p     *scanner.Pass
	spans []scanner.Span
	held  int64
	err   error // the budget is spent
}

// Analysed accounts for structure.
func (l *ledger) Analysed(off, n int64) {
	l.p.Analysed(off, n)
	l.note(off, n)
}

// Data accounts for data.
func (l *ledger) Data(off, n int64) {
	l.p.Data(off, n)
	l.note(off, n)
}

// GapOf takes an error of the structure.
func (l *ledger) GapOf(err error) error { return l.p.GapOf(err) }

// spanBytes is what a span takes.
const spanBytes = 16

// note remembers a span.
func (l *ledger) note(off, n int64) {
	if n <= 0 || l.err != nil {
		return
	}
	if last := len(l.spans) - 1; last >= 0 && l.spans[last].End() == off {
		l.spans[last].Length += n
		return
	}
	if len(l.spans) == cap(l.spans) {
		more := int64(max(64, len(l.spans)))
		if l.err = l.p.Budget.Hold(more * spanBytes); l.err != nil {
			return
		}
		l.held += more * spanBytes
		l.spans = slices.Grow(l.spans, int(more))
	}
	l.spans = append(l.spans, scanner.Span{Offset: off, Length: n})
}

// close gives back what was held.
func (l *ledger) close() { l.p.Budget.Release(l.held) }

// small is a size, in bytes, up to which free room is not looked at: nothing fits in.
const small = 16

// free hands on the room between what was accounted for, from one offset to another. What
// is nothing that anybody knows is data of no use.
func (l *ledger) free(ctx context.Context, at, end int64) error {
	if l.err != nil {
		return l.err
	}
	slices.SortFunc(l.spans, func(a, b scanner.Span) int { return cmp.Compare(a.Offset, b.Offset) })
	for _, s := range l.spans {
		if err := l.room(ctx, at, s.Offset-at); err != nil {
			return err
		}
		at = max(at, s.End())
	}
	return l.room(ctx, at, end-at)
}

// room hands on one free room.
func (l *ledger) room(ctx context.Context, at, n int64) error {
	switch {
	case n <= 0:
		return nil
	case n <= small:
		l.p.Data(at, n)
		return nil
	}
	return l.p.Section(ctx, scanner.Member{Name: fmt.Sprintf("@%d+%d", at, n)}, at, n)
}
