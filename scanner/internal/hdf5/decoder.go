package hdf5

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"

	"github.com/modelsieve/modelsieve/scanner"
)

// undefined is an address that leads nowhere, whatever its size in the file.
const undefined = math.MaxUint64

// maxBlock is the longest run of structure that is read at once, in bytes. libhdf5
// writes none above a few MiB.
const maxBlock = 64 << 20

// sizes are how many bytes addresses and lengths take.
type sizes struct{ address, length int }

// A decoder reads little-endian fields from a run of bytes. After the first that is
// not there every other is zero, too, and err is set.
type decoder struct {
	sizes
	b    []byte // what is left
	at   int64  // offset in the file of b[0]
	what string // the structure, for errors
	err  error
}

// read returns n bytes of structure at an address.
func (f *File) read(addr uint64, n int64, what string) (decoder, error) {
	d := decoder{sizes: f.sizes, what: what}
	var err error
	if d.at, err = f.place(addr, n, what); err != nil {
		return d, err
	}
	if n > maxBlock {
		return d, scanner.Errorf(scanner.OverLimit, d.at, "%s of %d bytes, more than the %d that are read at once", what, n, maxBlock)
	}
	if err := f.step(1 + n/8); err != nil {
		return d, err
	}
	if d.b, err = f.bytes(d.at, n); err != nil {
		return d, err
	}
	f.sink.Analysed(d.at, n)
	return d, nil
}

// place returns the offset of an address at which n bytes must be.
func (f *File) place(addr uint64, n int64, what string) (int64, error) {
	if addr == undefined {
		return 0, scanner.Errorf(scanner.Malformed, f.base, "the address of %s is undefined", what)
	}
	if addr > uint64(f.size-f.base) {
		return 0, scanner.Errorf(scanner.Truncated, f.size, "%s at address %d lies behind the end of the file", what, addr)
	}
	off := f.base + int64(addr)
	if n < 0 || n > f.size-off {
		return 0, scanner.Errorf(scanner.Truncated, off, "%s of %d bytes, %d are left", what, uint64(n), f.size-off)
	}
	return off, nil
}

// offset returns where an address is in the file, its end where it lies behind that.
func (f *File) offset(addr uint64) int64 {
	return f.base + int64(min(addr, uint64(f.size-f.base)))
}

// stored reads n bytes at an offset; that they are there was checked.
func (f *File) stored(off, n int64) ([]byte, error) {
	b := make([]byte, n)
	got, err := f.r.ReadAt(b, off)
	var input *scanner.Error
	var limit *scanner.LimitError
	switch {
	case int64(got) == n:
		return b, nil
	case errors.As(err, &input), errors.As(err, &limit), errors.Is(err, context.Canceled):
		return nil, err
	case err == nil, errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, scanner.Errorf(scanner.Truncated, off, "%d bytes wanted, %d left", n, got)
	}
	return nil, scanner.Errorf(scanner.Unreadable, off, "reading: %v", err)
}

// fail makes the decoder's error, unless it has one already.
func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = scanner.Errorf(scanner.Malformed, d.at, d.what+": "+format, args...)
	}
}

// bytes takes n bytes; fewer are none.
func (d *decoder) bytes(n uint64) []byte {
	if d.err != nil {
		return nil
	}
	if n > uint64(len(d.b)) {
		d.fail("%d bytes wanted, %d left", n, len(d.b))
		return nil
	}
	b := d.b[:n:n]
	d.b, d.at = d.b[n:], d.at+int64(n)
	return b
}

// part takes n bytes as a decoder of their own.
func (d *decoder) part(n uint64, what string) decoder {
	at := d.at // before bytes moves it
	b := d.bytes(n)
	return decoder{sizes: d.sizes, at: at, what: what, b: b, err: d.err}
}

// number takes a number of n bytes, at most 8 of which may be other than zero.
func (d *decoder) number(n int) uint64 {
	var v [8]byte
	for i, c := range d.bytes(uint64(n)) {
		if i < len(v) {
			v[i] = c
		} else if c != 0 {
			d.fail("a number does not fit 64 bits")
		}
	}
	return binary.LittleEndian.Uint64(v[:])
}

func (d *decoder) u8() byte    { return byte(d.number(1)) }
func (d *decoder) u16() uint16 { return uint16(d.number(2)) }
func (d *decoder) u32() uint32 { return uint32(d.number(4)) }
func (d *decoder) u64() uint64 { return d.number(8) }

// size takes a length.
func (d *decoder) size() uint64 { return d.number(d.length) }

// addr takes an address.
func (d *decoder) addr() uint64 {
	b := d.bytes(uint64(d.address))
	var v uint64
	all := len(b) > 0
	for i, c := range b {
		all = all && c == 0xff
		if i < 8 {
			v |= uint64(c) << (8 * i)
		} else if c != 0 && c != 0xff {
			d.fail("an address does not fit 64 bits")
		}
	}
	if all {
		return undefined
	}
	return v
}

// text takes a text that ends with a zero byte.
func (d *decoder) text() string {
	for i, c := range d.b {
		if c == 0 {
			s := string(d.bytes(uint64(i)))
			d.bytes(1)
			return s
		}
	}
	d.fail("a text has no end")
	return ""
}

// sign checks for a signature.
func (d *decoder) sign(want string) {
	if got := d.bytes(uint64(len(want))); d.err == nil && string(got) != want {
		d.at -= int64(len(want))
		d.fail("%q stands where %q belongs", got, want)
	}
}

// expect checks a number that tells versions and kinds.
func (d *decoder) expect(what string, got uint64, want ...uint64) {
	for _, w := range want {
		if got == w {
			return
		}
	}
	if d.err == nil {
		d.err = scanner.Errorf(scanner.Unsupported, d.at, "%s: %s %d is unknown", d.what, what, got)
	}
}

// checksum checks the last four bytes of a structure, of which d holds all, and
// takes them off. A file whose checksum is wrong is read on.
func (f *File) checksum(d *decoder) {
	if d.err != nil || len(d.b) < 4 {
		return
	}
	n := len(d.b) - 4
	if stored, sum := binary.LittleEndian.Uint32(d.b[n:]), lookup3(d.b[:n]); stored != sum {
		f.problem(scanner.Errorf(scanner.Malformed, d.at, "%s: the checksum is wrong", d.what))
	}
	d.b = d.b[:n]
}

// product multiplies, and is undefined where that does not fit.
func product(of ...uint64) uint64 {
	p := uint64(1)
	for _, v := range of {
		if v != 0 && p > math.MaxUint64/v {
			return undefined
		}
		p *= v
	}
	return p
}

// bytesOf turns a length from a file into one that can be compared with sizes; what
// does not fit is negative.
func bytesOf(n uint64) int64 {
	if n > math.MaxInt64 {
		return -1
	}
	return int64(n)
}
