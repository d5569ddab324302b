package scanner_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

// The report is the same whatever the order of the targets and the number of jobs.
func TestReportIsTheSameAtAnyJobs(t *testing.T) {
	var targets []scanner.Target
	for i := range 60 {
		text := fmt.Sprintf("BOX<4BOMB<%d%s<9BOX<4BOMBjunk%d", i%9, strings.Repeat("x", i%9), i)
		targets = append(targets, memory(fmt.Sprintf("%02d.pt", i), []byte(text)))
	}
	var want []byte
	for _, jobs := range []int{1, 8, 3, 0} {
		slices.Reverse(targets)
		got, err := json.Marshal(scan(t, scanner.Config{Analyzers: []*scanner.Analyzer{box, bomb}, Jobs: jobs, Inspect: true}, targets...))
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = got
		}
		if string(got) != string(want) {
			t.Errorf("the report at %d jobs differs from that at 1", jobs)
		}
	}
}

func TestReportIsSorted(t *testing.T) {
	many := fake("many", starts("M", scanner.Sure), func(ctx context.Context, p *scanner.Pass) error {
		p.Analysed(0, p.Size)
		at := func(off int64) scanner.Span { return scanner.Span{Offset: off} }
		p.Gap(scanner.Unsupported, at(2), "b")
		p.Gap(scanner.Encrypted, at(2), "b")
		p.Gap(scanner.Encrypted, at(2), "a")
		p.Gap(scanner.Unsupported, at(1), "z")
		for _, text := range []string{"b", "a"} {
			p.Report(ruleLow, at(2), scanner.Detail{Message: text, Evidence: []string{text}})
			p.Report(ruleHigh, at(2), scanner.Detail{Message: text, Evidence: []string{text}})
		}
		p.Report(ruleLow, at(1), scanner.Detail{Message: "z"})
		return p.Section(ctx, scanner.Member{Name: "m"}, 1, p.Size-1)
	})
	r := scan(t, scanner.Config{Analyzers: []*scanner.Analyzer{many}}, memory("b", []byte("MM")), memory("a", []byte("M")))
	want := `
a: findings (many) 1 bytes: 1 analysed, 0 data, 0 unaccounted
  @1 low fake-low: z
  @2 high fake-high: a
    | a
  @2 high fake-high: b
    | b
  @2 low fake-low: a
    | a
  @2 low fake-low: b
    | b
  @1 gap unsupported: z
  @2 gap encrypted: a
  @2 gap encrypted: b
  @2 gap unsupported: b
b: findings`
	if got := scantest.Format(r); !strings.HasPrefix(got, want[1:]) {
		t.Errorf("got:\n%swant:%s", got, want)
	}
	if r.Findings[len(r.Findings)-1].Member != "m" {
		t.Error("what lies in a member does not follow what lies in its file")
	}
}

// reporting returns an analyzer that reports each detail under each rule.
func reporting(rules []*scanner.Rule, details ...scanner.Detail) *scanner.Analyzer {
	return fake("reporting", func(*scanner.Head) scanner.Claim { return scanner.Sure }, func(_ context.Context, p *scanner.Pass) error {
		for _, r := range rules {
			for i, d := range details {
				p.Report(r, scanner.Span{Offset: int64(i)}, d)
			}
		}
		p.Analysed(0, p.Size)
		return nil
	})
}

