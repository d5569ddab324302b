package ziparchive

import (
	"encoding/binary"

	"github.com/modelsieve/modelsieve/scanner/internal/cursor"
)

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
	FlagEncrypted  = 1 << 0
	flagDescriptor = 1 << 3
	flagStrong     = 1 << 6
	flagMasked     = 1 << 13
	encryptedFlags = FlagEncrypted | flagStrong | flagMasked
)

// A Header is what the directory or a local header says of an entry.
type Header struct {
	At       int64 // offset of the header in the file
	Bytes    int64 // that the header takes
	Name     string
	Flags    uint16
	Method   uint16
	CRC      uint32
	Packed   uint64 // bytes that are stored
	Size     uint64 // bytes when unpacked
	LocalAt  uint64 // of a directory header: where it says that the local one is
	External uint32 // of a directory header: attributes of the operating system
	Creator  uint16 // of a directory header: the system that External belongs to
}

// Encrypted reports whether the header says that the content needs a key.
func (h *Header) Encrypted() bool { return h.Flags&FlagEncrypted != 0 }

// Streamed reports whether the sizes stand in a descriptor behind the content.
func (h *Header) Streamed() bool { return h.Flags&flagDescriptor != 0 }

var le = binary.LittleEndian

// readLocal reads the local header at the cursor.
func readLocal(c *cursor.Cursor) (*Header, error) {
	at := c.Offset()
	b, err := c.Bytes(localBytes, localBytes)
	if err != nil {
		return nil, err
	}
	h := &Header{
		At: at, Flags: le.Uint16(b[6:]), Method: le.Uint16(b[8:]), CRC: le.Uint32(b[14:]),
		Packed: uint64(le.Uint32(b[18:])), Size: uint64(le.Uint32(b[22:])),
	}
	return h, h.rest(c, le.Uint16(b[26:]), le.Uint16(b[28:]), 0)
}

// readCentral reads the directory header at the cursor.
func readCentral(c *cursor.Cursor) (*Header, error) {
	at := c.Offset()
	b, err := c.Bytes(centralBytes, centralBytes)
	if err != nil {
		return nil, err
	}
	h := &Header{
		At: at, Creator: le.Uint16(b[4:]), Flags: le.Uint16(b[8:]), Method: le.Uint16(b[10:]), CRC: le.Uint32(b[16:]),
		Packed: uint64(le.Uint32(b[20:])), Size: uint64(le.Uint32(b[24:])), External: le.Uint32(b[38:]), LocalAt: uint64(le.Uint32(b[42:])),
	}
	return h, h.rest(c, le.Uint16(b[28:]), le.Uint16(b[30:]), le.Uint16(b[32:]))
}

// rest reads what follows the fixed part of a header: name, extra, comment. Readers
// take what is there of them where the file ends before.
func (h *Header) rest(c *cursor.Cursor, name, extra, comment uint16) error {
	b, err := c.Bytes(min(int64(name), c.Remaining()), 1<<16)
	if err != nil {
		return err
	}
	h.Name = string(b)
	if b, err = c.Bytes(min(int64(extra), c.Remaining()), 1<<16); err != nil {
		return err
	}
	h.zip64(b)
	if err := c.Skip(min(int64(comment), c.Remaining())); err != nil {
		return err
	}
	h.Bytes = c.Offset() - h.At
	return nil
}

// zip64 takes the numbers that do not fit 32 bits from the extra field 0x0001.
func (h *Header) zip64(extra []byte) {
	const most = 1<<32 - 1
	for len(extra) >= 4 {
		id, n := le.Uint16(extra), int(le.Uint16(extra[2:]))
		extra = extra[4:]
		if n > len(extra) {
			return
		}
		if id == 1 {
			field := extra[:n]
			for _, v := range []*uint64{&h.Size, &h.Packed, &h.LocalAt} {
				if *v == most && len(field) >= 8 {
					*v, field = le.Uint64(field), field[8:]
				}
			}
		}
		extra = extra[n:]
	}
}
