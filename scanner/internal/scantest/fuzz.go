package scantest

import (
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
)

// fuzzLimits are small, so that a hostile input meets them soon.
var fuzzLimits = scanner.Limits{Depth: 6, Members: 300, Expanded: 4 << 20, Held: 4 << 20, Steps: 2_000_000}

// allocated is how many bytes a scan under fuzzLimits may allocate in all, freed
// or not.
const allocated = 512 << 20

// Fuzz checks what every analyzer must keep, for inputs of one that reads them
// whatever they look like. The seeds are the inputs of the package's fixtures. The
// properties: no panic; spans and coverage fit the file; the same input gives the
// same report; memory stays bounded; cutting the end off an input never makes it
// clean while the evidence is still there.
func Fuzz(f *testing.F, analyzers []*scanner.Analyzer, analyzer *scanner.Analyzer) {
	f.Helper()
	for _, fixture := range fixtures(f) {
		for _, in := range fixture.inputs {
			if len(in.data) <= 1<<20 { // the fuzzer keeps all seeds in memory
				f.Add(in.data, uint32(len(in.data)/2))
			}
		}
	}
	cfg := scanner.Config{Analyzers: forced(analyzers, analyzer), Limits: fuzzLimits, Jobs: 1}
	f.Fuzz(func(t *testing.T, data []byte, cut uint32) {
		report := bounded(t, data, cfg)
		for _, broken := range violations(report, fuzzName, int64(len(data))) {
			t.Errorf("%s\n%s", broken, Format(report))
		}
		if again := bounded(t, data, cfg); !reflect.DeepEqual(report, again) {
			t.Errorf("the second report differs:\n%s\n%s", Format(report), Format(again))
		}
		n := int64(cut) % int64(len(data)+1)
		short := bounded(t, data[:n], cfg)
		if what := evidenceWithin(report, n); what != "" && short.Verdict == scanner.VerdictClean {
			t.Errorf("the first %d bytes are clean, but they hold %s", n, what)
		}
	})
}

// fuzzName is what the input is called; no analyzer goes by it.
const fuzzName = "input"

// forced makes an analyzer claim the file.
func forced(analyzers []*scanner.Analyzer, analyzer *scanner.Analyzer) []*scanner.Analyzer {
	var out []*scanner.Analyzer
	for _, a := range analyzers {
		if a == analyzer {
			own := *analyzer
			own.Match = func(h *scanner.Head) scanner.Claim {
				if h.Depth == 0 {
					return scanner.Sure
				}
				return analyzer.Match(h)
			}
			a = &own
		}
		out = append(out, a)
	}
	return out
}

// bounded scans and checks what the scan allocated.
func bounded(t *testing.T, data []byte, cfg scanner.Config) *scanner.Report {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	report := scan(t, []file{{name: fuzzName, data: data}}, cfg)
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > allocated {
		t.Errorf("%d bytes allocated for %d", n, len(data))
	}
	return report
}

// violations lists what is wrong with a report on a file of that many bytes
// whatever is in it.
func violations(r *scanner.Report, name string, size int64) []string {
	var out []string
	bad := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	for _, f := range r.Files {
		c := f.Coverage
		if f.Path == name && (c.Analysed+c.Data+c.Unaccounted != size || min(c.Analysed, c.Data, c.Unaccounted) < 0) {
			bad("%s: coverage %+v of %d bytes", name, c, size)
		}
		gap := func(g scanner.Gap) bool { return g.Path == name }
		if f.Path == name && f.Verdict != scanner.VerdictIgnored && c.Unaccounted > 0 && !slices.ContainsFunc(r.Gaps, gap) {
			bad("%s: no gap for %d bytes unaccounted for", name, c.Unaccounted)
		}
	}
	inside := func(s scanner.Span) bool {
		return s.Offset >= 0 && s.Length >= 0 && s.Offset <= size && s.Length <= size-s.Offset
	}
	for _, f := range r.Findings {
		if f.Path == name && f.Member == "" && !inside(f.Span) {
			bad("%s: finding %s at %+v of %d bytes", name, f.Rule.ID, f.Span, size)
		}
	}
	for _, g := range r.Gaps {
		if g.Reason == scanner.Internal {
			bad("%s: %s: %s", name, g.Member, g.Message)
		}
		if g.Path == name && g.Member == "" && !inside(g.Span) {
			bad("%s: gap at %+v of %d bytes: %s", name, g.Span, size, g.Message)
		}
	}
	return out
}

// evidenceWithin names a finding or gap of the file itself that lies in its first n
// bytes. A limit that ran out is none: less input may not reach it.
func evidenceWithin(r *scanner.Report, n int64) string {
	within := func(member string, s scanner.Span) bool {
		return member == "" && s.Offset+max(s.Length, 1) <= n
	}
	for _, f := range r.Findings {
		if within(f.Member, f.Span) {
			return "a finding of " + f.Rule.ID
		}
	}
	for _, g := range r.Gaps {
		if g.Reason != scanner.OverLimit && within(g.Member, g.Span) {
			return "a gap: " + g.Message
		}
	}
	return ""
}
