package scantest

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"slices"
)

// A zipHeader is what a local and a central header of one member say.
type zipHeader struct {
	version, flags, method uint64
	time, crc              uint64
	csize, size            uint64
	attrs, offset          uint64 // central only
	name, extra, comment   string
}

// zipKeys are the options of a member that have a value; they may stand behind
// "local." or "central.".
var zipKeys = []string{"version", "flags", "method", "time", "crc", "csize", "size", "name", "extra"}

// centralKeys are those of the central header alone.
var centralKeys = []string{"attrs", "offset", "comment"}

var zipFlags = []string{"stored", "deflated", "descriptor", "zip64", "only-local", "only-central"}

// A zipBuilder is an archive under construction.
type zipBuilder struct {
	out     []byte
	central []byte
	entries uint64
	ended   bool
}

// zip makes an archive.
func (a *assembler) zip(s *statement) ([]byte, error) {
	z := &zipBuilder{}
	for i := range s.body {
		inner := &s.body[i]
		if z.ended {
			return nil, inner.located(fmt.Errorf("nothing follows the end"))
		}
		var err error
		switch inner.word {
		case "member":
			err = a.zipMember(z, inner)
		case "end":
			err = z.end(inner)
		default:
			var b []byte
			b, err = a.statement(inner, len(z.out))
			z.out = append(z.out, b...)
		}
		if err != nil {
			return nil, inner.located(err)
		}
	}
	if !z.ended {
		return z.out, z.end(&statement{})
	}
	return z.out, nil
}

// zipMember adds a member's local header and data, and keeps its central header.
func (a *assembler) zipMember(z *zipBuilder, s *statement) error {
	if len(s.args) == 0 {
		return fmt.Errorf("want a name")
	}
	keys := append(prefixed("", zipKeys), prefixed("local.", zipKeys)...)
	keys = append(append(keys, prefixed("central.", zipKeys)...), prefixed("central.", centralKeys)...)
	opts, err := s.options(1, zipFlags, append(keys, centralKeys...))
	if err != nil {
		return err
	}
	is := func(flag string) bool { _, ok := opts[flag]; return ok }
	body, err := a.list(s.body, 0)
	if err != nil {
		return err
	}
	data := body
	h := zipHeader{version: 20, name: s.args[0].text, size: uint64(len(body)), crc: uint64(crc32.ChecksumIEEE(body)), offset: uint64(len(z.out))}
	if is("deflated") {
		h.method, data = 8, deflate(body)
	}
	h.csize = uint64(len(data))
	local, central := h, h
	if is("descriptor") {
		local.flags, central.flags = 8, 8
		local.crc, local.csize, local.size = 0, 0, 0
	}
	if err := setFields(&local, &central, opts); err != nil {
		return err
	}
	if is("zip64") {
		local.zip64()
		central.zip64()
	}
	if !is("only-central") {
		z.out = append(append(z.out, local.local()...), data...)
	}
	if is("descriptor") {
		z.out = append(z.out, h.descriptor()...)
	}
	if !is("only-local") {
		z.central = append(z.central, central.central()...)
		z.entries++
	}
	return nil
}

// prefixed puts a prefix before each word.
func prefixed(prefix string, words []string) []string {
	var out []string
	for _, w := range words {
		out = append(out, prefix+w)
	}
	return out
}

// setFields applies options: those of one header after those of both.
func setFields(local, central *zipHeader, opts map[string]argument) error {
	for _, h := range []struct {
		prefix string
		header *zipHeader
	}{{"", local}, {"", central}, {"local.", local}, {"central.", central}} {
		for _, key := range slices.Concat(zipKeys, centralKeys) {
			v, ok := opts[h.prefix+key]
			if !ok {
				continue
			}
			if err := h.header.set(key, v.text); err != nil {
				return fmt.Errorf("%s%s: %w", h.prefix, key, err)
			}
		}
	}
	return nil
}

