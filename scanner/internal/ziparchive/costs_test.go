package ziparchive_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/ziparchive"
)

// costs counts what an archive is charged.
type costs struct {
	steps, held, peak, most int64
}

func (c *costs) Step(n int64) error { c.steps += n; return nil }

func (c *costs) Hold(n int64) error {
	if c.most > 0 && c.held+n > c.most {
		return &scanner.LimitError{Limit: "max-held-bytes", Max: c.most}
	}
	c.held += n
	c.peak = max(c.peak, c.held)
	return nil
}

func (c *costs) Release(n int64) { c.held -= n }

// countingReader counts the bytes that are read.
type countingReader struct {
	io.ReaderAt
	read int64
}

func (r *countingReader) ReadAt(p []byte, off int64) (int, error) {
	n, err := r.ReaderAt.ReadAt(p, off)
	r.read += int64(n)
	return n, err
}

// lengths are what a header says of its fields, whatever follows it.
type lengths struct{ name, extra, comment int }

func local(name string, l lengths, packed uint32) []byte {
	b := append([]byte("PK\x03\x04"), make([]byte, 26)...)
	binary.LittleEndian.PutUint32(b[18:], packed)
	binary.LittleEndian.PutUint32(b[22:], packed)
	binary.LittleEndian.PutUint16(b[26:], uint16(max(l.name, len(name))))
	binary.LittleEndian.PutUint16(b[28:], uint16(l.extra))
	return append(b, name...)
}

func central(name string, l lengths, at, packed int) []byte {
	b := append([]byte("PK\x01\x02"), make([]byte, 42)...)
	binary.LittleEndian.PutUint32(b[20:], uint32(packed))
	binary.LittleEndian.PutUint32(b[24:], uint32(packed))
	binary.LittleEndian.PutUint16(b[28:], uint16(max(l.name, len(name))))
	binary.LittleEndian.PutUint16(b[30:], uint16(l.extra))
	binary.LittleEndian.PutUint16(b[32:], uint16(l.comment))
	binary.LittleEndian.PutUint32(b[42:], uint32(at))
	return append(b, name...)
}

func end(n, size, at int) []byte {
	b := append([]byte("PK\x05\x06"), make([]byte, 18)...)
	binary.LittleEndian.PutUint16(b[10:], uint16(n))
	binary.LittleEndian.PutUint32(b[12:], uint32(size))
	binary.LittleEndian.PutUint32(b[16:], uint32(at))
	return b
}

// times joins what f gives for 0 to n-1.
func times(n int, f func(i int) []byte) []byte {
	var b bytes.Buffer
	for i := range n {
		b.Write(f(i))
	}
	return b.Bytes()
}

