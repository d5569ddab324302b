// Package xzfile opens xz files (https://tukaani.org/xz/xz-file-format.txt).
package xzfile

import (
	"bytes"
	"io"

	"github.com/mikelolasagasti/xz"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/decode"
)

// Analyzer opens xz files.
var Analyzer = &scanner.Analyzer{
	Name:  "xz",
	Doc:   "Xz files\n\nThe streams of a file are decoded as one content. Anything else behind them is a gap.",
	Match: match,
	Run:   codec.Run,
}

var codec = &decode.Codec{Suffixes: []string{".xz"}, Starts: starts, Open: open, Greedy: true, Slow: scanner.SlowXZ, Memory: memory}

// starts looks for the magic.
func starts(b []byte) bool { return bytes.HasPrefix(b, []byte("\xfd7zXZ\x00")) }

func match(h *scanner.Head) scanner.Claim {
	if starts(h.Prefix) {
		return scanner.Sure
	}
	return scanner.No
}

// maxDictionary is how large a dictionary may be, in bytes: xz -9 uses as much.
const maxDictionary = 64 << 20

func open(src decode.Source) (io.Reader, error) { return xz.NewReader(src, maxDictionary) }

// memory is that of the dictionary: its size is in the header of the first block, behind
// that of the stream, as half a power of two (xz-file-format.txt, 5.3.1). Headers with other
// filters or sizes count as the largest.
func memory(prefix []byte) int64 {
	const flags, id, code, lzma2 = 13, 14, 16, 0x21
	if len(prefix) <= code || prefix[flags] != 0 || prefix[id] != lzma2 || prefix[code] >= 32 {
		return maxDictionary
	}
	return min(int64(2|prefix[code]&1)<<(prefix[code]/2+11), maxDictionary)
}
