package scanner_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

// Every claim on an artifact runs, not the first or the best.
func TestEveryClaimRuns(t *testing.T) {
	sure := fake("sure", starts("X", scanner.Sure), whole(ruleMedium))
	maybe := fake("maybe", starts("X", scanner.Maybe), whole(ruleHigh))
	no := fake("no", starts("Y", scanner.Sure), whole(ruleCritical))
	check(t, []*scanner.Analyzer{maybe, sure, no}, "x", "Xy", `
x: findings (sure, maybe) 2 bytes: 2 analysed, 0 data, 0 unaccounted
  @0+2 high fake-high: found.
    | Xy
  @0+2 medium fake-medium: found.
    | Xy`)
}

// An Otherwise runs where no other claim stands, also none that went wrong.
func TestOtherwise(t *testing.T) {
	otherwise := fake("otherwise", starts("X", scanner.Otherwise), whole(ruleHigh))
	wrong := fake("wrong", starts("X", scanner.Maybe), func(context.Context, *scanner.Pass) error {
		return scanner.Errorf(scanner.Malformed, 1, "no sense")
	})
	maybe := fake("maybe", starts("X", scanner.Maybe), whole(ruleMedium))
	check(t, []*scanner.Analyzer{otherwise, maybe}, "x", "Xy", `
x: passed (maybe) 2 bytes: 2 analysed, 0 data, 0 unaccounted
  @0+2 medium fake-medium: found.
    | Xy`)
	check(t, []*scanner.Analyzer{otherwise, wrong}, "x", "Xy", `
x: findings (otherwise) 2 bytes: 2 analysed, 0 data, 0 unaccounted
  @0+2 high fake-high: found.
    | Xy`)
}

// A Maybe that goes wrong counts where it found something, or where its file is
// named like a model and nothing else explains it.
func TestMaybe(t *testing.T) {
	wrong := fake("wrong", starts("X", scanner.Maybe), func(_ context.Context, p *scanner.Pass) error {
		p.Analysed(0, 1)
		return scanner.Errorf(scanner.Malformed, 1, "no sense")
	})
	gap := fake("gap", starts("X", scanner.Maybe), func(_ context.Context, p *scanner.Pass) error {
		p.Analysed(0, p.Size)
		p.Gap(scanner.Encrypted, scanner.Span{}, "a key is needed")
		return nil
	})
	found := fake("found", starts("X", scanner.Maybe), func(_ context.Context, p *scanner.Pass) error {
		p.Report(ruleLow, scanner.Span{}, scanner.Detail{Message: "found."})
		return scanner.Errorf(scanner.Malformed, 1, "no sense")
	})
	right := fake("right", starts("X", scanner.Sure), func(_ context.Context, p *scanner.Pass) error {
		p.Analysed(0, p.Size)
		return nil
	})
	for _, c := range []struct {
		name      string
		analyzers []*scanner.Analyzer
		file      string
		want      string
	}{
		{"other-explains", []*scanner.Analyzer{wrong, gap, right}, "x.pt", "x.pt: clean (right) 2 bytes: 2 analysed, 0 data, 0 unaccounted"},
		{"no-model", []*scanner.Analyzer{wrong, gap}, "x.txt", "x.txt: ignored () 2 bytes: 0 analysed, 0 data, 2 unaccounted"},
		{"model", []*scanner.Analyzer{wrong}, "x.pt", "x.pt: incomplete () 2 bytes: 1 analysed, 0 data, 1 unaccounted\n  @1 gap malformed: no sense"},
		{"gap-in-model", []*scanner.Analyzer{gap}, "x.pt", "x.pt: incomplete () 2 bytes: 2 analysed, 0 data, 0 unaccounted\n  @0 gap encrypted: a key is needed"},
		{"finding", []*scanner.Analyzer{found}, "x.txt",
			"x.txt: incomplete (found) 2 bytes: 0 analysed, 0 data, 2 unaccounted\n  @0 low fake-low: found.\n  @1 gap malformed: no sense"},
	} {
		t.Run(c.name, func(t *testing.T) { check(t, c.analyzers, c.file, "Xy", c.want) })
	}
}