// A fingerprint stands for rule, path and whole evidence; for severe rules for the
// number of times as well. It does not stand for the place in the file.
func TestFingerprint(t *testing.T) {
	call := scanner.Detail{Message: "calls.", Evidence: []string{"os.system('id')"}}
	only := func(path, data string, rule *scanner.Rule, details ...scanner.Detail) scanner.Finding {
		r := scan(t, scanner.Config{Analyzers: []*scanner.Analyzer{reporting([]*scanner.Rule{rule}, details...)}}, memory(path, []byte(data)))
		if len(r.Findings) != 1 {
			t.Fatalf("%d findings, want 1", len(r.Findings))
		}
		return r.Findings[0]
	}
	base := only("a.pt", "x", ruleHigh, call)
	long := call
	long.Identity = []string{"os.system('id')", "and more"}
	reworded := call
	reworded.Message = "would call."
	split := call
	split.Evidence = []string{"os.system", "('id')"}
	for _, c := range []struct {
		name string
		f    scanner.Finding
		same bool
	}{
		{"again", only("a.pt", "x", ruleHigh, call), true},
		{"other-content", only("a.pt", "longer", ruleHigh, call), true},
		{"other-words", only("a.pt", "x", ruleHigh, reworded), true},
		{"other-path", only("b.pt", "x", ruleHigh, call), false},
		{"other-rule", only("a.pt", "x", ruleCritical, call), false},
		{"longer-evidence", only("a.pt", "x", ruleHigh, long), false},
		{"split-evidence", only("a.pt", "x", ruleHigh, split), false},
		{"twice", only("a.pt", "x", ruleHigh, call, call), false},
	} {
		if same := c.f.Fingerprint == base.Fingerprint; same != c.same {
			t.Errorf("%s: fingerprints %s and %s, want the same: %v", c.name, c.f.Fingerprint, base.Fingerprint, c.same)
		}
	}
	once, thrice := only("a.pt", "x", ruleMedium, call), only("a.pt", "x", ruleMedium, call, call, call)
	if once.Fingerprint != thrice.Fingerprint || thrice.Count != 3 || thrice.Message != "calls. (3 times)" || thrice.Span.Offset != 0 {
		t.Errorf("a medium finding, once and three times: %+v, %+v", once, thrice)
	}
	const pinned = "6ae2199fe270e459d17f2e3258e4fa33" // changes only with a note in the change log
	if base.Fingerprint != pinned {
		t.Errorf("the fingerprint is %s, was %s in earlier versions: allow entries no longer match", base.Fingerprint, pinned)
	}
}

// Texts from inside a file are cleaned and cut, whatever the analyzer forgot.
func TestHostileTexts(t *testing.T) {
	evil := "\x1b[31m\n::error::\u202e" + strings.Repeat("A", 5000)
	d := scanner.Detail{Message: evil, Evidence: []string{evil}, Name: evil, Fix: evil, Use: scanner.UseCall}
	hostile := fake("hostile", starts("X", scanner.Sure), func(ctx context.Context, p *scanner.Pass) error {
		p.Report(ruleHigh, scanner.Span{}, d)
		p.Gap(scanner.Unsupported, scanner.Span{}, "%s", evil)
		p.Import(scanner.Import{Module: evil, Name: evil, Resolved: evil})
		p.Program(evil)
		return p.Section(ctx, scanner.Member{Name: evil}, 1, p.Size-1)
	})
	r := scan(t, scanner.Config{Analyzers: []*scanner.Analyzer{hostile, bomb}, Inspect: true}, memory("x", []byte("XBOMB")))
	text := scantest.Format(r) + fmt.Sprint(r.Artifacts)
	if strings.ContainsAny(strings.ReplaceAll(text, "\n", ""), "\x1b\u202e") {
		t.Error("a control character is left")
	}
	for _, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "::error") {
			t.Errorf("a line starts inside the file: %.80q", line)
		}
	}
	for _, f := range r.Findings {
		if len(f.Message) > 1900 || len(f.Fix) > 900 || len(f.Name) > 500 || len(f.Evidence[0]) > 300 || len(f.Member) > 1100 {
			t.Errorf("a text is not cut: %+v", f)
		}
	}
}

