package scanner_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

// packed is a container whose content has to be decoded: "PACK", a digit, then the
// byte that follows as often as ten to the power of the digit.
var packed = fake("packed", starts("PACK", scanner.Sure), func(ctx context.Context, p *scanner.Pass) error {
	text := content(p)
	n := 1
	for range text[4] - '0' {
		n *= 10
	}
	open := func() (io.Reader, error) { return io.LimitReader(repeated(text[5]), int64(n)), nil }
	p.Analysed(0, 5)
	return p.Stream(ctx, scanner.Member{Name: "inner"}, scanner.Span{Offset: 5, Length: p.Size - 5}, open)
})

// A repeated is a reader of one byte for ever.
type repeated byte

func (r repeated) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(r)
	}
	return len(p), nil
}

// Running out of a limit is a gap that names its flag; what was found before stays.
func TestLimits(t *testing.T) {
	found := func(p *scanner.Pass) {
		p.Report(ruleHigh, scanner.Span{}, scanner.Detail{Message: "found."})
		p.Analysed(0, p.Size)
	}
	spending := func(spend func(context.Context, *scanner.Pass) error) []*scanner.Analyzer {
		return []*scanner.Analyzer{fake("spender", starts("X", scanner.Sure), func(ctx context.Context, p *scanner.Pass) error {
			found(p)
			return spend(ctx, p)
		}), packed, box}
	}
	for _, c := range []struct {
		name   string
		limits scanner.Limits
		spend  func(context.Context, *scanner.Pass) error
		want   string
	}{
		{"steps", scanner.Limits{Steps: 100}, func(_ context.Context, p *scanner.Pass) error {
			for {
				if err := p.Budget.Step(7); err != nil {
					return err
				}
			}
		}, "--max-steps 100 reached"},
		{"steps-from-file", scanner.Limits{}, func(_ context.Context, p *scanner.Pass) error {
			return errors.Join(p.Budget.Step(1<<30), p.Budget.Step(1<<63-1))
		}, "--max-steps 4000000000 reached"},
		{"negative-steps", scanner.Limits{Steps: 100}, func(_ context.Context, p *scanner.Pass) error {
			return p.Budget.Step(-1)
		}, "--max-steps 100 reached"},
		{"members", scanner.Limits{Members: 10}, func(ctx context.Context, p *scanner.Pass) error {
			for {
				if err := p.Section(ctx, scanner.Member{Name: "m"}, 0, 0); err != nil {
					return err
				}
			}
		}, "--max-members 10 reached"},
		{"stream-members", scanner.Limits{Members: 10}, func(ctx context.Context, p *scanner.Pass) error {
			for {
				err := p.Stream(ctx, scanner.Member{Name: "m"}, scanner.Span{}, func() (io.Reader, error) { return strings.NewReader(""), nil })
				if err != nil {
					return err
				}
			}
		}, "--max-members 10 reached"},
		{"held", scanner.Limits{Held: 100}, func(_ context.Context, p *scanner.Pass) error {
			return errors.Join(p.Budget.Hold(60), p.Budget.Hold(60))
		}, "--max-held-bytes 100 reached"},
		{"held-from-file", scanner.Limits{Held: 100}, func(_ context.Context, p *scanner.Pass) error {
			return errors.Join(p.Budget.Hold(60), p.Budget.Hold(1<<63-1))
		}, "--max-held-bytes 100 reached"},
		{"expanded", scanner.Limits{Expanded: 1000}, func(ctx context.Context, p *scanner.Pass) error {
			return p.Stream(ctx, scanner.Member{Name: "m"}, scanner.Span{Length: p.Size}, func() (io.Reader, error) { return repeated(0), nil })
		}, "--max-expanded-bytes 1000 reached"},
		{"time", scanner.Limits{Time: time.Millisecond}, func(_ context.Context, p *scanner.Pass) error {
			for {
				if err := p.Budget.Step(1); err != nil {
					return err
				}
			}
		}, "--max-time 1ms reached"},
		{"time-of-context", scanner.Limits{Time: time.Millisecond}, func(ctx context.Context, _ *scanner.Pass) error {
			<-ctx.Done()
			return fmt.Errorf("waiting: %w", ctx.Err())
		}, "--max-time 1ms reached"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := scan(t, scanner.Config{Analyzers: spending(c.spend), Limits: c.limits}, memory("x", []byte("X")))
			if len(r.Findings) != 1 || len(r.Gaps) != 1 || r.Gaps[0].Reason != scanner.OverLimit ||
				!strings.HasSuffix(r.Gaps[0].Message, c.want) {
				t.Errorf("want one finding and one gap about %s, got\n%s", c.want, scantest.Format(r))
			}
		})
	}
}

