package scantest

import (
	"encoding/binary"
	"hash/adler32"
	"hash/crc32"
	"math/bits"
)

// compressed assembles its block and compresses it. The compressor is our own:
// what the standard library's writes may change with each version of Go, and the
// sizes stand in fixtures.
func (a *assembler) compressed(s *statement) ([]byte, error) {
	b, err := a.list(s.body, 0)
	if err != nil {
		return nil, err
	}
	var keys []string
	if s.word == "gzip" {
		keys = []string{"name"}
	}
	opts, err := s.options(0, nil, keys)
	if err != nil {
		return nil, err
	}
	switch s.word {
	case "zlib":
		return binary.BigEndian.AppendUint32(append([]byte{0x78, 0x01}, deflate(b)...), adler32.Checksum(b)), nil
	case "gzip":
		return gzipped(b, opts), nil
	}
	return deflate(b), nil
}

// gzipped makes one gzip member without a time.
func gzipped(b []byte, opts map[string]argument) []byte {
	out := []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff}
	if name, ok := opts["name"]; ok {
		out[3] = 8 // FNAME
		out = append(append(out, name.text...), 0)
	}
	out = append(out, deflate(b)...)
	out = binary.LittleEndian.AppendUint32(out, crc32.ChecksumIEEE(b))
	return binary.LittleEndian.AppendUint32(out, uint32(len(b)))
}

// A bitWriter packs bits, the lowest first.
type bitWriter struct {
	out  []byte
	bits uint64
	n    int
}

func (w *bitWriter) write(v uint64, n int) {
	w.bits |= v << w.n
	for w.n += n; w.n >= 8; w.n -= 8 {
		w.out = append(w.out, byte(w.bits))
		w.bits >>= 8
	}
}

// code writes a Huffman code, which goes the highest bit first.
func (w *bitWriter) code(v uint64, n int) { w.write(bits.Reverse64(v)>>(64-n), n) }

// symbol writes a literal or length symbol in the fixed code (RFC 1951, 3.2.6).
func (w *bitWriter) symbol(v int) {
	switch {
	case v < 144:
		w.code(uint64(0x30+v), 8)
	case v < 256:
		w.code(uint64(0x190+v-144), 9)
	case v < 280:
		w.code(uint64(v-256), 7)
	default:
		w.code(uint64(0xc0+v-280), 8)
	}
}

// match writes a copy of length bytes from dist bytes back.
func (w *bitWriter) match(length, dist int) {
	if length == 258 {
		w.symbol(285)
	} else {
		sym, extra, n := bucket(length-3, 4)
		w.symbol(257 + sym)
		w.write(uint64(extra), n)
	}
	sym, extra, n := bucket(dist-1, 2)
	w.code(uint64(sym), 5)
	w.write(uint64(extra), n)
}

// bucket splits a value into the symbol of its range, with per ranges for each
// power of two, and the extra bits that tell the values of a range apart.
func bucket(v, per int) (symbol, extra, n int) {
	step := bits.Len(uint(per)) - 1
	n = max(0, bits.Len(uint(v))-1-step)
	return n*per + v>>n, v & (1<<n - 1), n
}

// deflate compresses with the fixed code and the nearest match of four bytes.
func deflate(b []byte) []byte {
	w := &bitWriter{}
	w.write(0b011, 3) // the last block, fixed code
	seen := map[[4]byte]int{}
	for i := 0; i < len(b); {
		length, dist := 0, 0
		if i+4 <= len(b) {
			key := [4]byte(b[i:])
			if j, ok := seen[key]; ok && i-j <= 32<<10 {
				for dist = i - j; length < 258 && i+length < len(b) && b[i+length] == b[j+length]; {
					length++
				}
			}
			seen[key] = i
		}
		if length == 0 {
			w.symbol(int(b[i]))
			i++
			continue
		}
		w.match(length, dist)
		i += length
	}
	w.symbol(256)
	w.write(0, 7) // fills the last byte
	return w.out
}
