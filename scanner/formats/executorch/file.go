package executorch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/exemagic"
	"github.com/modelsieve/modelsieve/scanner/internal/flatbuf"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
)

// A file is one that is read.
type file struct {
	ctx      context.Context
	p        *scanner.Pass
	header   header
	b        *flatbuf.Buffer
	segments []scanner.Span // where they lie in the file; empty for one that is not there
	held     int64
	buffers  int // of constants
	told     map[string]bool
	custom   []string // what the runtime does not bring
	customAt int64
}

// maxTold is how much of one kind is reported of a file.
const maxTold = 100

// done accounts for what was read.
func (f *file) done(err error) error {
	f.p.Budget.Release(f.held)
	if err != nil {
		return err
	}
	f.reportCustom()
	f.p.Data(0, max(f.b.End(), f.header.base)) // padding, and what takes no part in a program
	f.b.Each(func(s scanner.Span) { f.p.Analysed(s.Offset, s.Length) })
	return f.rest()
}

// maxRest is how many bytes may lie behind what is read of a FlatBuffer that says
// nowhere how long it is.
const maxRest = 4 << 10

// rest hands on what lies behind the last that was read, where it is little enough to be
// names and numbers that nobody looked at.
func (f *file) rest() error {
	at := f.b.End()
	if n := f.p.Size - at; f.header.base == 0 && n > 0 && n <= maxRest {
		return f.p.Section(f.ctx, scanner.Member{Name: "rest"}, at, n)
	}
	return nil
}

// readSegments notes where the segments lie, and that they are data: what a segment is
// besides is found out by what refers to it. The gaps between them are padding.
func (f *file) readSegments(list flatbuf.Vector) error {
	const each = 16
	if err := f.p.Budget.Hold(int64(list.Len()) * each); err != nil {
		return err
	}
	f.held += int64(list.Len()) * each
	f.segments = make([]scanner.Span, 0, list.Len())
	for i := range list.Len() {
		t := list.Table(i)
		at, n := t.Uint(segmentOffset, 8, 0), t.Uint(segmentSize, 8, 0)
		if f.b.Err() != nil {
			return f.b.Err()
		}
		f.segments = append(f.segments, f.segment(t.At(), at, n))
	}
	f.padding()
	return nil
}

// segment returns where a segment lies in the file.
func (f *file) segment(at int64, offset, n uint64) scanner.Span {
	start, carry := bits.Add64(offset, uint64(f.header.base), 0)
	end, more := bits.Add64(start, n, 0)
	switch {
	case carry != 0, more != 0, end > 1<<62, f.header.base == 0 && n > 0:
		f.odd(at, "a segment lies where no file has bytes")
	case end > uint64(f.p.Size):
		f.p.Gap(scanner.Truncated, scanner.Span{Offset: at}, "a segment of %d bytes at offset %d, but the file has %d", n, start, f.p.Size)
	default:
		span := scanner.Span{Offset: int64(start), Length: int64(n)}
		f.p.Data(span.Offset, span.Length)
		return span
	}
	return scanner.Span{}
}

// padding accounts for what lies between segments: zeros, as far as alignment goes.
func (f *file) padding() {
	const most = 64 << 10
	ordered := slices.Clone(f.segments)
	slices.SortFunc(ordered, func(a, b scanner.Span) int { return int(min(max(a.Offset-b.Offset, -1), 1)) })
	last := int64(-1)
	for _, s := range ordered {
		if s.Length == 0 {
			continue
		}
		if n := s.Offset - last; last >= 0 && n > 0 && n <= most {
			f.p.Data(last, n)
		}
		last = max(last, s.End())
	}
}

// named looks at the data that have a name.
func (f *file) named(list flatbuf.Vector) error {
	for i := range list.Len() {
		t := list.Table(i)
		key, n := t.Text(namedKey, maxName), t.Uint(namedSegment, 4, 0)
		if f.b.Err() != nil {
			return f.b.Err()
		}
		f.index(t.At(), "the segment of named data", int64(n), len(f.segments))
		if n < uint64(len(f.segments)) {
			if err := f.library(key, f.segments[n]); err != nil {
				return err
			}
		}
	}
	return nil
}

// library reports named data that are a shared library, or named as those are that the
// runtime opens.
func (f *file) library(key string, at scanner.Span) error {
	head := make([]byte, min(at.Length, exemagic.HeadBytes))
	if n, err := f.p.ReadAt(head, at.Offset); n < len(head) && !errors.Is(err, io.EOF) {
		return scanner.Errorf(scanner.Unreadable, at.Offset, "reading: %v", err)
	}
	kind := exemagic.Kind(head, io.NewSectionReader(f.p, at.Offset, at.Length))
	if exemagic.Script(head) != "" || kind == "" && !strings.HasSuffix(key, "so_blob") || len(head) == 0 || f.told[key] {
		return nil
	}
	f.told[key] = true
	f.p.Report(modelrules.NativeCode, at, scanner.Detail{
		Message: fmt.Sprintf("ExecuTorch's delegates for CUDA and Metal write the data %q to a temporary file and open it as a library: its constructors run at once.",
			scanner.Clean(key, 100)),
		Evidence: []string{key},
	})
	return nil
}

// tensors walks a FlatTensor.
func (f *file) tensors() error {
	const segments, named = 1, 2
	root := f.b.Root()
	if err := f.readSegments(root.Vector(segments, 4)); err != nil {
		return err
	}
	if err := f.named(root.Vector(named, 4)); err != nil {
		return err
	}
	return f.b.Err()
}

// bundle hands on the program in a BundledProgram. Its test cases are numbers.
func (f *file) bundle() error {
	const program = 2
	at := f.b.Root().Vector(program, 1).Span()
	if f.b.Err() != nil {
		return f.b.Err()
	}
	f.p.Data(0, f.p.Size)
	return f.p.Section(f.ctx, scanner.Member{Name: "program.pte"}, at.Offset, at.Length)
}
