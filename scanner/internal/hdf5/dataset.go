package hdf5

import "github.com/modelsieve/modelsieve/scanner"

// A Layout is how the data of a dataset are stored, as the file numbers it.
type Layout uint8

// The layouts.
const (
	Compact    Layout = 0 // in the object header
	Contiguous Layout = 1 // in one run of bytes, here or in external files
	Chunked    Layout = 2
	Virtual    Layout = 3 // in other datasets
	NoLayout   Layout = 255
)

func (l Layout) String() string {
	switch l {
	case Compact:
		return "compact"
	case Contiguous:
		return "contiguous"
	case Chunked:
		return "chunked"
	case Virtual:
		return "virtual"
	default:
		return "unknown"
	}
}

// A Dataset is what an object says of its data.
type Dataset struct {
	Type    *Datatype  // nil: there is none, or it is broken
	Space   *Dataspace // nil: there is none, or it is broken
	Layout  Layout
	Chunk   []uint64 // of Chunked: values in a chunk, by dimension
	Filters []Filter // in the order of writing
	// External lists the files that hold the data instead of this one.
	External []ExternalFile
	// Virtual lists the datasets that a virtual one shows.
	Virtual []VirtualSource
	Stored  int64 // bytes that the data take in this file
	Offset  int64 // of the layout message in the file

	f       *File
	owner   uint64
	compact []byte
	dataAt  int64 // offset of compact data
	address uint64
	size    uint64 // of contiguous data, bytes
	index   chunkIndex
}

// An ExternalFile is a run of bytes of another file.
type ExternalFile struct {
	Name   string // as it stands in the list; a loader may prefix a folder
	Offset uint64 // where the data begin in that file
	Size   uint64 // math.MaxUint64: without end
	At     int64  // offset of the entry in this file
}

// A VirtualSource is a dataset that a virtual one shows a part of.
type VirtualSource struct {
	File    string // "." is the file itself; may hold printf-like patterns
	Dataset string
	At      int64 // offset of the entry in this file
}

// Bytes is how much the values take as the dataset describes them, whatever is
// stored: math.MaxUint64 where that does not fit or is not known.
func (d *Dataset) Bytes() uint64 {
	if d.Type == nil || d.Space == nil {
		return undefined
	}
	return product(d.Space.Count(), d.Type.Size)
}

// data reads what an object says of data of its own or of a datatype.
func (o *Object) data(messages []message) {
	f := o.f
	d := &Dataset{f: f, owner: o.address, Layout: NoLayout, address: undefined, index: chunkIndex{address: undefined}}
	var layouts []decoder
	seen := map[uint16]bool{}
	for _, m := range messages {
		switch m.kind {
		case msgDataspace, msgExternal, msgLayout:
			o.Dataset = d
		case msgDatatype, msgFilters: // groups have filters for their heaps
		default:
			continue
		}
		if seen[m.kind] {
			f.problem(scanner.Errorf(scanner.Malformed, m.body.at, "a second %s", messageNames[m.kind]))
			if m.kind != msgExternal && m.kind != msgLayout {
				continue // libhdf5 goes by the first
			}
		}
		seen[m.kind] = true
		var err error
		layouts, err = d.message(m, layouts)
		f.problem(err)
	}
	o.Type = d.Type
	switch {
	case o.Dataset != nil:
		o.Kind = DatasetObject
	case d.Type != nil:
		o.Kind = DatatypeObject
	}
	for i := len(layouts) - 1; i >= 0; i-- { // what the first says prevails
		f.problem(d.layout(&layouts[i]))
	}
}

// message takes one message that describes data; layouts wait for the others.
func (d *Dataset) message(m message, layouts []decoder) ([]decoder, error) {
	if m.kind == msgDatatype {
		var err error
		d.Type, err = d.f.datatype(m.flags, m.body)
		return layouts, err
	}
	body, err := d.f.resolve(m.kind, m.flags, m.body)
	if err != nil {
		return layouts, err
	}
	switch m.kind {
	case msgDataspace:
		if space := body.dataspace(); body.err == nil {
			d.Space = space
		}
	case msgFilters:
		d.Filters = body.filters()
	case msgExternal:
		d.external(&body)
	case msgLayout:
		layouts = append(layouts, body)
	}
	return layouts, body.err
}

