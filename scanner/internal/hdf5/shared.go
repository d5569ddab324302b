package hdf5

import "github.com/modelsieve/modelsieve/scanner"

// A sharedIndex is a heap of messages that several object headers have in common.
type sharedIndex struct {
	kinds uint16 // a bit for each kind of message
	heap  *fractalHeap
}

// A committedKey is a message of an object header that others refer to.
type committedKey struct {
	addr uint64
	kind uint16
}

// sharedTable reads the table of shared messages (specification III.I).
func (f *File) sharedTable(d *decoder) {
	d.expect("version", uint64(d.u8()), 0)
	addr, n := d.addr(), int64(d.u8())
	if d.err != nil {
		return
	}
	t, err := f.read(addr, 8+n*int64(14+2*f.address), "table of shared messages")
	if err != nil {
		d.err = err
		return
	}
	f.checksum(&t)
	t.sign("SMTB")
	for range n {
		t.expect("version", uint64(t.u8()), 0)
		list := t.u8() == 0
		kinds := t.u16()
		t.u32()
		room := uint64(t.u16())
		t.u32()
		index, heap := t.addr(), t.addr()
		if t.err != nil {
			break
		}
		f.sharedHeap(kinds, list, room, index, heap)
	}
	f.problem(t.err)
}

// sharedHeap notes one heap of shared messages. Its index is looked up nowhere here.
func (f *File) sharedHeap(kinds uint16, list bool, room, index, heap uint64) {
	if index != undefined && list {
		f.account(index, 8+room*uint64(5+max(12, 4+f.address)))
	}
	if index != undefined && !list {
		f.problem(f.btree2(index, index, func(*decoder) error { return nil }))
	}
	if heap == undefined {
		return
	}
	h, err := f.openHeap(heap, heap)
	f.problem(err)
	if h != nil {
		f.shared = append(f.shared, &sharedIndex{kinds, h})
	}
	f.kept, f.held = f.kept+f.held, 0 // the heap stays open
}

// sharedMessage returns the message of a kind with an ID in a heap of shared ones.
func (f *File) sharedMessage(kind uint16, id []byte, at int64) (decoder, error) {
	for _, s := range f.shared {
		if s.kinds>>kind&1 != 0 {
			return s.heap.object(id, at, messageNames[kind])
		}
	}
	return decoder{}, scanner.Errorf(scanner.Malformed, at, "no heap of shared messages for a %s", messageNames[kind])
}

// Where a shared message is.
const (
	sharedInHeap    = 1
	sharedCommitted = 2
)

// resolve returns the body of a message that may be shared.
func (f *File) resolve(kind uint16, flags byte, body decoder) (decoder, error) {
	if flags&flagShared == 0 {
		return body, body.err
	}
	addr, id := body.reference()
	if body.err != nil {
		return body, body.err
	}
	if id != nil {
		return f.sharedMessage(kind, id, body.at)
	}
	for _, m := range f.header(addr) {
		if m.kind == kind && m.flags&flagShared == 0 {
			return m.body, nil
		}
	}
	return body, scanner.Errorf(scanner.Malformed, body.at, "the object at address %d has no %s to share", addr, messageNames[kind])
}

// reference takes where a shared message is: an object header's address or an ID
// in the heap of shared messages.
func (d *decoder) reference() (addr uint64, id []byte) {
	version, kind := d.u8(), d.u8()
	d.expect("version of a reference to a shared message", uint64(version), 1, 2, 3)
	switch {
	case version == 1:
		d.bytes(6)
		d.size()
		return d.addr(), nil
	case version == 3 && kind == sharedInHeap, version == 2 && kind == sharedInHeap:
		return undefined, d.bytes(8)
	case version == 3 && kind != sharedCommitted:
		d.fail("a message is shared in the unknown way %d", kind)
	}
	return d.addr(), nil
}

// datatype reads a datatype that may be shared. Committed ones are read once.
func (f *File) datatype(flags byte, body decoder) (*Datatype, error) {
	key := committedKey{undefined, msgDatatype}
	if flags&flagShared != 0 {
		probe := body
		if addr, id := probe.reference(); id == nil && probe.err == nil {
			key.addr = addr
		}
	}
	if t := f.committed[key]; t != nil {
		return t, nil
	}
	body, err := f.resolve(msgDatatype, flags, body)
	if err != nil {
		return nil, err
	}
	if err := f.step(1 + int64(len(body.b))/4); err != nil {
		return nil, err
	}
	if err := f.keepFor(key, typeCost*int64(len(body.b))); err != nil {
		return nil, err
	}
	t := body.datatype(maxTypeDepth)
	if body.err != nil {
		return nil, body.err
	}
	if key.addr != undefined {
		f.committed[key] = t
	}
	return t, nil
}

// keepFor charges n bytes for as long as what has the key is remembered.
func (f *File) keepFor(key committedKey, n int64) error {
	if key.addr != undefined {
		return f.keep(n)
	}
	return f.hold(n)
}
