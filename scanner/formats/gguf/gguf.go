// Package gguf reads GGUF files, the format of llama.cpp and its relatives: metadata
// as typed keys and values, a table of tensors, the tensors
// (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md; what readers take is
// ggml/src/gguf.cpp). Versions 1 to 3 in both byte orders. Chat templates, which are
// programs, are handed on; tensors are never read.
//
// Older formats of the same family (ggml, ggmf, ggjt, ggla) are told by their magic
// and not read: nothing has loaded them since 2023.
package gguf

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
)

// Analyzer reads GGUF files.
var Analyzer = &scanner.Analyzer{
	Name: "gguf",
	Doc: `GGUF models of llama.cpp, in both byte orders; older ggml files are recognised

Counts, sizes and offsets are checked against the file, since native readers have
been exploited with them. Chat templates inside are analysed as templates.`,
	Rules: []*scanner.Rule{ruleMalformed, modelrules.Malformed},
	Match: match,
	Run:   run,
}

var ruleMalformed = &scanner.Rule{
	ID:       "gguf-malformed",
	Title:    "GGUF header or tensor table out of bounds",
	Severity: scanner.High,
	Why: "A count, a size or an offset in the file is larger than what is there. Exactly this made native readers write or read outside " +
		"of their buffers, in several published attacks.",
	Fix: "Do not load the file. An interrupted download looks like this, too: fetch the file again and compare its checksum.",
	CWE: 190, Refs: []string{
		"https://nvd.nist.gov/vuln/detail/CVE-2025-53630", "https://nvd.nist.gov/vuln/detail/CVE-2026-7482",
		"https://cwe.mitre.org/data/definitions/190.html",
	},
}

const magic = "GGUF"

// older are the magics of the formats before, as they stand in files.
var older = map[string]string{"lmgg": "ggml", "fmgg": "ggmf", "tjgg": "ggjt", "algg": "ggla", "nsgg": "ggsn", "asgg": "ggsa"}

func match(h *scanner.Head) scanner.Claim {
	if len(h.Prefix) < 8 {
		return scanner.No
	}
	head := string(h.Prefix[:4])
	if head == magic {
		return scanner.Sure
	}
	if version := binary.LittleEndian.Uint32(h.Prefix[4:]); older[head] != "" && (head == "lmgg" || version <= 16) {
		return scanner.Maybe
	}
	return scanner.No
}

func run(ctx context.Context, p *scanner.Pass) error {
	head := make([]byte, 8)
	if _, err := p.ReadAt(head, 0); err != nil {
		return scanner.Errorf(scanner.Truncated, 0, "the header is cut off")
	}
	if name := older[string(head[:4])]; name != "" {
		return scanner.Errorf(scanner.Unsupported, 0, "a %s file, a format from before GGUF that is not read", name)
	}
	f := newFile(ctx, p)
	defer func() { p.Budget.Release(f.held) }()
	err := f.read(head)
	var bounds *boundsError
	if errors.As(err, &bounds) {
		f.malformed(bounds.at, bounds.text)
		return scanner.Errorf(scanner.Malformed, bounds.at, "%s: what follows was not read", bounds.text)
	}
	return err
}

// A boundsError says that something is larger than what is there.
type boundsError struct {
	at   int64
	text string
}

func (e *boundsError) Error() string { return e.text }

// beyond makes a boundsError.
func beyond(at int64, format string, args ...any) error {
	return &boundsError{at, fmt.Sprintf(format, args...)}
}

// malformed reports what is out of bounds.
func (f *file) malformed(at int64, text string) {
	f.p.Report(ruleMalformed, scanner.Span{Offset: at}, scanner.Detail{
		Message: "The GGUF file is out of bounds: " + text + ".", Evidence: []string{text},
	})
}

// odd reports what no honest writer makes.
func (f *file) odd(at int64, text string) {
	f.p.Report(modelrules.Malformed, scanner.Span{Offset: at}, scanner.Detail{
		Message: "The GGUF file breaks a rule of its format: " + text + ".", Evidence: []string{text},
	})
}
