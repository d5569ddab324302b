package hdf5

import "github.com/modelsieve/modelsieve/scanner"

// An Attribute is a named value of an object.
type Attribute struct {
	Name   string
	Type   *Datatype
	Space  *Dataspace
	Offset int64  // of the attribute in the file
	Raw    []byte // the value as it is stored; text of variable length is elsewhere: see Items
	RawAt  int64  // offset of Raw in the file, or of what it was decoded from

	f *File
}

// Items returns what the value holds: see Item. Of text and sequences that take more
// than limit bytes in all, those before are returned with the error.
func (a *Attribute) Items(limit int64) ([]Item, error) {
	return a.f.items(a.Type, a.Raw, a.RawAt, limit)
}

// attribute reads an attribute message (specification IV.A.2.m). One whose value can
// not be read still has a name.
func (f *File) attribute(d decoder) (*Attribute, error) {
	a := &Attribute{f: f, Offset: d.at}
	version, flags := d.u8(), d.u8()
	d.expect("version", uint64(version), 1, 2, 3)
	nameSize, typeSize, spaceSize := uint64(d.u16()), uint64(d.u16()), uint64(d.u16())
	pad := func(n uint64) uint64 { return n }
	switch version {
	case 1:
		flags = 0
		pad = func(n uint64) uint64 { return (n + 7) &^ 7 }
	case 3:
		d.u8() // charset of the name
	}
	name := d.part(pad(nameSize), "name of an attribute")
	if i := min(nameSize, uint64(len(name.b))); d.err == nil {
		a.Name = untilNul(name.b[:i])
	}
	kind := d.part(pad(typeSize), "datatype of an attribute")
	space := d.part(pad(spaceSize), "dataspace of an attribute")
	if d.err != nil {
		return a, d.err
	}
	var err error
	if a.Type, err = f.datatype((flags&1)<<1, kind); err != nil {
		return a, err
	}
	if space, err = f.resolve(msgDataspace, flags&flagShared, space); err != nil {
		return a, err
	}
	if a.Space = space.dataspace(); space.err != nil {
		return a, space.err
	}
	want := product(a.Space.Count(), a.Type.Size)
	if want > uint64(len(d.b)) {
		f.problem(scanner.Errorf(scanner.Malformed, d.at, "attribute %q: a value of %d bytes in %d", clip(a.Name), want, len(d.b)))
		want = uint64(len(d.b))
	}
	a.RawAt = d.at
	a.Raw = d.bytes(want)
	return a, nil
}

// untilNul cuts text at its first zero, as C does.
func untilNul(b []byte) string {
	for i, c := range b {
		if c == 0 {
			return string(b[:i])
		}
	}
	return string(b)
}

// clip shortens a name for a message.
func clip(s string) string {
	if len(s) > 80 {
		return s[:80]
	}
	return s
}

// denseAttributes reads attributes that do not stand in the object header.
func (f *File) denseAttributes(d *decoder, owner uint64, add func(decoder, error)) {
	d.expect("version", uint64(d.u8()), 0)
	flags := d.u8()
	if flags&1 != 0 {
		d.u16()
	}
	heap, indexes := d.addr(), []uint64{d.addr()}
	if flags&2 != 0 {
		indexes = append(indexes, d.addr())
	}
	if d.err != nil || heap == undefined {
		return
	}
	h, err := f.openHeap(heap, owner)
	f.problem(err)
	if h == nil {
		return
	}
	seen := map[string]bool{}
	for _, index := range indexes {
		if index == undefined {
			continue
		}
		f.problem(f.btree2(index, owner, func(r *decoder) error {
			id, flags := r.bytes(8), r.u8()
			if r.err != nil || seen[string(id)] {
				return r.err
			}
			seen[string(id)] = true
			if flags&flagShared != 0 {
				add(f.sharedMessage(msgAttribute, id, r.at))
			} else {
				add(h.object(id, r.at, "attribute"))
			}
			return f.hold(64)
		}))
	}
}