// layout reads a data layout message (specification IV.A.2.i) and accounts for the
// data.
func (d *Dataset) layout(b *decoder) error {
	d.Offset = b.at
	version := b.u8()
	b.expect("version", uint64(version), 1, 2, 3, 4, 5)
	if version < 3 {
		d.layout1(b)
	} else {
		d.layout3(b, version)
	}
	if b.err != nil {
		return b.err
	}
	switch d.Layout {
	case Compact:
		d.Stored = int64(len(d.compact))
	case Contiguous:
		return d.contiguous()
	case Chunked:
		return d.chunks(func(c chunk) error {
			d.Stored += d.raw(c.address, c.size)
			return nil
		})
	default: // what is elsewhere takes no bytes here
		return nil
	}
	return nil
}

// inline takes n bytes of compact data.
func (d *Dataset) inline(b *decoder, n uint64) {
	d.dataAt = b.at
	d.compact = b.bytes(n)
}

// layout1 takes versions 1 and 2.
func (d *Dataset) layout1(b *decoder) {
	rank := int(b.u8())
	d.Layout = Layout(b.u8())
	b.bytes(5)
	b.expect("class", uint64(d.Layout), uint64(Compact), uint64(Contiguous), uint64(Chunked))
	if d.Layout != Compact {
		d.address = b.addr()
	}
	var dims []uint64
	for range rank {
		dims = append(dims, uint64(b.u32()))
	}
	switch d.Layout {
	case Compact:
		d.inline(b, uint64(b.u32()))
	case Contiguous:
		d.size = d.Bytes()
	case Chunked:
		d.chunked(b, dims, chunkIndex{kind: indexBTree1, address: d.address})
	default: // of later versions, and an error by now
	}
}

// layout3 takes versions 3 to 5.
func (d *Dataset) layout3(b *decoder, version byte) {
	d.Layout = Layout(b.u8())
	switch d.Layout {
	case Compact:
		d.inline(b, uint64(b.u16()))
	case Contiguous:
		d.address, d.size = b.addr(), b.size()
	case Chunked:
		if version >= 4 {
			d.chunked4(b)
			return
		}
		rank := int(b.u8())
		index := chunkIndex{kind: indexBTree1, address: b.addr()}
		var dims []uint64
		for range rank {
			dims = append(dims, uint64(b.u32()))
		}
		d.chunked(b, dims, index)
	case Virtual:
		if id := (heapID{b.addr(), b.u32()}); b.err == nil && id.addr != undefined {
			d.f.problem(d.virtual(id))
		}
	default:
		b.expect("class", uint64(d.Layout), uint64(Virtual))
	}
}

// contiguous accounts for data in one run of bytes.
func (d *Dataset) contiguous() error {
	if d.address == undefined || len(d.External) > 0 {
		return nil
	}
	d.Stored = d.raw(d.address, d.size)
	return nil
}

// raw accounts for raw data and returns how many bytes of them are here.
func (d *Dataset) raw(addr, n uint64) int64 {
	off, err := d.f.place(addr, bytesOf(n), "data")
	if err == nil {
		d.f.sink.Data(off, int64(n))
		return int64(n)
	}
	d.f.problem(err)
	if off, err = d.f.place(addr, 0, "data"); err != nil {
		return 0
	}
	d.f.sink.Data(off, d.f.size-off)
	return d.f.size - off
}

// external takes a list of external files (specification IV.A.2.h).
func (d *Dataset) external(b *decoder) {
	b.expect("version", uint64(b.u8()), 1)
	b.bytes(3)
	b.u16() // slots
	n := b.u16()
	addr := b.addr()
	if b.err != nil {
		return
	}
	heap, err := d.f.localHeap(addr)
	d.f.problem(err)
	for range n {
		e := ExternalFile{At: b.at}
		name := b.size()
		e.Offset, e.Size = b.size(), b.size()
		if b.err != nil {
			return
		}
		if err == nil {
			var bad error
			e.Name, bad = heapText(heap, name)
			d.f.problem(bad)
		}
		if err := d.f.hold(64 + int64(len(e.Name))); err != nil {
			d.f.problem(err)
			return
		}
		d.External = append(d.External, e)
	}
}
