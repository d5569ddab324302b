package scanner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"time"
)

// random returns bytes that are the same every time.
func random(n int) []byte {
	b := make([]byte, n)
	rng := rand.NewChaCha8([32]byte{7})
	rng.Read(b)
	return b
}

// A cover says of each byte what a map of bytes says.
func TestCover(t *testing.T) {
	const size = 60
	rng := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		var c cover
		want := [size]kind{}
		for i := range want {
			want[i] = missed + 1
		}
		for range rng.IntN(12) {
			off, n, k := rng.Int64N(size), rng.Int64N(20), kind(rng.IntN(3))
			c.add(off, n, k)
			for i := off; i < min(off+n, size); i++ {
				want[i] = min(want[i], k)
			}
			if rng.IntN(4) == 0 {
				c.count(size) // normalises in between
			}
		}
		sum := Coverage{Bytes: size}
		var open string
		for i, k := range want {
			switch k {
			case analysed:
				sum.Analysed++
			case data:
				sum.Data++
			default:
				sum.Unaccounted++
			}
			if k > missed {
				open += fmt.Sprintf(" %d", i)
			}
		}
		var got string
		for _, s := range c.missing(size) {
			for i := s.Offset; i < s.End(); i++ {
				got += fmt.Sprintf(" %d", i)
			}
		}
		if c.count(size) != sum || got != open {
			t.Fatalf("runs %v: %+v, open%s; want %+v, open%s", c.runs, c.count(size), got, sum, open)
		}
	}
}

// Accounting in order costs no memory.
func TestCoverJoins(t *testing.T) {
	var c cover
	for i := range int64(1000) {
		c.add(i*3, 3, data)
	}
	if len(c.runs) != 1 {
		t.Errorf("%d runs, want 1", len(c.runs))
	}
}

// Reads of a spool give what the plain bytes give, wherever they are, whether all
// of the member is held or none of it.
func TestSpool(t *testing.T) {
	long := random(spoolBytes + 3*spoolWindow + 12345)
	for _, c := range []struct {
		name  string
		plain []byte
		held  int64 // bytes that may be held
	}{
		{"empty", nil, 1 << 30},
		{"short", long[:1000], 1 << 30},
		{"at-limit", long[:spoolBytes], 1 << 30},
		{"long", long, 1 << 30},
		{"not-held", long[:3*spoolWindow+17], 1},
		{"hardly-held", long[:5*spoolWindow], 200 << 10},
		{"suffix-only", long[:3000], 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBudget(t.Context(), Limits{Held: c.held, Expanded: 1 << 50}.withDefaults(), 1<<40)
			s, err := newSpool(b, func() (io.Reader, error) { return uneven{bytes.NewReader(c.plain)}, nil })
			if err != nil || s.size != int64(len(c.plain)) {
				t.Fatalf("size %d, %v; want %d", s.size, err, len(c.plain))
			}
			plain := bytes.NewReader(c.plain)
			for _, r := range spoolReads(s.size) {
				got, want := make([]byte, r.Length), make([]byte, r.Length)
				n, err := s.ReadAt(got, r.Offset)
				wantN, wantErr := plain.ReadAt(want, max(r.Offset, 0))
				if r.Offset < 0 {
					wantN, wantErr = 0, io.EOF
				}
				if n != wantN || !bytes.Equal(got[:n], want[:n]) || !errors.Is(err, wantErr) && r.Length > 0 {
					t.Fatalf("%d bytes at %d: %d, %v; want %d, %v, and the same bytes", r.Length, r.Offset, n, err, wantN, wantErr)
				}
			}
			if s.release(); b.held != 0 {
				t.Errorf("%d bytes stay charged", b.held)
			}
			if b.peak > c.held {
				t.Errorf("%d bytes were held, more than %d", b.peak, c.held)
			}
		})
	}
}

// spoolReads returns reads at the joints of a spool and elsewhere, forth and back.
func spoolReads(size int64) []Span {
	reads := []Span{{-1, 5}, {0, 0}, {0, 1}, {0, 10}, {size, 1}, {size + 5, 1}, {size - 1, 1}, {size - 1, 2}, {size - 5000, 4000}}
	for _, at := range []int64{spoolBytes, spoolBytes + spoolWindow, size - 4*suffixBytes, size - spoolWindow, spoolWindow, 2 * spoolWindow, size / 2} {
		reads = append(reads, Span{at - 7, 20}, Span{at, 3}, Span{at - 2*spoolWindow, 5 * spoolWindow / 2})
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		reads = append(reads, Span{rng.Int64N(size + 1), rng.Int64N(300_000)})
	}
	kept := reads[:0]
	for _, r := range reads {
		if r.Offset >= -1 {
			kept = append(kept, r)
		}
	}
	return kept
}

