package tflite

import (
	"context"
	"errors"
	"fmt"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/cursor"
	"github.com/modelsieve/modelsieve/scanner/internal/flatbuf"
)

// The layout of a bundle (LiteRT-LM, schema/core/litertlm_header_schema.fbs): magic,
// three numbers of the version, where the header ends, the header, sections.
const (
	bundleHeaderEnd = 24
	bundleHeader    = 32

	bundleSections               = 1 // of the root
	sectionBegin, sectionEnd     = 1, 2
	sectionKind                  = 3
	kindModel, kindSentencePiece = 3, 4
	kindMetadata, kindTokenizer  = 5, 6
	kindWeights                  = 7
)

// kinds are the names that sections get; what they hold is found out by their content.
var kinds = map[uint64]string{
	kindModel: "model.tflite", kindSentencePiece: "tokenizer.model", kindMetadata: "metadata", kindTokenizer: "tokenizer", kindWeights: "weights",
}

// runBundle hands on the sections of a bundle.
func runBundle(ctx context.Context, p *scanner.Pass) error {
	c := cursor.NewNear(p, 0, p.Size, bundleHeader)
	c.MoveTo(bundleHeaderEnd)
	end, err := c.U64()
	if err != nil {
		return err
	}
	if end < bundleHeader || end > uint64(p.Size) {
		return scanner.Errorf(scanner.Truncated, bundleHeaderEnd, "the header ends at offset %d, but the file has %d bytes", end, p.Size)
	}
	header := int64(end) - bundleHeader
	b := flatbuf.New(sectionAt{p}, header, p.Budget)
	defer b.Close()
	sections := b.Root().Table(bundleSections).Vector(0, 4)
	for i := range sections.Len() {
		if err := section(ctx, p, i, sections.Table(i)); err != nil {
			return err
		}
	}
	p.Analysed(0, int64(end))
	return moved(b.Err())
}

// section hands on one section.
func section(ctx context.Context, p *scanner.Pass, i int, t flatbuf.Table) error {
	begin, end := t.Uint(sectionBegin, 8, 0), t.Uint(sectionEnd, 8, 0)
	kind := t.Uint(sectionKind, 1, 0)
	if !t.Once() || begin == end {
		return nil
	}
	if begin > end || end > 1<<62 {
		p.Gap(scanner.Malformed, scanner.Span{Offset: min(bundleHeader+t.At(), p.Size)}, "a section from offset %d to %d", begin, end)
		return nil
	}
	if kind == kindWeights {
		if end > uint64(p.Size) {
			p.Gap(scanner.Truncated, scanner.Span{Offset: p.Size}, "weights that end at offset %d", end)
		}
		p.Data(int64(begin), int64(end-begin))
		return nil
	}
	name := kinds[kind]
	if name == "" {
		name = "data"
	}
	return p.Section(ctx, scanner.Member{Name: fmt.Sprintf("%d-%s", i, name)}, int64(begin), int64(end-begin))
}

// A sectionAt reads what is behind the start of a bundle's header.
type sectionAt struct{ p *scanner.Pass }

func (s sectionAt) ReadAt(b []byte, off int64) (int, error) { return s.p.ReadAt(b, off+bundleHeader) }

// moved gives an error of the header its offset in the file.
func moved(err error) error {
	var input *scanner.Error
	if errors.As(err, &input) {
		again := *input
		again.At.Offset += bundleHeader
		return &again
	}
	return err
}
