package hdf5

import (
	"math/bits"
	"slices"

	"github.com/modelsieve/modelsieve/scanner"
)

// A fractalHeap keeps links, attributes and shared messages (specification III.G).
type fractalHeap struct {
	f     *File
	owner uint64
	seen  map[uint64]bool // addresses of blocks

	idSize      int
	offsetWidth int // bytes of an offset in an ID and in a block
	lengthWidth int // bytes of a length in an ID
	width       uint64
	start       uint64 // size of the smallest block
	largest     uint64 // size of the largest direct block
	checksums   bool   // direct blocks have one
	filters     []Filter
	blocks      []heapBlock // direct ones, by offset
	huge        map[uint64]heapSpan
}

// A heapBlock is a direct block.
type heapBlock struct {
	start, size uint64 // in the heap's address space
	at          int64  // in the file
	plain       []byte // decoded; nil: it is not filtered
}

// A heapSpan is a run of bytes at an address.
type heapSpan struct {
	addr, stored uint64
	mask         uint32
	size         uint64 // once decoded
}

// openHeap reads all of a heap's structure. Of a broken one, what can be read is
// returned with the error.
func (f *File) openHeap(addr, owner uint64) (*fractalHeap, error) {
	h := &fractalHeap{f: f, owner: owner, seen: map[uint64]bool{}}
	if err := h.enter(addr); err != nil {
		return nil, err
	}
	fixed := int64(22 + 12*f.length + 3*f.address) // to the current number of rows
	d, err := f.read(addr, fixed, "fractal heap")
	if err != nil {
		return nil, err
	}
	filterSize := filterSize(d)
	all := fixed + 4
	if filterSize > 0 {
		all += int64(f.length) + 4 + filterSize
	}
	if d, err = f.read(addr, all, "fractal heap"); err != nil {
		return nil, err
	}
	f.checksum(&d)
	return h, h.header(&d)
}

// filterSize looks up how long the description of filters is.
func filterSize(d decoder) int64 {
	d.bytes(7)
	return int64(d.u16())
}

// enter notes a block.
func (h *fractalHeap) enter(addr uint64) error {
	if h.seen[addr] {
		return scanner.Errorf(scanner.Malformed, h.f.offset(addr), "a block of a fractal heap is in it twice")
	}
	h.seen[addr] = true
	if err := h.f.hold(96); err != nil {
		return err
	}
	return h.f.enter(addr, h.owner)
}

// header reads the header and what it leads to.
func (h *fractalHeap) header(d *decoder) error {
	d.sign("FRHP")
	d.expect("version", uint64(d.u8()), 0)
	h.idSize = int(d.u16())
	filtered := d.u16() > 0
	flags := d.u8()
	h.checksums = flags&2 != 0
	managed := uint64(d.u32())
	d.size()
	hugeTree := d.addr()
	d.size()
	free := d.addr()
	for range 8 { // sizes and counts
		d.size()
	}
	h.width = uint64(d.u16())
	h.start, h.largest = d.size(), d.size()
	maxBits := int(d.u16())
	d.u16()
	root, rows := d.addr(), int(d.u16())
	rootSize, rootMask := h.start, uint32(0)
	if filtered {
		rootSize, rootMask = d.size(), d.u32()
		d.what = "filter pipeline of a fractal heap"
		h.filters = d.filters()
	}
	if d.err != nil {
		return d.err
	}
	if !powerOfTwo(h.width) || !powerOfTwo(h.start) || !powerOfTwo(h.largest) || maxBits > 64 || h.start > h.largest {
		return scanner.Errorf(scanner.Malformed, d.at, "fractal heap: %d blocks of %d to %d bytes a row, %d bits", h.width, h.start, h.largest, maxBits)
	}
	h.offsetWidth = (maxBits + 7) / 8
	h.lengthWidth = min((bits.Len64(h.largest)+6)/8, widthOf(managed))
	if free != undefined {
		h.f.freeSpace(free)
	}
	if hugeTree != undefined {
		h.f.problem(h.readHuge(hugeTree))
	}
	switch {
	case root == undefined:
		return nil
	case rows == 0:
		return h.direct(root, 0, h.start, rootSize, rootMask)
	}
	return h.indirect(root, 0, rows)
}

