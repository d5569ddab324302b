package ziparchive

import (
	"bytes"
	"fmt"
	"math"
	"sort"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
)

// sweep reads the local headers that directories name, then looks for structures
// in what lies between everything that is known. Contents are passed over.
func (z *reader) sweep() error {
	for _, at := range z.sortedLocals() {
		if err := z.step(1); err != nil {
			return err
		}
		z.readNamed(at)
	}
	for round := 0; round < 64; round++ { // an archive found in a gap may name more
		found, err := z.searchGaps()
		if err != nil || !found {
			return err
		}
	}
	return nil
}

// readNamed reads the local header at an offset that directory headers lead to.
func (z *reader) readNamed(at int64) {
	local, err := readLocal(z.header(at))
	if err != nil {
		z.anomaly(at, z.locals[at][0].Name, "the local header is cut off")
		return
	}
	z.record(local.At, local.Bytes)
	for i, central := range z.locals[at] {
		if i > 0 {
			z.anomaly(at, central.Name, "two directory entries share one local header")
		}
		z.readings(central, local)
	}
}

// readings adds the entry as the directory describes it and, where that is
// something else, as the local header does.
func (z *reader) readings(central, local *Header) {
	z.add(central, local, central.Packed, central.Method)
	if central.Method == Stored && central.Size != central.Packed {
		z.add(central, local, central.Size, Stored) // zipfile reads by this size
	}
	packed := local.Packed
	if local.Streamed() || packed == 0 {
		packed = central.Packed
	}
	if packed != central.Packed || local.Method != central.Method {
		z.add(central, local, packed, local.Method)
	}
	if central.Streamed() || local.Streamed() {
		z.descriptor(local.At+local.Bytes+int64(min(central.Packed, math.MaxInt64/2)), central)
	}
}

// descriptor accounts for the data descriptor behind a content: with or without a
// signature, with sizes of 32 or 64 bits.
func (z *reader) descriptor(at int64, central *Header) {
	b := make([]byte, 24)
	if at < 0 || at > z.size {
		return
	}
	n, _ := z.r.ReadAt(b, at)
	b = b[:n]
	skip := 0
	if bytes.HasPrefix(b, []byte(sigDescriptor)) {
		skip = 4
	}
	switch rest := b[skip:]; {
	case len(rest) >= 20 && le.Uint64(rest[4:]) == central.Packed && le.Uint64(rest[12:]) == central.Size:
		z.record(at, int64(skip)+20)
	case len(rest) >= 12 && uint64(le.Uint32(rest[4:])) == central.Packed && uint64(le.Uint32(rest[8:])) == central.Size:
		z.record(at, int64(skip)+12)
	}
}

// add adds one reading of an entry.
func (z *reader) add(central, local *Header, packed uint64, method uint16) {
	e := Entry{Central: central, Local: local, DataAt: local.At + local.Bytes, Method: method}
	e.Name = local.Name
	if central != nil {
		e.Name = central.Name
	}
	left := z.size - e.DataAt
	if packed > uint64(left) {
		z.archive.Truncated = append(z.archive.Truncated, scanner.Span{Offset: e.DataAt, Length: int64(min(packed, math.MaxInt64/2))})
		packed = uint64(left)
	}
	e.Packed = int64(packed)
	z.archive.Entries = append(z.archive.Entries, e)
}

// searchGaps looks for headers and end records in the bytes that nothing known
// covers.
func (z *reader) searchGaps() (found bool, err error) {
	for _, gap := range z.gaps() {
		for at := gap.Offset; at < gap.End(); {
			hit, err := z.search(at, gap.End())
			if err != nil {
				return found, err
			}
			if hit < 0 {
				break
			}
			n := z.structure(hit, gap.End())
			found = found || n > 0
			at = hit + max(n, 4)
		}
	}
	return found, nil
}

// search returns the offset of the next local header, directory header or end
// record before an end, or -1.
func (z *reader) search(at, end int64) (int64, error) {
	const chunk = 64 << 10
	buf := make([]byte, chunk+3)
	for ; at < end; at += chunk {
		if err := z.step(chunk / 1024); err != nil {
			return -1, err
		}
		n, _ := z.r.ReadAt(buf[:min(chunk+3, end-at)], at)
		for i := 0; ; {
			hit := bytes.Index(buf[i:n], []byte("PK"))
			if hit < 0 {
				break
			}
			i += hit
			if i+4 <= n && strings.Contains(sigLocal+sigCentral+sigEnd, string(buf[i:i+4])) {
				return at + int64(i), nil
			}
			i += 2
		}
	}
	return -1, nil
}

// structure reads the structure at an offset in a gap and returns how many bytes
// it takes, or 0 where there is none.
func (z *reader) structure(at, end int64) int64 {
	switch {
	case z.has(at, sigLocal):
		return z.orphan(at, end)
	case z.has(at, sigCentral) && !z.centrals[at]:
		n, _ := z.readDirectory(at, 0)
		if n > 0 {
			z.anomaly(at, "", "a directory to which no end record leads")
		}
		return int64(n)
	case z.has(at, sigEnd) && !z.ends[at]:
		if err := z.readEnd(at); err == nil && z.ends[at] {
			z.anomaly(at, "", "an end record in the middle of the file")
			for _, local := range z.sortedLocals() {
				z.unread(local)
			}
			return endBytes
		}
	}
	return 0
}

