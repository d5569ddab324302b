package hdf5

import "github.com/modelsieve/modelsieve/scanner"

// Kinds of messages in object headers (specification IV.A.2).
const (
	msgNil          = 0x00
	msgDataspace    = 0x01
	msgLinkInfo     = 0x02
	msgDatatype     = 0x03
	msgLink         = 0x06
	msgExternal     = 0x07
	msgLayout       = 0x08
	msgFilters      = 0x0b
	msgAttribute    = 0x0c
	msgSharedTable  = 0x0f
	msgContinuation = 0x10
	msgSymbolTable  = 0x11
	msgNodeSizes    = 0x13
	msgDriver       = 0x14
	msgAttrInfo     = 0x15
	msgFileSpace    = 0x17
	msgCacheImage   = 0x18
)

// Flags of messages.
const (
	flagShared = 1 << 1 // the body says where the message is
)

// A message is one of an object header.
type message struct {
	kind  uint16
	flags byte
	body  decoder
}

// A headerReader collects the messages of one object header.
type headerReader struct {
	f        *File
	version  int
	flags    byte // of version 2
	messages []message
	blocks   []block // continuations, read and to be read
}

// A block is a run of structure at an address.
type block struct{ addr, size uint64 }

// header returns the messages of an object header but for its own continuations;
// those that can be read, where something is broken.
func (f *File) header(addr uint64) []message {
	h := headerReader{f: f}
	f.problem(h.first(addr))
	seen := map[uint64]bool{}
	for i := 0; i < len(h.blocks) && f.stop == nil; i++ {
		b := h.blocks[i]
		if seen[b.addr] {
			f.problem(scanner.Errorf(scanner.Malformed, f.offset(addr), "object header: two continuations at address %d", b.addr))
			continue
		}
		seen[b.addr] = true
		f.problem(h.next(b))
	}
	return h.messages
}

// first reads the prefix and the first block.
func (h *headerReader) first(addr uint64) error {
	d, err := h.f.read(addr, 4, "object header")
	if err != nil {
		return err
	}
	if string(d.b) == "OHDR" {
		return h.first2(addr)
	}
	h.version = 1
	if d, err = h.f.read(addr, 16, "object header"); err != nil {
		return err
	}
	d.expect("version", uint64(d.u8()), 1)
	d.bytes(7) // the number of messages and of links to the object
	n := d.u32()
	if d.err != nil {
		return d.err
	}
	return h.next(block{addr + 16, uint64(n)})
}

// first2 reads the prefix and the first block of version 2.
func (h *headerReader) first2(addr uint64) error {
	h.version = 2
	d, err := h.f.read(addr, 6, "object header")
	if err != nil {
		return err
	}
	d.bytes(4)
	d.expect("version", uint64(d.u8()), 2)
	h.flags = d.u8()
	if d.err != nil {
		return d.err
	}
	prefix := int64(6)
	if h.flags&0x20 != 0 {
		prefix += 16 // four times
	}
	if h.flags&0x10 != 0 {
		prefix += 4 // when attributes become dense
	}
	width := 1 << (h.flags & 3)
	if d, err = h.f.read(addr, prefix+int64(width), "object header"); err != nil {
		return err
	}
	d.bytes(uint64(prefix))
	n := bytesOf(d.number(width))
	all := prefix + int64(width) + n + 4
	if n < 0 || all < 0 {
		return scanner.Errorf(scanner.Malformed, d.at, "object header of %d bytes", uint64(n))
	}
	if d, err = h.block(block{addr, uint64(all)}); err != nil {
		return err
	}
	h.f.checksum(&d)
	d.bytes(uint64(prefix) + uint64(width))
	h.parse(&d)
	return d.err
}

// next reads a block of messages.
func (h *headerReader) next(b block) error {
	d, err := h.block(b)
	if err != nil {
		return err
	}
	if h.version == 2 {
		h.f.checksum(&d)
		d.sign("OCHK")
	}
	h.parse(&d)
	return d.err
}

// block reads a block, which stays in memory while the object is looked at.
func (h *headerReader) block(b block) (decoder, error) {
	n := bytesOf(b.size)
	if _, err := h.f.place(b.addr, n, "object header"); err != nil {
		return decoder{}, err
	}
	if err := h.f.hold(4 * min(n, maxBlock)); err != nil {
		return decoder{}, err
	}
	return h.f.read(b.addr, n, "object header")
}

// parse takes messages until too few bytes are left for one.
func (h *headerReader) parse(d *decoder) {
	prefix := 8
	if h.version == 2 {
		prefix = 4
		if h.flags&0x04 != 0 {
			prefix = 6 // the order of creation
		}
	}
	for len(d.b) >= prefix && d.err == nil && h.f.step(1) == nil {
		var m message
		var n uint64
		if h.version == 2 {
			m.kind, n, m.flags = uint16(d.u8()), uint64(d.u16()), d.u8()
			d.bytes(uint64(prefix - 4))
		} else {
			m.kind, n, m.flags = d.u16(), uint64(d.u16()), d.u8()
			d.bytes(3)
		}
		m.body = d.part(n, messageNames[m.kind])
		if m.body.err != nil {
			return
		}
		h.add(m)
	}
}

// add keeps a message.
func (h *headerReader) add(m message) {
	switch {
	case m.kind == msgNil:
	case m.kind == msgContinuation:
		b := block{m.body.addr(), m.body.size()}
		h.f.problem(m.body.err)
		if m.body.err == nil {
			h.blocks = append(h.blocks, b)
		}
	case messageNames[m.kind] == "":
		h.f.problem(scanner.Errorf(scanner.Unsupported, m.body.at, "object header: a message of the unknown kind %d", m.kind))
	default:
		h.messages = append(h.messages, m)
	}
}

// messageNames names every kind of message that is known.
var messageNames = map[uint16]string{
	msgNil: "nil message", msgDataspace: "dataspace", msgLinkInfo: "link information", msgDatatype: "datatype",
	0x04: "old fill value", 0x05: "fill value", msgLink: "link", msgExternal: "list of external files",
	msgLayout: "data layout", 0x09: "bogus message", 0x0a: "group information", msgFilters: "filter pipeline",
	msgAttribute: "attribute", 0x0d: "comment", 0x0e: "old modification time", msgSharedTable: "table of shared messages",
	msgContinuation: "continuation", msgSymbolTable: "symbol table", 0x12: "modification time", msgNodeSizes: "sizes of nodes",
	msgDriver: "driver information", msgAttrInfo: "attribute information", 0x16: "number of links",
	msgFileSpace: "file space information", msgCacheImage: "metadata cache image",
}
