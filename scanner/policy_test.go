package scanner_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/modelsieve/modelsieve/scanner"
)

// judged makes a report with one file for each list of findings, and judges it. The
// words of a list are the rules' severities, "gap" and "ignored".
func judged(p scanner.Policy, files ...[]string) (*scanner.Report, scanner.Judgement) {
	rules := map[string]*scanner.Rule{"low": ruleLow, "medium": ruleMedium, "high": ruleHigh, "critical": ruleCritical}
	r := &scanner.Report{}
	for i, words := range files {
		f := scanner.File{Path: fmt.Sprintf("%d.pt", i), RepoPath: fmt.Sprintf("models/%d.pt", i), SHA256: fmt.Sprintf("digest%d", i)}
		for _, w := range words {
			switch w {
			case "gap":
				r.Gaps = append(r.Gaps, scanner.Gap{Path: f.Path, RepoPath: f.RepoPath})
			case "ignored":
				f.Verdict = scanner.VerdictIgnored
			default:
				r.Findings = append(r.Findings, scanner.Finding{Rule: rules[w], Path: f.Path, RepoPath: f.RepoPath, Fingerprint: "print-" + w})
			}
		}
		r.Files = append(r.Files, f)
	}
	return r, p.Judge(r)
}

func TestJudge(t *testing.T) {
	const critical, high, medium, low, never = scanner.Critical, scanner.High, scanner.Medium, scanner.Low, scanner.None
	for _, c := range []struct {
		name    string
		policy  scanner.Policy
		files   [][]string
		exit    int
		verdict scanner.Verdict
		each    string
	}{
		{"nothing", scanner.Policy{FailOn: high}, nil, 0, "clean", "[]"},
		{"clean", scanner.Policy{FailOn: high}, [][]string{{}}, 0, "clean", "[clean]"},
		{"ignored", scanner.Policy{FailOn: high}, [][]string{{"ignored"}}, 0, "clean", "[ignored]"},
		{"at-threshold", scanner.Policy{FailOn: high}, [][]string{{"high"}}, 1, "findings", "[findings]"},
		{"above-threshold", scanner.Policy{FailOn: high}, [][]string{{"critical"}}, 1, "findings", "[findings]"},
		{"below-threshold", scanner.Policy{FailOn: high}, [][]string{{"medium"}, {}}, 0, "passed", "[passed clean]"},
		{"only-critical", scanner.Policy{FailOn: critical}, [][]string{{"high"}}, 0, "passed", "[passed]"},
		{"strict", scanner.Policy{FailOn: medium}, [][]string{{"medium"}}, 1, "findings", "[findings]"},
		{"low", scanner.Policy{FailOn: low}, [][]string{{"low"}}, 1, "findings", "[findings]"},
		{"never", scanner.Policy{FailOn: never}, [][]string{{"critical"}}, 0, "passed", "[passed]"},
		{"gap", scanner.Policy{FailOn: high}, [][]string{{"gap"}, {}}, 3, "incomplete", "[incomplete clean]"},
		{"gap-never", scanner.Policy{FailOn: never}, [][]string{{"gap", "critical"}}, 3, "incomplete", "[incomplete]"},
		{"gap-allowed", scanner.Policy{FailOn: high, AllowIncomplete: true}, [][]string{{"gap"}}, 0, "incomplete", "[incomplete]"},
		{"gap-and-passed", scanner.Policy{FailOn: high}, [][]string{{"gap", "low"}, {"low"}}, 3, "incomplete", "[incomplete passed]"},
		{"findings-before-gap", scanner.Policy{FailOn: high}, [][]string{{"gap"}, {"high", "gap"}}, 1, "findings", "[incomplete findings]"},
		{"allow-incomplete-keeps-findings", scanner.Policy{FailOn: high, AllowIncomplete: true}, [][]string{{"gap"}, {"high"}}, 1, "findings", "[incomplete findings]"},
		{"report-only", scanner.Policy{FailOn: high, ReportOnly: true}, [][]string{{"high", "gap"}}, 0, "findings", "[findings]"},
		{"report-only-gap", scanner.Policy{FailOn: high, ReportOnly: true}, [][]string{{"gap"}}, 0, "incomplete", "[incomplete]"},
		{"zero-policy", scanner.Policy{}, [][]string{{"critical"}}, 0, "passed", "[passed]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, j := judged(c.policy, c.files...)
			var each []scanner.Verdict
			for _, f := range r.Files {
				each = append(each, f.Verdict)
			}
			if j.Exit != c.exit || r.Verdict != c.verdict || fmt.Sprint(each) != c.each {
				t.Errorf("exit %d, %s, %v; want %d, %s, %s", j.Exit, r.Verdict, each, c.exit, c.verdict, c.each)
			}
		})
	}
}

var today = time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

