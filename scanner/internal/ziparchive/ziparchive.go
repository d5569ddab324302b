// Package ziparchive reads all structures of a zip file, not only those that one
// reader would use: every directory under every way to place it, every local
// header, named by a directory or not, and what lies between them.
//
// Readers of zip files disagree about broken archives, and each reading that one
// of them takes is an entry here. Names, flags and checksums never decide whether
// an entry is listed; what disagrees is noted as an anomaly.
package ziparchive

import (
	"cmp"
	"io"
	"math"
	"slices"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/cursor"
)

// An Entry is one reading of a member.
type Entry struct {
	Name    string
	Central *Header // nil: no directory names the entry
	Local   *Header // nil: nothing is where the directory says
	DataAt  int64   // offset of the content
	Packed  int64   // bytes of content in the file
	Method  uint16
}

// An Anomaly is something that honest writers do not produce.
type Anomaly struct {
	At   int64
	Name string // of the entry it is about; may be empty
	Text string
}

// An Archive is what was found in a file.
type Archive struct {
	Entries   []Entry
	Records   []scanner.Span // headers and directories, for accounting
	Anomalies []Anomaly
	Truncated []scanner.Span // contents that reach beyond the file
	Ended     bool           // there is an end record: without one, the file is cut off
}

// maxAnomalies is how many anomalies are kept.
const maxAnomalies = 1000

// A reader collects the structures of a file.
type reader struct {
	r    io.ReaderAt
	size int64
	step func(int64) error

	archive  Archive
	ends     map[int64]bool      // offsets of end records that were read
	centrals map[int64]bool      // offsets of directory headers that were read
	locals   map[int64][]*Header // directory headers by the local header they lead to
}

// Read reads the structures of a file of that many bytes. step is called with the
// work done, in units of a header.
func Read(r io.ReaderAt, size int64, step func(int64) error) (*Archive, error) {
	z := &reader{
		r: r, size: size, step: step, ends: map[int64]bool{}, centrals: map[int64]bool{}, locals: map[int64][]*Header{},
	}
	if err := z.findEnds(); err != nil {
		return nil, err
	}
	if err := z.sweep(); err != nil {
		return nil, err
	}
	if len(z.archive.Entries) == 0 && len(z.ends) == 0 {
		return nil, scanner.Errorf(scanner.Malformed, 0, "no directory and no entry of a zip file")
	}
	if z.archive.Ended = len(z.ends) > 0; !z.archive.Ended {
		z.archive.Anomalies = nil // what a cut-off file lacks is no disagreement
		return &z.archive, nil
	}
	z.compare()
	return &z.archive, nil
}

// cursor returns a cursor at an offset.
func (z *reader) cursor(at int64) *cursor.Cursor { return cursor.New(z.r, at, z.size-at) }

// header returns a cursor that reads little more than a header.
func (z *reader) header(at int64) *cursor.Cursor { return cursor.NewNear(z.r, at, z.size-at, 256) }

// has reports whether a signature stands at an offset.
func (z *reader) has(at int64, signature string) bool {
	var b [4]byte
	if at < 0 || at > z.size-4 {
		return false
	}
	n, _ := z.r.ReadAt(b[:], at)
	return n == 4 && string(b[:]) == signature
}

// anomaly notes an anomaly.
func (z *reader) anomaly(at int64, name, text string) {
	if len(z.archive.Anomalies) < maxAnomalies {
		z.archive.Anomalies = append(z.archive.Anomalies, Anomaly{at, name, text})
	}
}

// record accounts for a structure.
func (z *reader) record(at, n int64) {
	z.archive.Records = append(z.archive.Records, scanner.Span{Offset: at, Length: n})
}

// tailBytes is how far from the end of a file readers look for its end record: its
// size and the longest comment, and the zip64 records before it.
const tailBytes = endBytes + 1<<16 + end64Bytes + locator64Bytes

// findEnds reads the directories of the end records in the tail of the file, the
// last one first, since readers prefer it. One inside a member belongs to an archive
// that is stored there, unless its comment reaches to the end of the file: there are
// readers that then prefer it.
func (z *reader) findEnds() error {
	start := max(0, z.size-tailBytes)
	tail, err := z.cursor(start).Bytes(z.size-start, tailBytes)
	if err != nil {
		return err
	}
	var locals []int64 // that the end records so far lead to
	for i := len(tail) - endBytes; i >= 0; i-- {
		if string(tail[i:i+4]) != sigEnd {
			continue
		}
		at := start + int64(i)
		if last := at+endBytes+int64(le.Uint16(tail[i+20:])) == z.size; !last && z.inMember(at, locals) {
			continue
		}
		if err := z.readEnd(at); err != nil {
			return err
		}
		locals = z.sortedLocals()
	}
	return nil
}

// inMember reports whether an end record lies in the content of a member behind one
// of the sorted local headers.
func (z *reader) inMember(at int64, locals []int64) bool {
	i, _ := slices.BinarySearch(locals, at)
	if i == 0 {
		return false
	}
	local, err := readLocal(z.header(locals[i-1]))
	if err != nil {
		return false
	}
	data := local.At + local.Bytes
	return at >= data && slices.ContainsFunc(z.locals[local.At], func(c *Header) bool {
		return uint64(at-data)+endBytes <= c.Packed
	})
}

