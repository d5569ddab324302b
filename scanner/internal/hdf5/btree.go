package hdf5

import (
	"math"
	"math/bits"

	"github.com/modelsieve/modelsieve/scanner"
)

// A walker visits the nodes of one index, each once.
type walker struct {
	f     *File
	owner uint64
	seen  map[uint64]bool
}

// walker returns one for an index that belongs to an object.
func (f *File) walker(owner uint64) walker { return walker{f, owner, map[uint64]bool{}} }

// node notes a node.
func (w *walker) node(addr uint64) error {
	if w.seen[addr] {
		return scanner.Errorf(scanner.Malformed, w.f.offset(addr), "a node of an index is in it twice")
	}
	w.seen[addr] = true
	if err := w.f.hold(32); err != nil {
		return err
	}
	return w.f.enter(addr, w.owner)
}

// btree1 visits the children of the leaves of a version 1 B-tree of a kind, 0 for
// groups and 1 for chunks, with the key before each. Errors of parts are problems; the
// error returned is about the root or from visit.
func (f *File) btree1(root, owner uint64, kind byte, keySize int, visit func(key *decoder, child uint64) error) error {
	w := f.walker(owner)
	return w.btree1(root, kind, keySize, -1, visit)
}

// btree1 visits a node; level is what its parent expects, -1 for a root.
func (w *walker) btree1(addr uint64, kind byte, keySize, level int, visit func(*decoder, uint64) error) error {
	f := w.f
	if err := w.node(addr); err != nil {
		return err
	}
	prefix := int64(8 + 2*f.address)
	d, err := f.read(addr, prefix, "B-tree node")
	if err != nil {
		return err
	}
	d.sign("TREE")
	d.expect("kind", uint64(d.u8()), uint64(kind))
	own := int(d.u8())
	n := int64(d.u16())
	if d.err == nil && level >= 0 && own != level {
		d.fail("level %d below level %d", own, level+1)
	}
	if d.err != nil {
		return d.err
	}
	half := f.nodes.group
	if kind == 1 {
		half = f.nodes.chunk
	}
	f.account(addr, uint64(prefix)+2*half*uint64(f.address)+(2*half+1)*uint64(keySize))
	if d, err = f.read(addr+uint64(prefix), n*int64(keySize+f.address), "B-tree node"); err != nil {
		return err
	}
	for range n {
		key := d.part(uint64(keySize), "B-tree key")
		child := d.addr()
		if own > 0 {
			f.problem(w.btree1(child, kind, keySize, own-1, visit))
		} else if err := visit(&key, child); err != nil {
			return err
		}
		if f.stop != nil {
			return f.stop
		}
	}
	return d.err
}

// A tree2 is a version 2 B-tree (specification III.A.2).
type tree2 struct {
	walker
	nodeSize   int64
	recordSize uint64
	width      []level2 // by depth
	visit      func(*decoder) error
}

// A level2 is how wide the counts in pointers to nodes of a depth are, in bytes.
type level2 struct {
	records uint64 // a node and all below it have no more
	total   int    // the number of all records below
}

// btree2 visits the records of a version 2 B-tree. Errors of parts are problems; the
// error returned is about the root or from visit.
func (f *File) btree2(addr, owner uint64, visit func(*decoder) error) error {
	d, err := f.read(addr, int64(22+f.address+f.length), "B-tree header")
	if err != nil {
		return err
	}
	f.checksum(&d)
	d.sign("BTHD")
	d.expect("version", uint64(d.u8()), 0)
	d.u8()
	t := tree2{walker: f.walker(owner), visit: visit}
	t.nodeSize, t.recordSize = int64(d.u32()), uint64(d.u16())
	depth := int(d.u16())
	d.u16() // when nodes split and merge
	root := d.addr()
	n := uint64(d.u16())
	if d.err != nil {
		return d.err
	}
	if err := t.node(addr); err != nil {
		return err
	}
	if root == undefined {
		return nil
	}
	if err := t.levels(depth, d.at); err != nil {
		return err
	}
	return t.read(root, n, depth)
}

// levels computes the widths of the counts in nodes.
func (t *tree2) levels(depth int, at int64) error {
	const prefix = 10 // signature, version, kind, checksum
	if t.recordSize == 0 || t.nodeSize < prefix+int64(t.recordSize) {
		return scanner.Errorf(scanner.Malformed, at, "B-tree header: records of %d bytes in nodes of %d", t.recordSize, t.nodeSize)
	}
	room := uint64(t.nodeSize - prefix)
	most := room / t.recordSize
	t.width = append(t.width, level2{records: most})
	for u := 1; u <= depth; u++ {
		pointer := uint64(t.f.address + widthOf(t.width[0].records) + t.width[u-1].total)
		records := uint64(0)
		if room > pointer {
			records = (room - pointer) / (t.recordSize + pointer)
		}
		high, all := bits.Mul64(records+1, t.width[u-1].records)
		if records == 0 || high != 0 || all > math.MaxUint64-records {
			return scanner.Errorf(scanner.Malformed, at, "B-tree header: %d levels of nodes of %d bytes", depth, t.nodeSize)
		}
		t.width = append(t.width, level2{records: all + records, total: widthOf(all + records)})
	}
	return nil
}

// read visits a node of n records and what is below it.
func (t *tree2) read(addr, n uint64, depth int) error {
	if err := t.node(addr); err != nil {
		return err
	}
	sign := "BTLF"
	used := 10 + n*t.recordSize
	var pointer int
	if depth > 0 {
		sign = "BTIN"
		pointer = t.f.address + widthOf(t.width[0].records) + t.width[depth-1].total
		used += (n + 1) * uint64(pointer)
	}
	if used > uint64(t.nodeSize) {
		return scanner.Errorf(scanner.Malformed, t.f.offset(addr), "B-tree node: %d records of %d bytes in %d", n, t.recordSize, t.nodeSize)
	}
	t.f.account(addr, uint64(t.nodeSize))
	d, err := t.f.read(addr, int64(used), "B-tree node")
	if err != nil {
		return err
	}
	t.f.checksum(&d)
	d.sign(sign)
	d.expect("version", uint64(d.u8()), 0)
	d.u8()
	for range n {
		record := d.part(t.recordSize, "B-tree record")
		if err := firstError(record.err, t.f.step(1)); err != nil {
			return err
		}
		if err := t.visit(&record); err != nil {
			return err
		}
	}
	if depth == 0 {
		return d.err
	}
	for range n + 1 {
		child, records := d.addr(), d.number(widthOf(t.width[0].records))
		d.number(pointer - t.f.address - widthOf(t.width[0].records))
		if d.err != nil {
			return d.err
		}
		t.f.problem(t.read(child, records, depth-1))
	}
	return t.f.stop
}
