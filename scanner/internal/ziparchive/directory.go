package ziparchive

import (
	"cmp"
	"math"
	"slices"
)

// tailBytes is how far from the end of a file readers look for its end record: its
// size and the longest comment, and the zip64 records before it.
const tailBytes = endBytes + 1<<16 + end64Bytes + locator64Bytes

// findEnds reads the directories of the end records in the tail of the file, the
// last one first, since readers prefer it. One inside a member belongs to an archive
// that is stored there, unless its comment reaches to the end of the file: there are
// readers that then prefer it.
func (z *reader) findEnds() error {
	start := max(0, z.size-tailBytes)
	if err := z.work(start, tailBytes); err != nil {
		return err
	}
	tail := slices.Clone(z.far.view(start, tailBytes))
	for i := len(tail) - endBytes; i >= 0; i-- {
		if string(tail[i:i+4]) != sigEnd {
			continue
		}
		at := start + int64(i)
		if last := at+endBytes+int64(le.Uint16(tail[i+20:])) == z.size; !last {
			if inside, err := z.inMember(at); inside || err != nil {
				if err != nil {
					return err
				}
				continue
			}
		}
		err := z.readEnd(at)
		z.link()
		if err != nil {
			return err
		}
	}
	return cmp.Or(z.near.err, z.far.err)
}

// link sorts the directory headers of an end record by their local headers.
func (z *reader) link() {
	if z.linked == z.archive.centrals.n {
		return
	}
	from := len(z.order)
	z.segments = append(z.segments, from)
	for ; z.linked < z.archive.centrals.n; z.linked++ {
		z.order = append(z.order, int32(z.linked))
	}
	z.sortByLocal(z.order[from:])
}

// sortByLocal sorts indexes of centrals by local header, then as they were read.
func (z *reader) sortByLocal(order []int32) {
	slices.SortFunc(order, func(a, b int32) int {
		return cmp.Or(cmp.Compare(z.archive.centrals.at(int(a)).local, z.archive.centrals.at(int(b)).local), cmp.Compare(a, b))
	})
}

// checkBytes is what looking whether one member covers an end record is charged as.
const checkBytes = 64

// inMember reports whether an end record lies in the content of the member behind the
// last local header before it that some end record leads to.
func (z *reader) inMember(at int64) (bool, error) {
	for i, from := range z.segments {
		to := len(z.order)
		if i+1 < len(z.segments) {
			to = z.segments[i+1]
		}
		order := z.order[from:to]
		k, _ := slices.BinarySearchFunc(order, at, func(i int32, at int64) int { return cmp.Compare(z.archive.centrals.at(int(i)).local, at) })
		for tried := int64(-1); k > 0; k-- {
			c := z.archive.centrals.at(int(order[k-1]))
			if err := z.work(at, checkBytes); err != nil {
				return false, err
			}
			if tried >= 0 && c.local != tried {
				break
			}
			if data := z.contentAt(c.local); data > 0 {
				if at >= data && uint64(at-data)+endBytes <= c.packed {
					return true, nil
				}
				tried = c.local
			}
		}
	}
	return false, nil
}

// contentAt returns where the content behind a local header begins, 0 where there is
// no local header.
func (z *reader) contentAt(at int64) int64 {
	b := z.near.view(at, localBytes)
	if len(b) < localBytes || string(b[:4]) != sigLocal {
		return 0
	}
	_, name, extra := parseLocal(b, at)
	return at + localBytes + int64(name) + int64(extra)
}

// An endRecord is what an end record, and the zip64 one before it, say.
type endRecord struct {
	at, limit             int64 // offset of the record; where the directory ends at the latest
	entries, size, offset uint64
	comment               int64
}

// readEnd reads the end record at an offset and the directories that it may mean.
func (z *reader) readEnd(at int64) error {
	if z.ends[at] {
		return nil
	}
	if err := z.work(at, endBytes+locator64Bytes); err != nil {
		return err
	}
	b := z.near.view(at, endBytes)
	if len(b) < endBytes {
		return nil // signature bytes too close to the end: no record
	}
	e := endRecord{
		at: at, limit: at, comment: min(int64(le.Uint16(b[20:])), z.size-at-endBytes), // zipfile takes what is there
		entries: uint64(le.Uint16(b[10:])), size: uint64(le.Uint32(b[12:])), offset: uint64(le.Uint32(b[16:])),
	}
	if err := z.widen(&e, at-locator64Bytes); err != nil {
		return err
	}
	if e.size > uint64(e.limit) {
		return nil
	}
	return z.readDirectories(&e)
}

