// Package boosters reads the models that libraries of boosted trees save in binary:
// UBJSON of XGBoost (https://ubjson.org, src/common/json.cc), and the files of CatBoost
// (catboost/libs/model/model.cpp: a magic, a length, a FlatBuffer, further parts).
//
// There is no code in them. Structure is walked so that what stands behind it, or in the
// place of it, is told; trees are not judged. JSON of XGBoost and text of LightGBM are
// ordinary text files.
package boosters

import (
	"context"
	"encoding/binary"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/cursor"
	"github.com/modelsieve/modelsieve/scanner/internal/flatbuf"
)

// Analyzer reads models of boosted trees.
var Analyzer = &scanner.Analyzer{
	Name:  "boosters",
	Doc:   "Models of boosted trees: XGBoost (.ubj), CatBoost (.cbm)\n\nThey hold no code. What does not belong to the model is analysed as something of its own.",
	Match: match,
	Run:   run,
}

const catMagic = "CBM1"

func match(h *scanner.Head) scanner.Claim {
	switch {
	case len(h.Prefix) >= 8 && string(h.Prefix[:4]) == catMagic:
		return scanner.Sure
	case len(h.Prefix) > 4 && h.Prefix[0] == '{' && ubjKey(h.Prefix[1:]):
		return scanner.Maybe
	}
	return scanner.No
}

// ubjKey reports whether bytes start with a key as XGBoost writes it: its length in eight
// bytes, or in fewer as others do. No text of JSON does.
func ubjKey(b []byte) bool {
	width, ok := ubjWidths[b[0]]
	return ok && b[0] != 'd' && b[0] != 'D' && int64(len(b)) > width && (width == 1 || b[1] == 0)
}

func run(_ context.Context, p *scanner.Pass) error {
	head := make([]byte, min(8, p.Size))
	if n, err := p.ReadAt(head, 0); n < len(head) {
		return scanner.Errorf(scanner.Unreadable, 0, "reading: %v", err)
	}
	if strings.HasPrefix(string(head), catMagic) {
		return runCat(p, head)
	}
	u := &ubj{p: p, c: cursor.New(p, 0, p.Size)}
	err := u.value(0)
	p.Analysed(0, u.c.Offset())
	return err
}

// runCat accounts for the parts of a model of CatBoost.
func runCat(p *scanner.Pass, head []byte) error {
	if len(head) < 8 {
		return scanner.Errorf(scanner.Truncated, 0, "the header is cut off")
	}
	size := int64(binary.LittleEndian.Uint32(head[4:]))
	if size > p.Size-8 {
		return scanner.Errorf(scanner.Truncated, 4, "a model of %d bytes, with %d left", size, p.Size-8)
	}
	b := flatbuf.New(shifted{p, 8}, size, p.Budget)
	defer b.Close()
	core := b.Root()
	if b.Err() != nil {
		return b.Err()
	}
	p.Analysed(0, 8)
	p.Data(8, size)
	const parts = 3 // of TModelCore: the ids of what follows
	if core.Vector(parts, 4).Len() > 0 {
		p.Data(8+size, p.Size-8-size) // tables of target statistics, with lengths of their own
	}
	return b.Err()
}

// A shifted reads what lies behind an offset.
type shifted struct {
	p  *scanner.Pass
	by int64
}

func (s shifted) ReadAt(b []byte, off int64) (int, error) { return s.p.ReadAt(b, off+s.by) }
