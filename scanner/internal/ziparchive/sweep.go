package ziparchive

import (
	"bytes"
	"cmp"
	"math"
	"slices"

	"github.com/modelsieve/modelsieve/scanner"
)

// readLocals reads the local headers that directories name.
func (z *reader) readLocals() error {
	z.sortByLocal(z.order)
	centrals := &z.archive.centrals
	for i := 0; i < len(z.order); {
		at, k := centrals.at(int(z.order[i])).local, i+1
		for k < len(z.order) && centrals.at(int(z.order[k])).local == at {
			k++
		}
		if _, err := z.readNamed(at, z.order[i:k]); err != nil {
			return err
		}
		i = k
	}
	z.missing()
	return cmp.Or(z.near.err, z.far.err)
}

// missing notes the directory headers that lead to no local header.
func (z *reader) missing() {
	for i := 0; i < z.linked && !z.archive.full(); i++ {
		c := z.archive.centrals.at(i)
		found := c.marks&markFound != 0
		if i+1 < z.linked && z.archive.centrals.at(i+1).at == c.at { // the other place of the same header
			i++
			found = found || z.archive.centrals.at(i).marks&markFound != 0
		}
		if !found && c.marks&markRepeated == 0 {
			z.anomaly(c.at, c.name, "there is no local header where the directory says")
		}
	}
}

// readNamed reads the local header at an offset to which the directory headers lead,
// where there is one, and returns where the last of its entries ends.
func (z *reader) readNamed(at int64, centrals []int32) (end int64, err error) {
	if !z.has(at, sigLocal) {
		return at, nil
	}
	l, name, err := z.readLocal(at)
	if err != nil {
		return at, err
	}
	if l.bytes == 0 {
		c := z.archive.centrals.at(int(centrals[0]))
		c.marks |= markFound
		z.anomaly(at, c.name, "the local header is cut off")
		return at, nil
	}
	end = at + l.bytes
	for i, index := range centrals {
		c := z.archive.centrals.at(int(index))
		c.marks |= markFound
		if i > 0 {
			z.anomaly(at, c.name, "two directory entries share one local header")
		}
		from := z.archive.entries.n
		if err := z.readings(index, &l, name); err != nil {
			return end, err
		}
		for ; from < z.archive.entries.n; from++ {
			end = max(end, z.archive.entries.at(from).end())
		}
	}
	return end, nil
}

// readLocal reads the local header at an offset. It has no bytes where the file ends
// in its fixed part; name and extra are what is there of them. The name is valid until
// the next call.
func (z *reader) readLocal(at int64) (l local, name []byte, err error) {
	b := z.near.view(at, localBytes)
	if len(b) < localBytes {
		return l, nil, nil
	}
	l, nameBytes, extraBytes := parseLocal(b, at)
	l.bytes = min(localBytes+int64(nameBytes)+int64(extraBytes), z.size-at)
	if err := z.work(at, l.bytes); err != nil {
		return l, nil, err
	}
	if l.packed == most || l.size == most {
		zip64(z.wide(at+localBytes+int64(nameBytes), extraBytes), &l.size, &l.packed)
	}
	z.name = append(z.name[:0], z.wide(at+localBytes, nameBytes)...)
	return l, z.name, nil
}

// wide returns the n bytes at an offset, through a window that they fit.
func (z *reader) wide(at int64, n int) []byte {
	if n <= nearBytes {
		return z.near.view(at, n)
	}
	return z.far.view(at, n)
}

// readings adds the entry as the directory describes it and, where that is something
// else, as the local header does.
func (z *reader) readings(index int32, l *local, name []byte) error {
	c := z.archive.centrals.at(int(index))
	e := entry{dataAt: l.at + l.bytes, central: index, headerBytes: int32(l.bytes), method: c.method, flags: l.flags}
	if !bytes.Equal(z.archive.names.get(c.name), name) {
		var err error
		if e.name, err = z.keep(name); err != nil {
			return err
		}
		e.renamed = true
	}
	z.disagreements(c, l, &e)
	if c.streamed() || l.streamed() {
		e.after = z.descriptor(e.dataAt+int64(min(c.packed, math.MaxInt64/2)), c)
	}
	if err := z.add(e, c.packed); err != nil {
		return err
	}
	e.after = 0
	if c.method == Stored && c.size != c.packed {
		if err := z.add(e, c.size); err != nil { // zipfile reads by this size
			return err
		}
	}
	packed := l.packed
	if l.streamed() || packed == 0 {
		packed = c.packed
	}
	if e.method = l.method; packed == c.packed && e.method == c.method {
		return nil
	}
	return z.add(e, packed)
}

// descriptor returns how many bytes the data descriptor behind a content takes: with
// or without a signature, with sizes of 32 or 64 bits.
func (z *reader) descriptor(at int64, c *central) uint8 {
	b := z.near.view(at, 24)
	skip := 0
	if bytes.HasPrefix(b, []byte(sigDescriptor)) {
		skip = 4
	}
	switch rest := b[skip:]; {
	case len(rest) >= 20 && le.Uint64(rest[4:]) == c.packed && le.Uint64(rest[12:]) == c.size:
		return uint8(skip) + 20
	case len(rest) >= 12 && uint64(le.Uint32(rest[4:])) == c.packed && uint64(le.Uint32(rest[8:])) == c.size:
		return uint8(skip) + 12
	}
	return 0
}

