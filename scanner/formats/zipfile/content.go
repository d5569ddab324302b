package zipfile

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/ziparchive"
)

// unpack hands on the content of an entry that is compressed, and compares it with
// what the headers say of it.
func unpack(ctx context.Context, p *scanner.Pass, e *ziparchive.Entry, name string, spare *ziparchive.Spare) error {
	at := scanner.Span{Offset: e.DataAt, Length: e.Packed}
	memory := e.Memory(p)
	if err := p.Budget.Step(memory / clearedBytes); err != nil { // or many small members would cost much
		return err
	}
	if err := p.Budget.Hold(memory); err != nil {
		p.Gap(scanner.OverLimit, at, "the member %q needs %d bytes of memory: %v", scanner.Clean(e.Name, 160), memory, err)
		return nil
	}
	defer p.Budget.Release(memory)
	var found measured
	var content *ziparchive.Content
	err := p.Stream(ctx, scanner.Member{Name: name}, at, func() (r io.Reader, err error) {
		content, err = e.Open(p, spare)
		return &meter{content: content, found: &found, budget: p.Budget, slow: e.Slow()}, err
	})
	if content != nil {
		content.Recycle(spare)
	}
	if err != nil || !found.whole {
		return err
	}
	shown := scanner.Clean(e.Name, 160)
	switch {
	case e.Listed && found.size != e.Size:
		reportAnomaly(p, ziparchive.Anomaly{
			At: e.HeaderAt, Name: e.Name, Text: fmt.Sprintf("%d bytes when unpacked, but the directory says %d", found.size, e.Size),
		})
	case e.Listed && found.crc != e.CRC:
		p.Gap(scanner.Malformed, at, "the content of the member %q has not the checksum that the directory says", shown)
	}
	if found.rest == 0 || e.Method != ziparchive.Deflate { // others fail, or read what closes a stream as they like
		return nil
	}
	reportAnomaly(p, ziparchive.Anomaly{
		At: e.HeaderAt, Name: e.Name, Text: fmt.Sprintf("%d bytes behind the end of the compressed content", found.rest),
	})
	return p.Section(ctx, scanner.Member{Name: name + " (rest)"}, e.DataAt+e.Packed-found.rest, found.rest)
}

// clearedBytes is how many bytes of memory for a decoder count as a step.
const clearedBytes = 16

// measured is what an unpacked content comes to.
type measured struct {
	whole bool // it was unpacked to its end, and the rest is set
	size  uint64
	crc   uint32
	rest  int64 // packed bytes behind its end
}

// A meter measures what is read of a content. What the first reader finds that gets to
// the end stays.
type meter struct {
	content *ziparchive.Content
	now     measured
	found   *measured
	budget  *scanner.Budget
	slow    int64
}

func (m *meter) Read(b []byte) (int, error) {
	n, err := m.content.Read(b)
	m.budget.Slow(int64(n), m.slow)
	if m.found.whole {
		return n, err
	}
	m.now.size += uint64(n)
	m.now.crc = crc32.Update(m.now.crc, crc32.IEEETable, b[:n])
	if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		*m.found = m.now
		m.found.whole, m.found.rest = true, m.content.Rest()
	}
	return n, err
}
