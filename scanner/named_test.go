package scanner_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

// A note names files, one a word. "LOADED" ones are loaded, "CODE" ones where a file that
// is loaded names them: then they are reported, and what they name counts, too. One with
// "broken" in it is none after all.
var note = fake("note", func(h *scanner.Head) scanner.Claim {
	if text := string(h.Prefix); strings.HasPrefix(text, "LOADED") || strings.HasPrefix(text, "CODE") {
		return scanner.Maybe
	}
	return scanner.No
}, func(_ context.Context, p *scanner.Pass) error {
	words := strings.Fields(content(p))
	names := func() {
		for _, word := range words[1:] {
			p.Names(word)
		}
	}
	p.Analysed(0, p.Size)
	if words[0] == "LOADED" {
		names()
	} else {
		p.WhenNamed(func() {
			names()
			p.Report(ruleHigh, scanner.Span{}, scanner.Detail{Message: "is run.", Evidence: words[:1]})
			p.Gap(scanner.Malformed, scanner.Span{}, "is not understood")
		})
	}
	if strings.Contains(content(p), "broken") {
		return scanner.Errorf(scanner.Malformed, 0, "no note")
	}
	return nil
})

// What waits counts where a file that is loaded names it, by way of others or itself, and
// what was taken back does not count.
func TestNames(t *testing.T) {
	analyzers := []*scanner.Analyzer{note, box}
	for _, c := range []struct {
		name string
		in   []string // path and content in turn
		want string   // the paths that are reported, in order
	}{
		{"nothing", []string{"a", "CODE"}, ""},
		{"beside", []string{"m/a", "LOADED b.py ../c.py", "m/b.py", "CODE", "b.py", "CODE", "c.py", "CODE"}, "c.py m/b.py"},
		{"by-way-of", []string{"a", "CODE b d", "b", "CODE a c/x", "c/x", "CODE ../b", "d", "CODE", "e", "LOADED b", "f", "CODE d"}, "a b c/x d"},
		{"of-unloaded", []string{"a", "CODE b", "b", "CODE"}, ""},
		{"taken-back", []string{"a", "LOADED b broken", "b", "CODE", "c", "LOADED d", "d", "CODE broken"}, ""},
		{"members", []string{"z", "BOX<8LOADED m", "y", "BOX<8LOADED m<4CODE", "x", "BOX<4CODE"}, "y"},
	} {
		var targets []scanner.Target
		for i := 0; i < len(c.in); i += 2 {
			targets = append(targets, memory(c.in[i], []byte(c.in[i+1])))
		}
		for _, jobs := range []int{1, 8} {
			r := scan(t, scanner.Config{Analyzers: analyzers, Jobs: jobs}, targets...)
			var got []string
			fingerprints := map[string]bool{}
			for _, f := range r.Findings {
				got = append(got, f.Path)
				fingerprints[f.Fingerprint] = true
			}
			if strings.Join(got, " ") != c.want || len(r.Gaps) != len(got) || len(fingerprints) != len(got) {
				t.Errorf("%s: %q, want %q\n%s", c.name, got, c.want, scantest.Format(r))
			}
		}
	}
}

// Relations are bounded, and running out of them is a gap.
func TestNamesAreBounded(t *testing.T) {
	many := fake("many", starts("X", scanner.Sure), func(_ context.Context, p *scanner.Pass) error {
		for i := range 20_000 {
			p.Names(fmt.Sprint(i))
			p.WhenNamed(func() {})
		}
		p.Analysed(0, p.Size)
		return nil
	})
	r := scan(t, scanner.Config{Analyzers: []*scanner.Analyzer{many}}, memory("x", []byte("X")))
	if len(r.Gaps) != 1 || r.Gaps[0].Reason != scanner.OverLimit {
		t.Errorf("want one gap, got\n%s", scantest.Format(r))
	}
}