// widen takes the numbers of the zip64 end record that a locator leads to, where there
// is one, for those that did not fit.
func (z *reader) widen(e *endRecord, locator int64) error {
	b := z.near.view(locator, locator64Bytes)
	if len(b) < locator64Bytes || string(b[:4]) != sigLocator64 {
		return nil
	}
	for _, at := range []int64{locator - end64Bytes, int64(min(le.Uint64(b[8:]), math.MaxInt64))} {
		record := z.near.view(at, end64Bytes)
		if len(record) < end64Bytes || string(record[:4]) != sigEnd64 {
			continue
		}
		e.limit = at
		if e.entries == 1<<16-1 {
			e.entries = le.Uint64(record[32:])
		}
		if e.size == most {
			e.size = le.Uint64(record[40:])
		}
		if e.offset == most {
			e.offset = le.Uint64(record[48:])
		}
		return cmp.Or(z.record(at, end64Bytes), z.record(locator, locator64Bytes))
	}
	return nil
}

// readDirectories reads the directory of an end record at each of its places.
func (z *reader) readDirectories(e *endRecord) error {
	places := []int64{e.limit - int64(e.size)}
	if e.offset <= math.MaxInt64/2 && int64(e.offset) != places[0] {
		places = append(places, int64(e.offset))
	}
	found := 0
	for i, place := range places {
		if !z.has(place, sigCentral) {
			continue
		}
		found++
		n, _, err := z.readDirectory(place, place-int64(min(e.offset, math.MaxInt64/2)))
		if err != nil {
			z.ends[e.at] = true
			return err
		}
		if i == 0 && n != e.entries && (e.entries > math.MaxUint16 || n&math.MaxUint16 != e.entries) {
			z.unnamed(e.at, "the end record counts other entries than the directory has")
		}
	}
	if found == 0 && e.size != 0 {
		return nil // signature bytes inside something else
	}
	if found > 1 {
		z.unnamed(e.at, "two directories answer to one end record")
	}
	if err := z.borrow(recordBytesHeld); err != nil {
		return err
	}
	z.ends[e.at] = true
	return z.record(e.at, endBytes+e.comment)
}

// headerMapBytes is what a directory header takes in the map of them, in bytes.
const headerMapBytes = 32

// readDirectory reads the directory headers from an offset on and returns how many
// there are and where they end. shift is how far the archive lies behind the start of
// the file. It stops at headers that were read for the same place of the archive,
// since what follows them was as well.
func (z *reader) readDirectory(at, shift int64) (n uint64, end int64, err error) {
	start := directory{at, shift}
	if n, ok := z.directories[start]; ok {
		return n, at, nil
	}
	for {
		b := z.far.view(at, centralBytes)
		if len(b) < 4 || string(b[:4]) != sigCentral {
			break
		}
		if len(b) < centralBytes {
			z.unnamed(at, "the directory is cut off")
			break
		}
		before, known := z.centrals[at]
		if known && (before == shift || shift == 0) {
			break
		}
		if at, err = z.readCentral(b, at, shift, known); err != nil {
			return n, at, err
		}
		n++
	}
	if err := z.borrow(headerMapBytes); err != nil {
		return n, at, err
	}
	z.directories[start] = n
	return n, at, cmp.Or(z.near.err, z.far.err)
}

// readCentral reads a directory header, known where it was read before, and returns
// where it ends.
func (z *reader) readCentral(b []byte, at, shift int64, known bool) (end int64, err error) {
	c, localAt := parseCentral(b, at)
	name, extra, comment := int64(le.Uint16(b[28:])), int64(le.Uint16(b[30:])), int64(le.Uint16(b[32:]))
	end = min(at+centralBytes+name+extra+comment, z.size)
	if err := z.work(at, centralBytes+name+extra); err != nil {
		return at, err
	}
	if c.name, err = z.keep(z.far.view(at+centralBytes, int(name))); err != nil {
		return at, err
	}
	if c.packed == most || c.size == most || localAt == most {
		zip64(z.far.view(at+centralBytes+name, int(extra)), &c.size, &c.packed, &localAt)
	}
	if !known {
		if err := cmp.Or(z.borrow(headerMapBytes), z.record(at, end-at)); err != nil {
			return at, err
		}
		z.centrals[at] = shift
	}
	return end, z.place(c, int64(min(localAt, math.MaxInt64/2)), shift, known)
}

// place notes where the local header of a directory header may be: readers count from
// where the archive seems to start, or from the start of the file.
func (z *reader) place(c central, absolute, shift int64, known bool) error {
	if known {
		c.marks |= markRepeated
	}
	c.local = absolute + shift
	if err := z.borrow(entryBytesHeld); err != nil {
		return err
	}
	z.reserved += entryBytesHeld
	if err := push(z, &z.archive.centrals, c, centralBytesHeld); err != nil || shift == 0 || known {
		return err
	}
	c.local = absolute
	return push(z, &z.archive.centrals, c, centralBytesHeld)
}
