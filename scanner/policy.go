package scanner

import (
	"path"
	"slices"
	"time"

	"github.com/bmatcuk/doublestar/v4"
)

// An Allow accepts one finding, or one callable, for a time.
//
// A finding entry names Rule, Path and Fingerprint, and SHA256 where the rule is
// critical. A name entry names Name and Use; it covers only the plain shape, and
// a known dangerous name only with EvenIfDangerous.
type Allow struct {
	Rule        string
	Path        string // a glob over paths from the repository root; names may stand literally
	Fingerprint string
	SHA256      string // hex, of the whole top-level file

	Name            string // "mypkg.Net"
	Use             Use    // UseConstruct
	EvenIfDangerous bool

	Reason string
	Owner  string
	Until  time.Time // the last day on which the entry holds
	Line   int       // of the entry in its file, for messages
}

// A Policy turns a report into verdicts. The zero value fails on nothing but gaps.
type Policy struct {
	FailOn          Severity // findings at or above fail; None: no finding fails
	AllowIncomplete bool     // gaps do not fail
	Pointers        Pointers // what a pointer in place of content means
	ReportOnly      bool     // exit 0 whatever the verdict
	Allow           []Allow
	Now             time.Time // decides which entries have expired
}

// Pointers says what a Git LFS or git-annex pointer means that stands in place of
// content.
type Pointers int

// What a pointer means.
const (
	PointersFail   Pointers = iota // it is a gap like any other
	PointersWarn                   // it is a gap that does not fail
	PointersIgnore                 // it is no gap, and the file is ignored
)

// Exit codes of the command, independent of the output format.
const (
	ExitClean      = 0
	ExitFindings   = 1 // something at or above the threshold
	ExitUsage      = 2 // usage, configuration or I/O error of the run itself
	ExitIncomplete = 3 // a gap, and nothing at or above the threshold
)

// A Judgement is what a policy says of a report.
type Judgement struct {
	Exit    int
	Expired []Allow // entries whose time is over
	Unused  []Allow // entries that are in force and accept nothing here
}

// Judge marks accepted findings, gives every file and the report a verdict, and
// returns the exit code. It changes only those fields of the report, and takes out
// the gaps for pointers where these are ignored.
func (p Policy) Judge(r *Report) Judgement {
	if p.Pointers == PointersIgnore {
		r.dropPointers()
	}
	j := p.accept(r)
	worst := p.verdicts(r)
	r.Verdict = VerdictClean
	for _, v := range []Verdict{VerdictFindings, VerdictIncomplete, VerdictPassed} {
		if worst[v] {
			r.Verdict = v
			break
		}
	}
	switch {
	case p.ReportOnly:
	case r.Verdict == VerdictFindings:
		j.Exit = ExitFindings
	case slices.ContainsFunc(r.Gaps, func(g Gap) bool { return p.FailsGap(&g) }):
		j.Exit = ExitIncomplete
	}
	return j
}

// Fails reports whether a finding is at or above the threshold and not accepted.
func (p Policy) Fails(f *Finding) bool {
	return f.Allowed == nil && p.FailOn != None && f.Rule.Severity >= p.FailOn
}

// FailsGap reports whether a gap fails where no finding does.
func (p Policy) FailsGap(g *Gap) bool {
	return !p.AllowIncomplete && (g.Reason != Pointer || p.Pointers == PointersFail)
}

// verdicts gives every file its verdict and returns which there are.
func (p Policy) verdicts(r *Report) map[Verdict]bool {
	failing, passing, gaps := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for i := range r.Findings {
		f := &r.Findings[i]
		switch {
		case p.Fails(f):
			failing[f.Path] = true
		case f.Allowed == nil:
			passing[f.Path] = true
		}
	}
	for i := range r.Gaps {
		gaps[r.Gaps[i].Path] = true
	}
	all := map[Verdict]bool{VerdictFindings: len(failing) > 0, VerdictIncomplete: len(gaps) > 0, VerdictPassed: len(passing) > 0}
	for i := range r.Files {
		f := &r.Files[i]
		switch {
		case failing[f.Path]:
			f.Verdict = VerdictFindings
		case gaps[f.Path]:
			f.Verdict = VerdictIncomplete
		case passing[f.Path]:
			f.Verdict = VerdictPassed
		case f.Verdict != VerdictIgnored:
			f.Verdict = VerdictClean
		}
	}
	return all
}

// accept marks the findings that an entry in force covers.
func (p Policy) accept(r *Report) Judgement {
	var j Judgement
	digests := map[string]string{}
	for i := range r.Files {
		digests[r.Files[i].Path] = r.Files[i].SHA256
	}
	for _, a := range p.Allow {
		if !p.Now.Before(a.Until.AddDate(0, 0, 1)) {
			j.Expired = append(j.Expired, a)
			continue
		}
		used := false
		for i := range r.Findings {
			if f := &r.Findings[i]; a.covers(f, digests[f.Path]) {
				used = true
				f.Allowed = &Allowed{Owner: a.Owner, Until: a.Until.Format(time.DateOnly)}
			}
		}
		if !used {
			j.Unused = append(j.Unused, a)
		}
	}
	return j
}

// covers reports whether the entry accepts a finding in a file with that digest.
func (a *Allow) covers(f *Finding, sha256 string) bool {
	if a.Name != "" {
		return f.Plain && f.Name == a.Name && f.Use == a.Use && (f.Rule.Severity < High || a.EvenIfDangerous)
	}
	if f.Rule.ID != a.Rule || f.Fingerprint != a.Fingerprint || !a.matchesPath(f.RepoPath) {
		return false
	}
	if a.SHA256 == "" {
		return f.Rule.Severity < Critical
	}
	return a.SHA256 == sha256
}

// matchesPath compares literally first: a file may be named "m[1].pkl".
func (a *Allow) matchesPath(p string) bool {
	if path.Clean(a.Path) == p {
		return true
	}
	ok, err := doublestar.Match(a.Path, p)
	return err == nil && ok
}

// NeedsDigest reports whether an entry can only be judged with the file's digest.
func (p Policy) NeedsDigest(repoPath string) bool {
	return slices.ContainsFunc(p.Allow, func(a Allow) bool { return a.SHA256 != "" && a.matchesPath(repoPath) })
}
