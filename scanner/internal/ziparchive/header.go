package ziparchive

import (
	"encoding/binary"
	"math"
)

// Signatures of the structures of a zip file (APPNOTE.TXT 4.3).
const (
	sigLocal      = "PK\x03\x04"
	sigCentral    = "PK\x01\x02"
	sigSignature  = "PK\x05\x05"
	sigEnd        = "PK\x05\x06"
	sigEnd64      = "PK\x06\x06"
	sigLocator64  = "PK\x06\x07"
	sigDescriptor = "PK\x07\x08"
)

// Sizes of their fixed parts, in bytes.
const (
	localBytes     = 30
	centralBytes   = 46
	endBytes       = 22
	end64Bytes     = 56
	locator64Bytes = 20
)

// Flag bits of an entry.
const (
	flagEncrypted  = 1 << 0
	flagDescriptor = 1 << 3
	flagPatched    = 1 << 5
	flagStrong     = 1 << 6
	flagMasked     = 1 << 13
	// refusedFlags are those for which some readers refuse an entry and others
	// read it as if they were not there.
	refusedFlags = flagEncrypted | flagPatched | flagStrong | flagMasked
)

// none32 stands in a 32-bit field whose value is in the zip64 extra field.
const none32 = math.MaxUint32

var le = binary.LittleEndian

// A header is what a local header says of its entry.
type header struct {
	name          []byte // valid until the window moves
	flags, method uint16
	crc           uint32
	packed, size  int64
	bytes         int64 // that the header takes
}

// streamed reports whether sizes and checksum stand behind the content instead.
func (h *header) streamed() bool { return h.flags&flagDescriptor != 0 && h.packed == 0 && h.size == 0 }

// localAt reads the local header at an offset. ok is false where there is none, or
// none that is whole.
func (z *reader) localAt(at int64, ahead int) (h header, ok bool, err error) {
	b, err := z.file.bytes(at, localBytes, max(ahead, 512))
	if err != nil || len(b) < localBytes || string(b[:4]) != sigLocal {
		return h, false, err
	}
	name, extra := int(le.Uint16(b[26:])), int(le.Uint16(b[28:]))
	if b, err = z.file.bytes(at, localBytes+name+extra, ahead); err != nil || len(b) < localBytes+name+extra {
		return h, false, err
	}
	h = header{
		name: b[localBytes : localBytes+name], flags: le.Uint16(b[6:]), method: le.Uint16(b[8:]), crc: le.Uint32(b[14:]),
		bytes: int64(len(b)),
	}
	wide := zip64{size: uint64(le.Uint32(b[22:])), packed: uint64(le.Uint32(b[18:]))}
	wide.widen(b[localBytes+name:])
	h.packed, h.size = wide.packed64(), wide.size64()
	return h, true, nil
}

// centralHeader reads the directory header in b, which starts with its signature.
// n is how many bytes it takes, or 0 where b does not hold it all. local is where
// it says that the local header is.
func centralHeader(b []byte) (e Entry, local int64, n int) {
	if len(b) < centralBytes {
		return e, 0, 0
	}
	name, extra, comment := int(le.Uint16(b[28:])), int(le.Uint16(b[30:])), int(le.Uint16(b[32:]))
	n = centralBytes + name + extra + comment
	if len(b) < n {
		return e, 0, 0
	}
	wide := zip64{size: uint64(le.Uint32(b[24:])), packed: uint64(le.Uint32(b[20:])), local: uint64(le.Uint32(b[42:]))}
	wide.widen(b[centralBytes+name : centralBytes+name+extra])
	return Entry{
		Name: string(b[centralBytes : centralBytes+name]), Creator: b[5], Flags: le.Uint16(b[8:]), Method: le.Uint16(b[10:]),
		CRC: le.Uint32(b[16:]), External: le.Uint32(b[38:]), Packed: wide.packed64(), Size: wide.size64(),
	}, clamp(wide.local), n
}

// zip64 holds the numbers of a header that may be too large for 32 bits.
type zip64 struct{ size, packed, local uint64 }

// widen takes the numbers that do not fit from the extra field 0x0001, where they
// stand in this order.
func (z *zip64) widen(extra []byte) {
	for len(extra) >= 4 {
		id, n := le.Uint16(extra), int(le.Uint16(extra[2:]))
		extra = extra[4:]
		if n > len(extra) {
			return
		}
		if field := extra[:n]; id == 1 {
			for _, v := range []*uint64{&z.size, &z.packed, &z.local} {
				if *v == none32 && len(field) >= 8 {
					*v, field = le.Uint64(field), field[8:]
				}
			}
		}
		extra = extra[n:]
	}
}

func (z *zip64) packed64() int64 { return clamp(z.packed) }
func (z *zip64) size64() int64   { return clamp(z.size) }

// clamp turns a number from the file into one that can be added to an offset: none
// above is that of a file.
func clamp(n uint64) int64 { return int64(min(n, math.MaxInt64/4)) }