func TestCaps(t *testing.T) {
	flood := fake("flood", starts("X", scanner.Sure), func(_ context.Context, p *scanner.Pass) error {
		for i := range 10_010 {
			p.Report(ruleLow, scanner.Span{}, scanner.Detail{Evidence: []string{fmt.Sprint(i)}})
			p.Gap(scanner.Malformed, scanner.Span{}, "gap %d", i)
		}
		for range 1<<16 + 10 {
			p.Program("line")
			p.Import(scanner.Import{Name: "name"})
		}
		return nil
	})
	r := scan(t, scanner.Config{Analyzers: []*scanner.Analyzer{flood}, Inspect: true}, memory("x", []byte("X")))
	if len(r.Findings) != 10_000 || len(r.Gaps) != 10_000 {
		t.Errorf("%d findings and %d gaps", len(r.Findings), len(r.Gaps))
	}
	if !slices.ContainsFunc(r.Gaps, func(g scanner.Gap) bool { return strings.Contains(g.Message, "more than 10000 gaps") }) {
		t.Error("no gap says that there are more of them")
	}
	if a := r.Artifacts[0]; len(a.Imports) != 1<<16 || len(a.Program) != 1<<16 {
		t.Errorf("%d imports and %d lines are kept", len(a.Imports), len(a.Program))
	}
	findings := fake("findings", starts("X", scanner.Sure), func(_ context.Context, p *scanner.Pass) error {
		for i := range 10_010 {
			p.Report(ruleLow, scanner.Span{}, scanner.Detail{Evidence: []string{fmt.Sprint(i)}})
		}
		p.Report(ruleCritical, scanner.Span{}, scanner.Detail{Evidence: []string{"the last"}})
		p.Analysed(0, 1)
		return nil
	})
	r = scan(t, scanner.Config{Analyzers: []*scanner.Analyzer{findings}}, memory("x", []byte("X")))
	if len(r.Gaps) != 1 || r.Gaps[0].Reason != scanner.OverLimit || !strings.Contains(r.Gaps[0].Message, "more than 10000 findings") {
		t.Errorf("gaps %v, want one that says that there are more findings", r.Gaps)
	}
	if !slices.ContainsFunc(r.Findings, func(f scanner.Finding) bool { return f.Rule == ruleCritical }) {
		t.Error("many mild findings hide a critical one")
	}
}

func TestInspect(t *testing.T) {
	telling := fake("telling", starts("X", scanner.Sure), func(ctx context.Context, p *scanner.Pass) error {
		if p.Inspecting() {
			p.Import(scanner.Import{Module: "os", Name: "system", Resolved: "os.system", Use: scanner.UseCall, Verdict: "dangerous", Offset: 3})
			p.Program("os.system('id')")
		}
		p.Analysed(0, 1)
		return p.Section(ctx, scanner.Member{Name: "rest"}, 1, p.Size-1)
	})
	gone := fake("gone", starts("X", scanner.Maybe), func(_ context.Context, p *scanner.Pass) error {
		p.Program("nonsense")
		return scanner.Errorf(scanner.Malformed, 0, "no sense")
	})
	cfg := scanner.Config{Analyzers: []*scanner.Analyzer{telling, gone}, Inspect: true}
	r := scan(t, cfg, memory("x", []byte("X..")))
	got, err := json.Marshal(r.Artifacts)
	want := `[{"path":"x","member":"","format":"telling","size":3,"imports":[{"module":"os","name":"system","resolved":"os.system","use":"call",` +
		`"verdict":"dangerous","offset":3}],"program":["os.system('id')"]},{"path":"x","member":"rest","format":"data","size":2,"imports":[],"program":[]}]`
	if err != nil || string(got) != want {
		t.Errorf("got  %s, %v\nwant %s", got, err, want)
	}
	cfg.Inspect = false
	if r = scan(t, cfg, memory("x", []byte("X.."))); len(r.Artifacts) != 0 {
		t.Errorf("artifacts without inspection: %v", r.Artifacts)
	}
}

func TestDigest(t *testing.T) {
	data := []byte(strings.Repeat("BOX", 1_000_000))
	sum := sha256.Sum256(data)
	cfg := scanner.Config{Analyzers: []*scanner.Analyzer{box}, Digest: func(path string) bool { return path == "a" }}
	r := scan(t, cfg, memory("a", data), memory("b", data))
	if r.Files[0].SHA256 != hex.EncodeToString(sum[:]) || r.Files[1].SHA256 != "" {
		t.Errorf("digests %q and %q, want that of a only", r.Files[0].SHA256, r.Files[1].SHA256)
	}
}

// Bytes that a format explains as data are not read.
func TestCostFollowsTheCode(t *testing.T) {
	tensors := fake("tensors", starts("T", scanner.Sure), func(_ context.Context, p *scanner.Pass) error {
		p.Analysed(0, 10)
		p.Data(10, p.Size-10)
		return nil
	})
	r := scan(t, scanner.Config{Analyzers: []*scanner.Analyzer{tensors}}, memory("t", append([]byte("T"), make([]byte, 1<<20)...)))
	if r.Files[0].Read > 12<<10 || r.Files[0].Verdict != scanner.VerdictClean {
		t.Errorf("%d bytes were read: %+v", r.Files[0].Read, r.Files[0])
	}
}

