package hdf5

import "github.com/modelsieve/modelsieve/scanner"

// Kinds of chunk indexes, as layout messages of version 4 number them.
const (
	indexBTree1     = 0 // in layouts before version 4
	indexSingle     = 1
	indexImplicit   = 2
	indexFixed      = 3
	indexExtensible = 4
	indexBTree2     = 5
)

// A chunkIndex is where the chunks of a dataset are listed.
type chunkIndex struct {
	kind    byte
	address uint64
	whole   bool   // chunks that jut out of the dataset are not filtered
	size    uint64 // of a single chunk that is filtered, bytes; 0: it is not
	mask    uint32 // of a single chunk
}

// A chunk is a box of a dataset's values.
type chunk struct {
	address uint64
	size    uint64 // in the file, bytes
	mask    uint32 // filters that were left out
	at      []uint64
}

// chunked takes over the dimensions of a layout message, the last of which is the
// size of a value.
func (d *Dataset) chunked(b *decoder, dims []uint64, index chunkIndex) {
	if b.err != nil {
		return
	}
	if len(dims) < 2 || len(dims) > maxRank+1 {
		b.fail("chunks of %d dimensions", len(dims)-1)
		return
	}
	for _, n := range dims {
		if n == 0 {
			b.fail("chunks of no values")
			return
		}
	}
	if d.Type != nil && dims[len(dims)-1] != d.Type.Size {
		b.fail("chunks of values of %d bytes, the datatype has %d", dims[len(dims)-1], d.Type.Size)
	}
	if d.Space != nil && len(d.Space.Dims) != len(dims)-1 {
		b.fail("chunks of %d dimensions in a dataset of %d", len(dims)-1, len(d.Space.Dims))
	}
	if b.err == nil {
		d.Chunk, d.index = dims[:len(dims)-1], index
	}
}

// chunked4 takes the chunked part of layouts of version 4 and 5.
func (d *Dataset) chunked4(b *decoder) {
	flags, rank, width := b.u8(), b.u8(), b.u8()
	if width == 0 || width > 8 {
		b.fail("dimensions of %d bytes", width)
	}
	var dims []uint64
	for range rank {
		dims = append(dims, b.number(int(width)))
	}
	index := chunkIndex{kind: b.u8(), whole: flags&1 != 0}
	switch index.kind {
	case indexSingle:
		if flags&2 != 0 {
			index.size, index.mask = b.size(), b.u32()
		}
	case indexImplicit:
	case indexFixed:
		b.bytes(1) // the parameters stand in the index, too
	case indexExtensible:
		b.bytes(5)
	case indexBTree2:
		b.bytes(6)
	default:
		b.expect("chunk index", uint64(index.kind), indexSingle)
	}
	index.address = b.addr()
	d.chunked(b, dims, index)
}

// chunkBytes is how much a chunk takes before filters.
func (d *Dataset) chunkBytes() uint64 {
	size := uint64(1)
	if d.Type != nil {
		size = d.Type.Size
	}
	return product(product(d.Chunk...), size)
}

// chunks visits every chunk that is stored.
func (d *Dataset) chunks(visit func(chunk) error) error {
	if d.index.address == undefined || d.Type == nil || d.Space == nil {
		return nil
	}
	switch d.index.kind {
	case indexBTree1:
		return d.chunks1(visit)
	case indexSingle:
		size := d.index.size
		if size == 0 {
			size = d.chunkBytes()
		}
		return visit(chunk{d.index.address, size, d.index.mask, make([]uint64, len(d.Chunk))})
	case indexImplicit:
		return d.implicit(visit)
	case indexFixed:
		return d.fixedArray(visit)
	case indexExtensible:
		return d.extensibleArray(visit)
	}
	return d.chunks2(visit)
}

// chunks1 visits the chunks of a version 1 B-tree.
func (d *Dataset) chunks1(visit func(chunk) error) error {
	keySize := 8 + 8*(len(d.Chunk)+1)
	return d.f.btree1(d.index.address, d.owner, 1, keySize, func(key *decoder, child uint64) error {
		c := chunk{address: child, size: uint64(key.u32()), mask: key.u32()}
		for range d.Chunk {
			c.at = append(c.at, key.u64())
		}
		if key.err != nil {
			return key.err
		}
		return visit(c)
	})
}

