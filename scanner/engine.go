package scanner

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"runtime/debug"
	"strings"
)

// An outcome is what the claims on one artifact came to.
type outcome struct {
	claimed bool
	formats []string
	cover   cover
}

// A tree is the analysis of one top-level file with everything inside it. It is
// sequential: analyzers need no locks, and the order of results is fixed.
type tree struct {
	analyzers []*Analyzer
	inspect   bool
	budget    *Budget
	repoPath  string
	around    []Folder // on disk

	watched  []string // members that an analyzer watches
	listings map[string]listing
	sorted   map[string][]string // all names in folders of archives that were asked for
	later    []deferred

	results
	relations
}

// member charges a member to the budget, then analyses it.
func (t *tree) member(ctx context.Context, a *Artifact) (outcome, error) {
	if err := t.budget.member(a.Depth); err != nil {
		t.gapError(a, nil, err)
		if t.spent(err) {
			return outcome{claimed: true}, err
		}
		return outcome{claimed: true}, nil
	}
	return t.analyse(ctx, a)
}

// analyse runs every claim on an artifact. The error is not nil where the whole
// tree must stop; what went wrong is then recorded already.
func (t *tree) analyse(ctx context.Context, a *Artifact) (outcome, error) {
	head, err := readHead(a)
	if err != nil {
		t.gapError(a, nil, readError(err, 0))
		return outcome{claimed: true}, stopping(t, err)
	}
	if int64(len(head.Prefix)) == a.Size {
		a.ReaderAt = bytes.NewReader(head.Prefix) // all of it is at hand
	}
	r := runner{t: t, a: a, head: head, intact: true}
	claims := r.claims()
	for _, claim := range []Claim{Sure, Maybe, Otherwise} {
		for i, an := range t.analyzers {
			if claims[i] == claim && r.stop == nil && (claim != Otherwise || !r.out.claimed) {
				r.run(ctx, an, claim)
			}
		}
	}
	r.settle()
	out := r.out
	if r.stop != nil {
		return out, r.stop
	}
	if !out.claimed {
		t.unclaimed(a)
		return out, nil
	}
	return out, t.leftovers(ctx, a, &out, r.intact)
}

// stopping returns err where the tree must stop for it.
func stopping(t *tree, err error) error {
	if t.spent(err) {
		return err
	}
	return nil
}

// A runner runs the claims on one artifact.
type runner struct {
	t      *tree
	a      *Artifact
	head   *Head
	out    outcome
	intact bool  // every kept claim ran to its end
	stop   error // why the whole tree must stop

	failed      []Gap // of Maybes that went wrong without a finding
	failedCover cover
}

// claims asks every analyzer for its claim.
func (r *runner) claims() []Claim {
	claims := make([]Claim, len(r.t.analyzers))
	for i, an := range r.t.analyzers {
		var err error
		if claims[i], err = r.match(an); err != nil {
			r.t.gapError(r.a, nil, err)
			r.out.claimed, r.intact = true, false
		}
	}
	return claims
}

// run runs one claim and takes over what came of it.
func (r *runner) run(ctx context.Context, an *Analyzer, claim Claim) {
	mark := r.t.mark()
	p := &Pass{Artifact: r.a, Budget: r.t.budget, tree: r.t, analyzer: an}
	if r.t.inspect {
		p.info = r.t.newInfo(r.a, an.Name)
	}
	err := guarded(an, func() error { return an.Run(ctx, p) })
	if errors.Is(err, context.DeadlineExceeded) {
		err = errors.Join(r.t.budget.checkClock(), err)
	}
	if err != nil {
		r.t.gapError(r.a, &p.cover, err)
		r.stop = stopping(r.t, err)
	}
	if claim != Sure && !p.certain && r.stop == nil && r.t.gapsSince(mark) && !r.t.findingsSince(mark) {
		r.failed = append(r.failed, r.t.gaps[mark.gaps:]...)
		r.failedCover.merge(&p.cover, 0)
		r.t.rollback(mark)
		return
	}
	r.intact = r.intact && err == nil
	r.out.claimed = true
	r.out.formats = append(r.out.formats, an.Name)
	r.out.cover.merge(&p.cover, 0)
}

// settle decides about the Maybes that went wrong without a finding: where nothing
// else explains an artifact that its name says is a model, they are gaps.
func (r *runner) settle() {
	if len(r.failed) == 0 || r.out.claimed || !ModelNamed(r.a.name()) {
		return
	}
	r.t.gaps = append(r.t.gaps, r.failed...)
	r.out.claimed, r.intact = true, false
	r.out.cover.merge(&r.failedCover, 0)
}

