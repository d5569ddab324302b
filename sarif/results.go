package sarif

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strings"

	gosarif "github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/modelsieve/modelsieve/scanner"
)

const (
	// maxResults is how many results of a run GitHub keeps.
	maxResults = 5000
	// maxHashed is the size in bytes up to which a file gets a line region. Where
	// there is one, the upload action reads the whole file to hash its lines, at
	// about ten seconds for 100 MB.
	maxHashed = 64 << 20

	// maxMemberName is how many bytes of the name of a member are written.
	maxMemberName = 1000

	cutID = "results-left-out"
)

// A result is a finding or a gap on its way into the log.
type result struct {
	rule         *scanner.Rule
	path         string // of the top-level file in the report
	repoPath     string
	member       string
	span         scanner.Span
	message      string
	fingerprint  string // of the evidence
	unique       string // the same, told apart from other results of the run
	alwaysRegion bool   // whatever the size of the file
}

// collect returns the results of a report, worst first, otherwise in its order.
func collect(r *scanner.Report) []result {
	var all []result
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Allowed == nil {
			all = append(all, ofFinding(f))
		}
	}
	for i := range r.Gaps {
		all = append(all, ofGap(&r.Gaps[i]))
	}
	seen := map[string]int{}
	for i := range all {
		res := &all[i]
		seen[res.fingerprint]++
		res.unique = res.fingerprint
		if n := seen[res.fingerprint]; n > 1 {
			res.unique = fmt.Sprintf("%s:%d", res.fingerprint, n)
		}
	}
	slices.SortStableFunc(all, func(a, b result) int { return cmp.Compare(b.rule.Severity, a.rule.Severity) })
	return all
}

// ofFinding makes the result for a finding.
func ofFinding(f *scanner.Finding) result {
	fix := escape(scanner.Clean(f.Fix, 0))
	if f.Fix == f.Rule.Fix {
		fix = f.Fix // our own words, which may be Markdown
	}
	return result{
		rule: f.Rule, path: f.Path, repoPath: f.RepoPath, member: f.Member, span: f.Span,
		message:     message(where(f.Member, f.Span), f.Message, fix),
		fingerprint: f.Fingerprint,
	}
}

// ofGap makes the result for a gap. Its identity is made without the message and
// the offset, which change whenever the file is saved again.
func ofGap(g *scanner.Gap) result {
	rule := g.Rule()
	return result{
		rule: rule, path: g.Path, repoPath: g.RepoPath, member: g.Member, span: g.Span,
		message:      message(where(g.Member, g.Span)+", not analysed ("+string(g.Reason)+")", g.Message, rule.Fix),
		fingerprint:  hash(rule.ID, g.RepoPath, g.Member, string(g.Reason)),
		alwaysRegion: g.Reason == scanner.Pointer, // its three lines are lines of the diff
	}
}

// hash hashes strings so that no two lists collide.
func hash(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// sarif writes the result as one of the rule at that index.
func (res *result) sarif(index int, sizes map[string]int64) *gosarif.Result {
	place := gosarif.NewPhysicalLocation().
		WithArtifactLocation(gosarif.NewSimpleArtifactLocation(uri(cmp.Or(res.repoPath, res.path))))
	if res.alwaysRegion || sizes[res.path] <= maxHashed {
		place.WithRegion(region(res.span))
	}
	name := gosarif.NewLogicalLocation().WithFullyQualifiedName(res.qualifiedName())
	return gosarif.NewRuleResult(res.rule.ID).
		WithRuleIndex(index).
		WithLevel(grades[res.rule.Severity].level).
		WithMessage(gosarif.NewTextMessage(res.message)).
		WithLocations([]*gosarif.Location{
			gosarif.NewLocation().WithPhysicalLocation(place).WithLogicalLocations([]*gosarif.LogicalLocation{name}),
		}).
		WithPartialFingerPrints(map[string]any{
			"primaryLocationLineHash": res.unique,
			"modelEvidence/v1":        res.fingerprint,
		})
}

// qualifiedName names the member within the file: "models/a.pt!/archive/data.pkl".
func (res *result) qualifiedName() string {
	name := scanner.CleanPath(cmp.Or(res.repoPath, res.path))
	if res.member != "" {
		name += "!/" + scanner.Clean(res.member, maxMemberName)
	}
	return name
}

// region points at the first character, since a binary has no lines, and at the
// bytes. The numbers of go-sarif are ints, which may have 32 bits.
func region(s scanner.Span) *gosarif.Region {
	number := func(n int64) int { return int(min(max(n, 0), math.MaxInt)) }
	return gosarif.NewRegion().
		WithStartLine(1).WithStartColumn(1).WithEndLine(1).WithEndColumn(2).
		WithByteOffset(number(s.Offset)).WithByteLength(number(s.Length))
}

// fileSizes maps the path of each file to its size in bytes.
func fileSizes(r *scanner.Report) map[string]int64 {
	sizes := make(map[string]int64, len(r.Files))
	for i := range r.Files {
		sizes[r.Files[i].Path] = r.Files[i].Size
	}
	return sizes
}

// cutDescriptor describes the notification that results are left out.
func cutDescriptor() *gosarif.ReportingDescriptor {
	return gosarif.NewRule(cutID).WithName(ruleName(cutID)).
		WithDescription(fmt.Sprintf("A run holds at most %d results.", maxResults))
}

// cutNotification says what is left out of sorted results.
func cutNotification(all []result) *gosarif.Notification {
	count := map[scanner.Severity]int{}
	for _, res := range all[maxResults:] {
		count[res.rule.Severity]++
	}
	var counts []string
	for s := scanner.Critical; s >= scanner.Low; s-- {
		if count[s] > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", count[s], s))
		}
	}
	text := fmt.Sprintf("%d of %d results are left out, the mildest ones: %s. The JSON report lists all of them.",
		len(all)-maxResults, len(all), strings.Join(counts, ", "))
	return gosarif.NewNotification().WithLevel("warning").WithTextMessage(text).
		WithDescriptor(gosarif.NewReportingDescriptorReference().WithId(cutID).WithIndex(0))
}