func powerOfTwo(n uint64) bool { return bits.OnesCount64(n) == 1 }

// rowSize is the size of the blocks in a row.
func (h *fractalHeap) rowSize(row int) uint64 {
	if row == 0 {
		return h.start
	}
	if shift := bits.Len64(h.start) + row - 1; shift > 64 {
		return 0
	}
	return h.start << (row - 1)
}

// indirect reads a block of pointers that stands for the heap's bytes from an offset.
func (h *fractalHeap) indirect(addr, offset uint64, rows int) error {
	f := h.f
	if err := h.enter(addr); err != nil {
		return err
	}
	directRows := min(rows, bits.Len64(h.largest)-bits.Len64(h.start)+2)
	pointer := uint64(f.address)
	if len(h.filters) > 0 {
		pointer += uint64(f.length) + 4
	}
	prefix := uint64(5 + f.address + h.offsetWidth)
	n := product(h.width, uint64(directRows), pointer)
	n += product(h.width, uint64(rows-directRows), uint64(f.address)) + prefix + 4
	d, err := f.read(addr, bytesOf(n), "indirect block of a fractal heap")
	if err != nil {
		return err
	}
	f.checksum(&d)
	d.sign("FHIB")
	d.bytes(prefix - 4)
	for row := range rows {
		size := h.rowSize(row)
		if size == 0 || d.err != nil {
			return firstError(d.err, scanner.Errorf(scanner.Malformed, d.at, "fractal heap: %d rows", rows))
		}
		for range h.width {
			if f.stop != nil {
				return f.stop
			}
			f.problem(h.child(&d, row < directRows, offset, size))
			offset += size
		}
	}
	return d.err
}

// child follows one pointer of an indirect block.
func (h *fractalHeap) child(d *decoder, direct bool, offset, size uint64) error {
	addr, stored, mask := d.addr(), size, uint32(0)
	if direct && len(h.filters) > 0 {
		stored, mask = d.size(), d.u32()
	}
	if d.err != nil || addr == undefined {
		return nil // d.err is told once
	}
	if direct {
		return h.direct(addr, offset, size, stored, mask)
	}
	rows := bits.Len64(size) - bits.Len64(h.start*h.width) + 1
	if rows < 1 {
		return scanner.Errorf(scanner.Malformed, d.at, "fractal heap: an indirect block of %d bytes", size)
	}
	return h.indirect(addr, offset, rows)
}

// direct reads a block of objects.
func (h *fractalHeap) direct(addr, offset, size, stored uint64, mask uint32) error {
	f := h.f
	if err := h.enter(addr); err != nil {
		return err
	}
	const what = "direct block of a fractal heap"
	d, err := f.read(addr, bytesOf(stored), what)
	if err != nil {
		return err
	}
	b := heapBlock{start: offset, size: size, at: d.at}
	if len(h.filters) > 0 {
		if err := f.hold(bytesOf(size)); err != nil {
			return err
		}
		if b.plain, err = f.unfilter(h.filters, mask, d.b, d.at, size); err != nil {
			return err
		}
		d.b = b.plain
	}
	if len(d.b) != int(size) {
		return scanner.Errorf(scanner.Malformed, d.at, "%s: %d bytes where %d belong", what, len(d.b), size)
	}
	h.check(d)
	d.sign("FHDB")
	h.blocks = append(h.blocks, b)
	return d.err
}

// check checks a direct block's checksum, which counts as zero in itself.
func (h *fractalHeap) check(d decoder) {
	at := 5 + h.f.address + h.offsetWidth
	if !h.checksums || len(d.b) < at+4 {
		return
	}
	b := slices.Clone(d.b)
	sum := decoder{b: d.b[at : at+4], at: d.at}
	clear(b[at : at+4])
	if sum.u32() != lookup3(b) {
		h.f.problem(scanner.Errorf(scanner.Malformed, d.at, "%s: the checksum is wrong", d.what))
	}
}

// readHuge notes where objects are that no block has room for.
func (h *fractalHeap) readHuge(tree uint64) error {
	h.huge = map[uint64]heapSpan{}
	return h.f.btree2(tree, h.owner, func(d *decoder) error {
		s := heapSpan{addr: d.addr(), stored: d.size()}
		s.size = s.stored
		if len(h.filters) > 0 {
			s.mask, s.size = d.u32(), d.size()
		}
		if len(d.b) == 0 { // there is no number: IDs say where the object is
			return d.err
		}
		h.huge[d.size()] = s
		return firstError(d.err, h.f.hold(64))
	})
}

