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

var codec = &decode.Codec{Suffixes: []string{".xz"}, Starts: starts, Open: open, Greedy: true, Slow: scanner.SlowXZ}

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
