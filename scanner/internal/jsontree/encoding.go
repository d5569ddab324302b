package jsontree

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// A wide says where the characters of a text were that was in UTF-16 or UTF-32.
type wide struct {
	unit  int64  // bytes of a unit, 2 or 4
	marks []mark // ascending
}

// A mark is the place of a character before and behind the decoding.
type mark struct{ text, source int64 }

const markEvery = 256 // bytes

// source returns where a place in the decoded text was.
func (w *wide) source(text string, at int64) int64 {
	i, found := slices.BinarySearchFunc(w.marks, at, func(m mark, at int64) int { return cmp.Compare(m.text, at) })
	if !found {
		i--
	}
	m := w.marks[i]
	for m.text < at {
		size, units := width(text[m.text:])
		m.text += size
		m.source += max(w.unit, min(units*2, 4))
	}
	return m.source
}

// width returns how long the first character of a text is, and in how many units of
// UTF-16. Lone surrogates are three bytes.
func width(text string) (size, units int64) {
	r, n := utf8.DecodeRuneInString(text)
	switch {
	case n == 1 && r == utf8.RuneError:
		return min(int64(len(text)), 3), 1
	case r >= 0x10000:
		return int64(n), 2
	}
	return int64(n), 1
}

// An order reads the units of an encoding.
type order struct {
	unit int64
	read func([]byte) rune
}

var (
	utf16LE = order{2, func(b []byte) rune { return rune(binary.LittleEndian.Uint16(b)) }}
	utf16BE = order{2, func(b []byte) rune { return rune(binary.BigEndian.Uint16(b)) }}
	utf32LE = order{4, func(b []byte) rune { return rune(binary.LittleEndian.Uint32(b)) }}
	utf32BE = order{4, func(b []byte) rune { return rune(binary.BigEndian.Uint32(b)) }}
)

// detect finds out how a text is encoded and how long its byte order mark is, as
// json.detect_encoding of Python does. No order means UTF-8.
func detect(text string) (o order, bom int64) {
	switch {
	case strings.HasPrefix(text, "\x00\x00\xfe\xff"):
		return utf32BE, 4
	case strings.HasPrefix(text, "\xff\xfe\x00\x00"):
		return utf32LE, 4
	case strings.HasPrefix(text, "\xfe\xff"):
		return utf16BE, 2
	case strings.HasPrefix(text, "\xff\xfe"):
		return utf16LE, 2
	case strings.HasPrefix(text, "\xef\xbb\xbf"):
		return order{}, 3
	case len(text) < 2 || len(text) == 3:
		return order{}, 0
	}
	return zeros(text), 0
}

// zeros tells encodings by where the zeros are in their first characters, which are ASCII.
func zeros(text string) order {
	short := len(text) < 4
	switch {
	case text[0] == 0 && (short || text[1] != 0):
		return utf16BE
	case text[0] == 0:
		return utf32BE
	case text[1] == 0 && (short || text[2] != 0 || text[3] != 0):
		return utf16LE
	case text[1] == 0:
		return utf32LE
	}
	return order{}
}

// decode brings a text to UTF-8, up to the first bytes that are no character. It reports
// whether there are such.
func (t *Tree) decode(text string) (decoded string, wrong bool, err error) {
	o, bom := detect(text)
	if o.unit == 0 {
		t.base += bom
		return text[bom:], false, nil
	}
	n := int64(len(text))
	if err := t.hold(n * 3 / 2); err != nil {
		return "", false, err
	}
	t.wide = &wide{unit: o.unit}
	var b strings.Builder
	b.Grow(int(n * 3 / 2))
	at := bom
	for at+o.unit <= n {
		if r, size := o.character(text[at:]); r <= utf8.MaxRune && r >= 0 {
			t.wide.note(int64(b.Len()), at)
			writeRune(&b, r)
			at += size
			continue
		}
		break
	}
	t.wide.note(int64(b.Len()), at)
	return b.String(), at != n, nil
}

// character returns the first character, and how many bytes it takes.
func (o order) character(text string) (rune, int64) {
	unit := []byte(text[:o.unit])
	r := o.read(unit)
	if o.unit == 4 || !utf16.IsSurrogate(r) || len(text) < 4 {
		return r, o.unit
	}
	if pair := utf16.DecodeRune(r, o.read([]byte(text[2:4]))); pair != utf8.RuneError {
		return pair, 4
	}
	return r, o.unit
}

// note remembers a place now and then.
func (w *wide) note(text, source int64) {
	if n := len(w.marks); n == 0 || text >= w.marks[n-1].text+markEvery {
		w.marks = append(w.marks, mark{text, source})
	}
}

// writeRune writes a character; a lone surrogate as its three bytes.
func writeRune(b *strings.Builder, r rune) {
	if utf16.IsSurrogate(r) {
		b.Write([]byte{0xe0 | byte(r>>12), 0x80 | byte(r>>6)&0x3f, 0x80 | byte(r)&0x3f})
		return
	}
	b.WriteRune(r)
}