func TestProgress(t *testing.T) {
	var mu sync.Mutex
	var seen []int
	cfg := scanner.Config{Analyzers: []*scanner.Analyzer{box}, Jobs: 4, Progress: func(done, total int) {
		mu.Lock()
		defer mu.Unlock()
		if total != 5 {
			t.Errorf("%d files in all, want 5", total)
		}
		seen = append(seen, done)
	}}
	one := memory("a", nil)
	scan(t, cfg, one, one, one, one, one)
	slices.Sort(seen)
	if !slices.Equal(seen, []int{1, 2, 3, 4, 5}) {
		t.Errorf("told %v", seen)
	}
}

func TestNoTargets(t *testing.T) {
	r := scan(t, scanner.Config{Analyzers: []*scanner.Analyzer{box}})
	if len(r.Files) != 0 || r.Verdict != scanner.VerdictClean || len(r.Rules) != 6 {
		t.Errorf("%+v", r)
	}
}

func TestValidate(t *testing.T) {
	valid := func() *scanner.Analyzer { a := *box; r := *ruleLow; a.Rules = []*scanner.Rule{&r}; return &a }
	for name, c := range map[string]struct {
		alter func(*scanner.Analyzer)
		want  string
	}{
		"valid":       {func(*scanner.Analyzer) {}, ""},
		"name":        {func(a *scanner.Analyzer) { a.Name = "" }, "required"},
		"doc":         {func(a *scanner.Analyzer) { a.Doc = "" }, "required"},
		"match":       {func(a *scanner.Analyzer) { a.Match = nil }, "required"},
		"run":         {func(a *scanner.Analyzer) { a.Run = nil }, "required"},
		"twice":       {func(a *scanner.Analyzer) { a.Name = "bomb" }, "listed twice"},
		"rule-twice":  {func(a *scanner.Analyzer) { a.Rules[0].ID = "fake-high" }, "declared twice"},
		"rule-id":     {func(a *scanner.Analyzer) { a.Rules[0].ID = "Fake_low" }, "not lower-case words"},
		"rule-title":  {func(a *scanner.Analyzer) { a.Rules[0].Title = "" }, "required"},
		"rule-why":    {func(a *scanner.Analyzer) { a.Rules[0].Why = "" }, "required"},
		"rule-fix":    {func(a *scanner.Analyzer) { a.Rules[0].Fix = "" }, "required"},
		"rule-cwe":    {func(a *scanner.Analyzer) { a.Rules[0].CWE = 0 }, "CWE"},
		"no-severity": {func(a *scanner.Analyzer) { a.Rules[0].Severity = scanner.None }, "no severity"},
	} {
		a := valid()
		a.Rules[0].ID = "box-rule"
		c.alter(a)
		_, err := scanner.Scan(t.Context(), nil, scanner.Config{Analyzers: []*scanner.Analyzer{bomb, a}})
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestRules(t *testing.T) {
	var ids []string
	for _, r := range scanner.Rules([]*scanner.Analyzer{box, bomb}) {
		ids = append(ids, r.ID)
	}
	want := []string{"fake-critical", "fake-high", "fake-low", "fake-medium", "lfs-pointer", "unscannable"}
	if !slices.Equal(ids, want) {
		t.Errorf("got %q, want %q", ids, want)
	}
	for _, reason := range scanner.Reasons {
		g := scanner.Gap{Reason: reason}
		if isPointer := g.Rule() == scanner.RulePointer; isPointer != (reason == scanner.Pointer) {
			t.Errorf("a %s gap is shown under %s", reason, g.Rule().ID)
		}
	}
}

func TestSeverities(t *testing.T) {
	for _, s := range []scanner.Severity{scanner.None, scanner.Low, scanner.Medium, scanner.High, scanner.Critical} {
		if got, err := scanner.ParseSeverity(s.String()); err != nil || got != s {
			t.Errorf("%s is read as %s, %v", s, got, err)
		}
	}
	if _, err := scanner.ParseSeverity("High"); err == nil {
		t.Error("severities are read whatever the case")
	}
	if got := scanner.Severity(9).String(); got != "Severity(9)" {
		t.Errorf("an unknown severity is shown as %q", got)
	}
}
