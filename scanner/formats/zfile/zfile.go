// Package zfile opens the compressed files of joblib before 0.10, which later versions
// still load (joblib/numpy_pickle_compat.py, read_zfile): "ZF", the length of the content
// in 19 places as a hexadecimal number, and a zlib stream. joblib 0.8 under Python 2 puts a
// space between.
package zfile

import (
	"bytes"
	"io"

	"github.com/klauspost/compress/zlib"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/decode"
)

// Analyzer opens compressed files of old versions of joblib.
var Analyzer = &scanner.Analyzer{
	Name:  "zfile",
	Doc:   "Compressed files of joblib before 0.10\n\nA length and a zlib stream, of a pickle or of the bytes of one array.",
	Match: match,
	Run:   codec.Run,
}

// codec knows the files beside a pickle that hold the bytes of an array by their ending:
// what they hold has no header, whatever the rest of their name says.
var codec = &decode.Codec{Suffixes: []string{".npy.z", ".z", ".gz"}, Starts: starts, Open: open}

const headerBytes = len("ZF") + len("0x10000000000000000")

func starts(b []byte) bool { return bytes.HasPrefix(b, []byte("ZF0x")) }

func match(h *scanner.Head) scanner.Claim {
	if starts(h.Prefix) {
		return scanner.Sure
	}
	return scanner.No
}

// open skips the header. How long the content is shows when it is decoded.
func open(src decode.Source) (io.Reader, error) {
	if _, err := io.CopyN(io.Discard, src, int64(headerBytes)); err != nil {
		return nil, err
	}
	return zlib.NewReader(&unspaced{Source: src})
}

// unspaced drops a space in front of everything else.
type unspaced struct {
	decode.Source
	begun bool
}

func (u *unspaced) ReadByte() (byte, error) {
	b, err := u.Source.ReadByte()
	if err == nil && !u.begun && b == ' ' {
		b, err = u.Source.ReadByte()
	}
	u.begun = true
	return b, err
}

func (u *unspaced) Read(p []byte) (int, error) {
	if u.begun || len(p) == 0 {
		return u.Source.Read(p)
	}
	b, err := u.ReadByte()
	if err != nil {
		return 0, err
	}
	p[0] = b
	return 1, nil
}
