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
	if enc := encodingOf(string(m.in.buf[m.in.pos : m.in.pos+4])); enc != "" {
		m.cfg.Nested(Literal{At: m.in.offset(), Bytes: int64(min(n, 1<<62)), Encoding: enc})
	}
	return nil
}

// A Literal is a string or bytes of the stream that may hold a pickle of its own.
type Literal struct {
	At, Bytes int64  // where its content lies in the input
	Encoding  string // "raw", "base64" or "hex"
}

// encodingOf returns how a pickle is written that starts with four bytes, or "". A
// pickle of protocol 2 or later starts with PROTO.
func encodingOf(head string) string {
	switch {
	case head[0] == 0x80 && head[1] >= 2 && head[1] <= MaxProtocol:
		return "raw"
	case strings.HasPrefix(head, "gA") && head[2] >= 'I' && head[2] <= 'X':
		return "base64"
	case strings.HasPrefix(head, "800") && head[3] >= '2' && head[3] <= '5':
		return "hex"
	}
	return ""
}