// match asks an analyzer for its claim. The name that a container gave beats it.
func (r *runner) match(an *Analyzer) (claim Claim, err error) {
	if r.head.Format == an.Name {
		return Sure, nil
	}
	defer func() {
		if v := recover(); v != nil {
			err = panicError(an, v)
		}
	}()
	return an.Match(r.head), nil
}

// guarded runs what is an analyzer's. A panic in it, as in match, becomes a gap.
func guarded(an *Analyzer, f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = panicError(an, v)
		}
	}()
	return f()
}

// panicError turns a recovered panic into a gap that says where to look.
func panicError(an *Analyzer, v any) error {
	return Errorf(Internal, 0, "the %s analyzer panicked: %v; please report this%s", an.Name, v, panicSite(string(debug.Stack())))
}

// panicSite picks the first frame below the panic from a stack trace, without
// the addresses that differ from run to run.
func panicSite(stack string) string {
	_, below, ok := strings.Cut(stack, "\npanic(")
	lines := strings.Split(below, "\n")
	if !ok || len(lines) < 4 {
		return ""
	}
	site, _, _ := strings.Cut(strings.TrimSpace(lines[3]), " ")
	return " (" + path.Base(site) + ")"
}

// unclaimed records a gap for an artifact that no analyzer knows, where its name
// says that it is a model.
func (t *tree) unclaimed(a *Artifact) {
	if t.inspect {
		t.newInfo(a, "data")
	}
	if a.Leftover || !ModelNamed(a.name()) {
		return
	}
	if a.Size == 0 {
		t.gap(a, Truncated, Span{}, "the file is empty, but its name is a model's")
		return
	}
	t.gap(a, Unrecognized, Span{0, a.Size}, "the name is a model's, but the content is of no format that this scanner knows")
}

// leftovers analyses what no claim accounts for as artifacts of their own. What
// remains is padding, or a gap unless a claim failed, which says so already.
func (t *tree) leftovers(ctx context.Context, a *Artifact, out *outcome, intact bool) error {
	for _, span := range out.cover.missing(a.Size) {
		child := &Artifact{
			ReaderAt: io.NewSectionReader(a, span.Offset, span.Length), Size: span.Length,
			Path: a.Path, Member: leftoverName(a, span), Leftover: true, Depth: a.Depth + 1,
		}
		if span.Length == a.Size {
			child.again = a
		}
		if !a.Leftover || child.again == nil { // else it would go on for ever
			result, err := t.member(ctx, child)
			out.cover.merge(&result.cover, span.Offset)
			if err != nil {
				return err
			}
			if result.claimed {
				continue
			}
		}
		if !intact {
			continue
		}
		if err := t.explain(a, child, span, out); err != nil {
			return err
		}
	}
	return nil
}

// leftoverName names a span of an artifact as a member of it.
func leftoverName(a *Artifact, span Span) string {
	name := fmt.Sprintf("@%d+%d", span.Offset, span.Length)
	if a.Member != "" {
		return a.Member + "!/" + name
	}
	return name
}

// explain accounts for unclaimed leftover bytes that are padding, and records a
// gap for others.
func (t *tree) explain(a, child *Artifact, span Span, out *outcome) error {
	padding, err := isPadding(child, t.budget)
	switch {
	case err != nil:
		t.gapError(a, nil, readError(err, span.Offset))
		return stopping(t, err)
	case padding:
		out.cover.add(span.Offset, span.Length, data)
	default:
		t.gap(a, Unrecognized, span, fmt.Sprintf("%d bytes here belong to nothing that this scanner knows in a file of format %s",
			span.Length, strings.Join(out.formats, ", ")))
	}
	return nil
}

// isPadding reports whether an artifact is one byte value over and over, or
// white space only.
func isPadding(a *Artifact, b *Budget) (bool, error) {
	buf := make([]byte, min(a.Size, 256<<10))
	same, blank := true, true
	for off := int64(0); off < a.Size; {
		n, err := a.ReadAt(buf[:min(int64(len(buf)), a.Size-off)], off)
		if n == 0 {
			return false, cmp.Or(err, io.ErrUnexpectedEOF)
		}
		if err := b.Step(int64(n)/1024 + 1); err != nil {
			return false, err
		}
		first := buf[0]
		for _, c := range buf[:n] {
			same = same && c == first
			blank = blank && (c == ' ' || c == '\n' || c == '\r' || c == '\t')
		}
		if !same && !blank {
			return false, nil
		}
		off += int64(n)
	}
	return true, nil
}

// name returns what the artifact is called: the member's last name, or the file's.
func (a *Artifact) name() string {
	if a.Member == "" {
		return a.Path
	}
	return a.Member[strings.LastIndex(a.Member, "!/")+1:]
}

// Name returns the last element of the artifact's own name: "data.pkl".
func (a *Artifact) Name() string { return path.Base(a.name()) }
