package hdf5

// virtual reads which datasets a virtual one shows (specification III.F).
func (d *Dataset) virtual(id heapID) error {
	f := d.f
	raw, at, err := f.global(id, undefined)
	if err != nil {
		return err
	}
	b := decoder{sizes: f.sizes, b: raw, at: at, what: "list of virtual sources"}
	f.checksum(&b)
	b.expect("version", uint64(b.u8()), 0)
	n := b.size()
	for range n {
		s := VirtualSource{At: b.at}
		s.File, s.Dataset = b.text(), b.text()
		if b.err != nil {
			break
		}
		if err := f.charge(4, 96+int64(len(s.File)+len(s.Dataset))); err != nil {
			return err
		}
		d.Virtual = append(d.Virtual, s)
		b.selection()
		b.selection()
	}
	return b.err
}

// Kinds of selections.
const (
	selectNone  = 0
	selectSlabs = 2
	selectAll   = 3
)

// selection skips which values are meant. Lists of points, the kind that is left, are
// for other purposes: libhdf5 refuses them here.
func (d *decoder) selection() {
	kind, version := d.u32(), d.u32()
	switch kind {
	case selectNone, selectAll:
		d.bytes(8)
	case selectSlabs:
		d.slabs(version)
	default:
		d.fail("a selection of the unknown kind %d", kind)
	}
}

// slabs skips a list of blocks.
func (d *decoder) slabs(version uint32) {
	width, regular := 4, false
	switch version {
	case 1:
		d.bytes(8)
	case 2:
		width, regular = 8, d.u8()&1 != 0
		d.u32()
	case 3:
		regular, width = d.u8()&1 != 0, int(d.u8())
	default:
		d.fail("version %d of a selection", version)
	}
	rank := uint64(d.u32())
	if regular {
		d.bytes(product(4, rank, uint64(width)))
		return
	}
	n := d.number(width)
	d.bytes(product(2, n, rank, uint64(width)))
}
