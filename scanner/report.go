package scanner

import (
	"cmp"
	"slices"
)

// A Verdict is what a policy says of a file or of a whole report.
type Verdict string

// The verdicts. They are ordered: a report has the first that one of its files has.
const (
	VerdictFindings   Verdict = "findings"   // something at or above the threshold
	VerdictIncomplete Verdict = "incomplete" // a gap
	VerdictPassed     Verdict = "passed"     // something below the threshold
	VerdictClean      Verdict = "clean"      // nothing
	VerdictIgnored    Verdict = "ignored"    // not a model: no analyzer claims it
)

// A File is one top-level file of a report.
type File struct {
	Path     string // relative to the working directory, forward slashes, escaped by CleanPath
	RepoPath string // relative to the repository root, not escaped
	Size     int64  // bytes
	Formats  []string
	Coverage Coverage
	SHA256   string  // hex; empty where it was not computed
	Verdict  Verdict // set by Policy.Judge; VerdictIgnored is set by the engine
	Read     int64   // bytes read from the file system
}

// An Import is a global that a stream reaches.
type Import struct {
	Module   string `json:"module"`   // as the stream spells it
	Name     string `json:"name"`     // as the stream spells it
	Resolved string `json:"resolved"` // as the loader would resolve it: "os.system"
	Use      Use    `json:"use"`
	Verdict  string `json:"verdict"` // inert, unlisted, unknown, dangerous or unresolved
	Offset   int64  `json:"offset"`  // bytes, of the opcode that reaches it
}

// clean makes an import safe to show.
func (i Import) clean() Import {
	i.Module, i.Name, i.Resolved = Clean(i.Module, 200), Clean(i.Name, 200), Clean(i.Resolved, 400)
	return i
}

// maxInfo is how many imports and how many lines of pseudo-code are kept an artifact.
const maxInfo = 1 << 16

// An ArtifactInfo is what inspection shows of one artifact under one analyzer.
type ArtifactInfo struct {
	Path    string   `json:"path"`
	Member  string   `json:"member"`
	Format  string   `json:"format"` // the analyzer; "data" where none claims the artifact
	Size    int64    `json:"size"`   // bytes
	Imports []Import `json:"imports"`
	Program []string `json:"program"`
	Loads   []Load   `json:"loads,omitempty"`
}

// A Load says whether a loader that takes only some content accepts an artifact. It is
// an answer about that loader, not a verdict.
type Load struct {
	Loader   string   `json:"loader"`   // "torch.load(weights_only=True)"
	Versions string   `json:"versions"` // of the loader, for a reader
	Accepted bool     `json:"accepted"`
	Stops    []string `json:"stops"` // what the loader refuses, in the order of the file; not nil
}

// clean makes an answer safe to show.
func (l Load) clean() Load {
	stops := make([]string, len(l.Stops))
	for i, s := range l.Stops {
		stops[i] = Clean(s, 400)
	}
	l.Stops = stops
	return l
}

// A Report is the result of a scan: sorted, and the same for the same input at
// any number of jobs.
type Report struct {
	Files     []File
	Findings  []Finding
	Gaps      []Gap
	Artifacts []ArtifactInfo // depth first; empty unless the scan inspects
	Rules     []*Rule        // every rule that could have been reported
	Verdict   Verdict        // set by Policy.Judge
}

// sort puts the report into its order: by path, member, offset, rule, message.
func (r *Report) sort() {
	slices.SortStableFunc(r.Files, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Member, b.Member), cmp.Compare(a.Span.Offset, b.Span.Offset),
			cmp.Compare(a.Rule.ID, b.Rule.ID), cmp.Compare(a.Message, b.Message), cmp.Compare(a.Fingerprint, b.Fingerprint))
	})
	slices.SortStableFunc(r.Gaps, func(a, b Gap) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Member, b.Member), cmp.Compare(a.Span.Offset, b.Span.Offset),
			cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Message, b.Message))
	})
	slices.SortStableFunc(r.Artifacts, func(a, b ArtifactInfo) int { return cmp.Compare(a.Path, b.Path) })
}

// dropPointers takes out the gaps that stand for pointers. A file that is nothing
// but a pointer becomes an ignored one.
func (r *Report) dropPointers() {
	pointers, others := map[string]bool{}, map[string]bool{}
	r.Gaps = slices.DeleteFunc(r.Gaps, func(g Gap) bool {
		pointer := g.Reason == Pointer
		if pointer && g.Member == "" {
			pointers[g.Path] = true
		} else {
			others[g.Path] = true
		}
		return pointer
	})
	for i := range r.Files {
		if f := &r.Files[i]; pointers[f.Path] && !others[f.Path] {
			f.Verdict = VerdictIgnored
		}
	}
}