// readEnd reads the end record at an offset and the directories that it may mean.
func (z *reader) readEnd(at int64) error {
	if z.ends[at] {
		return nil
	}
	b, err := z.header(at).Bytes(endBytes, endBytes)
	if err != nil {
		return nil // signature bytes too close to the end: no record
	}
	entries, size, offset := uint64(le.Uint16(b[10:])), uint64(le.Uint32(b[12:])), uint64(le.Uint32(b[16:]))
	comment := int64(le.Uint16(b[20:]))
	limit := at // the directory ends before the records that belong to the end
	if z.has(at-locator64Bytes, sigLocator64) {
		if wide, recordAt := z.readEnd64(at - locator64Bytes); wide != nil {
			limit = recordAt
			entries, size, offset = widen(entries, size, offset, wide)
		}
	}
	if size > uint64(limit) {
		return nil
	}
	comment = min(comment, z.size-at-endBytes) // zipfile takes what is there
	places := []int64{limit - int64(size)}
	if offset <= math.MaxInt64/2 && int64(offset) != places[0] {
		places = append(places, int64(offset))
	}
	return z.readDirectories(at, comment, entries, size, offset, places)
}

// readDirectories reads the directory of an end record at each of its places.
func (z *reader) readDirectories(at, comment int64, entries, size, offset uint64, places []int64) error {
	found := size == 0
	for _, place := range places {
		if !z.has(place, sigCentral) {
			continue
		}
		found = true
		n, err := z.readDirectory(place, place-int64(offset))
		if err != nil {
			return err
		}
		if place == places[0] && n != entries && (entries > math.MaxUint16 || n&math.MaxUint16 != entries) {
			z.anomaly(at, "", "the end record counts other entries than the directory has")
		}
	}
	if !found {
		return nil // signature bytes inside something else
	}
	if len(places) > 1 && z.has(places[0], sigCentral) && z.has(places[1], sigCentral) {
		z.anomaly(at, "", "two directories answer to one end record")
	}
	z.ends[at] = true
	z.record(at, endBytes+comment)
	return nil
}

// readEnd64 reads the zip64 end record that a locator leads to.
func (z *reader) readEnd64(locator int64) (record []byte, at int64) {
	b, err := z.header(locator).Bytes(locator64Bytes, locator64Bytes)
	if err != nil {
		return nil, 0
	}
	for _, at := range []int64{locator - end64Bytes, int64(min(le.Uint64(b[8:]), math.MaxInt64))} {
		if !z.has(at, sigEnd64) {
			continue
		}
		if record, err := z.header(at).Bytes(end64Bytes, end64Bytes); err == nil {
			z.record(at, end64Bytes)
			z.record(locator, locator64Bytes)
			return record, at
		}
	}
	return nil, 0
}

// widen takes the numbers of a zip64 end record for those that did not fit.
func widen(entries, size, offset uint64, record []byte) (uint64, uint64, uint64) {
	if entries == 1<<16-1 {
		entries = le.Uint64(record[32:])
	}
	if size == 1<<32-1 {
		size = le.Uint64(record[40:])
	}
	if offset == 1<<32-1 {
		offset = le.Uint64(record[48:])
	}
	return entries, size, offset
}

// readDirectory reads the directory headers from an offset on and returns how many
// there are. shift is how far the archive lies behind the start of the file.
func (z *reader) readDirectory(at, shift int64) (uint64, error) {
	c := z.cursor(at)
	var n uint64
	for ; ; n++ {
		if err := z.step(1); err != nil {
			return n, err
		}
		start := c.Offset()
		sig, err := c.Peek(4)
		if err != nil || string(sig) != sigCentral {
			return n, nil
		}
		h, err := readCentral(c)
		if err != nil {
			z.anomaly(start, "", "the directory is cut off")
			return n, nil
		}
		if z.centrals[h.At] {
			continue
		}
		z.centrals[h.At] = true
		z.record(h.At, h.Bytes)
		z.place(h, shift)
	}
}

// place notes where a directory header says that its local header is.
func (z *reader) place(h *Header, shift int64) {
	absolute := int64(min(h.LocalAt, math.MaxInt64/2))
	at := absolute + shift
	switch {
	case z.has(at, sigLocal):
	case z.has(absolute, sigLocal):
		at = absolute
	default:
		z.anomaly(h.At, h.Name, "there is no local header where the directory says")
		return
	}
	z.locals[at] = append(z.locals[at], h)
	if shift != 0 && at != absolute && z.has(absolute, sigLocal) {
		z.locals[absolute] = append(z.locals[absolute], h)
	}
}

// sortedLocals returns the offsets of the local headers that directories name.
func (z *reader) sortedLocals() []int64 {
	offsets := make([]int64, 0, len(z.locals))
	for at := range z.locals {
		offsets = append(offsets, at)
	}
	slices.SortFunc(offsets, cmp.Compare[int64])
	return offsets
}
