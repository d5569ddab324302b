package ziparchive

import (
	"bytes"

	"github.com/modelsieve/modelsieve/scanner"
)

// tailBytes is how far from the end of a file readers look for its end record: its
// size and the longest comment.
const tailBytes = endBytes + 1<<16

// maxEnds is how many end records that lead to a directory are read, and how often
// gaps are searched for more.
const maxEnds = 64

// findEnds reads the directories of the end records in the tail of the file, the
// last one first, since that is what all readers prefer. One inside a member belongs
// to that member, unless its comment reaches to the end of the file: then there are
// readers that prefer it.
func (z *reader) findEnds() error {
	start := max(0, z.size-tailBytes)
	b, err := z.file.bytes(start, int(z.size-start), 0)
	if err != nil {
		return err
	}
	tail := bytes.Clone(b)
	var free []scanner.Span // what nothing explains so far; nil before the first
	for i := bytes.LastIndex(tail, []byte(sigEnd)); i >= 0; i = bytes.LastIndex(tail[:i], []byte(sigEnd)) {
		at := start + int64(i)
		if len(tail)-i < endBytes || free != nil && !within(free, at) && at+endBytes+int64(le.Uint16(tail[i+20:])) != z.size {
			continue
		}
		found, err := z.readEnd(at)
		if err != nil {
			return err
		}
		if found {
			free = append(z.gaps(), z.comments()...)
		}
	}
	return nil
}

// comments returns the spans behind the end records in the records that account
// for them, so that an end record in a comment is not taken for explained.
func (z *reader) comments() []scanner.Span {
	var out []scanner.Span
	for at := range z.ends {
		for _, r := range z.Records {
			if at >= r.Offset && at < r.End() {
				out = append(out, scanner.Span{Offset: at + endBytes, Length: r.End() - at - endBytes})
			}
		}
	}
	return out
}

// within reports whether an offset lies in one of the spans.
func within(spans []scanner.Span, at int64) bool {
	for _, s := range spans {
		if at >= s.Offset && at < s.End() {
			return true
		}
	}
	return false
}

// A claim is what an end record says of its directory.
type claim struct {
	entries, size, offset uint64
	limit                 int64 // offset of the first record behind the directory
	wide                  bool  // the numbers have 64 bits
}

// readEnd reads the end record at an offset and the directories that it may mean.
// found is false where it leads to none: then it is not one.
func (z *reader) readEnd(at int64) (found bool, err error) {
	if z.ends[at] {
		return false, nil
	}
	if len(z.ends) >= maxEnds {
		if !z.crowded {
			z.crowded = true
			z.anomaly(at, "", "there are more end records than are looked at")
		}
		return false, scanner.Errorf(scanner.OverLimit, at, "more than %d end records", maxEnds)
	}
	b, err := z.file.bytes(at, endBytes, 0)
	if err != nil || len(b) < endBytes {
		return false, err
	}
	narrow := claim{
		entries: uint64(le.Uint16(b[10:])), size: uint64(le.Uint32(b[12:])), offset: uint64(le.Uint32(b[16:])), limit: at,
	}
	comment := int64(le.Uint16(b[20:]))
	claims, err := z.wideClaims(at, narrow)
	if err != nil {
		return false, err
	}
	for _, c := range claims {
		hit, err := z.readClaim(at, c)
		if err != nil {
			return false, err
		}
		found = found || hit
	}
	if !found {
		return false, nil
	}
	z.ends[at] = true
	return true, z.recordEnd(at, comment)
}

// recordEnd accounts for an end record and its comment. A comment that is no text
// is left to the engine.
func (z *reader) recordEnd(at, comment int64) error {
	if comment > z.size-at-endBytes {
		z.anomaly(at, "", "the comment of the archive is cut off")
		comment = z.size - at - endBytes
	}
	b, err := z.file.bytes(at+endBytes, int(comment), 0)
	if err != nil {
		return err
	}
	if bytes.ContainsFunc(b, func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' }) {
		comment = 0
	}
	z.record(at, endBytes+comment)
	return nil
}

// wideClaims returns what an end record and the zip64 end record before it say. Some
// readers take the wide numbers wherever there are any, others only where the narrow
// ones say so.
func (z *reader) wideClaims(at int64, narrow claim) ([]claim, error) {
	locator := at - locator64Bytes
	b, err := z.file.bytes(locator, locator64Bytes, 0)
	if err != nil || len(b) < 4 || string(b[:4]) != sigLocator64 {
		return []claim{narrow}, err
	}
	want := clamp(le.Uint64(b[8:]))
	var claims []claim
	for _, place := range []int64{want, locator - end64Bytes} {
		if len(claims) > 0 && place == claims[0].limit {
			continue
		}
		b, err := z.file.bytes(place, end64Bytes, 0)
		if err != nil {
			return nil, err
		}
		if len(b) == end64Bytes && string(b[:4]) == sigEnd64 {
			claims = append(claims, claim{le.Uint64(b[32:]), le.Uint64(b[40:]), le.Uint64(b[48:]), place, true})
			z.recordEnd64(place, clamp(le.Uint64(b[4:])), locator)
		}
	}
	switch len(claims) {
	case 0:
		z.anomaly(locator, "", "the zip64 locator leads to no end record")
		return []claim{narrow}, nil
	case 2:
		z.anomaly(locator, "", "two zip64 end records answer to one locator")
	}
	z.record(locator, locator64Bytes)
	if contradicts(narrow, claims[0]) {
		z.anomaly(at, "", "the end record and its zip64 record disagree")
		narrow.limit = claims[0].limit
		claims = append(claims, narrow)
	}
	return claims, nil
}

