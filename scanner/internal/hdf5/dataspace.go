package hdf5

// A Dataspace is the shape of a dataset or of an attribute.
type Dataspace struct {
	Null bool     // there are no values at all
	Dims []uint64 // empty: a single value
	// Max is how far each dimension may grow; math.MaxUint64 without end. Nil: not
	// beyond Dims.
	Max []uint64
}

// Count is how many values there are, math.MaxUint64 where that does not fit.
func (s *Dataspace) Count() uint64 {
	if s.Null {
		return 0
	}
	return product(s.Dims...)
}

const maxRank = 32

// dataspace takes a dataspace (specification IV.A.2.b).
func (d *decoder) dataspace() *Dataspace {
	s := &Dataspace{}
	version := d.u8()
	rank, flags := int(d.u8()), d.u8()
	d.expect("version", uint64(version), 1, 2)
	switch version {
	case 1:
		d.bytes(5)
	case 2:
		kind := d.u8()
		d.expect("kind", uint64(kind), 0, 1, 2)
		s.Null = kind == 2
	}
	if rank > maxRank {
		d.fail("%d dimensions", rank)
	}
	s.Dims = d.dims(rank)
	if flags&1 != 0 {
		s.Max = d.dims(rank)
	}
	return s
}

// dims takes the sizes of dimensions.
func (d *decoder) dims(rank int) []uint64 {
	var dims []uint64
	for range rank {
		if d.err != nil {
			return nil
		}
		v := d.size()
		if d.length < 8 && v == 1<<(8*d.length)-1 {
			v = undefined // the largest number means without end, whatever its width
		}
		dims = append(dims, v)
	}
	return dims
}