// unread reads a local header that an archive found in a gap names, once.
func (z *reader) unread(at int64) {
	for i := range z.archive.Entries {
		if z.archive.Entries[i].Local.At == at {
			return
		}
	}
	z.readNamed(at)
}

// orphan reads a local header that no directory names. Its content reaches as far
// as it says, or to the next structure.
func (z *reader) orphan(at, end int64) int64 {
	local, err := readLocal(z.header(at))
	if err != nil || local.Name == "" || local.Method > 99 || !plausible(local.Name) {
		return 0
	}
	packed := local.Packed
	if local.Streamed() || packed == 0 || packed > uint64(end-at-local.Bytes) {
		next, err := z.search(at+local.Bytes, end)
		if err != nil || next < 0 {
			next = end
		}
		packed = uint64(next - at - local.Bytes)
	}
	z.record(local.At, local.Bytes)
	z.anomaly(at, local.Name, "an entry that the directory does not list")
	z.add(nil, local, packed, local.Method)
	return local.Bytes + int64(packed)
}

// plausible reports whether bytes are a file name rather than chance.
func plausible(name string) bool {
	for i := range len(name) {
		if name[i] < ' ' && name[i] != 0 {
			return false
		}
	}
	return true
}

// gaps returns the spans that no record and no content covers.
func (z *reader) gaps() []scanner.Span {
	spans := append([]scanner.Span(nil), z.archive.Records...)
	for _, e := range z.archive.Entries {
		spans = append(spans, scanner.Span{Offset: e.DataAt, Length: e.Packed})
	}
	sort.Slice(spans, func(i, k int) bool { return spans[i].Offset < spans[k].Offset })
	var out []scanner.Span
	at := int64(0)
	for _, s := range spans {
		if s.Offset > at {
			out = append(out, scanner.Span{Offset: at, Length: s.Offset - at})
		}
		at = max(at, s.End())
	}
	if at < z.size {
		out = append(out, scanner.Span{Offset: at, Length: z.size - at})
	}
	return out
}

// compare notes what the headers of an entry, or two entries, disagree about.
func (z *reader) compare() {
	z.overlaps()
	folded, compared := map[string]int{}, map[*Header]bool{}
	for i := range z.archive.Entries {
		e := &z.archive.Entries[i]
		if e.Central != nil && !compared[e.Central] {
			compared[e.Central] = true
			z.disagreements(e)
		}
		if strings.ContainsRune(e.Name, 0) {
			z.anomaly(e.Local.At, e.Name, "a NUL in the name")
		}
		key := e.Name
		if pickle := strings.ToLower(e.Name); strings.HasSuffix(pickle, ".pkl") {
			key = pickle // torch finds records whatever their case
		}
		if k, ok := folded[key]; ok && z.archive.Entries[k].DataAt != e.DataAt {
			z.anomaly(e.Local.At, e.Name, "two entries under one name")
		}
		folded[key] = i
	}
}

// disagreements notes in what directory and local header differ.
func (z *reader) disagreements(e *Entry) {
	c, l := e.Central, e.Local
	note := func(what string, central, local any) {
		z.anomaly(l.At, c.Name, fmt.Sprintf("directory and local header disagree about the %s: %v and %v", what, central, local))
	}
	if c.Name != l.Name {
		note("name", fmt.Sprintf("%q", c.Name), fmt.Sprintf("%q", l.Name))
	}
	if c.Method != l.Method {
		note("compression method", c.Method, l.Method)
	}
	if (c.Flags^l.Flags)&encryptedFlags != 0 {
		note("encryption flags", c.Flags, l.Flags)
	}
	if !l.Streamed() && l.Packed != 1<<32-1 && (c.Packed != l.Packed || c.Size != l.Size) {
		note("sizes", fmt.Sprint(c.Packed, "/", c.Size), fmt.Sprint(l.Packed, "/", l.Size))
	}
	if !l.Streamed() && c.CRC != l.CRC {
		note("checksum", c.CRC, l.CRC)
	}
	if c.Method == 0 && c.Packed != c.Size && !c.Encrypted() {
		z.anomaly(c.At, c.Name, "a stored entry whose two sizes differ")
	}
	if c.External&0x10 != 0 && c.Creator>>8 == 0 && c.Size > 0 {
		z.anomaly(c.At, c.Name, "a directory with content")
	}
}

// overlaps notes contents that share bytes.
func (z *reader) overlaps() {
	order := make([]int, len(z.archive.Entries))
	for i := range order {
		order[i] = i
	}
	entries := z.archive.Entries
	sort.SliceStable(order, func(i, k int) bool { return entries[order[i]].DataAt < entries[order[k]].DataAt })
	end, last := int64(0), -1
	for _, i := range order {
		e := &entries[i]
		if last >= 0 && e.DataAt < end && entries[last].DataAt != e.DataAt {
			z.anomaly(e.Local.At, e.Name, "two entries share bytes")
		}
		if e.DataAt+e.Packed > end {
			end, last = e.DataAt+e.Packed, i
		}
	}
}
