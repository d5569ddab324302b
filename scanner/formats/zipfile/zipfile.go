// Package zipfile opens zip archives: each member is handed to the engine under
// every reading that some reader of zip files would take.
//
// The format is described in PKWARE's APPNOTE.TXT. Checksums keep no member from being
// analysed, since there are loaders that do not verify them. Those of contents that are
// unpacked anyway are verified, and a wrong one is a gap.
package zipfile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/archiverules"
	"github.com/modelsieve/modelsieve/scanner/internal/ziparchive"
)

// Analyzer opens zip archives.
var Analyzer = &scanner.Analyzer{
	Name: "zip",
	Doc: `Zip archives: torch, npz, and whatever else is packed in them

All directories, local headers and what lies between them are read; where they
disagree, every reading of a member is analysed and the disagreement reported.`,
	Rules: []*scanner.Rule{ruleInconsistent, archiverules.Traversal, archiverules.Link},
	Match: match,
	Run:   run,
}

var ruleInconsistent = &scanner.Rule{
	ID:       "zip-inconsistent",
	Title:    "Zip headers disagree",
	Severity: scanner.High,
	Why: "Readers of zip files use different parts of the headers. Where those contradict each other, " +
		"a loader sees another member than the one a reviewer or scanner sees. No honest writer does this.",
	Fix: "Do not load the file. Unpack it with a tool that you trust, check the members and pack them again.",
	CWE: 436, Refs: []string{
		"https://nvd.nist.gov/vuln/detail/CVE-2025-1944", "https://nvd.nist.gov/vuln/detail/CVE-2025-10156",
		"https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT",
	},
}

// match looks for a local header or an end record at the start and, as Python's
// zipfile does, for an end record at the end.
func match(h *scanner.Head) scanner.Claim {
	switch prefix := string(h.Prefix[:min(4, len(h.Prefix))]); {
	case prefix == "PK\x03\x04":
		return scanner.Sure
	case prefix == "PK\x05\x06" && h.Size >= 22:
		return scanner.Maybe
	}
	tail := h.Suffix
	if h.Depth == 0 && h.Size > int64(len(tail)) {
		tail = make([]byte, min(h.Size, 22+1<<16))
		n, err := h.ReadAt(tail, h.Size-int64(len(tail)))
		if err != nil && !errors.Is(err, io.EOF) {
			return scanner.No
		}
		tail = tail[:n]
	}
	if endRecord(tail, h.Size) {
		return scanner.Maybe
	}
	return scanner.No
}

// endRecord reports whether the tail of a file holds an end record that fits it.
func endRecord(tail []byte, size int64) bool {
	signature := []byte("PK\x05\x06")
	for at := bytes.LastIndex(tail, signature); at >= 0; at = bytes.LastIndex(tail[:at], signature) {
		b := tail[at:]
		if len(b) < 22 {
			continue
		}
		directory := int64(b[12]) | int64(b[13])<<8 | int64(b[14])<<16 | int64(b[15])<<24
		before := size - int64(len(b))
		if (directory <= before || directory == 1<<32-1) && b[4] == 0 {
			return true
		}
	}
	return false
}

func run(ctx context.Context, p *scanner.Pass) error {
	archive := ziparchive.Read(p, p.Size, p.Budget)
	defer archive.Close()
	err := archive.Err
	if err == nil {
		err = archive.Compare()
	}
	for _, a := range archive.Anomalies {
		reportAnomaly(p, a)
	}
	if !archive.Ended && err == nil {
		p.Gap(scanner.Truncated, scanner.Span{Offset: p.Size}, "the archive has no end record: it is cut off")
	}
	for _, span := range archive.Truncated {
		p.Gap(scanner.Truncated, scanner.Span{Offset: span.Offset}, "a member of %d bytes, but %d are left", span.Length, p.Size-span.Offset)
	}
	var before repeats
	var spare ziparchive.Spare
	for i := range archive.Len() {
		e := archive.Entry(i)
		p.Analysed(e.HeaderAt, e.DataAt-e.HeaderAt)
		if before.has(&e) {
			archiverules.ReportName(p, scanner.Span{Offset: e.HeaderAt, Length: 4}, e.Name)
			if err := p.Budget.Step(repeatSteps); err != nil {
				return err
			}
			continue
		}
		if err := member(ctx, p, &e, &spare); err != nil {
			return err
		}
		p.Analysed(e.DataAt+e.Packed, e.After)
	}
	for _, record := range archive.Records {
		p.Analysed(record.Offset, record.Length)
	}
	return incomplete(p, err)
}

