// Package zstdfile opens Zstandard frames (RFC 8878).
package zstdfile

import (
	"bytes"
	"io"

	"github.com/klauspost/compress/zstd"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/decode"
)

// Analyzer opens Zstandard files.
var Analyzer = &scanner.Analyzer{
	Name:  "zstd",
	Doc:   "Zstandard files\n\nThe streams of a file are decoded as one content. Anything else behind them is a gap.",
	Match: match,
	Run:   codec.Run,
}

var codec = &decode.Codec{Suffixes: []string{".zst", ".zstd"}, Starts: starts, Open: open, Greedy: true, Memory: memory}

// starts looks for the magic of a frame.
func starts(b []byte) bool { return bytes.HasPrefix(b, []byte("\x28\xb5\x2f\xfd")) && len(b) >= 6 }

func match(h *scanner.Head) scanner.Claim {
	if starts(h.Prefix) {
		return scanner.Sure
	}
	return scanner.No
}

// maxWindow is how far back a frame may refer, in bytes: zstd --long=27 as much.
const maxWindow = 128 << 20

func open(src decode.Source) (io.Reader, error) {
	d, err := zstd.NewReader(src, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, err
	}
	return d, nil
}

// memory is that of the window, whose size is in the header of the first frame.
func memory(prefix []byte) int64 {
	var h zstd.Header
	if h.Decode(prefix) != nil {
		return 0
	}
	return int64(min(h.WindowSize, maxWindow))
}
