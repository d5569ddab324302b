package ziparchive

import "encoding/binary"

// Signatures of the structures of a zip file (APPNOTE.TXT 4.3).
const (
	sigLocal      = "PK\x03\x04"
	sigCentral    = "PK\x01\x02"
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
	flagEndMarker  = 1 << 1 // of an lzma stream
	flagDescriptor = 1 << 3
	flagStrong     = 1 << 6
	flagMasked     = 1 << 13
	encryptedFlags = flagEncrypted | flagStrong | flagMasked
)

// most stands in a field of 32 bits for a number that the zip64 extra field holds.
const most = 1<<32 - 1

var le = binary.LittleEndian

// A header is what directory and local headers have in common.
type header struct {
	at           int64  // offset of the header
	packed, size uint64 // bytes that are stored, and when unpacked
	crc          uint32
	flags        uint16
	method       uint16
}

// streamed reports whether the sizes stand in a descriptor behind the content.
func (h *header) streamed() bool { return h.flags&flagDescriptor != 0 }

// encrypted reports whether the header says that the content needs a key.
func (h *header) encrypted() bool { return h.flags&flagEncrypted != 0 }

// centralBytesHeld is what a central takes, in bytes: itself and its place in an order
// that grows.
const centralBytesHeld = 56 + 10

// A central is a directory header and a local header that it may mean.
type central struct {
	header
	local int64 // offset of the local header
	name  text
	marks uint16
}

// Marks of a central.
const (
	markFound     = 1 << iota // a local header is where it says
	markRepeated              // the header was read before, for another place of the archive
	markDirectory             // its attributes say that it is a directory
	markLink                  // its attributes say that it is a symbolic link
)

// A local is a local header.
type local struct {
	header
	bytes int64 // that the header takes
}

// parseLocal reads the fixed part of a local header.
func parseLocal(b []byte, at int64) (l local, name, extra int) {
	l.header = header{
		at: at, flags: le.Uint16(b[6:]), method: le.Uint16(b[8:]), crc: le.Uint32(b[14:]),
		packed: uint64(le.Uint32(b[18:])), size: uint64(le.Uint32(b[22:])),
	}
	return l, int(le.Uint16(b[26:])), int(le.Uint16(b[28:]))
}

// parseCentral reads the fixed part of a directory header. localAt is where it says
// that the local header is.
func parseCentral(b []byte, at int64) (c central, localAt uint64) {
	c.header = header{
		at: at, flags: le.Uint16(b[8:]), method: le.Uint16(b[10:]), crc: le.Uint32(b[16:]),
		packed: uint64(le.Uint32(b[20:])), size: uint64(le.Uint32(b[24:])),
	}
	const unix, typeMask, link, folder = 3, 0xf000, 0xa000, 0x10
	switch system, attributes := b[5], le.Uint32(b[38:]); {
	case system == unix && attributes>>16&typeMask == link:
		c.marks |= markLink
	case system == 0 && attributes&folder != 0:
		c.marks |= markDirectory
	}
	return c, uint64(le.Uint32(b[42:]))
}

// zip64 takes the numbers that do not fit 32 bits from the extra field 0x0001.
func zip64(extra []byte, numbers ...*uint64) {
	for len(extra) >= 4 {
		id, n := le.Uint16(extra), int(le.Uint16(extra[2:]))
		extra = extra[4:]
		if n > len(extra) {
			return
		}
		if id == 1 {
			field := extra[:n]
			for _, v := range numbers {
				if *v == most && len(field) >= 8 {
					*v, field = le.Uint64(field), field[8:]
				}
			}
		}
		extra = extra[n:]
	}
}
