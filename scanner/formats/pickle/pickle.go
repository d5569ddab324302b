// Package pickle says what loading a pickle would import, call and write.
//
// The streams run on an abstract machine (package picklevm) and are judged
// against names that were shown inert (package picklenames): what is not known to
// be harmless for the use that the stream makes of it is reported. It covers all
// opcodes of protocols 0 to 5, streams one after the other, and the arrays that
// joblib writes between opcodes.
package pickle

import (
	"context"
	"errors"
	"math"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// Analyzer reads pickles, one or many in a row, whatever their file is called.
var Analyzer = &scanner.Analyzer{
	Name: "pickle",
	Doc: `Python pickles: plain, dill, cloudpickle, joblib, and those inside torch and NumPy files

A pickle is a program for a stack machine that imports and calls what it names.
Every stream is run abstractly to its STOP; each callable is judged by how it is
used; bytes behind the last stream are left to other analyzers.`,
	Rules: rules,
	Match: match,
	Run:   run,
	Watch: isCode,
}

// run judges the streams of an artifact, as a loader that calls load until the
// end would meet them.
func run(ctx context.Context, p *scanner.Pass) error {
	if p.Leftover {
		return runLeftover(ctx, p)
	}
	if at := startInHead(p); at >= 0 {
		return p.Section(ctx, scanner.Member{Name: "pickle", Format: "pickle"}, at, p.Size-at)
	}
	return errors.Join(runStreams(ctx, p), readCheckedOut(ctx, p))
}

// startInHead returns where the first stream starts that match saw, where it is not the
// first byte, or -1.
func startInHead(p *scanner.Pass) int64 {
	const bytes = 4 << 10 // as a head has
	if p.Format == "pickle" || p.Depth > 0 {
		return -1
	}
	head := make([]byte, min(bytes, p.Size))
	if n, _ := p.ReadAt(head, 0); n < len(head) || matchStart(head, p.Size, p.Name()) != scanner.No {
		return -1
	}
	return int64(inHead(head, p.Size))
}

// runStreams judges one stream after the other.
func runStreams(ctx context.Context, p *scanner.Pass) error {
	others, err := runEach(ctx, p)
	return errors.Join(err, others.read(ctx, p))
}

// runEach judges streams of which each has a memo of its own, and says how they are read
// otherwise.
func runEach(ctx context.Context, p *scanner.Pass) (oneMemo, error) {
	j := newJudge(ctx, p)
	defer j.m.Close()
	err := j.streams()
	return j.memo, err
}

// streams judges the streams from the machine's position on.
func (j *judge) streams() error {
	p, left := j.p, j.loads()
	for first := true; first || left > 0 && j.m.Remaining() > 0 && j.plausible(); first = false {
		err := j.load()
		left--
		if !first {
			j.memo.note(j, err)
		}
		if err != nil && !first && !j.active {
			return nil // no stream: the engine looks at what is left
		}
		p.Analysed(j.from, j.m.Offset()-j.from)
		if err != nil {
			return err
		}
	}
	return nil
}

// legacyMagic is the first pickle of an older file of torch, and legacyPickles is how many of
// them it has: what lies behind are the tensors, and what of it is none the engine looks at.
const (
	legacyMagic   = "\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
	legacyPickles = 5
)

// loads returns how many times a loader calls load at most.
func (j *judge) loads() int {
	head := make([]byte, len(legacyMagic))
	if n, _ := j.p.ReadAt(head, j.m.Offset()); n == len(head) && string(head) == legacyMagic {
		return legacyPickles
	}
	return math.MaxInt
}

// plausible reports whether a stream may start at the machine's position.
func (j *judge) plausible() bool {
	var b [1]byte
	n, _ := j.p.ReadAt(b[:], j.m.Offset())
	return n == 1 && picklevm.IsOpcode(b[0])
}

// load runs one stream and reports on it.
func (j *judge) load() error {
	j.begin()
	start := j.m.Offset()
	result, err := j.m.Load()
	if err == nil {
		j.judgeNumbaMember(result)
	}
	err = errors.Join(err, j.finish(result, err), j.followLiterals(), j.restart(start), j.behindFrame(), j.otherReadings(start))
	var input *scanner.Error
	if errors.As(err, &input) && input.Reason == scanner.Truncated {
		return scanner.Errorf(scanner.Truncated, input.At.Offset, "the pickle ends before its STOP: %s", input.Text)
	}
	return err
}

// runLeftover looks for streams in bytes that no structure accounts for, and
// hands each on that reaches an import.
func runLeftover(ctx context.Context, p *scanner.Pass) error {
	found := false
	for at := int64(0); at < p.Size; {
		off, err := nextStream(p, at)
		if err != nil {
			return err
		}
		if off < 0 {
			break
		}
		found = true
		if err := p.Section(ctx, scanner.Member{Name: "pickle", Format: "pickle"}, off, p.Size-off); err != nil {
			return err
		}
		at = p.Size
	}
	if !found {
		return scanner.Errorf(scanner.Unrecognized, 0, "no pickle stream in %d bytes", p.Size)
	}
	return nil
}
