// Package decode hands the content of compressed files to the engine.
package decode

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
)

// A Codec is a compressed format of one content. A file may hold several streams
// in a row: readers join their contents.
type Codec struct {
	Suffixes []string // file name endings that go with the format: ".gz"
	// Starts reports whether a stream starts with these bytes, at least 16 of them
	// unless the file ends before.
	Starts func(prefix []byte) bool
	// Open returns a reader of the stream at the source's position. It ends where
	// the stream does and leaves the source right behind it.
	Open func(src Source) (io.Reader, error)
	// Reset, where not nil, is Open with a reader that came to the end of a stream.
	Reset func(r io.Reader, src Source) error
	// Greedy says that the reader of Open joins streams by itself, reads ahead, and
	// fails where something else follows.
	Greedy bool
	// Memory, where not nil, is how much memory a decoder takes before it gives anything, in
	// bytes, as far as the first 32 bytes of the stream tell.
	Memory func(prefix []byte) int64
	// Slow is how long a byte takes compared with deflate, as in [scanner.Budget.Slow];
	// 0 stands for 1.
	Slow int64
}

// A Source gives compressed bytes. Decoders that read from an io.ByteReader take
// no more than they need.
type Source interface {
	io.Reader
	io.ByteReader
}

// Run hands on the content of all streams as one member and accounts for what the
// decoder took. Bytes behind the last stream are left to the engine.
func (c *Codec) Run(ctx context.Context, p *scanner.Pass) error {
	prefix := make([]byte, min(p.Size, 32))
	if _, err := p.ReadAt(prefix, 0); err != nil && !errors.Is(err, io.EOF) || !c.Starts(prefix) {
		return scanner.Errorf(scanner.Malformed, 0, "no stream of this format starts here")
	}
	var taken int64
	open := func() (io.Reader, error) {
		src := &source{r: bufio.NewReaderSize(io.NewSectionReader(p, 0, p.Size), int(min(p.Size, 64<<10)))}
		return &joined{codec: c, src: src, size: p.Size, taken: &taken, budget: p.Budget}, nil
	}
	memory := c.memory(prefix)
	if err := p.Budget.Hold(memory); err != nil {
		return err
	}
	defer p.Budget.Release(memory)
	if err := p.Stream(ctx, scanner.Member{Name: c.contentName(p.Name())}, scanner.Span{}, open); err != nil {
		return err
	}
	p.Analysed(0, taken)
	return nil
}

// openSteps is what it costs to open a stream, and clearedBytes how many bytes of memory
// for its decoder cost a step more: many short streams are not cheap.
const (
	openSteps    = 1 << 10
	clearedBytes = 12
)

// maxMemory is how much memory the decoders of streams in a row may take one after the
// other, in bytes: what they gave has to be looked at as well.
const maxMemory = 4 << 30

// contentName is the name of the content: the file's without its suffix, or the same
// where it has none, so that what goes by a model's name does so inside as well.
func (c *Codec) contentName(name string) string {
	for _, s := range c.Suffixes {
		if rest := len(name) - len(s); rest > 0 && strings.EqualFold(name[rest:], s) {
			return name[:rest]
		}
	}
	return name
}

// A source counts the bytes that are taken from it.
type source struct {
	r     *bufio.Reader
	taken int64
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.taken += int64(n)
	return n, err
}

func (s *source) ReadByte() (byte, error) {
	b, err := s.r.ReadByte()
	if err == nil {
		s.taken++
	}
	return b, err
}

// A joined reader gives the contents of streams in a row.
type joined struct {
	codec *Codec
	src   *source
	size  int64
	taken *int64 // bytes of the file that streams took, for the caller
	r     io.Reader
	last  io.Reader // of the stream before

	budget *scanner.Budget
	memory int64 // of all decoders so far
}

func (j *joined) Read(p []byte) (int, error) {
	for {
		if err := j.next(); err != nil {
			return 0, err
		}
		n, err := j.r.Read(p)
		j.budget.Slow(int64(n), max(j.codec.Slow, 1))
		*j.taken = max(*j.taken, j.src.taken)
		ended := errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF)
		switch {
		case ended && j.codec.Greedy:
			*j.taken = j.size
			return n, io.EOF
		case ended:
			j.last, j.r = j.r, nil
		case err != nil:
			return n, j.broken(err)
		}
		if n > 0 {
			return n, nil
		}
	}
}

// next opens the next stream where none is open, and ends where none starts.
func (j *joined) next() error {
	if j.r != nil {
		return nil
	}
	if prefix, _ := j.src.r.Peek(16); !j.codec.Starts(prefix) {
		return io.EOF
	}
	if err := j.charge(); err != nil {
		return err
	}
	r, err := j.open()
	if err != nil {
		*j.taken = max(*j.taken, j.src.taken)
		return j.broken(err)
	}
	j.r = r
	return nil
}

// charge charges what it costs to open the next stream.
func (j *joined) charge() error {
	if j.last != nil && j.codec.Reset != nil {
		return j.budget.Step(1)
	}
	prefix, _ := j.src.r.Peek(32)
	memory := j.codec.memory(prefix)
	if j.memory += memory; j.memory > maxMemory {
		return scanner.Errorf(scanner.OverLimit, j.src.taken, "so many streams in a row that their decoders take more than %d bytes", maxMemory)
	}
	return j.budget.Step(openSteps + memory/clearedBytes)
}

// memory is what Memory says of a stream that starts.
func (c *Codec) memory(prefix []byte) int64 {
	if c.Memory == nil {
		return 0
	}
	return c.Memory(prefix)
}

// open opens the stream at the source's position.
func (j *joined) open() (io.Reader, error) {
	if j.last == nil || j.codec.Reset == nil {
		return j.codec.Open(j.src)
	}
	return j.last, j.codec.Reset(j.last, j.src)
}

// broken says where a stream could not be decoded, and whether the file ends there.
func (j *joined) broken(err error) error {
	var limit *scanner.LimitError
	var input *scanner.Error
	if errors.As(err, &limit) || errors.As(err, &input) {
		return err
	}
	if _, peekErr := j.src.r.Peek(1); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(peekErr, io.EOF) && !j.codec.Greedy {
		return scanner.Errorf(scanner.Truncated, j.src.taken, "the compressed data end too early")
	}
	return scanner.Errorf(scanner.Malformed, j.src.taken, "decompressing: %v", err)
}
