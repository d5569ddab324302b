package scanner

import (
	"context"
	"errors"
	"runtime"
	"time"
)

// Limits bound what one top-level file, with everything inside it, may cost. The
// zero value of each means its default, which no honest model meets.
type Limits struct {
	Depth    int           // how deep members may nest; default 16
	Members  int           // how many members there may be in all; default 1,000,000
	Expanded int64         // bytes that decoders may produce in all; default 64 GiB
	Held     int64         // bytes held in memory at a time; default 384 MiB
	Steps    int64         // opcodes, records and entries walked; default 4,000,000,000
	Time     time.Duration // default 10 minutes
}

// Above bombFloor expanded bytes, a tree that expands to more than bombRatio
// times its file is a bomb. Zeros, the most compressible honest weights, expand
// about 1000 times under deflate, but not by gigabytes. Bytes of slow decoders
// count several times towards the floor, see [Budget.Slow].
const (
	bombFloor = 4 << 30
	bombRatio = 200
)

// withDefaults replaces zeros.
func (l Limits) withDefaults() Limits {
	def := func(v *int64, d int64) {
		if *v == 0 {
			*v = d
		}
	}
	if l.Depth == 0 {
		l.Depth = 16
	}
	if l.Members == 0 {
		l.Members = 1_000_000
	}
	if l.Time == 0 {
		l.Time = 10 * time.Minute
	}
	def(&l.Expanded, 64<<30)
	def(&l.Held, 384<<20)
	def(&l.Steps, 4_000_000_000)
	return l
}

// A Budget is what is left for one top-level file. It is shared by the file's
// whole tree and is not for concurrent use.
type Budget struct {
	limits   Limits
	fileSize int64
	ctxErr   func() error // of the file's context, which carries the time limit

	members         int
	expanded, steps int64
	slow            int64 // how many more expanded bytes could have been decoded in the time
	held, peak      int64
	read            int64 // bytes read from the file system
	untilClock      int64 // steps left until the clock is looked at again

	garbage      bool   // much was released and may not be collected yet
	copied, head []byte // buffers for decoded members, used again and again
}

const clockEvery = 1 << 14 // steps between looks at the clock

// newBudget returns the full budget for a file of that many bytes.
func newBudget(ctx context.Context, limits Limits, fileSize int64) *Budget {
	return &Budget{limits: limits, fileSize: fileSize, ctxErr: ctx.Err, untilClock: clockEvery}
}

// Step spends n steps and now and then looks at the clock. The error is a
// *LimitError, or the context's own error where the whole scan was cancelled.
func (b *Budget) Step(n int64) error {
	if n < 0 || n > b.limits.Steps-b.steps { // n may come from the file
		b.steps = b.limits.Steps
		return &LimitError{Limit: "max-steps", Max: b.limits.Steps}
	}
	b.steps += n
	b.untilClock -= n
	if b.untilClock > 0 {
		return nil
	}
	b.untilClock = clockEvery
	return b.checkClock()
}

// checkClock reports a time limit that ran out, or a cancelled scan.
func (b *Budget) checkClock() error {
	err := b.ctxErr()
	if errors.Is(err, context.DeadlineExceeded) {
		return &LimitError{Limit: "max-time", Max: b.limits.Time.Milliseconds()}
	}
	return err
}

// Hold charges n bytes of memory until Release.
func (b *Budget) Hold(n int64) error {
	if n >= largeHold {
		b.collect()
	}
	if n < 0 || n > b.limits.Held-b.held { // n may come from the file
		return &LimitError{Limit: "max-held-bytes", Max: b.limits.Held}
	}
	b.held += n
	b.peak = max(b.peak, b.held)
	return nil
}

// largeHold is how many bytes are collected at once when they are given back: the next
// member may want as many, and what both take would count as one.
const largeHold = 64 << 20

// Release gives back n bytes that Hold charged.
func (b *Budget) Release(n int64) {
	b.held -= n
	if n >= largeHold {
		b.garbage = true
	}
}

// collect frees memory that was given back in large pieces.
func (b *Budget) collect() {
	if b.garbage {
		b.garbage = false
		runtime.GC()
	}
}

// expand charges n decoded bytes.
func (b *Budget) expand(n int64) error {
	b.expanded += n
	if b.expanded > b.limits.Expanded {
		return &LimitError{Limit: "max-expanded-bytes", Max: b.limits.Expanded}
	}
	if b.expanded+b.slow > bombFloor && b.expanded/bombRatio > b.fileSize {
		return &LimitError{Limit: "max-expanded-bytes", Max: max(min(b.expanded, bombFloor), bombRatio*b.fileSize)}
	}
	return b.checkClock()
}

// Slow notes that n of the bytes that are being expanded take the time of n times factor
// where they compress best. Weights that take as long do not compress as well.
func (b *Budget) Slow(n int64, factor int64) { b.slow += n * (factor - 1) }

// How long decoders take for a byte of zeros, compared with deflate and its like.
const (
	SlowXZ    = 3
	SlowBzip2 = 4
	SlowLZMA  = 12
)

// member charges one member at a nesting depth.
func (b *Budget) member(depth int) error {
	if depth > b.limits.Depth {
		return &LimitError{Limit: "max-depth", Max: int64(b.limits.Depth)}
	}
	b.members++
	if b.members > b.limits.Members {
		return &LimitError{Limit: "max-members", Max: int64(b.limits.Members)}
	}
	return b.Step(16)
}

// copyBuffer returns a buffer for decoding. Nothing else is decoded while it is used.
func (b *Budget) copyBuffer() []byte {
	if b.copied == nil {
		b.copied = make([]byte, 64<<10)
	}
	return b.copied
}

// maxSpare is how large a buffer may be that is kept for the next member, in bytes.
const maxSpare = 4 << 20

// spare keeps the buffer of a member that is done with.
func (b *Budget) spare(buf []byte) {
	if cap(buf) <= maxSpare && cap(buf) > cap(b.head) {
		b.head = buf[:0]
	}
}

// spared returns an empty buffer for the content of a member, nil where none is kept.
func (b *Budget) spared() []byte {
	buf := b.head
	b.head = nil
	return buf
}