// searchGaps looks for headers and end records in the bytes that nothing known covers.
func (z *reader) searchGaps() error {
	z.archive.sortRecords()
	records := slices.Clone(z.archive.Records) // those that are found now lie in gaps
	entries, at := z.archive.entries.n, int64(0)
	for i := 0; i < entries || len(records) > 0; {
		var covered scanner.Span
		if i < entries && (len(records) == 0 || z.archive.entries.at(i).headerAt() <= records[0].Offset) {
			e := z.archive.entries.at(i)
			covered = scanner.Span{Offset: e.headerAt(), Length: e.end() - e.headerAt()}
			i++
		} else {
			covered, records = records[0], records[1:]
		}
		if err := z.searchGap(at, covered.Offset); err != nil {
			return err
		}
		at = max(at, covered.End())
	}
	return z.searchGap(at, z.size)
}

// sortRecords sorts the records by offset.
func (a *Archive) sortRecords() {
	slices.SortFunc(a.Records, func(a, b scanner.Span) int {
		return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(a.Length, b.Length))
	})
}

// searchGap looks for structures in one gap.
func (z *reader) searchGap(at, end int64) error {
	for at < end {
		hit, err := z.search(at, end)
		if err != nil || hit < 0 {
			return err
		}
		n, err := z.structure(hit, end)
		if err != nil {
			return err
		}
		at = hit + max(n, 4)
	}
	return nil
}

// search returns the offset of the next local header, directory header or end
// record before an end, or -1.
func (z *reader) search(at, end int64) (int64, error) {
	for at < end {
		b := z.far.rest(at)
		b = b[:min(int64(len(b)), end-at)]
		hit := signature(b)
		passed := int64(max(len(b)-3, 1)) // a signature may lie across the end of the window
		if hit >= 0 {
			passed = int64(hit) + 1
		}
		if err := z.work(at, passed); err != nil {
			return -1, err
		}
		if hit >= 0 {
			return at + int64(hit), nil
		}
		at += passed
	}
	return -1, nil
}

// signature returns the index of the first signature of a local header, a directory
// header or an end record, or -1.
func signature(b []byte) int {
	for i := 0; ; i += 2 {
		hit := bytes.Index(b[i:], []byte("PK"))
		if i += hit; hit < 0 || i+4 > len(b) {
			return -1
		}
		switch string(b[i : i+4]) {
		case sigLocal, sigCentral, sigEnd:
			return i
		}
	}
}

// structure reads the structure at an offset in a gap and returns how many bytes
// it takes, or 0 where there is none.
func (z *reader) structure(at, end int64) (int64, error) {
	_, directory := z.centrals[at]
	switch {
	case z.has(at, sigLocal):
		if behind, ok := z.late[at]; ok {
			return behind - at, nil
		}
		return z.orphan(at, end)
	case z.has(at, sigCentral) && !directory:
		n, behind, err := z.readDirectory(at, 0)
		if n > 0 {
			z.unnamed(at, "a directory to which no end record leads")
		}
		return behind - at, err
	case z.has(at, sigEnd) && !z.ends[at]:
		if err := z.readEnd(at); err != nil || !z.ends[at] {
			return 0, err
		}
		z.unnamed(at, "an end record in the middle of the file")
		return endBytes, z.readLate()
	}
	return 0, nil
}

// lateBytes is what a local header that is found in a gap takes in the map of them.
const lateBytes = 32

// readLate reads the local headers that an end record found in a gap leads to, once.
func (z *reader) readLate() error {
	for ; z.linked < z.archive.centrals.n; z.linked++ {
		at := z.archive.centrals.at(z.linked).local
		_, again := z.late[at]
		_, named := slices.BinarySearchFunc(z.order, at, func(i int32, at int64) int { return cmp.Compare(z.archive.centrals.at(int(i)).local, at) })
		if again || named {
			continue
		}
		if err := z.borrow(lateBytes); err != nil {
			return err
		}
		var err error
		if z.late[at], err = z.readNamed(at, []int32{int32(z.linked)}); err != nil {
			return err
		}
	}
	return nil
}

// maxMethod is the highest compression method that there is.
const maxMethod = 99

// orphan reads a local header that no directory names, and returns how many bytes it
// takes with its content, which reaches as far as it says or to the next structure.
func (z *reader) orphan(at, end int64) (int64, error) {
	b := z.near.view(at, localBytes)
	if len(b) < localBytes {
		return 0, nil
	}
	l, n, extra := parseLocal(b, at)
	if n == 0 || l.method > maxMethod || at+localBytes+int64(n)+int64(extra) > end {
		return 0, nil
	}
	if ok, err := z.plausible(at, n); err != nil || !ok {
		return 0, err
	}
	l, name, err := z.readLocal(at)
	if err != nil {
		return 0, err
	}
	e := entry{dataAt: at + l.bytes, central: -1, headerBytes: int32(l.bytes), method: l.method, flags: l.flags}
	if e.name, err = z.keep(name); err != nil {
		return 0, err
	}
	packed := l.packed
	if l.streamed() || packed == 0 || packed > uint64(end-e.dataAt) {
		next, err := z.search(e.dataAt, end)
		if err != nil {
			return 0, err
		}
		if next < 0 {
			next = end
		}
		packed = uint64(next - e.dataAt)
	}
	z.anomaly(at, e.name, "an entry that the directory does not list")
	if err := cmp.Or(z.borrow(lateBytes), z.add(e, packed)); err != nil {
		return 0, err
	}
	z.late[at] = e.dataAt + int64(packed)
	return l.bytes + int64(packed), nil
}

// plausible reports whether the name in a local header is one rather than chance. It
// reads no further than that shows.
func (z *reader) plausible(at int64, n int) (bool, error) {
	const piece = 32
	for at += localBytes; n > 0; at, n = at+piece, n-piece {
		b := z.near.view(at, min(n, piece))
		if err := z.work(at, int64(len(b))); err != nil {
			return false, err
		}
		if slices.ContainsFunc(b, func(c byte) bool { return c < ' ' && c != 0 }) {
			return false, nil
		}
	}
	return true, nil
}
