// Package gzipfile opens gzip files (RFC 1952), all members of them.
package gzipfile

import (
	"io"

	"github.com/klauspost/compress/gzip"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/decode"
)

// Analyzer opens gzip files.
var Analyzer = &scanner.Analyzer{
	Name:  "gzip",
	Doc:   "Gzip files\n\nThe members of a file are decoded as one content, as gzip readers do.",
	Match: match,
	Run:   codec.Run,
}

var codec = &decode.Codec{Suffixes: []string{".gz"}, Starts: starts, Open: open, Reset: reset}

// starts looks for the magic, the one compression method and flags that exist.
func starts(b []byte) bool {
	return len(b) >= 10 && b[0] == 0x1f && b[1] == 0x8b && b[2] == 8 && b[3]&0xe0 == 0
}

func match(h *scanner.Head) scanner.Claim {
	if starts(h.Prefix) {
		return scanner.Sure
	}
	return scanner.No
}

func open(src decode.Source) (io.Reader, error) {
	r, err := gzip.NewReader(src)
	if err != nil {
		return nil, err
	}
	r.Multistream(false)
	return r, nil
}

// reset starts the next stream with the reader of the one before, which it saves to make.
func reset(r io.Reader, src decode.Source) error {
	z := r.(*gzip.Reader)
	if err := z.Reset(src); err != nil {
		return err
	}
	z.Multistream(false)
	return nil
}
