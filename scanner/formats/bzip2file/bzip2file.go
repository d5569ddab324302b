// Package bzip2file opens bzip2 files.
package bzip2file

import (
	"bytes"
	"compress/bzip2"
	"io"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/decode"
)

// Analyzer opens bzip2 files.
var Analyzer = &scanner.Analyzer{
	Name:  "bzip2",
	Doc:   "Bzip2 files\n\nThe streams of a file are decoded as one content. Anything else behind them is a gap.",
	Match: match,
	Run:   codec.Run,
}

var codec = &decode.Codec{Suffixes: []string{".bz2"}, Starts: starts, Open: open, Greedy: true, Slow: scanner.SlowBzip2, Memory: memory}

// starts looks for the magic and that of a block, or of the end of an empty stream.
func starts(b []byte) bool {
	return len(b) >= 10 && string(b[:3]) == "BZh" && b[3] >= '1' && b[3] <= '9' &&
		(bytes.Equal(b[4:10], []byte("1AY&SY")) || bytes.Equal(b[4:10], []byte("\x17\x72\x45\x38\x50\x90")))
}

func match(h *scanner.Head) scanner.Claim {
	if starts(h.Prefix) {
		return scanner.Sure
	}
	return scanner.No
}

func open(src decode.Source) (io.Reader, error) { return bzip2.NewReader(src), nil }

// memory is that of a block: four bytes for each of its own.
func memory(prefix []byte) int64 { return int64(prefix[3]-'0') * 400_000 }
