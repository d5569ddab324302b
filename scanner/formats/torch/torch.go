// Package torch reads what torch.save writes besides pickles: the zip archive
// that it has written since version 1.6, the older file of five pickles in a row with
// the storages behind them, and members of the tar archive before that.
//
// The pickles are judged by the pickle analyzer, which claims the same bytes or
// is handed them by the zip analyzer; this one explains where the tensors lie and
// whether what the pickle says of them fits.
package torch

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
)

// Analyzer reads torch.save files of all kinds.
var Analyzer = &scanner.Analyzer{
	Name: "torch",
	Doc: `PyTorch checkpoints: the zip archive, the older five pickles with storages, the tar archive before that

The tensors are accounted for as data and never read. What the pickle says of
their number, size and place is compared with what is there.`,
	Rules: []*scanner.Rule{ruleMismatch},
	Match: match,
	Run:   run,
}

var ruleMismatch = &scanner.Rule{
	ID:       "torch-metadata-mismatch",
	Title:    "Tensor metadata disagrees with its storage",
	Severity: scanner.High,
	Why: "The pickle says that a tensor reaches beyond the bytes that are stored for it. " +
		"Loaders that trust it read or write outside the buffer, which can be turned into code execution.",
	Fix: "Do not load the file. An intact file saved by PyTorch never says this.",
	CWE: 787, Refs: []string{"https://cwe.mitre.org/data/definitions/787.html", "https://pytorch.org/docs/stable/notes/serialization.html"},
}

// legacyMagic is how a legacy file starts: a pickle of the number
// 0x1950a86a20f9469cfc6c under protocol 2.
const legacyMagic = "\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."

const zipMagic = "PK\x03\x04"

func match(h *scanner.Head) scanner.Claim {
	switch prefix := string(h.Prefix); {
	case len(prefix) >= len(legacyMagic) && prefix[:len(legacyMagic)] == legacyMagic:
		return scanner.Sure
	case len(prefix) >= len(zipMagic) && prefix[:len(zipMagic)] == zipMagic:
		return scanner.Maybe
	case tarMember(h.Artifact) != "" && len(prefix) > 0 && prefix[0] == 0x80:
		return scanner.Maybe
	}
	return scanner.No
}

func run(ctx context.Context, p *scanner.Pass) error {
	magic := make([]byte, min(p.Size, int64(len(legacyMagic))))
	if _, err := p.ReadAt(magic, 0); err != nil && !errors.Is(err, io.EOF) {
		return scanner.Errorf(scanner.Unreadable, 0, "reading: %v", err)
	}
	switch {
	case strings.HasPrefix(string(magic), zipMagic):
		return runArchive(p)
	case string(magic) == legacyMagic:
		return runLegacy(p)
	}
	if member := tarMember(p.Artifact); member != "" {
		return runTar(ctx, p, member)
	}
	return scanner.Errorf(scanner.Unrecognized, 0, "neither an archive nor a legacy file of torch")
}