// chunks2 visits the chunks of a version 2 B-tree.
func (d *Dataset) chunks2(visit func(chunk) error) error {
	return d.f.btree2(d.index.address, d.owner, func(r *decoder) error {
		c := chunk{address: r.addr(), size: d.chunkBytes()}
		if rest := len(r.b) - 8*len(d.Chunk); rest > 0 {
			c.size = r.number(rest - 4)
			c.mask = r.u32()
		}
		for _, n := range d.Chunk {
			c.at = append(c.at, product(r.u64(), n))
		}
		if r.err != nil {
			return r.err
		}
		return visit(c)
	})
}

// implicit visits chunks that lie one after another.
func (d *Dataset) implicit(visit func(chunk) error) error {
	g := d.grid(-1)
	n := product(g.count...)
	size := d.chunkBytes()
	off, err := d.f.place(d.index.address, 0, "data")
	if err != nil {
		return err
	}
	here := uint64(d.f.size-off) / size
	if n > here {
		d.f.problem(scanner.Errorf(scanner.Truncated, d.f.size, "the file ends before %d of %d chunks", n-here, n))
	}
	for i := range min(n, here) {
		if err := d.f.step(1); err != nil {
			return err
		}
		if err := visit(chunk{d.index.address + i*size, size, ^uint32(0), g.at(i)}); err != nil {
			return err
		}
	}
	return nil
}

// A grid numbers the chunks of a dataset as far as it may grow.
type grid struct {
	chunk []uint64
	count []uint64 // chunks, by dimension
	first int      // the dimension that counts slowest; -1: the first
}

// grid returns the numbering of chunks. first is as in grid.
func (d *Dataset) grid(first int) grid {
	g := grid{chunk: d.Chunk, first: first}
	for i, n := range d.Space.Dims {
		if i < len(d.Space.Max) {
			n = d.Space.Max[i]
		}
		size := d.Chunk[i]
		count := n / size
		if n%size > 0 {
			count++
		}
		g.count = append(g.count, max(1, count))
	}
	return g
}

// at returns where the chunk of a number begins.
func (g grid) at(i uint64) []uint64 {
	out := make([]uint64, len(g.count))
	for dim := len(g.count) - 1; dim >= 0; dim-- {
		if dim == max(g.first, 0) {
			continue
		}
		out[dim] = product(i%g.count[dim], g.chunk[dim])
		i /= g.count[dim]
	}
	if slow := max(g.first, 0); slow < len(out) {
		out[slow] = product(i, g.chunk[slow])
	}
	return out
}

// unlimited is the dimension that grows without end, which extensible arrays count
// slowest; -1 where there is none.
func (d *Dataset) unlimited() int {
	for i, n := range d.Space.Max {
		if n == undefined {
			return i
		}
	}
	return -1
}

// An element is how arrays list chunks.
type element struct {
	walker
	d        *Dataset
	grid     grid
	filtered bool
	width    int // of the size of a chunk
	next     uint64
	visit    func(chunk) error
}

// newElement reads what an array's header says of its elements.
func (d *Dataset) newElement(client, size byte, first int, visit func(chunk) error) (*element, error) {
	e := &element{walker: d.f.walker(d.owner), d: d, grid: d.grid(first), filtered: client == 1, visit: visit}
	e.width = int(size) - d.f.address - 4
	if !e.filtered && int(size) != d.f.address || e.filtered && (e.width < 1 || e.width > 8) || client > 1 {
		return nil, scanner.Errorf(scanner.Malformed, d.Offset, "a chunk index with elements of %d bytes of the kind %d", size, client)
	}
	return e, nil
}

// take takes an element.
func (e *element) take(b *decoder) error {
	c := chunk{address: b.addr(), size: e.d.chunkBytes()}
	if e.filtered {
		c.size, c.mask = b.number(e.width), b.u32()
	}
	i := e.next
	e.next++
	if err := firstError(b.err, e.f.step(1)); err != nil || c.address == undefined {
		return err
	}
	c.at = e.grid.at(i)
	return e.visit(c)
}

// bytes is how many bytes n elements take.
func (e *element) bytes(n uint64) uint64 {
	size := uint64(e.d.f.address)
	if e.filtered {
		size += uint64(e.width) + 4
	}
	return product(n, size)
}
