// Package tfcheckpoint reads the index of TensorFlow checkpoints (.index): a table of
// sorted strings as LevelDB has them, from the names of tensors to where their bytes lie
// in the files of data beside it (tensorflow/core/util/tensor_bundle, and
// https://github.com/google/leveldb/blob/main/doc/table_format.md).
//
// A checkpoint holds no code and no paths: loaders compute the names of its files. The
// files of data are not read.
package tfcheckpoint

import (
	"context"
	"fmt"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
	"github.com/modelsieve/modelsieve/scanner/internal/protowalk"
)

// Analyzer reads the index of checkpoints.
var Analyzer = &scanner.Analyzer{
	Name: "tfcheckpoint",
	Doc: `Index of TensorFlow checkpoints (.index)

Where tensors lie is compared with the files of data that are beside it.`,
	Rules: []*scanner.Rule{modelrules.Malformed},
	Match: match,
	Run:   run,
}

const (
	footerBytes = 48
	magic       = "\x57\xfb\x80\x8b\x24\x75\x47\xdb" // at the end of the footer
	suffix      = ".index"
)

// match wants the name besides the magic, which tables of LevelDB have, too.
func match(h *scanner.Head) scanner.Claim {
	if strings.HasSuffix(h.Name(), suffix) && strings.HasSuffix(string(h.Suffix), magic) && h.Size >= footerBytes {
		return scanner.Sure
	}
	return scanner.No
}

func run(_ context.Context, p *scanner.Pass) error {
	if p.Size < footerBytes {
		return scanner.Errorf(scanner.Truncated, p.Size, "no table: it has no footer")
	}
	c := &checkpoint{p: p, w: protowalk.New(p, p.Size, p.Budget), ends: map[uint64]uint64{}}
	if err := c.read(); err != nil {
		return err
	}
	p.Analysed(0, p.Size)
	p.Later(func() error { c.compare(); return nil })
	return nil
}

// A checkpoint is one that is read.
type checkpoint struct {
	p      *scanner.Pass
	w      *protowalk.Walker
	shards uint64
	ends   map[uint64]uint64 // of the tensors, by the number of their file
	told   int
}

// entry reads a value of the table: the header, which has an empty name, or a tensor.
func (c *checkpoint) entry(named bool, at scanner.Span) error {
	var shard, offset, size uint64
	err := c.w.Each(at, func(f protowalk.Field) error {
		switch {
		case !named && f.Is(1, protowalk.Varint):
			c.shards = f.Value
		case named && f.Is(3, protowalk.Varint):
			shard = f.Value
		case named && f.Is(4, protowalk.Varint):
			offset = f.Value
		case named && f.Is(5, protowalk.Varint):
			size = f.Value
		}
		return nil
	})
	if err != nil || !named {
		return err
	}
	if shard >= c.shards || offset > 1<<62 || size > 1<<62 {
		c.odd(at.Offset, fmt.Sprintf("a tensor of %d bytes at offset %d of file %d, of which there are %d", size, offset, shard, c.shards))
		return nil
	}
	if c.ends[shard] == 0 {
		if err := c.p.Budget.Hold(64); err != nil {
			return err
		}
	}
	c.ends[shard] = max(c.ends[shard], offset+size, 1)
	return nil
}

// compare compares the ends of tensors with the files of data, those that are here.
func (c *checkpoint) compare() {
	const pointer = 512 // a file of a few bytes stands for another
	folders := c.p.Around()
	if len(folders) == 0 || folders[0].Stat == nil {
		return
	}
	for shard := range min(c.shards, 1000) {
		name := fmt.Sprintf("%s.data-%05d-of-%05d", strings.TrimSuffix(c.p.Name(), suffix), shard, c.shards)
		if file, ok := folders[0].Stat(name); ok && file.Size > pointer && c.ends[shard] > uint64(file.Size) {
			c.odd(0, fmt.Sprintf("a tensor ends at byte %d of %q, which has %d", c.ends[shard], scanner.Clean(name, 100), file.Size))
		}
	}
}

// odd reports what no checkpoint has.
func (c *checkpoint) odd(at int64, text string) {
	if c.told++; c.told > 5 {
		return
	}
	c.p.Report(modelrules.Malformed, scanner.Span{Offset: at}, scanner.Detail{
		Message: "The checkpoint contradicts itself: " + text + ".", Evidence: []string{text},
	})
}