// What a container says of a member beats what its bytes look like.
func TestHint(t *testing.T) {
	hinting := fake("hinting", starts("H", scanner.Sure), func(ctx context.Context, p *scanner.Pass) error {
		p.Analysed(0, 1)
		return p.Section(ctx, scanner.Member{Name: "data", Format: "blind"}, 1, p.Size-1)
	})
	blind := fake("blind", starts("never", scanner.Sure), whole(ruleHigh))
	check(t, []*scanner.Analyzer{hinting, blind, bomb}, "h", "HBOMB", `
h: findings (hinting) 5 bytes: 5 analysed, 0 data, 0 unaccounted
  data @0+4 high fake-high: found. (2 times)
    | BOMB`)
}

func TestMembers(t *testing.T) {
	check(t, []*scanner.Analyzer{box, bomb}, "b", "BOX<9BOX<4BOMB<2no", `
b: findings (box) 18 bytes: 16 analysed, 2 data, 0 unaccounted
  m!/m @0+4 high fake-high: found.
    | BOMB`)
}

// Bytes that no claim accounts for are artifacts of their own; what nothing knows
// is a gap, once, unless it is padding.
func TestLeftovers(t *testing.T) {
	broken := fake("broken", starts("BAD", scanner.Sure), func(_ context.Context, p *scanner.Pass) error {
		p.Analysed(0, 3)
		return scanner.Errorf(scanner.Malformed, 3, "no sense")
	})
	analyzers := []*scanner.Analyzer{box, bomb, broken}
	const unknown = "bytes here belong to nothing that this scanner knows in a file of format box"
	for _, c := range []struct{ name, data, want string }{
		{"known", "BOX<2noBOMB", "b: findings (box) 11 bytes: 9 analysed, 2 data, 0 unaccounted\n  @7+4 @0+4 high fake-high: found.\n    | BOMB"},
		{"unknown", "BOX<2nojunk", "b: incomplete (box) 11 bytes: 5 analysed, 2 data, 4 unaccounted\n  @7+4 gap unrecognized: 4 " + unknown},
		{"zeros", "BOX\x00\x00\x00", "b: clean (box) 6 bytes: 3 analysed, 3 data, 0 unaccounted"},
		{"same-byte", "BOX~~~~", "b: clean (box) 7 bytes: 3 analysed, 4 data, 0 unaccounted"},
		{"white-space", "BOX \r\n\t", "b: clean (box) 7 bytes: 3 analysed, 4 data, 0 unaccounted"},
		{"inside-members", "BOX<9BOX<4BOX!<9BOX<2nojk",
			"b: incomplete (box) 25 bytes: 20 analysed, 3 data, 2 unaccounted\n  m @7+2 gap unrecognized: 2 " + unknown},
		{"behind-an-error", "BOX<5BAD!?", "b: incomplete (box) 10 bytes: 8 analysed, 0 data, 2 unaccounted\n  m @3 gap malformed: no sense"},
		{"known-behind-an-error", "BADBOMB", "b: findings (broken) 7 bytes: 7 analysed, 0 data, 0 unaccounted\n  @3+4 @0+4 high fake-high: found.\n    | BOMB\n  @3 gap malformed: no sense"},
	} {
		t.Run(c.name, func(t *testing.T) { check(t, analyzers, "b", c.data, c.want) })
	}
}

// An analyzer that accounts for nothing does not make the engine go round.
func TestLeftoverOfLeftover(t *testing.T) {
	idle := fake("idle", starts("", scanner.Sure), func(context.Context, *scanner.Pass) error { return nil })
	check(t, []*scanner.Analyzer{idle}, "i", "some text", "i: incomplete (idle) 9 bytes: 0 analysed, 0 data, 9 unaccounted\n"+
		"  @0+9 @0+9 gap unrecognized: 9 bytes here belong to nothing that this scanner knows in a file of format idle")
}

