// Package lz4file opens lz4 frames (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md).
package lz4file

import (
	"bytes"
	"io"

	"github.com/pierrec/lz4/v4"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/decode"
)

// Analyzer opens lz4 frames.
var Analyzer = &scanner.Analyzer{
	Name:  "lz4",
	Doc:   "Lz4 frames\n\nThe streams of a file are decoded as one content. Anything else behind them is a gap.",
	Match: match,
	Run:   codec.Run,
}

var codec = &decode.Codec{Suffixes: []string{".lz4"}, Starts: starts, Open: open, Greedy: true}

// starts looks for the magic. The legacy format has another one and is not read.
func starts(b []byte) bool { return bytes.HasPrefix(b, []byte("\x04\x22\x4d\x18")) && len(b) >= 7 }

func match(h *scanner.Head) scanner.Claim {
	if starts(h.Prefix) {
		return scanner.Sure
	}
	return scanner.No
}

func open(src decode.Source) (io.Reader, error) { return lz4.NewReader(src), nil }
