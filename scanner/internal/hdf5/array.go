package hdf5

import (
	"math/bits"

	"github.com/modelsieve/modelsieve/scanner"
)

// A pageMap says which pages of a paged block were ever written.
type pageMap struct {
	bits  []byte
	first uint64 // the block's first bit
}

func (m *pageMap) has(page uint64) bool {
	i := m.first + page
	return i/8 < uint64(len(m.bits)) && m.bits[i/8]&(0x80>>(i%8)) != 0
}

// fixedArray visits the chunks of a dataset that cannot grow (specification VI,
// "fixed array index").
func (d *Dataset) fixedArray(visit func(chunk) error) error {
	f := d.f
	b, err := f.read(d.index.address, int64(12+f.length+f.address), "fixed array")
	if err != nil {
		return err
	}
	f.checksum(&b)
	b.sign("FAHD")
	b.expect("version", uint64(b.u8()), 0)
	client, size, pageBits := b.u8(), b.u8(), b.u8()
	n := b.size()
	addr := b.addr()
	if b.err != nil || addr == undefined {
		return b.err
	}
	e, err := d.newElement(client, size, -1, visit)
	if err != nil {
		return err
	}
	if err := firstError(e.node(d.index.address), e.node(addr)); err != nil {
		return err
	}
	if pageBits >= 64 {
		return scanner.Errorf(scanner.Malformed, b.at, "fixed array: pages of 2^%d elements", pageBits)
	}
	prefix := uint64(6 + f.address)
	return d.arrayBlock(e, addr, prefix, "FADB", n, 1<<pageBits, nil)
}

// arrayBlock visits n elements of a data block that begins with prefix bytes. Where n
// is more than a page, they lie in pages behind it, of which pages says which count;
// nil: the block says so itself.
func (d *Dataset) arrayBlock(e *element, addr, prefix uint64, sign string, n, page uint64, pages *pageMap) error {
	f := d.f
	paged := n > page
	all := prefix + 4
	count := (n + page - 1) / page
	own := paged && pages == nil
	if own {
		all += (count + 7) / 8
	}
	if !paged {
		all += e.bytes(n)
	}
	b, err := f.read(addr, bytesOf(all), "data block of a chunk index")
	if err != nil {
		return err
	}
	f.checksum(&b)
	b.sign(sign)
	b.bytes(prefix - 4)
	if b.err != nil {
		return b.err
	}
	if !paged {
		return e.all(&b, n)
	}
	if own {
		pages = &pageMap{bits: b.b}
	}
	return e.pages(addr+all, n, page, pages)
}

// all takes n elements.
func (e *element) all(b *decoder, n uint64) error {
	for range n {
		if err := e.take(b); err != nil {
			return err
		}
	}
	return nil
}

// pages takes n elements in pages from an address.
func (e *element) pages(addr, n, page uint64, written *pageMap) error {
	f := e.f
	end := uint64(f.size - f.base)
	for i := uint64(0); n > 0 && addr < end; i++ {
		here := min(n, page)
		size := e.bytes(here) + 4
		if err := f.step(1); err != nil {
			return err
		}
		if written.has(i) {
			b, err := f.read(addr, bytesOf(size), "page of a chunk index")
			if err != nil {
				return err
			}
			f.checksum(&b)
			if err := e.all(&b, here); err != nil {
				return err
			}
		} else {
			f.account(addr, size)
			e.next += here
		}
		addr, n = addr+size, n-here
	}
	if n > 0 {
		return scanner.Errorf(scanner.Truncated, f.size, "the file ends before %d elements of a chunk index", n)
	}
	return nil
}

// An extensible is the header of an extensible array.
type extensible struct {
	*element
	offsetWidth uint64 // bytes of an offset in blocks
	maxBits     int    // of the number of elements
	inIndex     uint64 // elements in the index block
	smallest    uint64 // elements in the smallest data block
	pointers    uint64 // fewest pointers to data blocks in a secondary block
	page        uint64 // elements in a page
}