// members is an honest archive of n empty members.
func members(n int) []byte {
	var locals, directory []byte
	for i := range n {
		name := fmt.Sprintf("m/%d", i)
		directory = append(directory, central(name, lengths{}, len(locals), 0)...)
		locals = append(locals, local(name, lengths{}, 0)...)
	}
	return join(locals, directory, end(n, len(directory), len(locals)))
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// hostile are layouts in which a reader that follows every structure on its own would
// do the more work for each, the more there are.
func hostile() map[string][]byte {
	const n, ends = 20_000, 2900
	one := local("a", lengths{}, 4)
	body := append(one, "\x80\x02N."...)
	directory := times(n, func(i int) []byte { return central(fmt.Sprintf("%05d", i), lengths{}, 0, 4) })
	base := join(body, directory)
	ending := func(f func(i, at int) []byte) []byte {
		return join(base, times(ends, func(i int) []byte { return f(i, len(base)+i*22) }))
	}
	crowded := func(name string, l lengths, packed uint32) []byte {
		return times(n, func(int) []byte { return local(name, l, packed) })
	}
	named := func(l lengths, packed uint32) []byte {
		locals := crowded("", l, packed)
		d := times(n, func(i int) []byte { return central("", lengths{}, i*30, 0) })
		return join(locals, d, end(n, len(d), len(locals)))
	}
	chain := times(n, func(int) []byte { return central("abcd", lengths{name: 65000}, 0, 0) })
	return map[string][]byte{
		"ends without a directory":         ending(func(_, _ int) []byte { return end(1, 0, 0) }),
		"ends of one directory":            ending(func(_, at int) []byte { return end(n, at-len(body), len(body)) }),
		"ends that shift one directory":    ending(func(i, at int) []byte { return end(n, at-len(body), len(body)+i) }),
		"ends of parts of one directory":   ending(func(i, at int) []byte { return end(1, at-len(body)-51*(ends-i), len(body)+i) }),
		"directories in names of others":   join(body, chain, times(ends, func(i int) []byte { return end(1, len(chain)+i*22-50*i, len(body)+50*i) })),
		"directory entries of one member":  join(base, end(n, len(directory), len(body))),
		"members that reach to the end":    join(crowded("x", lengths{}, 1<<30), times(n, func(i int) []byte { return central("x", lengths{}, 31*i, 1<<20) }), end(n, n*47, 31*n)),
		"locals without names":             join(crowded("", lengths{}, 0), end(0, 0, 0)),
		"locals without a directory":       join(crowded("x", lengths{}, 0), end(0, 0, 0)),
		"locals in names of others":        join(crowded("", lengths{name: 65535, extra: 65535}, 0), end(0, 0, 0)),
		"named locals in names of others":  named(lengths{name: 65535}, 0),
		"named locals in extras of others": named(lengths{extra: 65535}, 1<<32-1),
		"comments":                         join(body, times(300, func(int) []byte { return join(central("a", lengths{comment: 65535}, 0, 4), make([]byte, 65535)) }), end(300, 300*(47+65535), len(body))),
		"extras": join(body, times(300, func(int) []byte {
			return join(central("a", lengths{extra: 64000}, 0, -1), bytes.Repeat([]byte{2, 0, 0, 0}, 16000))
		}), end(300, 300*(47+64000), len(body))),
		"long names":            join(body, times(300, func(int) []byte { return central(string(bytes.Repeat([]byte("n"), 65535)), lengths{}, 0, 4) }), end(300, 300*(46+65535), len(body))),
		"ends in the middle":    join(body, times(n, func(int) []byte { return join(end(0, 0, 0), []byte("Z")) }), bytes.Repeat([]byte{1}, 70_000), end(0, 0, 0)),
		"archives in a row":     times(n, func(int) []byte { return join(body, central("a", lengths{}, 0, 4), end(1, 47, len(body))) }),
		"members between bytes": times(n, func(int) []byte { return join(one, []byte("data"), []byte("Z")) }),
	}
}

// Whatever the layout, the work and the memory are bounded by the size of the file,
// and what stops the reading is a limit.
func TestHostileCosts(t *testing.T) {
	for name, data := range hostile() {
		t.Run(name, func(t *testing.T) {
			size := int64(len(data))
			r, c := &countingReader{ReaderAt: bytes.NewReader(data)}, &costs{}
			archive := ziparchive.Read(r, size, c)
			err := archive.Err
			var input *scanner.Error
			if err != nil && (!errors.As(err, &input) || input.Reason != scanner.OverLimit && input.Reason != scanner.Malformed) {
				t.Errorf("reading: %v", err)
			}
			if most := size/4 + 1000; c.steps > most {
				t.Errorf("%d steps for %d bytes, more than %d", c.steps, size, most)
			}
			if most := 160*size + 1<<20; r.read > most {
				t.Errorf("%d bytes read of %d, more than %d", r.read, size, most)
			}
			if most := 8*size + 1<<20; c.peak > most {
				t.Errorf("%d bytes held for %d, more than %d", c.peak, size, most)
			}
			var content int64
			for i := range archive.Len() {
				content += archive.Entry(i).Packed
			}
			if most := 3*size + 1<<20; content > most {
				t.Errorf("members of %d bytes in a file of %d, more than %d", content, size, most)
			}
			if err := archive.Compare(); err != nil {
				t.Errorf("comparing: %v", err)
			}
			archive.Close()
			if c.held != 0 {
				t.Errorf("%d bytes are still held", c.held)
			}
			t.Logf("%d bytes: %d read, %d steps, %d held, %v", size, r.read, c.steps, c.peak, err)
		})
	}
}

// A member of an honest archive takes less than 200 bytes of memory and three steps.
func TestHonestCosts(t *testing.T) {
	const n = 100_000
	data := members(n)
	r, c := &countingReader{ReaderAt: bytes.NewReader(data)}, &costs{}
	archive := ziparchive.Read(r, int64(len(data)), c)
	if archive.Err != nil || archive.Len() != n || len(archive.Anomalies) != 0 {
		t.Fatalf("%d entries, anomalies %v, %v", archive.Len(), archive.Anomalies, archive.Err)
	}
	if c.peak > 200*n || c.steps > 3*n || r.read > 2*int64(len(data)) {
		t.Errorf("%d bytes held, %d steps, %d bytes read of %d", c.peak, c.steps, r.read, len(data))
	}
}

// What was read of a directory before a limit is followed.
func TestPartOfADirectory(t *testing.T) {
	const n = 100_000
	data := members(n)
	c := &costs{most: 8 << 20}
	archive := ziparchive.Read(bytes.NewReader(data), int64(len(data)), c)
	var limit *scanner.LimitError
	if !errors.As(archive.Err, &limit) || archive.Len() == 0 || !archive.Ended {
		t.Errorf("%d entries, %v, want some and a limit", archive.Len(), archive.Err)
	}
}