// The limit on depth stops a branch; its neighbours are analysed.
func TestDepth(t *testing.T) {
	r := scan(t, scanner.Config{Analyzers: []*scanner.Analyzer{box, bomb}, Limits: scanner.Limits{Depth: 1}},
		memory("b", []byte("BOX<9BOX<4BOMB<4BOMB")), memory("c", []byte("BOX<4BOX!<4BOMB")))
	want := `
b: findings (box) 20 bytes: 16 analysed, 0 data, 4 unaccounted
  m @0+4 high fake-high: found.
    | BOMB
  m!/m @0 gap over-limit: the scan stopped here: --max-depth 1 reached
c: findings (box) 15 bytes: 14 analysed, 0 data, 1 unaccounted
  m @0+4 high fake-high: found.
    | BOMB
  m!/@3+1 @0 gap over-limit: the scan stopped here: --max-depth 1 reached
`
	if got := scantest.Format(r); strings.TrimSpace(got) != strings.TrimSpace(want) {
		t.Errorf("got:\n%swant:%s", got, want)
	}
}

// A budget is shared by a file's tree, and each file has its own.
func TestBudgetIsTheFiles(t *testing.T) {
	r := scan(t, scanner.Config{Analyzers: []*scanner.Analyzer{box}, Limits: scanner.Limits{Members: 3}},
		memory("a", []byte("BOX<0<0<0")), memory("b", []byte("BOX<9BOX<0<0<0")))
	if len(r.Gaps) != 1 || r.Gaps[0].Path != "b" || r.Gaps[0].Member != "m!/m" {
		t.Errorf("want one gap, in the fourth member of b:\n%s", scantest.Format(r))
	}
}

// What a decoder gave before the budget was spent is analysed.
func TestExpandedAnalysesTheBeginning(t *testing.T) {
	big := fake("big", starts("BIG", scanner.Sure), func(ctx context.Context, p *scanner.Pass) error {
		return p.Stream(ctx, scanner.Member{Name: "m"}, scanner.Span{Length: p.Size}, func() (io.Reader, error) {
			return io.MultiReader(strings.NewReader("BOX<4BOMB"), repeated(0)), nil
		})
	})
	r := scan(t, scanner.Config{Analyzers: []*scanner.Analyzer{big, box, bomb}, Limits: scanner.Limits{Expanded: 1 << 20}}, memory("b", []byte("BIG")))
	if len(r.Findings) != 1 || len(r.Gaps) != 1 || !strings.Contains(r.Gaps[0].Message, "--max-expanded-bytes") {
		t.Errorf("want the finding and the limit:\n%s", scantest.Format(r))
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	started := 0
	waiting := fake("waiting", starts("X", scanner.Sure), func(ctx context.Context, p *scanner.Pass) error {
		started++
		cancel()
		for {
			if err := p.Budget.Step(1000); err != nil {
				return err
			}
		}
	})
	targets := []scanner.Target{memory("a", []byte("X")), memory("b", []byte("X"))}
	report, err := scanner.Scan(ctx, targets, scanner.Config{Analyzers: []*scanner.Analyzer{waiting}, Jobs: 1})
	if !errors.Is(err, context.Canceled) || report != nil {
		t.Errorf("report %v, error %v; want no report, and that the scan was cancelled", report, err)
	}
	if started != 1 {
		t.Errorf("%d files were started, want 1", started)
	}
}

// What a decoder gave before its error is analysed; the error is a gap where the
// encoded bytes lie.
func TestDecoderError(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"early-end", io.ErrUnexpectedEOF, "truncated: the compressed data end too early"},
		{"corrupt", errors.New("bad block"), "malformed: decompressing: bad block"},
		{"own", scanner.Errorf(scanner.Unsupported, 2, "another method"), "unsupported: another method"},
	} {
		t.Run(c.name, func(t *testing.T) {
			open := func() (io.Reader, error) {
				return io.MultiReader(strings.NewReader("BOX<4BOMB"), failing{c.err}), nil
			}
			coded := fake("coded", starts("CODED", scanner.Sure), func(ctx context.Context, p *scanner.Pass) error {
				p.Analysed(0, 2)
				return p.Stream(ctx, scanner.Member{Name: "m"}, scanner.Span{Offset: 2, Length: 3}, open)
			})
			check(t, []*scanner.Analyzer{coded, box, bomb}, "c", "CODED", `
c: findings (coded) 5 bytes: 2 analysed, 0 data, 3 unaccounted
  m!/m @0+4 high fake-high: found.
    | BOMB
  @2 gap `+c.want)
		})
	}
	unopened := fake("unopened", starts("U", scanner.Sure), func(ctx context.Context, p *scanner.Pass) error {
		return p.Stream(ctx, scanner.Member{Name: "m"}, scanner.Span{Length: p.Size}, func() (io.Reader, error) { return nil, errors.New("bad header") })
	})
	check(t, []*scanner.Analyzer{unopened}, "u", "U!", "u: incomplete (unopened) 2 bytes: 0 analysed, 0 data, 2 unaccounted\n"+
		"  @0 gap malformed: decompressing: bad header")
	stuck := fake("stuck", starts("S", scanner.Sure), func(ctx context.Context, p *scanner.Pass) error {
		return p.Stream(ctx, scanner.Member{Name: "m"}, scanner.Span{Length: p.Size}, func() (io.Reader, error) { return failing{nil}, nil })
	})
	check(t, []*scanner.Analyzer{stuck}, "s", "S!", "s: incomplete (stuck) 2 bytes: 0 analysed, 0 data, 2 unaccounted\n"+
		"  @0 gap malformed: decompressing: "+io.ErrNoProgress.Error())
}

