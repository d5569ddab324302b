package ziparchive

import (
	"compress/bzip2"
	"io"

	"github.com/klauspost/compress/flate"
)

// Compression methods that are read (APPNOTE.TXT 4.4.5).
const (
	Stored  = 0
	Deflate = 8
	BZip2   = 12
)

// methods names compression methods, for messages.
var methods = map[uint16]string{
	1: "shrink", 6: "implode", 9: "deflate64", 14: "lzma", 93: "zstd", 95: "xz", 98: "ppmd", 99: "aes",
}

// MethodName names a compression method.
func MethodName(method uint16) string {
	if name, ok := methods[method]; ok {
		return name
	}
	return "unknown"
}

// Readable reports whether Open reads a method.
func Readable(method uint16) bool { return method == Stored || method == Deflate || method == BZip2 }

// Open returns a reader of the content of an entry, from its start. The method is
// one that is Readable.
func (e *Entry) Open(r io.ReaderAt) io.Reader {
	content := io.NewSectionReader(r, e.DataAt, e.Packed)
	switch e.Method {
	case Deflate:
		return flate.NewReader(content)
	case BZip2:
		return bzip2.NewReader(content)
	}
	return content
}
