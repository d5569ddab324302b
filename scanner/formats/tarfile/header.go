package tarfile

import (
	"strconv"
	"strings"
)

// A header is what one block says of a member.
type header struct {
	name, link string
	size       int64 // bytes
	kind       byte  // type flag; '0' for a file, as v7's NUL
	magic      bool  // "ustar"
}

// hasContent reports whether content follows the header.
func (h *header) hasContent() bool {
	switch h.kind {
	case '1', '2', '3', '4', '5', '6':
		return false
	}
	return true
}

// parse reads a header block. ok is false where its checksum is wrong or a number
// is none.
func parse(b []byte) (h header, ok bool) {
	h.magic = string(b[257:262]) == "ustar"
	sum, ok := number(b[148:156])
	if unsigned, signed := checksums(b); !ok || sum != unsigned && sum != signed {
		return h, false
	}
	h.name, h.link, h.kind = text(b[:100]), text(b[157:257]), b[156]
	if h.magic && string(b[257:263]) == "ustar\x00" {
		if prefix := text(b[345:500]); prefix != "" {
			h.name = prefix + "/" + h.name
		}
	}
	if h.kind == 0 {
		h.kind = '0'
	}
	h.size, ok = number(b[124:136])
	return h, ok
}

// checksums are the sums of all bytes, those of the checksum itself taken as blanks. Old
// writers took bytes for signed ones, and readers accept that.
func checksums(b []byte) (unsigned, signed int64) {
	unsigned, signed = 8*' ', 8*' '
	for i, c := range b {
		if i < 148 || i >= 156 {
			unsigned += int64(c)
			signed += int64(int8(c))
		}
	}
	return unsigned, signed
}

// text is a field up to its first NUL.
func text(b []byte) string {
	s, _, _ := strings.Cut(string(b), "\x00")
	return s
}

// number reads an octal number, or one in base 256 as GNU writes large ones.
func number(b []byte) (int64, bool) {
	if b[0]&0x80 != 0 {
		n := int64(b[0] & 0x3f)
		for _, c := range b[1:] {
			if n > 1<<54 {
				return 0, false
			}
			n = n<<8 | int64(c)
		}
		return n, b[0]&0x40 == 0
	}
	s := strings.TrimSpace(text(b))
	if s == "" {
		return 0, true
	}
	s = strings.TrimPrefix(strings.ReplaceAll(s, "_", ""), "0o") // as Python reads a number
	n, err := strconv.ParseInt(s, 8, 64)
	return n, err == nil && n >= 0
}

// pax reads the records of a pax header: "LENGTH KEY=VALUE\n".
func (o *overrides) pax(content string) {
	for content != "" {
		digits, rest, ok := strings.Cut(content, " ")
		n, err := strconv.Atoi(digits)
		if !ok || err != nil || n <= len(digits)+1 || n > len(content) {
			return
		}
		record := strings.TrimSuffix(rest[:n-len(digits)-1], "\n")
		content = content[n:]
		key, value, _ := strings.Cut(record, "=")
		switch key {
		case "path":
			o.name = value
		case "linkpath":
			o.link = value
		case "size":
			if size, err := strconv.ParseInt(value, 10, 64); err == nil && size >= 0 {
				o.size = size
			}
		}
	}
}
