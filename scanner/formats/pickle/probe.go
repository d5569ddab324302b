package pickle

import (
	"bytes"
	"errors"
	"io"
	"path"
	"strings"
	"unicode"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/lazyregexp"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// pickleNames are endings under which loaders expect a pickle, or take one where
// they find it.
var pickleNames = []string{
	".bin", ".ckpt", ".dat", ".dill", ".joblib", ".model", ".npy", ".p", ".pickle", ".pkl", ".pt", ".pt2", ".pth", ".ptl", ".sav",
}

// match claims what runs as a pickle for as far as the head goes. A name counts
// little: it makes a claim of what would run at least one opcode.
func match(h *scanner.Head) scanner.Claim {
	if h.Leftover {
		return scanner.Maybe
	}
	if claim := matchStart(h.Prefix, h.Size, h.Name()); claim != scanner.No || h.Depth > 0 || inHead(h.Prefix, h.Size) < 0 {
		return claim
	}
	return scanner.Otherwise
}

// matchStart claims what a loader finds that starts at the first byte.
func matchStart(prefix []byte, size int64, name string) scanner.Claim {
	if len(prefix) == 0 || !picklevm.IsOpcode(prefix[0]) || bytes.HasPrefix(prefix, []byte("PK\x03\x04")) {
		return scanner.No // a zip file starts with a persistent id that no unpickler takes: it is not ASCII
	}
	named := hasPickleName(name)
	probe := probeStream(prefix, size)
	ordinary := !named || strings.EqualFold(path.Ext(name), ".dat") // which data of any kind are called
	if ordinary && !scanner.ModelNamed(name) && probe.isProse(prefix) {
		return scanner.No
	}
	proto := len(prefix) > 1 && prefix[0] == 0x80 && prefix[1] <= picklevm.MaxProtocol
	switch {
	case probe.imports && (proto || probe.ran):
		return scanner.Sure
	case probe.ran && proto:
		return scanner.Sure
	case probe.imports, probe.ran && (named || probe.open), named && probe.opcodes > 1:
		return scanner.Maybe
	}
	return scanner.No
}

// inHead returns where a stream starts behind the first byte of a head that imports
// something dangerous, or -1. Loaders take files at an offset, behind a header of their
// own; those of protocol 2 and later start with bytes that no text has.
func inHead(head []byte, size int64) int {
	for at := 1; at < len(head)-1; at++ {
		next := bytes.IndexByte(head[at:], 0x80)
		if next < 0 {
			break
		}
		at += next
		if at+1 >= len(head) || head[at+1] < 2 || head[at+1] > picklevm.MaxProtocol {
			continue
		}
		probe := probeStream(head[at:], size-int64(at))
		if probe.danger {
			return at
		}
		at += int(probe.end) - 1 // what ran is not looked at again
	}
	return -1
}

// isProse reports whether the head is text that happens to start like a stream: lists of
// words and paths do. No unpickler gets through it, or past the first name, which is none
// that a module has.
func (p *probe) isProse(head []byte) bool {
	endless := (head[0] == 'c' || head[0] == 'i') && len(head) > maxName && !bytes.ContainsRune(head[:maxName], '\n')
	return !p.danger && (p.wild || endless || !p.ran && !p.calls) && !bytes.ContainsFunc(head, isControl)
}

// maxName is longer than the names of modules are, in bytes.
const maxName = 1000

// isControl reports whether a character does not stand in text.
func isControl(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) }

// hasPickleName reports whether loaders expect a pickle under a name.
func hasPickleName(name string) bool {
	ext := strings.ToLower(path.Ext(name))
	for _, e := range pickleNames {
		if e == ext {
			return true
		}
	}
	return false
}

// A probe is what the first bytes of an artifact come to when they run as pickle
// streams. It observes a machine and judges nothing.
type probe struct {
	ran     bool  // no opcode of the first stream failed: it reached STOP, or the head ended first
	open    bool  // the head ended inside the first stream
	imports bool  // something with a proper name was imported
	wild    bool  // the first import has a name that no module has
	danger  bool  // something dangerous was imported
	calls   bool  // something was called or made
	carries bool  // a string or bytes may be a pickle of its own
	opcodes int64 // opcodes that ran
	end     int64 // how far they go, at least one byte
}

