package conftree

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// A source is a text with the places of its lines.
type source struct {
	text  string  // UTF-8, without a byte order mark
	lines []int32 // where each begins, in text
	bom   int64   // bytes of the mark in the artifact
	wide  bool    // the artifact is in UTF-16
	size  int64   // bytes of the artifact

	near place // the last one that was looked up: nodes come in their order
}

// A place is where a line and a column are.
type place struct {
	line, column int   // column from 1
	at           int   // in text
	units        int64 // of UTF-16 before it
}

// newSource brings a text to UTF-8, as a YAML reader does: with a byte order mark it may
// be in UTF-16.
func newSource(raw []byte) *source {
	s := &source{size: int64(len(raw))}
	switch {
	case len(raw) >= 2 && raw[0] == 0xff && raw[1] == 0xfe:
		s.text, s.bom, s.wide = fromUTF16(raw[2:], binary.LittleEndian), 2, true
	case len(raw) >= 2 && raw[0] == 0xfe && raw[1] == 0xff:
		s.text, s.bom, s.wide = fromUTF16(raw[2:], binary.BigEndian), 2, true
	case len(raw) >= 3 && raw[0] == 0xef && raw[1] == 0xbb && raw[2] == 0xbf:
		s.text, s.bom = string(raw[3:]), 3
	default:
		s.text = string(raw)
	}
	s.lines = append(s.lines, 0)
	for at := 0; at < len(s.text); {
		n := lineBreak(s.text[at:])
		if at += max(n, 1); n > 0 {
			s.lines = append(s.lines, int32(at))
		}
	}
	return s
}

// Text returns a text as a YAML reader sees it: without a byte order mark, from UTF-16
// where that says so.
func Text(raw []byte) string { return newSource(raw).text }

// fromUTF16 decodes whole units; half a unit at the end is left out.
func fromUTF16(raw []byte, order binary.ByteOrder) string {
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = order.Uint16(raw[2*i:])
	}
	return string(utf16.Decode(units))
}

// lineBreak returns how long a line break at the start of a text is; 0: there is none.
// YAML 1.1, which loaders of Python read, has five.
func lineBreak(text string) int {
	switch {
	case strings.HasPrefix(text, "\r\n"), strings.HasPrefix(text, "\u0085"):
		return 2
	case text[0] == '\n', text[0] == '\r':
		return 1
	case strings.HasPrefix(text, "\u2028"), strings.HasPrefix(text, "\u2029"):
		return 3
	}
	return 0
}

// offset turns a line and a column, both from 1 and the latter in characters, into an
// offset in the artifact.
func (s *source) offset(line, column int) int64 {
	if line < 1 || line > len(s.lines) {
		return 0
	}
	if s.near.line != line || s.near.column > column {
		at := int(s.lines[line-1])
		s.near = place{line: line, column: 1, at: at, units: s.unitsBefore(at)}
	}
	for s.near.column < column && s.near.at < len(s.text) {
		r, n := utf8.DecodeRuneInString(s.text[s.near.at:])
		s.near.column++
		s.near.at += n
		s.near.units += int64(max(1, utf16.RuneLen(r)))
	}
	at := int64(s.near.at)
	if s.wide {
		at = 2 * s.near.units
	}
	return min(s.bom+at, max(0, s.size-1))
}

// unitsBefore counts the units of UTF-16 before the start of a line, from where the last
// count ended where that is before it.
func (s *source) unitsBefore(at int) int64 {
	if !s.wide {
		return 0
	}
	from, units := s.near.at, s.near.units
	if from > at {
		from, units = 0, 0
	}
	for _, r := range s.text[from:at] {
		units += int64(max(1, utf16.RuneLen(r)))
	}
	return units
}

const maxWord = 512 // bytes that are shown as one word

// word returns how many bytes the word takes, up to white space or the end of a quote,
// that stands where offset looked last. At least 1.
func (s *source) word() int64 {
	text := s.text[min(s.near.at, len(s.text)):]
	if text == "" {
		return 1
	}
	if text[0] == '"' || text[0] == '\'' {
		if end := strings.IndexByte(text[1:], text[0]); end >= 0 {
			text = text[:end+2]
		}
	} else {
		text = text[:min(len(text), maxWord)]
		if end := strings.IndexAny(text, " \t\r\n"); end > 0 {
			text = text[:end]
		}
	}
	if s.wide {
		return 2 * int64(len(text)) // of ASCII, as tags are
	}
	return int64(len(text))
}
