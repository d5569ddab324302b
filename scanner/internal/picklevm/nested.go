package picklevm

import "strings"

// minNested is the shortest pickle that can call something, in bytes.
const minNested = 8

// nested tells Config.Nested of the literal of n bytes that begins here, where it may
// be a pickle, or the text of one.
func (m *Machine) nested(n uint64) error {
	if m.cfg.Nested == nil || n < minNested {
		return nil
	}
	if err := m.in.peek(4); err != nil {
		return err
	}
	if enc := EncodingOf(m.in.buf[m.in.pos : m.in.pos+4]); enc != "" {
		m.cfg.Nested(Literal{At: m.in.offset(), Bytes: int64(min(n, 1<<62)), Encoding: enc})
	}
	return nil
}

// A Literal is a string or bytes of the stream that may hold a pickle of its own.
type Literal struct {
	At, Bytes int64  // where its content lies in the input
	Encoding  string // see [EncodingOf]
}

// EncodingOf returns how a pickle or code object may be written that starts with these
// four or more bytes, or "": "raw" is a pickle, "marshal" a code object, the others have
// one or the other in them. A pickle of protocol 2 or later starts with PROTO.
func EncodingOf(b []byte) string {
	if len(b) < 4 {
		return ""
	}
	head := string(b[:4])
	switch {
	case head[0] == 0x80 && head[1] >= 2 && head[1] <= MaxProtocol:
		return "raw"
	case (head[0] == 0xe3 || head[0] == 'c') && head[2] == 0 && head[3] == 0: // a code object of few arguments
		return "marshal"
	}
	if enc := compressionOf(head); enc != "" {
		return enc
	}
	return textOf(head)
}

// compressionOf returns what compressed bytes start like, or "".
func compressionOf(head string) string {
	switch {
	case head[0] == 0x78 && (uint(head[0])<<8|uint(head[1]))%31 == 0:
		return "zlib"
	case strings.HasPrefix(head, "\x1f\x8b\x08"):
		return "gzip"
	case strings.HasPrefix(head, "BZh"):
		return "bz2"
	case head == "\xfd7zX":
		return "xz"
	case strings.HasPrefix(head, "]\x00\x00"):
		return "lzma"
	}
	return ""
}

// textOf returns the encoding of a text in which one of the others may be, or "".
func textOf(head string) string {
	switch {
	case strings.HasPrefix(head, "gA") && head[2] >= 'I' && head[2] <= 'X', // a pickle
		(strings.HasPrefix(head, "4w") || strings.HasPrefix(head, "Yw")) && head[3] == 'A', // marshal
		strings.HasPrefix(head, "eJ"), strings.HasPrefix(head, "eN"), strings.HasPrefix(head, "eF4"), strings.HasPrefix(head, "eAE"), // zlib
		head == "H4sI", head == "Qlpo", head == "/Td6", head == "XQAA", // gzip, bz2, xz, lzma
		strings.HasPrefix(head, "Z0F"), strings.HasPrefix(head, "ZUp"), head == "SDRz": // base64 of base64
		return "base64"
	case strings.HasPrefix(head, "800") && head[3] >= '2' && head[3] <= '5', head[:2] == "e3" || head[:2] == "E3",
		head == "789c", head == "7801", head == "78da", head == "1f8b", head == "425a", head == "fd37", head == "5d00":
		return "hex"
	}
	return ""
}