// set changes one field.
func (h *zipHeader) set(key, text string) error {
	texts := map[string]*string{"name": &h.name, "extra": &h.extra, "comment": &h.comment}
	if field := texts[key]; field != nil {
		*field = text
		return nil
	}
	numbers := map[string]*uint64{
		"version": &h.version, "flags": &h.flags, "method": &h.method, "time": &h.time, "crc": &h.crc,
		"csize": &h.csize, "size": &h.size, "attrs": &h.attrs, "offset": &h.offset,
	}
	v, err := parseNumber(text)
	*numbers[key] = v
	return err
}

// zip64 moves the sizes into an extra field.
func (h *zipHeader) zip64() {
	extra := append(encode("le16", 1), encode("le16", 16)...)
	extra = append(append(extra, encode("le64", h.size)...), encode("le64", h.csize)...)
	h.extra = string(extra) + h.extra
	h.size, h.csize = math.MaxUint32, math.MaxUint32
}

// fields is what both kinds of header have in common.
func (h *zipHeader) fields() []byte {
	out := concat("le16", h.version, h.flags, h.method)
	out = append(out, concat("le32", h.time, h.crc, h.csize, h.size)...)
	return append(out, concat("le16", uint64(len(h.name)), uint64(len(h.extra)))...)
}

// concat encodes numbers of one kind.
func concat(kind string, values ...uint64) []byte {
	var out []byte
	for _, v := range values {
		out = append(out, encode(kind, v)...)
	}
	return out
}

func (h *zipHeader) local() []byte {
	return []byte("PK\x03\x04" + string(h.fields()) + h.name + h.extra)
}

func (h *zipHeader) central() []byte {
	tail := append(concat("le16", uint64(len(h.comment)), 0, 0), concat("le32", h.attrs, h.offset)...)
	return []byte("PK\x01\x02\x14\x03" + string(h.fields()) + string(tail) + h.name + h.extra + h.comment)
}

// descriptor follows the data of a member whose sizes were not known before.
func (h *zipHeader) descriptor() []byte {
	return []byte("PK\x07\x08" + string(concat("le32", h.crc, h.csize, h.size)))
}

// end writes the central directory and the end record.
func (z *zipBuilder) end(s *statement) error {
	z.ended = true
	opts, err := s.options(0, []string{"none", "zip64"}, []string{"entries", "size", "offset", "comment"})
	if err != nil {
		return err
	}
	entries, size, offset := z.entries, uint64(len(z.central)), uint64(len(z.out))
	for key, field := range map[string]*uint64{"entries": &entries, "size": &size, "offset": &offset} {
		if v, ok := opts[key]; ok {
			if *field, err = parseNumber(v.text); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
		}
	}
	z.out = append(z.out, z.central...)
	if _, ok := opts["none"]; ok {
		return nil
	}
	if _, ok := opts["zip64"]; ok {
		z.end64(entries, size, offset)
		entries, size, offset = math.MaxUint16, math.MaxUint32, math.MaxUint32
	}
	comment := opts["comment"].text
	z.out = append(z.out, "PK\x05\x06\x00\x00\x00\x00"...)
	z.out = append(z.out, concat("le16", entries, entries)...)
	z.out = append(z.out, concat("le32", size, offset)...)
	z.out = append(append(z.out, encode("le16", uint64(len(comment)))...), comment...)
	return nil
}

// end64 writes the end record of zip64 and its locator.
func (z *zipBuilder) end64(entries, size, offset uint64) {
	at := uint64(len(z.out))
	z.out = append(append(z.out, "PK\x06\x06"...), encode("le64", 44)...)
	z.out = append(z.out, concat("le16", 45, 45)...)
	z.out = append(z.out, concat("le32", 0, 0)...)
	z.out = append(z.out, concat("le64", entries, entries, size, offset)...)
	z.out = append(append(z.out, "PK\x06\x07"...), make([]byte, 4)...)
	z.out = binary.LittleEndian.AppendUint64(z.out, at)
	z.out = append(z.out, encode("le32", 1)...)
}
