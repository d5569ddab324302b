package scanner

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// A Pass is one analyzer's view of one artifact: what it reads and where it
// reports. Not for concurrent use.
type Pass struct {
	*Artifact
	Budget *Budget

	tree     *tree
	analyzer *Analyzer
	cover    cover
	info     *ArtifactInfo // nil unless the scan inspects
	certain  bool
}

// Certain makes a Maybe that is being run a Sure: what goes wrong from here on is a gap.
func (p *Pass) Certain() { p.certain = true }

// Report records a finding at a place in the artifact. The rule must be one of
// the analyzer's.
func (p *Pass) Report(r *Rule, at Span, d Detail) { p.tree.report(p.Artifact, r, at, d) }

// Gap records that something could not be analysed. The bytes of the span, where it
// has a length, are not looked at again as leftovers.
func (p *Pass) Gap(why Reason, at Span, format string, args ...any) {
	p.account(at.Offset, at.Length, missed)
	p.tree.gap(p.Artifact, why, at, fmt.Sprintf(format, args...))
}

// GapOf records an error, as the engine does with what Run returns, for an
// analyzer that can go on behind it. It returns the error back where the scan was
// cancelled or the tree's budget is spent, and nil otherwise.
func (p *Pass) GapOf(err error) error {
	if err == nil {
		return nil
	}
	p.tree.gapError(p.Artifact, &p.cover, err)
	if p.tree.spent(err) {
		return err
	}
	return nil
}

// Analysed accounts for bytes that were parsed.
func (p *Pass) Analysed(off, n int64) { p.account(off, n, analysed) }

// Data accounts for bytes that the format explains as data: tensors, padding.
// They need not have been read.
func (p *Pass) Data(off, n int64) { p.account(off, n, data) }

// account covers what of a span lies in the artifact.
func (p *Pass) account(off, n int64, k kind) {
	if off >= 0 && off < p.Size {
		p.cover.add(off, min(n, p.Size-off), k)
	}
}

// Content reads the whole artifact. The caller has compared its size with a limit of its
// own, and charged the memory.
func (p *Pass) Content() ([]byte, error) {
	raw := make([]byte, p.Size)
	if n, err := p.ReadAt(raw, 0); int64(n) < p.Size {
		return nil, Errorf(Unreadable, int64(n), "reading: %v", err)
	}
	return raw, nil
}

// Section hands on a member that is stored as it is. An error means that the
// analyzer must stop: the budget is spent or the scan was cancelled.
func (p *Pass) Section(ctx context.Context, m Member, off, n int64) error {
	if off < 0 || n < 0 || off > p.Size || n > p.Size-off {
		at := Span{Offset: min(max(off, 0), p.Size)}
		p.Gap(Truncated, at, "%q, %d bytes at offset %d, lies outside the %d bytes that are here", Clean(m.Name, 80), n, off, p.Size)
		return nil
	}
	child := p.child(m)
	child.ReaderAt, child.Size = io.NewSectionReader(p.ReaderAt, off, n), n
	result, err := p.tree.member(ctx, child)
	p.cover.merge(&result.cover, off)
	if result.claimed {
		p.account(off, n, missed) // what the member did not account for
	} else {
		p.Data(off, n)
	}
	return err
}

// Reread has f look at other bytes that a loader may find in the place of the
// artifact, under a name that says why. What was reported on the artifact is not
// reported again; f accounts for nothing, and of its gaps and its error only those
// that stand for a limit count.
func (p *Pass) Reread(name string, r io.ReaderAt, size int64, f func(*Pass) error) error {
	a := p.child(Member{Name: "@" + name})
	a.ReaderAt, a.Size, a.again = r, size, p.Artifact
	mark := p.tree.mark()
	err := f(&Pass{Artifact: a, Budget: p.Budget, tree: p.tree, analyzer: p.analyzer})
	p.tree.gaps = p.tree.gaps[:mark.gaps]
	var limit *LimitError
	if errors.As(err, &limit) || errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// An Opener starts a decoder at the beginning of a member. It is called again
// where the decoded bytes are too many to hold and have to be read twice.
type Opener func() (io.Reader, error)

// Stream hands on a member that has to be decoded; at is where its encoded bytes
// lie. What the decoder gave before it failed is analysed, then its error is
// recorded as a gap of p's artifact. An error means that the analyzer must stop.
func (p *Pass) Stream(ctx context.Context, m Member, at Span, open Opener) error {
	child := p.child(m)
	if err := p.Budget.member(child.Depth); err != nil {
		err = p.GapOf(err)
		p.account(at.Offset, at.Length, missed)
		return err
	}
	s, decodeErr := newSpool(p.Budget, open)
	defer s.release()
	child.ReaderAt, child.Size = s, s.size
	result, err := p.tree.analyse(ctx, child)
	whole := !result.claimed || result.cover.count(child.Size).Unaccounted == 0
	if decodeErr == nil && whole && err == nil {
		p.Analysed(at.Offset, at.Length)
	} else {
		p.account(at.Offset, at.Length, missed)
	}
	if decodeErr != nil {
		err = errors.Join(err, p.GapOf(decodeError(decodeErr, at.Offset)))
	}
	return err
}

// child makes the artifact for a member, without its bytes.
func (p *Pass) child(m Member) *Artifact {
	name := Clean(m.Name, 1024)
	if p.Member != "" {
		name = p.Member + "!/" + name
	}
	child := &Artifact{Path: p.Path, Member: name, Format: m.Format, Depth: p.Depth + 1}
	p.tree.watch(child)
	return child
}

// decodeError turns a decoder's error into one of the input.
func decodeError(err error, at int64) error {
	var input *Error
	var limit *LimitError
	switch {
	case errors.As(err, &input), errors.As(err, &limit), errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return Errorf(Truncated, at, "the compressed data end too early")
	}
	return Errorf(Malformed, at, "decompressing: %v", err)
}

// Inspecting reports whether Import, Load and Program keep what they are given.
func (p *Pass) Inspecting() bool { return p.info != nil }

// Import notes a global that a stream reaches, for inspection.
func (p *Pass) Import(i Import) {
	if p.info != nil && len(p.info.Imports) < maxInfo {
		p.info.Imports = append(p.info.Imports, i.clean())
	}
}

// Load notes whether a loader accepts the artifact, for inspection.
func (p *Pass) Load(l Load) {
	if p.info != nil && len(p.info.Loads) < maxInfo {
		p.info.Loads = append(p.info.Loads, l.clean())
	}
}

// Program notes a line of readable pseudo-code, for inspection.
func (p *Pass) Program(line string) {
	if p.info != nil && len(p.info.Program) < maxInfo {
		p.info.Program = append(p.info.Program, Clean(line, 4096))
	}
}