// Kinds of objects, as their IDs tell.
const (
	heapManaged = 0
	heapHuge    = 1
	heapTiny    = 2
)

// object returns an object by its ID, which stands at an offset of the file.
func (h *fractalHeap) object(id []byte, at int64, what string) (decoder, error) {
	d := decoder{sizes: h.f.sizes, b: id, at: at, what: "ID of a fractal heap"}
	head := d.u8()
	d.expect("version", uint64(head>>6), 0)
	if d.err != nil {
		return d, d.err
	}
	switch head >> 4 & 3 {
	case heapManaged:
		return h.managed(&d, what)
	case heapHuge:
		return h.hugeObject(&d, what)
	case heapTiny:
		n := uint64(head & 15)
		if h.idSize > 18 {
			n = n<<8 | uint64(d.u8())
		}
		out := d.part(n+1, what)
		return out, out.err
	}
	return d, scanner.Errorf(scanner.Unsupported, at, "an object of an unknown kind in a fractal heap")
}

// managed returns an object in a direct block.
func (h *fractalHeap) managed(d *decoder, what string) (decoder, error) {
	offset, n := d.number(h.offsetWidth), d.number(h.lengthWidth)
	if d.err != nil {
		return *d, d.err
	}
	i, found := slices.BinarySearchFunc(h.blocks, offset, func(b heapBlock, off uint64) int {
		switch {
		case b.start > off:
			return 1
		case off-b.start >= b.size:
			return -1
		}
		return 0
	})
	if !found {
		return *d, scanner.Errorf(scanner.Malformed, d.at, "a %s at offset %d of a fractal heap, where no block is", what, offset)
	}
	b := h.blocks[i]
	from := offset - b.start
	if n > b.size-from {
		return *d, scanner.Errorf(scanner.Malformed, d.at, "a %s of %d bytes, %d are left of its block", what, n, b.size-from)
	}
	if b.plain != nil {
		return decoder{sizes: h.f.sizes, b: b.plain[from : from+n : from+n], at: b.at, what: what}, h.f.step(1 + int64(n)/8)
	}
	return h.f.heldRead(uint64(b.at-h.f.base)+from, n, what)
}

// heldRead reads structure that stays in memory while the object is looked at.
func (f *File) heldRead(addr, n uint64, what string) (decoder, error) {
	if _, err := f.place(addr, bytesOf(n), what); err != nil {
		return decoder{}, err
	}
	if err := f.hold(bytesOf(n)); err != nil {
		return decoder{}, err
	}
	return f.read(addr, bytesOf(n), what)
}

// hugeObject returns an object that stands on its own.
func (h *fractalHeap) hugeObject(d *decoder, what string) (decoder, error) {
	f := h.f
	var s heapSpan
	direct := f.address + f.length
	if len(h.filters) > 0 {
		direct += 4 + f.length
	}
	if h.idSize-1 >= direct {
		s = heapSpan{addr: d.addr(), stored: d.size()}
		s.size = s.stored
		if len(h.filters) > 0 {
			s.mask, s.size = d.u32(), d.size()
		}
	} else {
		var ok bool
		if s, ok = h.huge[d.number(min(len(d.b), h.idSize-1, 8))]; !ok && d.err == nil {
			return *d, scanner.Errorf(scanner.Malformed, d.at, "a %s that its fractal heap does not have", what)
		}
	}
	if d.err != nil {
		return *d, d.err
	}
	out, err := f.heldRead(s.addr, s.stored, what)
	if err != nil || len(h.filters) == 0 {
		return out, err
	}
	if s.size > maxBlock {
		return out, scanner.Errorf(scanner.OverLimit, out.at, "a %s of %d bytes, more than the %d that are read at once", what, s.size, maxBlock)
	}
	if err := f.hold(bytesOf(s.size)); err != nil {
		return out, err
	}
	out.b, err = f.unfilter(h.filters, s.mask, out.b, out.at, s.size)
	return out, err
}
