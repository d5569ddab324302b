// Package pointer recognises the small text files that stand where a model should
// be: pointers of Git LFS and of git-annex. What a user downloads later is another
// file, of which nothing is known.
//
// The formats are https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md and
// https://git-annex.branchable.com/internals/pointer_file/. A .dvc file is not
// one: it stands beside the model's place, not in it.
package pointer

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/lazyregexp"
)

// Analyzer reports pointers as gaps.
var Analyzer = &scanner.Analyzer{
	Name: "pointer",
	Doc: `Git LFS and git-annex pointers in the place of a model

A pointer holds the digest and the size of content that was not fetched. It is a
gap: the model itself is not here to be analysed.`,
	Match: match,
	Run:   run,
}

// maxPointer is how many bytes of a file may be a pointer: Git LFS allows 1 KiB.
const maxPointer = 1 << 10

var (
	// The second and third are what early versions of Git LFS wrote; it reads them.
	lfsVersion = lazyregexp.New(`^version (https://git-lfs\.github\.com/spec/v1|https://hawser\.github\.com/spec/v1|http://git-media\.io/v/2)\r?(\n|$)`)
	lfsLine    = lazyregexp.New(`^([a-z0-9.-]+) (\S[^\r\n]*)$`)
	lfsOID     = lazyregexp.New(`^sha256:([0-9a-f]{64})$`)
	// The path of a key in the annex, as a pointer or as the target of a link that
	// was checked out as text. The last group is the key.
	annexLine = lazyregexp.New(`^(?:[^\x00-\x1f]*[/\\])?annex[/\\]objects[/\\](?:[^\x00-\x1f]*[/\\])?([^/\\\x00-\x1f]+)\r?(?:\n|$)`)
	annexKey  = lazyregexp.New(`^[A-Z0-9_]+(?:-[a-zA-Z][0-9]+)*--.`)
	annexSize = lazyregexp.New(`^[A-Z0-9_]+(?:-[a-zA-Z][0-9]+)*?-s([0-9]+)(?:-[a-zA-Z][0-9]+)*--`)
)

// match looks at the first line: nothing else starts like this.
func match(h *scanner.Head) scanner.Claim {
	text := h.Prefix[:min(len(h.Prefix), maxPointer)]
	if lfsVersion().Match(text) || annexKeyOf(text) != "" {
		return scanner.Sure
	}
	return scanner.No
}

// run accounts for the pointer's own lines. What follows them is left to other
// analyzers: no honest pointer has anything there.
func run(_ context.Context, p *scanner.Pass) error {
	text := make([]byte, min(p.Size, maxPointer))
	n, err := p.ReadAt(text, 0)
	if n < len(text) {
		return scanner.Errorf(scanner.Unreadable, int64(n), "reading: %v", err)
	}
	if err := p.Budget.Step(int64(n)); err != nil {
		return err
	}
	switch key := annexKeyOf(text); {
	case lfsVersion().Match(text):
		runLFS(p, text)
	case key != "":
		at := scanner.Span{Length: int64(len(annexLine().Find(text)))}
		p.Analysed(0, at.Length)
		p.Gap(scanner.Pointer, at, "a git-annex pointer stands here; the content%s, with key %q, was not fetched", sizeOf(key), key)
	default:
		return scanner.Errorf(scanner.Malformed, 0, "this is no pointer")
	}
	return nil
}

// runLFS reads the lines of a Git LFS pointer: version first, then keys in any order.
func runLFS(p *scanner.Pass, text []byte) {
	fields := map[string]string{}
	var end int64
	for line := range bytes.Lines(text) {
		m := lfsLine().FindSubmatch(bytes.TrimRight(line, "\r\n"))
		if m == nil {
			break
		}
		fields[string(m[1])] = string(m[2])
		end += int64(len(line))
	}
	p.Analysed(0, end)
	oid := lfsOID().FindStringSubmatch(fields["oid"])
	size, err := strconv.ParseUint(fields["size"], 10, 63)
	at := scanner.Span{Length: end}
	if oid == nil || err != nil {
		p.Gap(scanner.Pointer, at, "a Git LFS pointer without a valid oid and size stands here; the content was not fetched")
		return
	}
	p.Gap(scanner.Pointer, at, "a Git LFS pointer stands here; the content of %d bytes, with sha256 %s, was not fetched", size, oid[1])
}

// annexKeyOf returns the key that the first line of a text points to, or "".
func annexKeyOf(text []byte) string {
	m := annexLine().FindSubmatch(text)
	if m == nil || !annexKey().Match(m[1]) {
		return ""
	}
	return string(m[1])
}

// sizeOf tells the size of the content where the key does.
func sizeOf(key string) string {
	m := annexSize().FindStringSubmatch(key)
	if m == nil {
		return ""
	}
	return fmt.Sprintf(" of %s bytes", strings.TrimLeft(m[1], "0"))
}