// An uneven reader gives few bytes at a time, and its last ones with the end.
type uneven struct{ r *bytes.Reader }

func (u uneven) Read(p []byte) (int, error) {
	n, err := u.r.Read(p[:min(len(p), 40_007)])
	if err == nil && u.r.Len() == 0 {
		err = io.EOF
	}
	return n, err
}

// Reading on in order decodes a long member once more, not again and again.
func TestSpoolDecodesInOrder(t *testing.T) {
	plain := random(5 * spoolWindow)
	opened := 0
	b := newBudget(t.Context(), Limits{Held: 1}.withDefaults(), 1<<40)
	s, err := newSpool(b, func() (io.Reader, error) { opened++; return bytes.NewReader(plain), nil })
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(io.NewSectionReader(s, 0, s.size)); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if opened != 2 {
		t.Errorf("the decoder was started %d times, want 2", opened)
	}
}

// A decoder that gives something else the second time is not believed.
func TestSpoolChangedDecoder(t *testing.T) {
	for name, second := range map[string]io.Reader{
		"shorter": bytes.NewReader(nil),
		"failing": io.MultiReader(iotestErr{errors.New("bad block")}),
	} {
		first := true
		b := newBudget(t.Context(), Limits{Held: 1}.withDefaults(), 1<<40)
		s, err := newSpool(b, func() (io.Reader, error) {
			if first {
				first = false
				return bytes.NewReader(random(3 * spoolWindow)), nil
			}
			return second, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		var input *Error
		if n, err := s.ReadAt(make([]byte, 10), 5); n != 0 || !errors.As(err, &input) {
			t.Errorf("%s: %d bytes, %v; want an error of the input", name, n, err)
		}
	}
}

type iotestErr struct{ err error }

func (r iotestErr) Read([]byte) (int, error) { return 0, r.err }

// A tree may expand far, or become large, but not both out of proportion.
func TestBomb(t *testing.T) {
	for _, c := range []struct {
		file, expanded, slow int64
		ok                   bool
	}{
		{10, bombFloor, 0, true},
		{10, bombFloor + 1<<20, 0, false},
		{bombFloor/bombRatio + 1, bombFloor + bombRatio - 1, 0, true},
		{100 << 20, 100 << 20 * bombRatio, 0, true},
		{100 << 20, 100<<20*bombRatio + 1<<20, 0, false},
		{1 << 40, 64 << 30, 0, true},
		{1 << 40, 64<<30 + 1, 0, false},
		{10, bombFloor / 4, bombFloor / 4, true},
		{10, bombFloor/4 + 1<<20, bombFloor/4 + 1<<20, false},
		{1 << 30, 20 << 30, 20 << 30, true}, // what honest weights come to
	} {
		b := newBudget(t.Context(), Limits{}.withDefaults(), c.file)
		b.Slow(c.slow, SlowBzip2)
		err := b.expand(c.expanded)
		var limit *LimitError
		if (err == nil) != c.ok || err != nil && (!errors.As(err, &limit) || limit.Limit != "max-expanded-bytes") {
			t.Errorf("%d bytes of %d: %v, want it to pass: %v", c.expanded, c.file, err, c.ok)
		}
	}
}

func TestBudgetClock(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Nanosecond)
	defer cancel()
	<-ctx.Done()
	b := newBudget(ctx, Limits{Time: time.Second}.withDefaults(), 1)
	if err := b.Step(clockEvery - 1); err != nil {
		t.Errorf("the clock is looked at too soon: %v", err)
	}
	var limit *LimitError
	if err := b.Step(1); !errors.As(err, &limit) || limit.Limit != "max-time" || limit.Max != 1000 {
		t.Errorf("%v, want that the time is over", err)
	}
}

func TestHold(t *testing.T) {
	b := newBudget(t.Context(), Limits{Held: 100}.withDefaults(), 1)
	if err := errors.Join(b.Hold(60), b.Hold(40)); err != nil {
		t.Error(err)
	}
	if b.Hold(1) == nil || b.Hold(-1) == nil {
		t.Error("more can be held than the limit, or less than nothing")
	}
	b.Release(40)
	if err := b.Hold(40); err != nil || b.held != 100 || b.peak != 100 {
		t.Errorf("%v, %d held, %d at the peak", err, b.held, b.peak)
	}
}

func TestLimitsDefaults(t *testing.T) {
	want := Limits{Depth: 16, Members: 1_000_000, Expanded: 64 << 30, Held: 384 << 20, Steps: 4_000_000_000, Time: 10 * time.Minute}
	if got := (Limits{}).withDefaults(); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	own := Limits{1, 2, 3, 4, 5, 6}
	if got := own.withDefaults(); got != own {
		t.Errorf("%+v, want %+v", got, own)
	}
}
