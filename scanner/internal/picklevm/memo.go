package picklevm

// A memo maps indexes to values. Writers count from 0; an index far beyond what
// was stored goes to a map, so that it costs no more than any other.
type memo struct {
	dense  []Value // KindInvalid: not set
	sparse map[uint64]Value
	count  int  // distinct indexes set
	huge   bool // an index was said to be huge
	hold   func(bytes int64) error
}

const memoStride = 1 << 12 // how far an index may lie beyond the dense part

func (m *memo) get(i uint64) (Value, bool) {
	if i < uint64(len(m.dense)) {
		return m.dense[i], m.dense[i] != 0
	}
	v, ok := m.sparse[i]
	return v, ok
}

func (m *memo) put(i uint64, v Value) error {
	if i < uint64(len(m.dense)) {
		if m.dense[i] == 0 {
			m.count++
		}
		m.dense[i] = v
		return nil
	}
	if i < uint64(len(m.dense))+memoStride {
		return m.putDense(i, v)
	}
	if _, ok := m.sparse[i]; !ok {
		if err := m.hold(64); err != nil {
			return err
		}
		m.count++
	}
	if m.sparse == nil {
		m.sparse = map[uint64]Value{}
	}
	m.sparse[i] = v
	return nil
}

// putDense extends the dense part to an index, taking over what the sparse part
// has below it.
func (m *memo) putDense(i uint64, v Value) error {
	if i >= uint64(cap(m.dense)) {
		more := max(uint64(cap(m.dense)), i+1-uint64(cap(m.dense)), 256)
		if err := m.hold(int64(more) * itemBytes); err != nil {
			return err
		}
		grown := make([]Value, len(m.dense), uint64(cap(m.dense))+more)
		copy(grown, m.dense)
		m.dense = grown
	}
	from := uint64(len(m.dense))
	m.dense = m.dense[:i+1]
	clear(m.dense[from:])
	for k := from; k <= i && len(m.sparse) > 0; k++ {
		if old, ok := m.sparse[k]; ok {
			m.dense[k] = old
			delete(m.sparse, k)
		}
	}
	if m.dense[i] == 0 {
		m.count++
	}
	m.dense[i] = v
	return nil
}
