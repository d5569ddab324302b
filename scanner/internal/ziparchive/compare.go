package ziparchive

import (
	"bytes"
	"cmp"
	"fmt"
	"hash/maphash"
	"slices"
)

// disagreements notes in what directory and local header differ.
func (z *reader) disagreements(c *central, l *local, e *entry) {
	if z.archive.full() {
		return
	}
	note := func(what string, central, local any) {
		z.anomaly(l.at, c.name, fmt.Sprintf("directory and local header disagree about the %s: %v and %v", what, central, local))
	}
	if e.renamed {
		note("name", fmt.Sprintf("%q", z.archive.names.get(c.name)), fmt.Sprintf("%q", z.archive.names.get(e.name)))
	}
	if c.method != l.method {
		note("compression method", c.method, l.method)
	}
	if (c.flags^l.flags)&encryptedFlags != 0 {
		note("encryption flags", c.flags, l.flags)
	}
	if !l.streamed() && l.packed != most && (c.packed != l.packed || c.size != l.size) {
		note("sizes", fmt.Sprint(c.packed, "/", c.size), fmt.Sprint(l.packed, "/", l.size))
	}
	if !l.streamed() && c.crc != l.crc {
		note("checksum", c.crc, l.crc)
	}
	if c.method == Stored && c.packed != c.size && !c.encrypted() {
		z.anomaly(c.at, c.name, "a stored entry whose two sizes differ")
	}
	if c.marks&markDirectory != 0 && c.size > 0 {
		z.anomaly(c.at, c.name, "a directory with content")
	}
}

// Compare notes what entries disagree about, and counts those under one name. An
// error is of a limit.
func (a *Archive) Compare() error {
	n := int64(a.Len())
	if !a.Ended {
		n = 0 // what a cut-off file lacks is no disagreement
	}
	if err := a.costs.Step(n); err != nil {
		return err
	}
	const bytesHeld = 64 // of an entry in the maps and lists below
	if err := a.costs.Hold(n * bytesHeld); err != nil {
		return err
	}
	defer a.costs.Release(n * bytesHeld)
	a.copies(int(n))
	a.overlaps(int(n))
	return nil
}

// copies counts and notes entries under one name.
func (a *Archive) copies(n int) {
	names, folded := newIndex(a), newIndex(a)
	for i := range n {
		e, name := a.entries.at(i), a.Name(i)
		if bytes.IndexByte(name, 0) >= 0 {
			a.note(e.headerAt(), string(name), "a NUL in the name")
		}
		before := names.add(i, name, bytes.Equal)
		if before >= 0 {
			e.copy = a.entries.at(before).copy + 1
		}
		if k := len(name) - len(".pkl"); k >= 0 && bytes.EqualFold(name[k:], []byte(".pkl")) { // torch finds records whatever their case
			before = folded.add(i, bytes.ToLower(name), bytes.EqualFold)
		}
		if before >= 0 && a.entries.at(before).dataAt != e.dataAt {
			a.note(e.headerAt(), string(name), "two entries under one name")
		}
	}
}

// A nameIndex finds the last entry under a name.
type nameIndex struct {
	archive *Archive
	seed    maphash.Seed
	last    map[uint64]int32
}

func newIndex(a *Archive) *nameIndex {
	return &nameIndex{archive: a, seed: maphash.MakeSeed(), last: map[uint64]int32{}}
}

// add adds an entry and returns the one before with an equal name, or -1.
func (x *nameIndex) add(i int, key []byte, equal func(a, b []byte) bool) int {
	sum := maphash.Bytes(x.seed, key)
	before, ok := x.last[sum]
	x.last[sum] = int32(i)
	if !ok || !equal(x.archive.Name(int(before)), key) {
		return -1
	}
	return int(before)
}

// overlaps notes contents that share bytes.
func (a *Archive) overlaps(n int) {
	order := make([]int32, n)
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(i, k int32) int {
		return cmp.Or(cmp.Compare(a.entries.at(int(i)).dataAt, a.entries.at(int(k)).dataAt), cmp.Compare(i, k))
	})
	end, last := int64(0), -1
	for _, i := range order {
		e := a.entries.at(int(i))
		if last >= 0 && e.dataAt < end && a.entries.at(last).dataAt != e.dataAt {
			a.note(e.headerAt(), string(a.Name(int(i))), "two entries share bytes")
		}
		if e.dataAt+e.packed > end {
			end, last = e.dataAt+e.packed, int(i)
		}
	}
}