// maxEndings is how many endings of names the same content is analysed under.
const maxEndings = 16

// repeatSteps is what it costs to pass over an entry.
const repeatSteps = 64

// repeats knows the entries that have the same content as the last one, which lead to one
// local header: a directory of many such entries would have it analysed again and again.
type repeats struct {
	at, packed int64
	size       uint64
	method     uint16
	endings    map[string]bool // of names, by which formats may tell files apart
}

// has reports whether an entry with this content and this ending of its name was there.
func (r *repeats) has(e *ziparchive.Entry) bool {
	if r.at != e.DataAt || r.packed != e.Packed || r.size != e.Size || r.method != e.Method {
		*r = repeats{e.DataAt, e.Packed, e.Size, e.Method, map[string]bool{}}
	}
	ending := path.Ext(e.Name)
	if r.endings[ending] || len(r.endings) > maxEndings {
		return true
	}
	r.endings[ending] = true
	return false
}

// incomplete records that an archive could not be read to its end. What was not read is
// not looked at without the rest.
func incomplete(p *scanner.Pass, err error) error {
	var input *scanner.Error
	if !errors.As(err, &input) || input.Reason != scanner.OverLimit {
		return err
	}
	p.Gap(input.Reason, scanner.Span{Length: p.Size}, "from offset %d on: %s", input.At.Offset, input.Text)
	return nil
}

// reportAnomaly reports a disagreement between headers.
func reportAnomaly(p *scanner.Pass, a ziparchive.Anomaly) {
	of := ""
	if a.Name != "" {
		of = fmt.Sprintf(" for the member %q", scanner.Clean(a.Name, 100))
	}
	p.Report(ruleInconsistent, scanner.Span{Offset: a.At, Length: 4}, scanner.Detail{
		Message:  fmt.Sprintf("The archive is inconsistent%s: %s.", of, a.Text),
		Evidence: []string{a.Name, a.Text},
	})
}

// member reports on an entry and hands its content on.
func member(ctx context.Context, p *scanner.Pass, e *ziparchive.Entry, spare *ziparchive.Spare) error {
	at := scanner.Span{Offset: e.DataAt, Length: e.Packed}
	header := scanner.Span{Offset: e.HeaderAt, Length: 4}
	archiverules.ReportName(p, header, e.Name)
	if e.LocalName != e.Name {
		archiverules.ReportName(p, header, e.LocalName)
	}
	name := e.Name
	if e.Copy > 0 {
		name = fmt.Sprintf("%s#%d", e.Name, e.Copy+1)
	}
	switch {
	case e.Packed == 0 && strings.HasSuffix(e.Name, "/"):
		return p.Budget.Step(1)
	case e.Encrypted:
		p.Gap(scanner.Encrypted, at, "the member %q is encrypted", scanner.Clean(e.Name, 160))
		return p.Section(ctx, scanner.Member{Name: name + " (as stored)"}, e.DataAt, e.Packed)
	case !ziparchive.Readable(e.Method):
		p.Gap(scanner.Unsupported, at, "the member %q is compressed with method %d (%s)",
			scanner.Clean(e.Name, 160), e.Method, ziparchive.MethodName(e.Method))
		return nil
	}
	reportLink(p, e)
	if e.Method == ziparchive.Stored {
		return p.Section(ctx, scanner.Member{Name: name}, e.DataAt, e.Packed)
	}
	return unpack(ctx, p, e, name, spare)
}

// reportLink looks at an entry that is a symbolic link.
func reportLink(p *scanner.Pass, e *ziparchive.Entry) {
	const longest = 4096
	if !e.Link {
		return
	}
	content, err := e.Open(p, &ziparchive.Spare{})
	if err != nil {
		return // a gap when the content is unpacked
	}
	target, _ := io.ReadAll(io.LimitReader(content, longest))
	archiverules.ReportLink(p, scanner.Span{Offset: e.HeaderAt, Length: 4}, e.Name, archiverules.Folder(e.Name), string(target))
}
