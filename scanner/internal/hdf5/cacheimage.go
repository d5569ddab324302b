package hdf5

import (
	"cmp"
	"slices"

	"github.com/modelsieve/modelsieve/scanner"
)

// An imageEntry is a structure of which the file has a newer copy elsewhere.
type imageEntry struct {
	start, end int64 // in the file, where the structure belongs
	copy       int64 // offset of the copy
}

// cacheImage reads the image that libhdf5 can leave of its metadata cache: it takes
// structures from there and never looks at what stands at their addresses
// (specification IV.A.2, "metadata cache image").
func (f *File) cacheImage(m *decoder) error {
	m.expect("version", uint64(m.u8()), 0, 1)
	addr, n := m.addr(), m.size()
	if m.err != nil || addr == undefined {
		return m.err
	}
	d, err := f.heldRead(addr, n, "metadata cache image")
	if err != nil {
		return err
	}
	f.checksum(&d)
	d.sign("MDCI")
	d.expect("version", uint64(d.u8()), 0, 1)
	d.u8()
	d.size()
	for range d.u32() {
		if err := f.imageEntry(&d); err != nil {
			return err
		}
	}
	slices.SortStableFunc(f.image, func(a, b imageEntry) int { return cmp.Compare(a.start, b.start) })
	for i := 1; i < len(f.image); i++ {
		if f.image[i].start < f.image[i-1].end {
			return scanner.Errorf(scanner.Malformed, f.image[i].copy, "metadata cache image: two structures in one place")
		}
	}
	return d.err
}

// imageEntry notes one structure.
func (f *File) imageEntry(d *decoder) error {
	d.bytes(8) // kind, flags, ring, age, children
	parents := uint64(d.u16())
	d.u32()
	addr, n := d.addr(), d.size()
	d.bytes(product(parents, uint64(f.address)))
	from := d.at
	if d.bytes(n); d.err != nil {
		return d.err
	}
	start, err := f.place(addr, int64(n), "structure in a metadata cache image")
	if err != nil {
		return err
	}
	f.image = append(f.image, imageEntry{start, start + int64(n), from})
	if err := f.step(1); err != nil {
		return err
	}
	return f.keep(24)
}

// bytes reads n bytes at an offset, with what a cache image has newer copies of. That
// they are there was checked.
func (f *File) bytes(off, n int64) ([]byte, error) {
	b, err := f.stored(off, n)
	if err != nil {
		return nil, err
	}
	i, _ := slices.BinarySearchFunc(f.image, off, func(e imageEntry, off int64) int { return cmp.Compare(e.end, off+1) })
	for ; i < len(f.image) && f.image[i].start < off+n; i++ {
		e := f.image[i]
		from, to := max(e.start, off), min(e.end, off+n)
		newer, err := f.stored(e.copy+from-e.start, to-from)
		if err != nil {
			return nil, err
		}
		copy(b[from-off:], newer)
	}
	return b, nil
}
