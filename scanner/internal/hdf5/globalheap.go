package hdf5

import "github.com/modelsieve/modelsieve/scanner"

// A collection is one of the global heap, which keeps values of variable length
// (specification III.E): where each object is.
type collection struct{ objects map[uint32]heapObject }

// A heapObject is a run of bytes in the file.
type heapObject struct {
	off  int64
	size uint64
}

// A heapID says where a value of variable length is.
type heapID struct {
	addr  uint64
	index uint32
}

// collection returns the collection at an address, which is read once.
func (f *File) collection(addr uint64) (*collection, error) {
	if c := f.collections[addr]; c != nil {
		return c, nil
	}
	d, err := f.read(addr, f.globalHead(), "global heap")
	if err != nil {
		return nil, err
	}
	d.sign("GCOL")
	d.expect("version", uint64(d.u8()), 1)
	d.bytes(3)
	n := bytesOf(d.size())
	if d.err != nil {
		return nil, d.err
	}
	start, err := f.place(addr, n, "global heap")
	if err != nil {
		return nil, err
	}
	c := &collection{objects: map[uint32]heapObject{}}
	f.sink.Data(start, n)
	f.collections[addr] = c
	f.problem(f.collect(c, start+f.globalHead(), start+n))
	return c, f.keep(64)
}

// globalHead is how many bytes stand before an object, and before the first: eight
// and a length, filled up to a multiple of eight.
func (f *File) globalHead() int64 { return int64(8+f.length+7) &^ 7 }

// collect notes the objects of a collection between two offsets.
func (f *File) collect(c *collection, at, end int64) error {
	head := f.globalHead()
	for end-at >= head {
		if err := f.step(2); err != nil {
			return err
		}
		b, err := f.bytes(at, head)
		if err != nil {
			return err
		}
		d := decoder{sizes: f.sizes, b: b, at: at, what: "global heap object"}
		index := uint32(d.u16())
		d.bytes(6)
		n, data := d.size(), at+head
		if index == 0 { // free room, whose size counts from its head
			if n < uint64(head) || n > uint64(end-at) {
				return nil
			}
			at += int64(n)
			continue
		}
		if n > uint64(end-data) {
			return scanner.Errorf(scanner.Truncated, at, "global heap object of %d bytes, %d are left", n, end-data)
		}
		if _, twice := c.objects[index]; twice {
			return scanner.Errorf(scanner.Malformed, at, "two global heap objects %d in one collection", index)
		}
		if err := f.keep(64); err != nil {
			return err
		}
		c.objects[index] = heapObject{data, n}
		f.sink.Analysed(at, head)
		at = data + (int64(n)+7)&^7
	}
	return nil
}

// global returns n bytes of an object of the global heap, all of it where n is
// undefined, and their offset.
func (f *File) global(id heapID, n uint64) ([]byte, int64, error) {
	c, err := f.collection(id.addr)
	if err != nil {
		return nil, 0, err
	}
	o, ok := c.objects[id.index]
	if !ok {
		return nil, 0, scanner.Errorf(scanner.Malformed, f.offset(id.addr), "no global heap object %d", id.index)
	}
	if n == undefined {
		n = o.size
	}
	if n > o.size {
		return nil, o.off, scanner.Errorf(scanner.Malformed, o.off, "%d bytes wanted of a global heap object of %d", n, o.size)
	}
	if err := f.charge(1+int64(n)/8, int64(n)); err != nil {
		return nil, o.off, err
	}
	f.sink.Analysed(o.off, int64(n))
	b, err := f.bytes(o.off, int64(n))
	return b, o.off, err
}
