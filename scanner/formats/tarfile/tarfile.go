// Package tarfile opens tar archives: v7, ustar, pax and GNU headers.
//
// The layout is that of POSIX.1-2017 (pax) and of GNU tar. Every member is handed
// to the engine; sparse members are not put together and are a gap.
package tarfile

import (
	"context"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/archiverules"
)

// Analyzer opens tar archives.
var Analyzer = &scanner.Analyzer{
	Name:  "tar",
	Doc:   "Tar archives\n\nMembers are analysed where they lie; links that lead out of the archive are reported.",
	Rules: []*scanner.Rule{archiverules.Traversal, archiverules.Link},
	Match: match,
	Run:   run,
}

const blockBytes = 512

func match(h *scanner.Head) scanner.Claim {
	if len(h.Prefix) < blockBytes {
		return scanner.No
	}
	head, ok := parse(h.Prefix[:blockBytes])
	switch {
	case head.magic && (ok || !h.Leftover): // with a wrong checksum some readers go on at the next header
		return scanner.Sure
	case ok:
		return scanner.Maybe // v7 has no magic: only the checksum speaks for it
	}
	return scanner.No
}

// maxLong is how long the content of a header for a long name or of a pax header
// may be, in bytes.
const maxLong = 1 << 20

// A reader goes through the headers of an archive.
type reader struct {
	p    *scanner.Pass
	at   int64
	next overrides
}

// overrides are what long-name and pax headers say of the next member.
type overrides struct {
	name, link string
	size       int64 // -1: not given
}

func run(ctx context.Context, p *scanner.Pass) error {
	r := &reader{p: p, next: overrides{size: -1}}
	zeros := 0
	for r.at < p.Size && zeros < 2 {
		if err := p.Budget.Step(1); err != nil {
			return err
		}
		block := make([]byte, blockBytes)
		if n, _ := p.ReadAt(block, r.at); n < blockBytes {
			return scanner.Errorf(scanner.Truncated, r.at, "a header of %d bytes wanted, %d left", blockBytes, n)
		}
		if strings.Trim(string(block), "\x00") == "" {
			zeros++
			p.Analysed(r.at, blockBytes)
			r.at += blockBytes
			continue
		}
		head, ok := parse(block)
		if !ok {
			return scanner.Errorf(scanner.Malformed, r.at, "the checksum of a header is wrong")
		}
		if err := r.member(ctx, head); err != nil {
			return err
		}
	}
	return nil
}

// member handles the member behind a header and moves behind it.
func (r *reader) member(ctx context.Context, h header) error {
	headAt, dataAt := r.at, r.at+blockBytes
	r.p.Analysed(headAt, blockBytes)
	if r.next.size >= 0 && h.kind != 'L' && h.kind != 'K' && h.kind != 'x' && h.kind != 'g' {
		h.size = r.next.size
	}
	if h.hasContent() {
		if h.size > r.p.Size-dataAt {
			r.at = r.p.Size
			r.p.Gap(scanner.Truncated, scanner.Span{Offset: headAt, Length: blockBytes}, "the member %q has %d bytes, but %d are left",
				scanner.Clean(h.name, 160), h.size, r.p.Size-dataAt)
			return r.hand(ctx, h, headAt, dataAt, r.p.Size-dataAt)
		}
		padded := min((h.size+blockBytes-1)/blockBytes*blockBytes, r.p.Size-dataAt)
		r.p.Data(dataAt+h.size, padded-h.size)
		r.at = dataAt + padded
	} else {
		r.at = dataAt
	}
	switch h.kind {
	case 'L', 'K', 'x', 'g':
		return r.extension(h, dataAt)
	}
	return r.hand(ctx, h, headAt, dataAt, h.size)
}

// extension reads a header that says something of the next one.
func (r *reader) extension(h header, at int64) error {
	r.p.Analysed(at, h.size)
	if h.size > maxLong {
		return scanner.Errorf(scanner.OverLimit, at, "a header extension of %d bytes", h.size)
	}
	content := make([]byte, h.size)
	if _, err := r.p.ReadAt(content, at); err != nil && h.size > 0 && at+h.size < r.p.Size {
		return scanner.Errorf(scanner.Unreadable, at, "reading: %v", err)
	}
	text := strings.TrimRight(string(content), "\x00")
	switch h.kind {
	case 'L':
		r.next.name = text
	case 'K':
		r.next.link = text
	case 'x':
		r.next.pax(string(content))
	}
	return nil
}

// hand reports on a member and hands its content on.
func (r *reader) hand(ctx context.Context, h header, headAt, dataAt, size int64) error {
	if r.next.name != "" {
		h.name = r.next.name
	}
	if r.next.link != "" {
		h.link = r.next.link
	}
	r.next = overrides{size: -1}
	at := scanner.Span{Offset: headAt, Length: blockBytes}
	archiverules.ReportName(r.p, at, h.name)
	switch {
	case h.kind == '1' || h.kind == '2':
		r.link(h, at)
		return nil
	case !h.hasContent() || size == 0 && strings.HasSuffix(h.name, "/"):
		return nil
	case h.kind == 'S':
		r.p.Gap(scanner.Unsupported, at, "the member %q is sparse", scanner.Clean(h.name, 160))
	}
	return r.p.Section(ctx, scanner.Member{Name: h.name}, dataAt, size)
}

// link reports a link that leads out of the archive. The target of a hard link is
// named from the root of the archive, that of a symbolic one from its own folder.
func (r *reader) link(h header, at scanner.Span) {
	folder := archiverules.Folder(h.name)
	if h.kind == '1' {
		folder = ""
	}
	archiverules.ReportLink(r.p, at, h.name, folder, h.link)
}
