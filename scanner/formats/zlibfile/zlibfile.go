// Package zlibfile opens zlib streams (RFC 1950), as joblib writes them.
package zlibfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"

	"github.com/klauspost/compress/zlib"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/decode"
)

// Analyzer opens zlib streams.
var Analyzer = &scanner.Analyzer{
	Name:  "zlib",
	Doc:   "Zlib streams\n\nTwo bytes are their whole magic, so that the start must decode as well.",
	Match: match,
	Run:   codec.Run,
}

var codec = &decode.Codec{Suffixes: []string{".z", ".zlib"}, Starts: starts, Open: open}

// starts checks the header: deflate with a window of at most 32 KiB, no preset
// dictionary, and a checksum over both bytes.
func starts(b []byte) bool {
	return len(b) >= 6 && b[0] == 0x78 && b[1]&0x20 == 0 && binary.BigEndian.Uint16(b)%31 == 0
}

// probeBytes is how much must decode before a stream is claimed by its content.
const probeBytes = 512

func match(h *scanner.Head) scanner.Claim {
	if !starts(h.Prefix) {
		return scanner.No
	}
	r, err := zlib.NewReader(bytes.NewReader(h.Prefix))
	if err != nil {
		return scanner.No
	}
	n, err := io.ReadFull(r, make([]byte, probeBytes))
	switch {
	case err == nil:
		return scanner.Sure
	case h.Size <= int64(len(h.Prefix)) && errors.Is(err, io.ErrUnexpectedEOF) && n > 0, scanner.ModelNamed(h.Name()):
		return scanner.Maybe
	}
	return scanner.No
}

func open(src decode.Source) (io.Reader, error) { return zlib.NewReader(src) }