// extensibleArray visits the chunks of a dataset that grows in one dimension
// (specification VI, "extensible array index").
func (d *Dataset) extensibleArray(visit func(chunk) error) error {
	f := d.f
	b, err := f.read(d.index.address, int64(16+6*f.length+f.address), "extensible array")
	if err != nil {
		return err
	}
	f.checksum(&b)
	b.sign("EAHD")
	b.expect("version", uint64(b.u8()), 0)
	client, size := b.u8(), b.u8()
	var x extensible
	x.maxBits, x.inIndex, x.smallest, x.pointers = int(b.u8()), uint64(b.u8()), uint64(b.u8()), uint64(b.u8())
	pageBits := b.u8()
	for range 6 { // counts
		b.size()
	}
	addr := b.addr()
	if b.err != nil || addr == undefined {
		return b.err
	}
	if x.element, err = d.newElement(client, size, d.unlimited(), visit); err != nil {
		return err
	}
	if x.maxBits > 64 || pageBits >= 64 || !powerOfTwo(x.smallest) || !powerOfTwo(x.pointers) {
		return scanner.Errorf(scanner.Malformed, b.at, "extensible array: 2^%d elements in blocks of %d or more, %d a block", x.maxBits, x.smallest, x.pointers)
	}
	x.offsetWidth, x.page = uint64(x.maxBits+7)/8, 1<<pageBits
	if err := firstError(x.node(d.index.address), x.node(addr)); err != nil {
		return err
	}
	return x.index(addr)
}

// group returns how many data blocks the secondary block of a number stands for, and
// how many elements each has.
func (x *extensible) group(i int) (blocks, elements uint64) {
	return 1 << (i / 2), product(1<<((i+1)/2), x.smallest)
}

// index reads the index block.
func (x *extensible) index(addr uint64) error {
	f := x.f
	groups := max(0, 1+x.maxBits-(bits.Len64(x.smallest)-1))
	direct := min(groups, 2*(bits.Len64(x.pointers)-1)) // whose data blocks it names itself
	pointers := 2*(x.pointers-1) + uint64(groups-direct)
	n := uint64(10+f.address) + x.bytes(x.inIndex) + product(pointers, uint64(f.address))
	b, err := f.read(addr, bytesOf(n), "index block of an extensible array")
	if err != nil {
		return err
	}
	f.checksum(&b)
	b.sign("EAIB")
	b.bytes(uint64(2 + f.address))
	if b.err != nil {
		return b.err
	}
	if err := x.all(&b, x.inIndex); err != nil {
		return err
	}
	for i := range groups {
		blocks, elements := x.group(i)
		if i < direct {
			for range blocks {
				f.problem(x.block(b.addr(), elements, nil))
			}
		} else {
			f.problem(x.secondary(b.addr(), blocks, elements))
		}
		if b.err != nil || f.stop != nil {
			return firstError(f.stop, b.err)
		}
	}
	return nil
}

// secondary reads a block that names data blocks.
func (x *extensible) secondary(addr, blocks, elements uint64) error {
	f := x.f
	behind := x.next + product(blocks, elements)
	defer func() { x.next = behind }()
	if addr == undefined {
		return nil
	}
	if err := x.node(addr); err != nil {
		return err
	}
	var mapSize uint64
	if elements > x.page {
		mapSize = (elements/x.page + 7) / 8
	}
	prefix := uint64(6+f.address) + x.offsetWidth
	n := prefix + product(blocks, mapSize) + product(blocks, uint64(f.address)) + 4
	b, err := f.read(addr, bytesOf(n), "secondary block of an extensible array")
	if err != nil {
		return err
	}
	f.checksum(&b)
	b.sign("EASB")
	b.bytes(prefix - 4)
	maps := b.bytes(product(blocks, mapSize))
	for i := range blocks {
		addr := b.addr()
		if b.err != nil || f.stop != nil {
			return firstError(f.stop, b.err)
		}
		f.problem(x.block(addr, elements, &pageMap{maps, i * (elements / x.page)}))
	}
	return nil
}

// block visits the elements of a data block.
func (x *extensible) block(addr, elements uint64, pages *pageMap) error {
	behind := x.next + elements
	defer func() { x.next = behind }()
	if addr == undefined {
		return nil
	}
	if err := x.node(addr); err != nil {
		return err
	}
	if elements > x.page && pages == nil {
		return scanner.Errorf(scanner.Malformed, x.f.offset(addr), "a data block of %d elements without a map of its pages", elements)
	}
	prefix := uint64(6+x.f.address) + x.offsetWidth
	return x.d.arrayBlock(x.element, addr, prefix, "EADB", elements, x.page, pages)
}