// recordEnd64 accounts for a zip64 end record, which may have an extension; bytes is
// what its own size field counts, which leaves out the first twelve.
func (z *reader) recordEnd64(at, bytes, locator int64) {
	n := int64(end64Bytes)
	if at+12+bytes == locator {
		n = 12 + bytes
	}
	z.record(at, n)
}

// contradicts reports whether the numbers of an end record are neither the wide
// ones nor say that those are to be taken.
func contradicts(narrow, wide claim) bool {
	differ := func(n, none, w uint64) bool { return n != none && n != w }
	return differ(narrow.entries, 1<<16-1, wide.entries) || differ(narrow.size, none32, wide.size) ||
		differ(narrow.offset, none32, wide.offset)
}

// readClaim reads the directory that a claim leads to, at each of its places: right
// before the end records, and at the offset that it names.
func (z *reader) readClaim(at int64, c claim) (found bool, err error) {
	if c.size == 0 && c.entries == 0 {
		return true, nil
	}
	adjacent, absolute := c.limit-clamp(c.size), clamp(c.offset)
	places := []int64{adjacent}
	if absolute != adjacent {
		places = append(places, absolute)
	}
	hits := 0
	for _, place := range places {
		if ok, err := z.has(place, sigCentral); err != nil || !ok {
			if err != nil {
				return false, err
			}
			continue
		}
		hits++
		d, err := z.readDirectory(place, place-absolute)
		if err != nil {
			return false, err
		}
		if hits == 1 {
			z.checkClaim(at, c, d)
		}
	}
	if hits == 2 {
		z.anomaly(at, "", "two directories answer to one end record")
	}
	return hits > 0, z.settle()
}

// checkClaim compares what an end record says of a directory with what it is. Old
// writers count more than 65,535 entries modulo 65,536.
func (z *reader) checkClaim(at int64, c claim, d directory) {
	if d.entries != c.entries && (c.wide || d.entries < 1<<16 || d.entries&0xffff != c.entries) {
		z.anomaly(at, "", "the end record counts other entries than the directory has")
	}
	if d.end != c.limit {
		z.anomaly(at, "", "the directory does not end where its end record says")
	}
}

// A directory is a run of directory headers.
type directory struct {
	at, end int64
	shift   int64 // how far the archive lies behind the start of the file
	entries uint64
}

// readDirectory reads the directory headers from an offset on. What they list is
// pending until settle.
func (z *reader) readDirectory(at, shift int64) (directory, error) {
	for _, d := range z.directories {
		if d.shift == shift && at >= d.at && at < d.end {
			return d, nil
		}
	}
	d := directory{at: at, end: at, shift: shift}
	for {
		if err := z.budget.Step(1); err != nil {
			return d, err
		}
		e, local, n, err := z.centralAt(d.end)
		if err != nil {
			return d, err
		}
		if n == 0 {
			break
		}
		e.DirectoryAt = d.end
		if err := z.list(e, local, shift); err != nil {
			return d, err
		}
		d.end += int64(n)
		d.entries++
	}
	if err := z.skipSignature(&d); err != nil {
		return d, err
	}
	z.record(d.at, d.end-d.at)
	z.directories = append(z.directories, d)
	return d, nil
}

// centralAt reads the directory header at an offset. n is 0 where there is none.
func (z *reader) centralAt(at int64) (e Entry, local int64, n int, err error) {
	const ahead, longest = 64 << 10, centralBytes + 3*(1<<16-1)
	b, err := z.file.bytes(at, centralBytes, ahead)
	if err != nil || len(b) < 4 || string(b[:4]) != sigCentral {
		return e, 0, 0, err
	}
	if len(b) == centralBytes {
		need := centralBytes + int(le.Uint16(b[28:])) + int(le.Uint16(b[30:])) + int(le.Uint16(b[32:]))
		if b, err = z.file.bytes(at, min(need, longest), ahead); err != nil {
			return e, 0, 0, err
		}
	}
	if e, local, n = centralHeader(b); n == 0 {
		z.anomaly(at, "", "a directory header is cut off")
	}
	return e, local, n, nil
}

// skipSignature counts the digital signature of a directory to it.
func (z *reader) skipSignature(d *directory) error {
	b, err := z.file.bytes(d.end, 6, 0)
	if err == nil && len(b) == 6 && string(b[:4]) == sigSignature {
		d.end = min(d.end+6+int64(le.Uint16(b[4:])), z.size)
	}
	return err
}

// entryBytes is about what an entry takes in memory without its name.
const entryBytes = 128

// list adds what a directory header lists. In an archive that does not start where
// the file does, some readers count the offset of the local header from one start
// and some from the other.
func (z *reader) list(e Entry, local, shift int64) error {
	if err := z.hold(entryBytes + int64(len(e.Name))); err != nil {
		return err
	}
	e.LocalAt = local + shift
	if shift != 0 {
		shifted, err := z.has(e.LocalAt, sigLocal)
		if err != nil {
			return err
		}
		absolute, err := z.has(local, sigLocal)
		if err != nil {
			return err
		}
		if shifted && absolute {
			z.pending = append(z.pending, e)
		}
		if absolute {
			e.LocalAt = local
		}
	}
	z.pending = append(z.pending, e)
	return nil
}
