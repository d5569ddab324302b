package scanner

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Bounds on what one top-level file may report, so that a hostile file cannot
// fill the memory with results. Running into one is a gap. Findings are counted by
// severity, so that many harmless ones cannot hide a critical one.
const (
	maxFindings = 10_000
	maxGaps     = 10_000
)

// results collects what the claims on one tree report.
type results struct {
	findings []Finding
	gaps     []Gap
	infos    []*ArtifactInfo
	seen     map[[sha256.Size]byte]int // index of the finding with this identity
	limits   map[string]bool           // limits of the whole tree that ran out and are recorded
	counts   [Critical + 1]int         // findings of each severity, those that are not listed too
	reports  int                       // findings reported, repeated ones too
}

// A mark is a point to which results can be rolled back.
type mark struct{ reports, gaps, infos, later, named, waiting int }

func (t *tree) mark() mark {
	return mark{t.reports, len(t.gaps), len(t.infos), len(t.later), len(t.named), len(t.waiting)}
}

func (t *tree) findingsSince(m mark) bool { return t.reports > m.reports }
func (t *tree) gapsSince(m mark) bool     { return len(t.gaps) > m.gaps }

// rollback forgets the gaps, the inspection, names and what was to come later since a mark.
func (t *tree) rollback(m mark) {
	t.gaps, t.infos, t.later = t.gaps[:m.gaps], t.infos[:m.infos], t.later[:m.later]
	t.named, t.waiting = t.named[:m.named], t.waiting[:m.waiting]
}

// report records a finding, or counts it where the same evidence was reported for
// this artifact before.
func (t *tree) report(a *Artifact, r *Rule, at Span, d Detail) {
	t.reports++
	if a.again != nil {
		if _, ok := t.seen[identity(r, a.again.Member, d)]; ok {
			return
		}
	}
	key := identity(r, a.Member, d)
	if i, ok := t.seen[key]; ok {
		t.findings[i].Count++
		return
	}
	if t.counts[r.Severity]++; t.counts[r.Severity] > maxFindings {
		if t.counts[r.Severity] == maxFindings+1 {
			t.gap(a, OverLimit, at, fmt.Sprintf("more than %d findings of severity %s in one file: the rest is not listed", maxFindings, r.Severity))
		}
		return
	}
	if t.seen == nil {
		t.seen = map[[sha256.Size]byte]int{}
	}
	t.seen[key] = len(t.findings)
	f := Finding{
		Rule: r, Path: a.Path, RepoPath: t.repoPath, Member: a.Member, Span: at, Count: 1,
		Message: Clean(d.Message, 1800), Fix: Clean(d.Fix, 800), Name: Clean(d.Name, 400), Use: d.Use, Plain: d.Plain,
		Fingerprint: hex.EncodeToString(key[:16]),
	}
	if f.Fix == "" {
		f.Fix = r.Fix
	}
	for _, e := range d.Evidence {
		f.Evidence = append(f.Evidence, Clean(e, 200))
	}
	t.findings = append(t.findings, f)
}

// identity hashes what a finding is, apart from where in the repository.
func identity(r *Rule, member string, d Detail) [sha256.Size]byte {
	whole := d.Identity
	if whole == nil {
		whole = d.Evidence
	}
	return hashStrings(append([]string{r.ID, member}, whole...)...)
}

// hashStrings hashes strings so that no two lists collide.
func hashStrings(parts ...string) (sum [sha256.Size]byte) {
	h := sha256.New()
	for _, p := range parts {
		var n [8]byte
		binary.LittleEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		io.WriteString(h, p)
	}
	h.Sum(sum[:0])
	return sum
}

// finish gives the findings their fingerprints. A second call with the same
// evidence makes another fingerprint where the severity is high or worse, so that
// an accepted one does not cover it.
func (t *tree) finish() {
	for i := range t.waiting {
		t.waiting[i].fingerprint()
	}
	t.fingerprint()
}

// fingerprint gives findings their fingerprints.
func (r *results) fingerprint() {
	for i := range r.findings {
		f := &r.findings[i]
		parts := []string{f.Rule.ID, f.RepoPath, f.Fingerprint}
		if f.Count > 1 {
			f.Message += fmt.Sprintf(" (%d times)", f.Count)
			if f.Rule.Severity >= High {
				parts = append(parts, fmt.Sprint(f.Count))
			}
		}
		sum := hashStrings(parts...)
		f.Fingerprint = hex.EncodeToString(sum[:16])
	}
}

// gap records a gap.
func (t *tree) gap(a *Artifact, why Reason, at Span, text string) {
	if len(t.gaps) >= maxGaps {
		return
	}
	if len(t.gaps) == maxGaps-1 {
		text = fmt.Sprintf("more than %d gaps in one file: the rest is not listed", maxGaps)
	}
	g := Gap{Path: a.Path, RepoPath: t.repoPath, Member: a.Member, Span: at, Reason: why, Message: Clean(text, 1000)}
	if a.again != nil {
		first := g
		first.Member = a.again.Member
		if slices.Contains(t.gaps, first) {
			return
		}
	}
	t.gaps = append(t.gaps, g)
}

// gapError records an error as a gap; one of a limit stands behind what is
// covered. A limit of the whole tree is recorded once.
func (t *tree) gapError(a *Artifact, c *cover, err error) {
	if errors.Is(err, context.Canceled) {
		return // the scan has no report at all
	}
	why, at, text := gapOf(err)
	var limit *LimitError
	if errors.As(err, &limit) {
		if t.limits[limit.Limit] && t.spent(err) {
			return
		}
		if t.limits == nil {
			t.limits = map[string]bool{}
		}
		t.limits[limit.Limit] = true
		if at == (Span{}) && c != nil && len(c.runs) > 0 {
			at.Offset = c.runs[len(c.runs)-1].end
		}
	}
	t.gap(a, why, at, text)
}

// spent reports whether an error means that the whole tree must stop.
func (t *tree) spent(err error) bool {
	var limit *LimitError
	if errors.As(err, &limit) {
		return limit.Limit != "max-depth" && limit.Limit != "max-held-bytes"
	}
	return errors.Is(err, context.Canceled)
}

// newInfo adds the inspection of an artifact.
func (t *tree) newInfo(a *Artifact, format string) *ArtifactInfo {
	info := &ArtifactInfo{Path: a.Path, Member: a.Member, Format: format, Size: a.Size, Imports: []Import{}, Program: []string{}}
	t.infos = append(t.infos, info)
	return info
}