// probeStream runs the head of an artifact of that many bytes.
func probeStream(head []byte, size int64) probe {
	var p probe
	m := picklevm.New(picklevm.Config{
		Input: headReader(head), Size: size, Head: head,
		Nested: func(picklevm.Literal) { p.carries = true },
	}, &p)
	for first := true; m.Remaining() > 0; first = false {
		if at := m.Offset(); at >= int64(len(head)) || !picklevm.IsOpcode(head[at]) {
			break
		}
		_, err := m.Load()
		ends := errors.Is(err, errHeadEnds)
		if first {
			p.ran, p.open = err == nil || ends, ends
		}
		if err != nil {
			break
		}
	}
	p.end = max(1, m.Offset())
	return p
}

// errHeadEnds says that the probe ran out of the bytes that it was given.
var errHeadEnds = &scanner.Error{Reason: scanner.Internal, Text: "the head ends here"}

// A headReader serves the first bytes of an artifact.
type headReader []byte

func (h headReader) ReadAt(p []byte, off int64) (int, error) {
	if off >= int64(len(h)) {
		return 0, errHeadEnds
	}
	n := copy(p, h[off:])
	if n < len(p) {
		return n, errHeadEnds
	}
	return n, nil
}

var _ io.ReaderAt = headReader(nil)

// isProper reports whether a dotted name is one that an import can have, in honest
// and in hostile pickles, but that random bytes and prose hardly ever spell.
func isProper(name string) bool {
	for part := range strings.SplitSeq(name, ".") {
		for i, r := range part {
			if r != '_' && !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r)) {
				return false
			}
		}
		if part == "" {
			return false
		}
	}
	return true
}

func (p *probe) Import(_ picklevm.Value, g *picklevm.Global, _ int64) error {
	switch {
	case g.Computed:
	case isProper(g.Module) && isProper(g.Name):
		p.imports = true
		p.danger = p.danger || resolve(g).dangerous
	default:
		p.wild = p.wild || !p.imports
	}
	return nil
}
func (p *probe) Call(picklevm.Call) error                                   { p.calls = true; return nil }
func (p *probe) New(picklevm.Call) error                                    { p.calls = true; return nil }
func (p *probe) Build(_, _ picklevm.Value, _ int64) (int64, error)          { return 0, nil }
func (p *probe) Mutate(picklevm.Value, []picklevm.Value, byte, int64) error { return nil }
func (p *probe) Pair(_, _, _ picklevm.Value, _ int64)                       {}
func (p *probe) Hash(picklevm.Value, int64) error                           { return nil }
func (p *probe) Persistent(_, _ picklevm.Value, _ int64) error              { return nil }
func (p *probe) Anomaly(picklevm.AnomalyKind, int64, string)                {}
func (p *probe) Step(n int64) error                                         { p.opcodes += n; return nil }

// streamStart matches what a stream with an import may begin with: a PROTO
// opcode, or a GLOBAL with two names.
var streamStart = lazyregexp.New(`\x80[\x00-\x05]|c[A-Za-z_][\w.]*\n[A-Za-z_][\w.]*\n`)

// nextStart returns where such bytes are, or -1.
func nextStart(b []byte) int {
	if bytes.IndexByte(b, 0x80) < 0 && (bytes.IndexByte(b, 'c') < 0 || bytes.IndexByte(b, '\n') < 0) {
		return -1 // most bytes that are left over are zeros
	}
	hit := streamStart().FindIndex(b)
	if hit == nil {
		return -1
	}
	return hit[0]
}

// nextStream returns the offset of the next stream that reaches an import, at or
// behind an offset, or -1.
func nextStream(p *scanner.Pass, at int64) (int64, error) {
	const chunk, overlap = 256 << 10, 512
	probes := maxProbes
	buf := make([]byte, chunk+overlap)
	for ; at < p.Size; at += chunk {
		n, err := p.ReadAt(buf[:min(chunk+overlap, p.Size-at)], at)
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		if err := p.Budget.Step(int64(n)/16 + 1); err != nil {
			return 0, err
		}
		if off := streamIn(p, buf[:n], at, chunk, &probes); off >= 0 {
			return off, nil
		}
	}
	return -1, nil
}

// maxProbes is how many places of one leftover are looked at closely. Where there
// are more, the bytes are a gap, as leftovers are that nothing explains.
const maxProbes = 2000

// streamIn returns the offset of the first stream that starts in the first n
// bytes of a chunk, or -1.
func streamIn(p *scanner.Pass, buf []byte, at int64, n int, probes *int) int64 {
	for from := 0; from < min(n, len(buf)) && *probes > 0; *probes-- {
		hit := nextStart(buf[from:])
		if hit < 0 {
			break
		}
		start := from + hit
		if start < n && probeStream(bytes.Clone(buf[start:min(start+4096, len(buf))]), p.Size-at-int64(start)).imports {
			return at + int64(start)
		}
		from = start + 1
	}
	return -1
}