// A failing reader gives nothing but its error.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// A decoded member that is claimed in part is a gap, once; one that is not claimed
// or claimed in whole is accounted for.
func TestStreamCoverage(t *testing.T) {
	text := func(s string) *scanner.Analyzer {
		return fake("text", starts("T", scanner.Sure), func(ctx context.Context, p *scanner.Pass) error {
			p.Analysed(0, 1)
			return p.Stream(ctx, scanner.Member{Name: "m"}, scanner.Span{Offset: 1, Length: p.Size - 1}, func() (io.Reader, error) { return strings.NewReader(s), nil })
		})
	}
	check(t, []*scanner.Analyzer{text("nothing"), box}, "t", "Text", "t: clean (text) 4 bytes: 4 analysed, 0 data, 0 unaccounted")
	check(t, []*scanner.Analyzer{text("BOX<2no"), box}, "t", "Text", "t: clean (text) 4 bytes: 4 analysed, 0 data, 0 unaccounted")
	check(t, []*scanner.Analyzer{text("BOX<2nojunk"), box}, "t", "Text", "t: incomplete (text) 4 bytes: 1 analysed, 0 data, 3 unaccounted\n"+
		"  m @7+4 gap unrecognized: 4 bytes here belong to nothing that this scanner knows in a file of format box")
}

// Reading fails in the middle of a file: a gap of the operating system's making.
func TestUnreadable(t *testing.T) {
	target := memory("a.pt", bytes.Repeat([]byte("X"), 10_000))
	target.Open = func() (scanner.ReadAtCloser, int64, error) {
		return nopCloser{brokenDisk{}}, 10_000, nil
	}
	opened := memory("b.pt", nil)
	opened.Open = func() (scanner.ReadAtCloser, int64, error) { return nil, 0, errors.New("no more files") }
	refused := memory("c.pt", nil)
	refused.Refused = scanner.Errorf(scanner.Pointer, 0, "elsewhere")
	shrunk := memory("d.pt", nil)
	shrunk.Open = func() (scanner.ReadAtCloser, int64, error) {
		return nopCloser{strings.NewReader("BOX")}, 10_000, nil
	}
	r := scan(t, scanner.Config{Analyzers: []*scanner.Analyzer{box}}, target, opened, refused, shrunk)
	want := `
a.pt: incomplete () 10000 bytes: 0 analysed, 0 data, 10000 unaccounted
  @0 gap unreadable: reading: disk failure
b.pt: incomplete () 0 bytes: 0 analysed, 0 data, 0 unaccounted
  @0 gap unreadable: no more files
c.pt: incomplete () 0 bytes: 0 analysed, 0 data, 0 unaccounted
  @0 gap pointer: elsewhere
d.pt: incomplete (box) 10000 bytes: 3 analysed, 0 data, 9997 unaccounted
  @3 gap truncated: the file has become shorter since it was opened
`
	if got := scantest.Format(r); strings.TrimSpace(got) != strings.TrimSpace(want) {
		t.Errorf("got:\n%swant:%s", got, want)
	}
}

type brokenDisk struct{}

func (brokenDisk) ReadAt([]byte, int64) (int, error) { return 0, errors.New("disk failure") }