func TestSectionOutside(t *testing.T) {
	for _, span := range []scanner.Span{{Offset: 4, Length: 1}, {Offset: -1, Length: 1}, {Offset: 0, Length: -1}, {Offset: 2, Length: 1 << 62}, {Offset: 1 << 62, Length: 1 << 62}} {
		wide := fake("wide", starts("W", scanner.Sure), func(ctx context.Context, p *scanner.Pass) error {
			p.Analysed(0, p.Size)
			return p.Section(ctx, scanner.Member{Name: "m\n"}, span.Offset, span.Length)
		})
		check(t, []*scanner.Analyzer{wide}, "w", "Wide", fmt.Sprintf("w: incomplete (wide) 4 bytes: 4 analysed, 0 data, 0 unaccounted\n"+
			`  @%d gap truncated: "m\\n", %d bytes at offset %d, lies outside the 4 bytes that are here`,
			min(max(span.Offset, 0), 4), span.Length, span.Offset))
	}
}

// What is accounted for outside the artifact does not count.
func TestAccountedOutside(t *testing.T) {
	wide := fake("wide", starts("W", scanner.Sure), func(_ context.Context, p *scanner.Pass) error {
		p.Analysed(-5, 2)
		p.Analysed(9, 1)
		p.Data(2, 1<<62)
		p.Analysed(0, -1)
		return nil
	})
	check(t, []*scanner.Analyzer{wide}, "w", "Wide", "w: incomplete (wide) 4 bytes: 0 analysed, 2 data, 2 unaccounted\n"+
		"  @0+2 @0+2 gap unrecognized: 2 bytes here belong to nothing that this scanner knows in a file of format wide")
}

// A panic is a gap that says where, and what was found before stays.
func TestPanic(t *testing.T) {
	var none []int
	for name, c := range map[string]struct {
		do   func()
		want string
	}{
		"value": {func() { panic("a\nvalue") }, `the tester analyzer panicked: a\nvalue; please report this (engine_test.go:`},
		"index": {func() { _ = none[len(none)] }, `index out of range [0] with length 0; please report this (engine_test.go:`},
		"nil":   {func() { _ = *(*int)(nil) }, `nil pointer dereference; please report this (engine_test.go:`},
		"error": {func() { panic(io.ErrUnexpectedEOF) }, `panicked: unexpected EOF; please report this (engine_test.go:`},
	} {
		run := fake("tester", starts("X", scanner.Sure), func(_ context.Context, p *scanner.Pass) error {
			p.Report(ruleHigh, scanner.Span{}, scanner.Detail{Message: "found."})
			c.do()
			return nil
		})
		match := fake("tester", func(*scanner.Head) scanner.Claim { c.do(); return scanner.No }, whole(ruleHigh))
		for kind, analyzer := range map[string]*scanner.Analyzer{"run": run, "match": match} {
			r := scantest.Scan(t, []*scanner.Analyzer{analyzer, bomb}, "x", []byte("Xy"))
			if len(r.Gaps) != 1 || r.Gaps[0].Reason != scanner.Internal || !strings.Contains(r.Gaps[0].Message, c.want) {
				t.Errorf("%s in %s: gaps %v, want one with %q", name, kind, r.Gaps, c.want)
			}
			if kind == "run" && len(r.Findings) != 1 {
				t.Errorf("%s: %d findings, want the one before the panic", name, len(r.Findings))
			}
		}
	}
}

// An error without a reason is one of reading, and says nothing of this machine.
func TestErrors(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"input", scanner.Errorf(scanner.Unsupported, 1, "an %s kind", "odd"), "@1 gap unsupported: an odd kind"},
		{"wrapped", fmt.Errorf("header: %w", scanner.Errorf(scanner.Malformed, 1, "no sense")), "@1 gap malformed: no sense"},
		{"other", errors.New("a\x1b[31mred"), `@0 gap unreadable: a\x1b[31mred`},
		{"limit", &scanner.LimitError{Limit: "max-steps", Max: 5}, "@1 gap over-limit: the scan stopped here: --max-steps 5 reached"},
	} {
		t.Run(c.name, func(t *testing.T) {
			failing := fake("failing", starts("X", scanner.Sure), func(_ context.Context, p *scanner.Pass) error {
				p.Analysed(0, 1)
				return c.err
			})
			check(t, []*scanner.Analyzer{failing}, "x", "Xy", "x: incomplete (failing) 2 bytes: 1 analysed, 0 data, 1 unaccounted\n  "+c.want)
		})
	}
}