func TestAllowFinding(t *testing.T) {
	entry := func(change func(*scanner.Allow)) scanner.Allow {
		a := scanner.Allow{Rule: "fake-high", Path: "models/0.pt", Fingerprint: "print-high", Owner: "ml", Until: day(2026, 4, 1)}
		change(&a)
		return a
	}
	critical := func(a *scanner.Allow) { a.Rule, a.Fingerprint = "fake-critical", "print-critical" }
	for _, c := range []struct {
		name    string
		finding string
		entry   scanner.Allow
		used    bool
	}{
		{"exact", "high", entry(func(*scanner.Allow) {}), true},
		{"glob", "high", entry(func(a *scanner.Allow) { a.Path = "**/*.pt" }), true},
		{"unclean-path", "high", entry(func(a *scanner.Allow) { a.Path = "./models/0.pt" }), true},
		{"other-path", "high", entry(func(a *scanner.Allow) { a.Path = "0.pt" }), false},
		{"bad-glob", "high", entry(func(a *scanner.Allow) { a.Path = "models/[" }), false},
		{"other-rule", "high", entry(func(a *scanner.Allow) { a.Rule = "fake-medium" }), false},
		{"other-fingerprint", "high", entry(func(a *scanner.Allow) { a.Fingerprint = "print" }), false},
		{"digest", "high", entry(func(a *scanner.Allow) { a.SHA256 = "digest0" }), true},
		{"other-digest", "high", entry(func(a *scanner.Allow) { a.SHA256 = "digest1" }), false},
		{"critical-without-digest", "critical", entry(critical), false},
		{"critical-with-digest", "critical", entry(func(a *scanner.Allow) { critical(a); a.SHA256 = "digest0" }), true},
		{"critical-with-other-digest", "critical", entry(func(a *scanner.Allow) { critical(a); a.SHA256 = "digest1" }), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, j := judged(scanner.Policy{FailOn: scanner.High, Now: today, Allow: []scanner.Allow{c.entry}}, []string{c.finding})
			if used := len(j.Unused) == 0; used != c.used || len(j.Expired) != 0 {
				t.Errorf("unused %v, expired %v; want it used: %v", j.Unused, j.Expired, c.used)
			}
			want := scanner.VerdictFindings
			if c.used {
				want = scanner.VerdictClean
			}
			if r.Verdict != want || (r.Findings[0].Allowed != nil) != c.used {
				t.Errorf("%s, %+v; want %s", r.Verdict, r.Findings[0].Allowed, want)
			}
			if c.used && *r.Findings[0].Allowed != (scanner.Allowed{Owner: "ml", Until: "2026-04-01"}) {
				t.Errorf("accepted by %+v", r.Findings[0].Allowed)
			}
		})
	}
}

// An entry accepts one finding, and no gap.
func TestAllowIsNarrow(t *testing.T) {
	a := scanner.Allow{Rule: "fake-high", Path: "models/*", Fingerprint: "print-high", Until: day(2026, 4, 1)}
	r, j := judged(scanner.Policy{FailOn: scanner.High, Now: today, Allow: []scanner.Allow{a}}, []string{"high", "critical"}, []string{"high", "gap"})
	if j.Exit != scanner.ExitFindings || r.Files[0].Verdict != scanner.VerdictFindings || r.Files[1].Verdict != scanner.VerdictIncomplete {
		t.Errorf("exit %d, files %+v", j.Exit, r.Files)
	}
}

func TestAllowExpires(t *testing.T) {
	for _, c := range []struct {
		name    string
		now     time.Time
		expired bool
	}{
		{"long-before", day(2026, 1, 1), false},
		{"last-day", day(2026, 3, 31), false},
		{"end-of-last-day", day(2026, 4, 1).Add(-time.Nanosecond), false},
		{"day-after", day(2026, 4, 1), true},
		{"long-after", day(2027, 1, 1), true},
	} {
		a := scanner.Allow{Rule: "fake-high", Path: "models/0.pt", Fingerprint: "print-high", Until: day(2026, 3, 31)}
		r, j := judged(scanner.Policy{FailOn: scanner.High, Now: c.now, Allow: []scanner.Allow{a}}, []string{"high"})
		if expired := len(j.Expired) == 1; expired != c.expired || len(j.Unused) != 0 || (r.Verdict == scanner.VerdictFindings) != c.expired {
			t.Errorf("%s: expired %v, unused %v, %s", c.name, j.Expired, j.Unused, r.Verdict)
		}
	}
}

func TestAllowName(t *testing.T) {
	name := scanner.Allow{Name: "pkg.Net", Use: scanner.UseConstruct, Owner: "ml", Until: day(2026, 4, 1)}
	dangerous := name
	dangerous.EvenIfDangerous = true
	construct := scanner.Finding{Rule: ruleMedium, Name: "pkg.Net", Use: scanner.UseConstruct, Plain: true}
	for _, c := range []struct {
		name   string
		entry  scanner.Allow
		change func(*scanner.Finding)
		used   bool
	}{
		{"plain", name, func(*scanner.Finding) {}, true},
		{"not-plain", name, func(f *scanner.Finding) { f.Plain = false }, false},
		{"called", name, func(f *scanner.Finding) { f.Use = scanner.UseCall }, false},
		{"other-name", name, func(f *scanner.Finding) { f.Name = "pkg.Net2" }, false},
		{"high", name, func(f *scanner.Finding) { f.Rule = ruleHigh }, false},
		{"high-even-if-dangerous", dangerous, func(f *scanner.Finding) { f.Rule = ruleHigh }, true},
		{"never-not-plain", dangerous, func(f *scanner.Finding) { f.Plain = false }, false},
	} {
		f := construct
		c.change(&f)
		r := &scanner.Report{Findings: []scanner.Finding{f}}
		j := scanner.Policy{Now: today, Allow: []scanner.Allow{c.entry}}.Judge(r)
		if used := r.Findings[0].Allowed != nil; used != c.used || used != (len(j.Unused) == 0) {
			t.Errorf("%s: used %v, unused %v, want used: %v", c.name, used, j.Unused, c.used)
		}
	}
}

func TestNeedsDigest(t *testing.T) {
	p := scanner.Policy{Allow: []scanner.Allow{{Path: "a/*.pt", SHA256: "d"}, {Path: "m[1].pt", SHA256: "d"}, {Path: "b.pt"}}}
	for path, want := range map[string]bool{"a/x.pt": true, "m[1].pt": true, "m1.pt": true, "b.pt": false, "c.pt": false} {
		if got := p.NeedsDigest(path); got != want {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
}
