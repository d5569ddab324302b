package picklevm

import (
	"io"

	"github.com/modelsieve/modelsieve/scanner"
)

// Config is what a machine works on.
type Config struct {
	Input io.ReaderAt
	Size  int64  // bytes of input
	Head  []byte // the first bytes of the input where they are at hand; may be nil
	Keep  int    // items of a list, set or dict that are kept; 0 means 512
	// Hold charges bytes of memory until Release is called with their sum. Nil:
	// memory is not charged.
	Hold    func(bytes int64) error
	Release func(bytes int64)
	// Restart reads frames as the C unpickler did that dropped the rest of one where an
	// opcode crosses its end. Such a machine runs one stream.
	Restart bool
	// KeepMemo keeps what a stream made for the next one: an unpickler that is called again
	// has one memo for all streams.
	KeepMemo bool
	// Nested, where not nil, is told of literals that may hold a pickle.
	Nested func(Literal)
}

// A Machine runs the streams of one input, one after the other, as a loader that
// calls load again and again does: each with a fresh memo, unless Config.KeepMemo says
// otherwise. Not for concurrent use.
type Machine struct {
	cfg Config
	in  window
	obs Observer

	heap     heap
	stack    []Value
	marks    []uint32 // stack heights
	memo     memo
	memoized bool // the stream ran MEMOIZE, which counts what the memo has
	shared   bool // what the stream fetched from the memo depends on the streams before
	protocol int
	frameEnd int64 // offset behind the open frame; 0: none is open
	lastEnd  int64 // offset behind the frame in which the last stream stopped; 0: none

	globals   []*Global
	globalIDs map[globalKey]Value
	words     map[int64]string // strings that may be names, by offset of their opcode
	held      int64            // bytes charged besides the heap

	opAt    int64 // offset of the opcode that runs
	pending int64 // opcodes not yet told to Observer.Step
	scratch []Value
}

type globalKey struct {
	module, name string
	protocol     int
}

// New returns a machine at the start of its input.
func New(cfg Config, obs Observer) *Machine {
	if cfg.Hold == nil {
		cfg.Hold, cfg.Release = func(int64) error { return nil }, func(int64) {}
	}
	m := &Machine{cfg: cfg, obs: obs, in: newWindow(cfg.Input, cfg.Size, cfg.Head)}
	if cfg.Restart {
		m.in.splice = &splice{r: cfg.Input}
		m.in.r, m.cfg.Input = m.in.splice, m.in.splice
	}
	m.forget()
	return m
}

// keptStack is how large the stack of one stream may be to be used for the next.
const keptStack = 1 << 12

// reset makes the machine ready for a stream.
func (m *Machine) reset() {
	m.stack, m.marks = m.stack[:0], m.marks[:0]
	m.protocol, m.frameEnd, m.lastEnd = 0, 0, 0
	m.memoized, m.shared = false, false
	if !m.cfg.KeepMemo {
		m.forget()
	}
}

// forget forgets what streams made.
func (m *Machine) forget() {
	m.Close()
	old := m.heap // its first chunks serve again
	m.heap = heap{
		keep: max(maxItems, m.cfg.Keep), hold: m.cfg.Hold, most: preciseNodes,
		nodes: old.nodes[:min(1, len(old.nodes))], items: old.items[:min(1, len(old.items))],
	}
	if cap(m.stack)+cap(m.marks) > keptStack {
		m.stack, m.marks = nil, nil // Close gave back what they were charged for
	}
	m.memo = memo{hold: m.hold}
	m.globals, m.globalIDs, m.words = nil, Emptied(m.globalIDs), Emptied(m.words)
}

// Emptied returns an empty map for the next stream: the same where it was not used, so that
// short streams cost little.
func Emptied[K comparable, V any](m map[K]V) map[K]V {
	if m != nil && len(m) == 0 {
		return m
	}
	return map[K]V{}
}

// KeepData has containers of plain data kept from here on to the end of the stream, also
// where there are many already: what they hold matters to the observer.
func (m *Machine) KeepData() { m.heap.most = 1<<32 - 1 }

// Close gives the charged memory back. The values of the last stream are gone.
func (m *Machine) Close() {
	m.cfg.Release(m.heap.held + m.held)
	m.heap.held, m.held = 0, 0
}

// hold charges memory.
func (m *Machine) hold(n int64) error {
	err := m.cfg.Hold(n)
	if err == nil {
		m.held += n
	}
	return err
}

// Offset is where the next stream would start.
func (m *Machine) Offset() int64 { return m.in.offset() }

// Remaining is how many bytes of input are left.
func (m *Machine) Remaining() int64 { return m.in.remaining() }

// MoveTo sets where the next stream starts.
func (m *Machine) MoveTo(off int64) { m.in.moveTo(off) }

// Shared reports whether the last stream fetched something from its memo that it would
// not find there, or elsewhere, if it shared the memo of the streams before.
func (m *Machine) Shared() bool { return m.shared }

// FrameEnd returns where the frame ends inside of which the last stream stopped, or 0: a
// loader that read the whole frame starts the next stream there.
func (m *Machine) FrameEnd() int64 { return m.lastEnd }

// Globals returns what the stream looked up, in the order of the first look-ups.
func (m *Machine) Globals() []*Global { return m.globals }

