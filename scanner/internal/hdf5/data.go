package hdf5

import "github.com/modelsieve/modelsieve/scanner"

// At is where contiguous data stand in the file as they are, all d.Stored bytes of them.
// It is -1 for data that do not, or whose end lies behind that of the file.
func (d *Dataset) At() int64 {
	if d.Layout != Contiguous || len(d.External) > 0 || d.address == undefined {
		return -1
	}
	at, err := d.f.place(d.address, d.Stored, "data")
	if err != nil {
		return -1
	}
	return at
}

// Data returns all values of a dataset, in the order of the dataspace, if they take
// no more than limit bytes, and where they are in the file; -1 where they are in
// several places or were decoded. What was never written is zero. Data in other files
// are an error, and those behind filters that are not undone here.
func (d *Dataset) Data(limit int64) ([]byte, int64, error) {
	f := d.f
	n := d.Bytes()
	switch {
	case d.Type == nil || d.Space == nil:
		return nil, -1, scanner.Errorf(scanner.Malformed, d.Offset, "a dataset without datatype or dataspace")
	case len(d.External) > 0 || d.Layout == Virtual:
		return nil, -1, scanner.Errorf(scanner.Unsupported, d.Offset, "the data are in other files")
	case d.Layout == Chunked && d.Chunk == nil || d.Layout > Virtual:
		return nil, -1, scanner.Errorf(scanner.Malformed, d.Offset, "a dataset whose layout is broken or missing")
	case n > uint64(max(limit, 0)):
		return nil, -1, scanner.Errorf(scanner.OverLimit, d.Offset, "data of %d bytes, more than the %d that are read here", n, limit)
	case d.Layout == Compact:
		return d.compact[:min(n, uint64(len(d.compact)))], d.dataAt, nil
	case d.Layout == Contiguous && d.address != undefined && n > 0:
		b, err := f.heldRead(d.address, n, "data")
		return b.b, b.at, err
	}
	if err := f.charge(1+int64(n)/8, int64(n)); err != nil {
		return nil, -1, err
	}
	out := make([]byte, n)
	if d.Layout != Chunked || n == 0 {
		return out, -1, nil
	}
	if size := d.chunkBytes(); size > uint64(max(limit, maxSmallChunk)) {
		return nil, -1, scanner.Errorf(scanner.OverLimit, d.Offset, "chunks of %d bytes, more than the %d that are read here", size, limit)
	}
	room := d.room()
	return out, -1, d.chunks(func(c chunk) error {
		if !d.within(c) {
			return nil
		}
		if room == 0 {
			return scanner.Errorf(scanner.Malformed, d.Offset, "more chunks than the dataset has room for")
		}
		room--
		return d.place(out, c)
	})
}

// room is how many chunks the values make.
func (d *Dataset) room() uint64 {
	n := uint64(1)
	for i, dim := range d.Space.Dims {
		n = product(n, (dim-1)/d.Chunk[i]+1)
	}
	return n
}

// within reports whether a chunk begins among the values. A dataset that shrank may
// have others.
func (d *Dataset) within(c chunk) bool {
	for i, at := range c.at {
		if at >= d.Space.Dims[i] {
			return false
		}
	}
	return true
}

// maxSmallChunk is how large the chunks of a small dataset may be, in bytes: much
// larger than the dataset where that is made to grow.
const maxSmallChunk = 4 << 20

// place copies the values of a chunk to where they belong.
func (d *Dataset) place(out []byte, c chunk) error {
	edge := false
	for i, at := range c.at {
		edge = edge || d.Chunk[i] > d.Space.Dims[i]-at
	}
	in, err := d.chunkData(c, edge)
	if err != nil {
		return err
	}
	return d.rows(out, in, c.at)
}

// chunkData returns the values of a chunk.
func (d *Dataset) chunkData(c chunk, edge bool) ([]byte, error) {
	want := d.chunkBytes()
	if c.size > want+maxSmallChunk {
		return nil, scanner.Errorf(scanner.OverLimit, d.Offset, "a chunk of %d bytes takes %d in the file", want, c.size)
	}
	b, err := d.f.read(c.address, bytesOf(c.size), "chunk")
	if err != nil {
		return nil, err
	}
	in := b.b
	if len(d.Filters) > 0 && !(edge && d.index.whole) && c.mask != ^uint32(0) {
		if in, err = d.f.unfilter(d.Filters, c.mask, in, b.at, want); err != nil {
			return nil, err
		}
	}
	if uint64(len(in)) < want {
		return nil, scanner.Errorf(scanner.Malformed, b.at, "a chunk of %d bytes where %d belong", len(in), want)
	}
	return in, nil
}

// rows copies a chunk that begins at some coordinates, one run of the last dimension
// after another.
func (d *Dataset) rows(out, in []byte, at []uint64) error {
	size, dims := d.Type.Size, d.Space.Dims
	last := len(dims) - 1
	run := min(d.Chunk[last], dims[last]-at[last]) * size
	where := make([]uint64, len(dims)) // in the chunk
	for {
		var from, to uint64
		for i := range dims {
			from = from*d.Chunk[i] + where[i]
			to = to*dims[i] + at[i] + where[i]
		}
		copy(out[to*size:], in[from*size:][:run])
		if err := d.f.step(1); err != nil {
			return err
		}
		i := last - 1
		for ; i >= 0; i-- {
			if where[i]++; where[i] < min(d.Chunk[i], dims[i]-at[i]) {
				break
			}
			where[i] = 0
		}
		if i < 0 {
			return nil
		}
	}
}

// Items returns what the values hold: see Item. Neither the values nor the text and
// sequences that they refer to may take more than limit bytes; what was found before
// an error is returned with it.
func (d *Dataset) Items(limit int64) ([]Item, error) {
	raw, at, err := d.Data(limit)
	if err != nil {
		return nil, err
	}
	return d.f.items(d.Type, raw, at, limit)
}