// GapOf lets an analyzer go on behind an error of the input, not of the budget.
func TestGapOf(t *testing.T) {
	going := fake("going", starts("X", scanner.Sure), func(_ context.Context, p *scanner.Pass) error {
		p.Analysed(0, p.Size)
		if err := errors.Join(p.GapOf(nil), p.GapOf(scanner.Errorf(scanner.Malformed, 1, "no sense")), p.GapOf(&scanner.LimitError{Limit: "max-depth", Max: 1})); err != nil {
			t.Errorf("GapOf returns %v where the analyzer may go on", err)
		}
		err := p.GapOf(&scanner.LimitError{Limit: "max-steps", Max: 1})
		if err == nil {
			t.Error("GapOf lets the analyzer go on behind a budget that is spent")
		}
		return err
	})
	check(t, []*scanner.Analyzer{going}, "x", "Xy", `
x: incomplete (going) 2 bytes: 2 analysed, 0 data, 0 unaccounted
  @1 gap malformed: no sense
  @2 gap over-limit: the scan stopped here: --max-depth 1 reached
  @2 gap over-limit: the scan stopped here: --max-steps 1 reached`)
}

// A file that nothing claims is a gap only where its name is a model's.
func TestUnclaimed(t *testing.T) {
	analyzers := []*scanner.Analyzer{box}
	check(t, analyzers, "notes.txt", "text", "notes.txt: ignored () 4 bytes: 0 analysed, 0 data, 4 unaccounted")
	check(t, analyzers, "m.pt", "text", "m.pt: incomplete () 4 bytes: 0 analysed, 0 data, 4 unaccounted\n"+
		"  @0+4 gap unrecognized: the name is a model's, but the content is of no format that this scanner knows")
	check(t, analyzers, "m.pt", "", "m.pt: incomplete () 0 bytes: 0 analysed, 0 data, 0 unaccounted\n"+
		"  @0 gap truncated: the file is empty, but its name is a model's")
	check(t, analyzers, "empty", "", "empty: ignored () 0 bytes: 0 analysed, 0 data, 0 unaccounted")
	named := fake("named", starts("N", scanner.Sure), func(ctx context.Context, p *scanner.Pass) error {
		p.Analysed(0, 1)
		return p.Section(ctx, scanner.Member{Name: "dir/m.pkl"}, 1, p.Size-1)
	})
	check(t, []*scanner.Analyzer{named}, "n.zip", "N???", "n.zip: incomplete (named) 4 bytes: 1 analysed, 3 data, 0 unaccounted\n"+
		"  dir/m.pkl @0+3 gap unrecognized: the name is a model's, but the content is of no format that this scanner knows")
}

// Match sees both ends of an artifact, and where it lies.
func TestHead(t *testing.T) {
	var got []string
	looking := fake("looking", func(h *scanner.Head) scanner.Claim {
		got = append(got, fmt.Sprintf("%s %d %d %d %s", h.Name(), h.Size, len(h.Prefix), len(h.Suffix), h.Suffix[max(0, len(h.Suffix)-2):]))
		return scanner.No
	}, whole(ruleHigh))
	for _, n := range []int{0, 1, 1024, 1025, 4096, 5000} {
		data := []byte(strings.Repeat("a", n))
		if n > 0 {
			data[n-1] = 'z'
		}
		scan(t, scanner.Config{Analyzers: []*scanner.Analyzer{looking}}, memory("dir/f", data))
	}
	want := "f 0 0 0 , f 1 1 1 z, f 1024 1024 1024 az, f 1025 1025 1024 az, f 4096 4096 1024 az, f 5000 4096 1024 az"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
}

// A Maybe that becomes certain while it runs is a Sure: what goes wrong is a gap.
func TestMaybeThatIsCertain(t *testing.T) {
	certain := fake("certain", starts("X", scanner.Maybe), func(_ context.Context, p *scanner.Pass) error {
		p.Certain()
		return scanner.Errorf(scanner.Malformed, 1, "broken")
	})
	check(t, []*scanner.Analyzer{certain}, "a.txt", "XY", `
a.txt: incomplete (certain) 2 bytes: 0 analysed, 0 data, 2 unaccounted
  @1 gap malformed: broken`)
}