// Protocol is the protocol in force.
func (m *Machine) Protocol() int { return m.protocol }

// Load runs one stream from the current offset to its STOP and returns the
// result. The error is a *scanner.Error at the opcode that no loader gets past,
// or one that the observer returned. The values stay valid until the next Load.
func (m *Machine) Load() (Value, error) {
	m.reset()
	for {
		if err := m.in.need(1); err != nil {
			m.opAt = m.in.offset()
			return 0, m.end(err)
		}
		m.opAt = m.in.offset()
		if m.frameEnd != 0 && m.opAt >= m.frameEnd {
			m.leaveFrame()
		}
		op := m.in.buf[m.in.pos]
		m.in.pos++
		if m.pending++; m.pending >= 4096 {
			if err := m.step(); err != nil {
				return 0, err
			}
		}
		if op == opStop {
			return m.stop()
		}
		if err := m.do(op); err != nil {
			return 0, m.end(err)
		}
	}
}

// end tells the observer of the last opcodes before an error, and of a frame that
// ended inside the one that failed.
func (m *Machine) end(err error) error {
	if at := m.in.offset(); m.frameEnd != 0 && at > m.frameEnd {
		m.opAt = at
		m.leaveFrame()
	}
	if stepErr := m.step(); stepErr != nil {
		return stepErr
	}
	return err
}

// step tells the observer how many opcodes passed.
func (m *Machine) step() error {
	n := m.pending
	m.pending = 0
	return m.obs.Step(n)
}

// stop ends the stream with the top of the stack.
func (m *Machine) stop() (Value, error) {
	v, err := m.pop()
	if err != nil {
		return 0, m.end(err)
	}
	m.store(v)
	if m.frameEnd > m.in.offset() {
		m.obs.Anomaly(AnomalyFrame, m.opAt, "the stream ends before its frame does")
		m.lastEnd = m.frameEnd
	}
	return v, m.step()
}

// leaveFrame closes the frame whose end was reached or passed.
func (m *Machine) leaveFrame() {
	if m.opAt > m.frameEnd {
		m.obs.Anomaly(AnomalyFrame, m.frameEnd, "the frame ends inside an opcode")
	}
	m.frameEnd = 0
}

// malformed is an error at the opcode that runs.
func (m *Machine) malformed(format string, args ...any) error {
	return scanner.Errorf(scanner.Malformed, m.opAt, format, args...)
}

// floor is the height of the stack that operands may not come from below.
func (m *Machine) floor() int {
	if n := len(m.marks); n > 0 {
		return int(m.marks[n-1])
	}
	return 0
}

// push puts a value on the stack.
func (m *Machine) push(v Value) error {
	if len(m.stack) < cap(m.stack) {
		m.stack = append(m.stack, v)
		return nil
	}
	return m.growStack(v)
}

// growStack doubles the stack and puts a value on it.
func (m *Machine) growStack(v Value) error {
	more := max(cap(m.stack), 256)
	if err := m.hold(int64(more) * itemBytes); err != nil {
		return err
	}
	grown := make([]Value, len(m.stack), cap(m.stack)+more)
	copy(grown, m.stack)
	m.stack = append(grown, v)
	return nil
}

// mark puts a mark on the stack. Heights fit, since values take eight bytes each.
func (m *Machine) mark() error {
	if len(m.marks) == cap(m.marks) {
		more := max(cap(m.marks), 256)
		if err := m.hold(int64(more) * 4); err != nil {
			return err
		}
		grown := make([]uint32, len(m.marks), cap(m.marks)+more)
		copy(grown, m.marks)
		m.marks = grown
	}
	m.marks = append(m.marks, uint32(len(m.stack)))
	return nil
}

// top returns the top of the stack.
func (m *Machine) top() (Value, error) {
	if len(m.stack) <= m.floor() {
		return 0, m.malformed("the stack is empty")
	}
	return m.stack[len(m.stack)-1], nil
}

// pop removes the top of the stack.
func (m *Machine) pop() (Value, error) {
	v, err := m.top()
	if err == nil {
		m.stack = m.stack[:len(m.stack)-1]
	}
	return v, err
}

// popMark removes the topmost mark and what lies on it, which it returns: valid
// until the next push.
func (m *Machine) popMark() ([]Value, error) {
	n := len(m.marks)
	if n == 0 {
		return nil, m.malformed("there is no mark")
	}
	at := int(m.marks[n-1])
	items := m.stack[at:]
	m.stack, m.marks = m.stack[:at], m.marks[:n-1]
	return items, nil
}

// store notes that a value became part of something.
func (m *Machine) store(v Value) {
	if v.Kind() == KindGlobal {
		m.globals[v.payload()].Stored = true
	}
}

// storeAll notes that values became part of something.
func (m *Machine) storeAll(items []Value) {
	for _, v := range items {
		if v.Kind() == KindGlobal {
			m.globals[v.payload()].Stored = true
		}
	}
}

// make makes a heap value with items and pushes it.
func (m *Machine) make(k Kind, items ...Value) (Value, error) {
	v, err := m.heap.make(k, items...)
	if err != nil {
		return 0, err
	}
	m.storeAll(items)
	return v, m.push(v)
}
