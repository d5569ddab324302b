// Package compound explains old documents of Office, compound files of sectors
// ([MS-CFB]), in which an archive lies: newer programs keep themes as zip archives in them.
// No loader of models reads such a document; one that looks for the end of an archive
// finds the archive, which is analysed as one. The rest is data.
package compound

import (
	"bytes"
	"context"
	"encoding/binary"

	"github.com/modelsieve/modelsieve/scanner"
)

// Analyzer explains compound files with an archive in them.
var Analyzer = &scanner.Analyzer{
	Name:  "compound",
	Doc:   "Old documents of Office with an archive in them\n\nThe archive is analysed as one, the rest is data. Other documents are left alone.",
	Match: match,
	Run:   run,
}

const (
	magic     = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
	endRecord = "PK\x05\x06"
	header    = 512       // bytes
	searched  = 66 << 10  // bytes at the end, where readers look for an archive's end
	maxSize   = 256 << 20 // bytes; documents are smaller
)

// match takes a file with the magic and a sound header, where the end of an archive may lie
// where readers look for it.
func match(h *scanner.Head) scanner.Claim {
	if h.Leftover || h.Size < header || h.Size > maxSize || !bytes.HasPrefix(h.Prefix, []byte(magic)) || !sound(h.Prefix) {
		return scanner.No
	}
	end := make([]byte, min(h.Size, searched))
	n, _ := h.ReadAt(end, h.Size-int64(len(end)))
	if !bytes.Contains(end[:n], []byte(endRecord)) {
		return scanner.No
	}
	return scanner.Maybe
}

// sound reports whether the fields of a header are those of one of the two versions.
func sound(head []byte) bool {
	version, order, shift := binary.LittleEndian.Uint16(head[26:]), binary.LittleEndian.Uint16(head[28:]), binary.LittleEndian.Uint16(head[30:])
	return order == 0xfffe && (version == 3 && shift == 9 || version == 4 && shift == 12)
}

func run(_ context.Context, p *scanner.Pass) error {
	p.Analysed(0, header)
	p.Data(header, p.Size-header)
	return nil
}
