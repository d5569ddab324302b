// Package safetensors checks safetensors files as strictly as the format is defined:
// eight bytes with the length of a JSON header, the header, and the tensors one behind
// the other without a hole (https://github.com/huggingface/safetensors, "Format").
//
// The format holds no code, so what is worth knowing is that a file is nothing else
// besides: loaders disagree about headers that break the rules, and bytes that no
// tensor explains are where something else hides. Tensors are never read. The index of
// a model that is split into several files is read by this package, too.
package safetensors

import (
	"context"
	"encoding/binary"
	"strings"
	"unicode/utf8"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/archiverules"
	"github.com/modelsieve/modelsieve/scanner/internal/cursor"
)

var ruleMalformed = &scanner.Rule{
	ID:       "safetensors-malformed",
	Title:    "File violates the safetensors format",
	Severity: scanner.Medium,
	Why: "Loaders disagree about files that break the rules of the format: one takes the first of two tensors of a name, another the " +
		"last; bytes that belong to no tensor may be something else entirely.",
	Fix: "Save the model again with the safetensors library, from a source that you trust.",
	CWE: 1286, Refs: []string{"https://github.com/huggingface/safetensors#format", "https://cwe.mitre.org/data/definitions/1286.html"},
}

// Analyzer reads safetensors files and their indexes.
var Analyzer = &scanner.Analyzer{
	Name: "safetensors",
	Doc: `safetensors files and the index of a model in several of them

The header is checked against every rule of the format; bytes that no tensor
explains are analysed as whatever they are. Tensors are not read.`,
	Rules: []*scanner.Rule{ruleMalformed, archiverules.Manifest},
	Match: match,
	Run:   run,
}

const (
	lengthBytes = 8
	maxHeader   = 100_000_000 // bytes; the reference reader's limit
	indexSuffix = ".safetensors.index.json"
)

func match(h *scanner.Head) scanner.Claim {
	name := strings.ToLower(h.Name())
	switch {
	case strings.HasSuffix(name, indexSuffix):
		return scanner.Sure
	case len(h.Prefix) <= lengthBytes || h.Prefix[lengthBytes] != '{':
		return scanner.No
	}
	n := binary.LittleEndian.Uint64(h.Prefix)
	switch named := strings.HasSuffix(name, ".safetensors"); {
	case n > maxHeader && !named:
		return scanner.No
	case named:
		return scanner.Sure
	case n >= 2 && n <= uint64(h.Size-lengthBytes):
		return scanner.Maybe
	}
	return scanner.No
}

func run(ctx context.Context, p *scanner.Pass) error {
	if strings.HasSuffix(strings.ToLower(p.Name()), indexSuffix) {
		return runIndex(p)
	}
	c := cursor.New(p, 0, p.Size)
	n, err := c.U64()
	if err != nil {
		return err
	}
	switch {
	case n > maxHeader:
		return scanner.Errorf(scanner.Malformed, 0, "a header of %d bytes, more than the %d that readers take", n, maxHeader)
	case n > uint64(p.Size-lengthBytes):
		return scanner.Errorf(scanner.Truncated, 0, "a header of %d bytes, but %d are left", n, p.Size-lengthBytes)
	}
	return runHeader(p, int64(n))
}

// runHeader reads a header of n bytes and accounts for the tensors behind it.
func runHeader(p *scanner.Pass, n int64) error {
	if err := p.Budget.Hold(n); err != nil {
		return err
	}
	defer p.Budget.Release(n)
	text, err := cursor.New(p, lengthBytes, n).Bytes(n, maxHeader)
	if err != nil {
		return err
	}
	if !utf8.Valid(text) {
		return scanner.Errorf(scanner.Malformed, lengthBytes, "the header is not UTF-8")
	}
	h := newHeader(p, text)
	defer h.close()
	if err := h.parse(text); err != nil {
		return err
	}
	p.Analysed(0, lengthBytes+n)
	h.account(lengthBytes + n)
	return nil
}
