// Package lzmafile opens files of the old .lzma format.
package lzmafile

import (
	"encoding/binary"
	"io"
	"math/bits"

	"github.com/ulikunitz/xz/lzma"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/decode"
)

// Analyzer opens .lzma files.
var Analyzer = &scanner.Analyzer{
	Name:  "lzma",
	Doc:   ".lzma files\n\nFiles in a row are decoded as one content, as readers do.",
	Match: match,
	Run:   codec.Run,
}

var codec = &decode.Codec{Suffixes: []string{".lzma"}, Starts: starts, Open: open, Slow: scanner.SlowLZMA, Memory: memory}

// starts checks the properties that every writer uses, a dictionary size of
// 2**n or 2**n + 2**(n-1), and the size of the content: weak magic all the same.
func starts(b []byte) bool {
	if len(b) < 13 || b[0] != 0x5d {
		return false
	}
	dictionary, size := binary.LittleEndian.Uint32(b[1:]), binary.LittleEndian.Uint64(b[5:])
	zeros := bits.TrailingZeros32(dictionary)
	return dictionary >= 4096 && dictionary>>zeros <= 3 && (size == 1<<64-1 || size < 1<<48)
}

// match claims little: whether the file decodes shows when it runs.
func match(h *scanner.Head) scanner.Claim {
	if starts(h.Prefix) {
		return scanner.Maybe
	}
	return scanner.No
}

// maxDictionary is how large a dictionary may be, in bytes.
const maxDictionary = 64 << 20

func open(src decode.Source) (io.Reader, error) {
	return lzma.ReaderConfig{DictCap: maxDictionary}.NewReader(src)
}

// memory is that of the dictionary, whose size is in the header.
func memory(prefix []byte) int64 {
	return min(int64(binary.LittleEndian.Uint32(prefix[1:])), maxDictionary)
}
