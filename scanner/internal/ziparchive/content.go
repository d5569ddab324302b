package ziparchive

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"errors"
	"io"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zstd"
	"github.com/mikelolasagasti/xz"
	"github.com/ulikunitz/xz/lzma"

	"github.com/modelsieve/modelsieve/scanner"
)

// Compression methods that are read (APPNOTE.TXT 4.4.5).
const (
	Stored  = 0
	Deflate = 8
	BZip2   = 12
	LZMA    = 14
	Zstd    = 93
	XZ      = 95
)

// methods names compression methods that are not read, for messages.
var methods = map[uint16]string{1: "shrink", 6: "implode", 9: "deflate64", 98: "ppmd", 99: "aes"}

// MethodName names a compression method that is not read.
func MethodName(method uint16) string {
	if name, ok := methods[method]; ok {
		return name
	}
	return "unknown"
}

// Readable reports whether Open reads a method.
func Readable(method uint16) bool {
	switch method {
	case Stored, Deflate, BZip2, LZMA, Zstd, XZ:
		return true
	}
	return false
}

// How far back decoders may refer at most, in bytes: what the highest levels of the
// usual writers use.
const (
	maxDictionary = 64 << 20
	maxWindow     = 128 << 20
)

// A Content reads the content of an entry.
type Content struct {
	io.Reader
	packed *io.SectionReader
	source *bufio.Reader
}

// Rest returns how many packed bytes were not needed. It is exact when the content was
// read to its end and the method is Deflate.
func (c *Content) Rest() int64 {
	at, _ := c.packed.Seek(0, io.SeekCurrent) // does not fail
	return c.packed.Size() - at + int64(c.source.Buffered())
}

// A Spare is what a content that is done with leaves for the next one: buffers are most of
// what a short member costs.
type Spare struct {
	inflater io.Reader
	source   *bufio.Reader
}

// Recycle leaves what a content was read with, which must not be read any more.
func (c *Content) Recycle(s *Spare) {
	s.source = c.source
	if _, ok := c.Reader.(flate.Resetter); ok {
		s.inflater = c.Reader
	}
}

// buffered returns a reader of packed bytes.
func (s *Spare) buffered(packed io.Reader) *bufio.Reader {
	b := s.source
	if s.source = nil; b == nil {
		return bufio.NewReader(packed)
	}
	b.Reset(packed)
	return b
}

// inflate returns a reader of deflated bytes.
func (s *Spare) inflate(source io.Reader) (io.Reader, error) {
	r := s.inflater
	if s.inflater = nil; r == nil {
		return flate.NewReader(source), nil
	}
	return r, r.(flate.Resetter).Reset(source, nil)
}

// Open returns a reader of the content of an entry, from its start, made with what is
// spare. The method is one that is Readable.
func (e *Entry) Open(r io.ReaderAt, spare *Spare) (*Content, error) {
	packed := io.NewSectionReader(r, e.DataAt, e.Packed)
	c := &Content{packed: packed, source: spare.buffered(packed)}
	var err error
	switch e.Method {
	case Deflate:
		c.Reader, err = spare.inflate(c.source)
	case BZip2:
		c.Reader = bzip2.NewReader(c.source)
	case LZMA:
		c.Reader, err = e.openLZMA(c.source)
	case Zstd:
		c.Reader, err = zstd.NewReader(c.source, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderLowmem(true))
	case XZ:
		c.Reader, err = xz.NewReader(c.source, maxDictionary)
	default:
		c.Reader = c.source
	}
	return c, err
}

// Slow returns how long a byte of the content takes compared with deflate, as in
// [scanner.Budget.Slow].
func (e *Entry) Slow() int64 {
	switch e.Method {
	case BZip2:
		return scanner.SlowBzip2
	case LZMA:
		return scanner.SlowLZMA
	case XZ:
		return scanner.SlowXZ
	}
	return 1
}

// openLZMA opens a content that starts with two bytes of version, two of the size of
// the properties and these, and goes on without the size that .lzma files have. The
// dictionary need not be larger than the content.
func (e *Entry) openLZMA(r io.Reader) (io.Reader, error) {
	const propertyBytes, smallest = 5, 4096
	b := make([]byte, 4+propertyBytes, 4+propertyBytes+8)
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, noEOF(err)
	}
	if n := le.Uint16(b[2:]); n != propertyBytes {
		return nil, scanner.Errorf(scanner.Unsupported, e.DataAt, "lzma properties of %d bytes", n)
	}
	size := e.Size
	if dictionary := uint64(le.Uint32(b[5:])); e.Listed && size < dictionary {
		le.PutUint32(b[5:], uint32(max(size, smallest)))
	}
	if !e.Listed || e.endMarker {
		size = 1<<64 - 1 // the stream says where it ends
	}
	header := le.AppendUint64(b, size)[4:]
	return lzma.ReaderConfig{DictCap: maxDictionary}.NewReader(io.MultiReader(bytes.NewReader(header), r))
}

// noEOF returns an error of reading what must be there.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// Memory returns how many bytes a reader of the content takes before it gives any, at
// most. What cannot be read counts as little: Open meets it.
func (e *Entry) Memory(r io.ReaderAt) int64 {
	const deflate, blocks, little = 32 << 10, 4 << 20, 4 << 10
	start := make([]byte, min(e.Packed, zstd.HeaderMaxSize))
	n, _ := r.ReadAt(start, e.DataAt)
	start = start[:n]
	switch e.Method {
	case Deflate:
		return deflate
	case BZip2:
		return blocks
	case LZMA:
		if n < 9 {
			return little
		}
		dictionary := uint64(le.Uint32(start[5:]))
		if e.Listed {
			dictionary = min(dictionary, e.Size)
		}
		return int64(max(little, min(dictionary, maxDictionary)))
	case Zstd:
		var h zstd.Header
		if h.Decode(start) != nil {
			return little
		}
		return int64(max(little, min(h.WindowSize, maxWindow)))
	case XZ:
		return maxDictionary
	}
	return little
}
