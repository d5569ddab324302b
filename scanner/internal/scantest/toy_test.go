package scantest

import (
	"bytes"
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
)

// The toy format: "TOY", then records of a letter, a length byte and content. An
// "x" is a finding, an "m" a member, a "d" data, a "p" a panic.
var toy = &scanner.Analyzer{
	Name: "toy", Doc: "A format for tests", Rules: []*scanner.Rule{toyRule},
	Match: func(h *scanner.Head) scanner.Claim {
		if bytes.HasPrefix(h.Prefix, []byte("TOY")) {
			return scanner.Sure
		}
		return scanner.No
	},
	Run: runToy,
}

var toyRule = &scanner.Rule{
	ID: "toy-executes", Title: "The toy runs something", Severity: scanner.High, Why: "It may do anything.", Fix: "Take another toy.", CWE: 502,
}

func runToy(ctx context.Context, p *scanner.Pass) error {
	all := make([]byte, p.Size)
	if n, _ := p.ReadAt(all, 0); int64(n) < p.Size {
		return scanner.Errorf(scanner.Unreadable, int64(n), "reading")
	}
	if !bytes.HasPrefix(all, []byte("TOY")) {
		return scanner.Errorf(scanner.Malformed, 0, "no magic")
	}
	p.Analysed(0, 3)
	for at := int64(3); at < p.Size; {
		if err := p.Budget.Step(1); err != nil {
			return err
		}
		if p.Size-at < 2 || p.Size-at-2 < int64(all[at+1]) {
			return scanner.Errorf(scanner.Truncated, at, "a record ends too early")
		}
		n := int64(all[at+1])
		body := all[at+2 : at+2+n]
		switch all[at] {
		case 'x':
			p.Report(toyRule, scanner.Span{Offset: at, Length: n + 2}, scanner.Detail{Message: "runs a thing.", Evidence: []string{string(body)}, Name: "toy.run", Use: scanner.UseCall})
		case 'm':
			if err := p.Section(ctx, scanner.Member{Name: "inner"}, at+2, n); err != nil {
				return err
			}
		case 'd':
			p.Data(at+2, n)
		case 'p':
			panic("toy")
		default:
			return nil // the rest is left over
		}
		p.Analysed(at, 2)
		if all[at] == 'x' {
			p.Analysed(at+2, n)
		}
		p.Program("record " + string(all[at:at+1]))
		at += 2 + n
	}
	return nil
}

func TestRun(t *testing.T)  { Run(t, []*scanner.Analyzer{toy}) }
func FuzzFuzz(f *testing.F) { Fuzz(f, []*scanner.Analyzer{toy}, toy) }
func report(t *testing.T, data string) *scanner.Report {
	return Scan(t, []*scanner.Analyzer{toy}, "toy.bin", []byte(data))
}

// What Run and Fuzz check must be able to fail.
func TestViolations(t *testing.T) {
	good := report(t, "TOYx\x02hid\x01.")
	if got := violations(good, "toy.bin", 10); len(got) > 0 {
		t.Errorf("a good report: %q", got)
	}
	for name, c := range map[string]struct {
		alter func(*scanner.Report)
		want  string
	}{
		"coverage":        {func(r *scanner.Report) { r.Files[0].Coverage.Data++ }, "coverage"},
		"negative":        {func(r *scanner.Report) { r.Files[0].Coverage.Data, r.Files[0].Coverage.Unaccounted = 2, -1 }, "coverage"},
		"no-gap":          {func(r *scanner.Report) { *r = *report(t, "TOYx\x05h"); r.Gaps = nil }, "no gap for 3 bytes"},
		"finding-outside": {func(r *scanner.Report) { r.Findings[0].Span.Length = 99 }, "finding toy-executes"},
		"gap-outside": {func(r *scanner.Report) {
			r.Gaps = append(r.Gaps, scanner.Gap{Path: "toy.bin", Span: scanner.Span{Offset: -1}})
		}, "gap at"},
		"panic": {func(r *scanner.Report) { *r = *report(t, "TOYp\x00") }, "panicked: toy"},
	} {
		r := report(t, "TOYx\x02hid\x01.")
		c.alter(r)
		if got := violations(r, "toy.bin", 10); !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, c.want) }) {
			t.Errorf("%s: %q, want something about %q", name, got, c.want)
		}
	}
}

func TestEvidenceWithin(t *testing.T) {
	r := report(t, "TOYx\x02hix\x05.")
	for _, c := range []struct {
		n    int64
		want string
	}{{10, "a finding of toy-executes"}, {7, "a finding of toy-executes"}, {6, ""}} {
		if got := evidenceWithin(r, c.n); got != c.want {
			t.Errorf("in %d bytes: %q, want %q", c.n, got, c.want)
		}
	}
	r.Findings = nil
	if got := evidenceWithin(r, 8); !strings.HasPrefix(got, "a gap: ") {
		t.Errorf("%q, want the gap", got)
	}
	r.Gaps[0].Reason = scanner.OverLimit
	if got := evidenceWithin(r, 10); got != "" {
		t.Errorf("a limit counts as evidence: %q", got)
	}
}

func TestUncovered(t *testing.T) {
	fires, silent := report(t, "TOYx\x00"), report(t, "TOYd\x01.")
	for name, c := range map[string]struct {
		corpus []*scanner.Report
		want   int
	}{
		"both":     {[]*scanner.Report{fires, silent}, 0},
		"fires":    {[]*scanner.Report{fires}, 1},
		"silent":   {[]*scanner.Report{silent}, 1},
		"not-read": {[]*scanner.Report{fires, report(t, "other")}, 1},
		"none":     {nil, 2},
	} {
		if got := uncovered(toy, c.corpus); len(got) != c.want {
			t.Errorf("%s: %q, want %d", name, got, c.want)
		}
	}
}

func TestReadFixture(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"no-comment":   {"-- input: a --\nhex 00\n", "comment"},
		"no-input":     {"A comment.\n-- want --\n", "no input"},
		"bad-section":  {"A comment.\n-- inputs: a --\n", "no such kind"},
		"bad-limit":    {"A comment.\n-- limits --\nheight 3\n", "no such limit"},
		"bad-recipe":   {"A comment.\n-- input: a --\n\nhex 0\n", "input: a: line 2"},
		"includes-own": {"A comment.\n-- input: a --\nfile b\n-- part: b --\nfile a\n", "includes itself"},
	} {
		path := t.TempDir() + "/f.txtar"
		write(t, path, c.text)
		if _, err := readFixture(path); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error about %q", name, err, c.want)
		}
	}
}

// An update writes what a check then accepts, and leaves the rest of the file.
func TestUpdate(t *testing.T) {
	path := t.TempDir() + "/f.txtar"
	write(t, path, "A comment.\n-- input: a --\ntext TOY # keep\n-- inspect --\n")
	f, err := readFixture(path)
	if err != nil {
		t.Fatal(err)
	}
	r := scan(t, f.inputs, scanner.Config{Analyzers: []*scanner.Analyzer{toy}})
	f.update(t, map[string]string{"want": Format(r), "inspect": formatInspection(r)})
	if f, err = readFixture(path); err != nil {
		t.Fatal(err)
	}
	want, _ := f.section("want")
	if inspect, _ := f.section("inspect"); want != "a: clean (toy) 3 bytes: 3 analysed, 0 data, 0 unaccounted\n" || inspect != "a: toy, 3 bytes\n" {
		t.Errorf("want %q, inspect %q", want, inspect)
	}
	if recipe, _ := f.section("input: a"); recipe != "text TOY # keep\n" {
		t.Errorf("the recipe is now %q", recipe)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
