package hdf5

import "github.com/modelsieve/modelsieve/scanner"

// A LinkKind is how a link names its target, as the file numbers it. Kinds of 65 and
// more are those of a program's own.
type LinkKind uint8

// The kinds of links that HDF5 defines.
const (
	Hard     LinkKind = 0
	Soft     LinkKind = 1
	External LinkKind = 64
)

func (k LinkKind) String() string {
	switch k {
	case Hard:
		return "hard"
	case Soft:
		return "soft"
	case External:
		return "external"
	}
	return "user"
}

// A Link is an entry of a group.
type Link struct {
	Name   string
	Kind   LinkKind
	Target string // of Soft: a path in this file; of External: a path in File
	File   string // of External: as it stands in the link
	Object int64  // of Hard: Object.Offset of what it leads to; the end of the file if nowhere
	Data   []byte // of other kinds
	Offset int64  // of the link in the file

	address uint64 // of Hard: of the object header
}

// link takes a link message (specification IV.A.2.g).
func (d *decoder) link() *Link {
	l := &Link{Offset: d.at}
	d.expect("version", uint64(d.u8()), 1)
	flags := d.u8()
	if flags&0x08 != 0 {
		l.Kind = LinkKind(d.u8())
	}
	if flags&0x04 != 0 {
		d.u64() // order of creation
	}
	if flags&0x10 != 0 {
		d.u8() // charset
	}
	l.Name = string(d.bytes(d.number(1 << (flags & 3))))
	switch {
	case l.Kind == Hard:
		l.address = d.addr()
	case l.Kind == Soft:
		l.Target = string(d.bytes(uint64(d.u16())))
	case l.Kind == External:
		v := d.part(uint64(d.u16()), "external link")
		if version := v.u8(); version>>4 != 0 {
			v.expect("version", uint64(version>>4), 0)
		}
		l.File, l.Target = v.text(), v.text()
		d.err = firstError(d.err, v.err)
	case l.Kind > External:
		l.Data = d.bytes(uint64(d.u16()))
	default:
		d.expect("kind", uint64(l.Kind), uint64(Hard), uint64(Soft))
	}
	return l
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// addLink gives a group a link.
func (o *Object) addLink(l *Link) {
	if l.Kind == Hard {
		l.Object = o.f.offset(l.address)
	}
	if err := o.f.hold(160 + int64(len(l.Name)+len(l.Target)+len(l.File)+len(l.Data))); err != nil {
		o.f.problem(err)
		return
	}
	o.Links = append(o.Links, l)
}

// linkMessage adds a link that stands in the object header or in a heap. What of a
// broken one was understood is kept if it has a name.
func (o *Object) linkMessage(d decoder, err error) {
	if err == nil {
		l := d.link()
		if d.err == nil {
			o.addLink(l)
		}
		err = d.err
	}
	o.f.problem(err)
}

// denseLinks reads links that do not stand in the object header.
func (o *Object) denseLinks(d *decoder) {
	d.expect("version", uint64(d.u8()), 0)
	flags := d.u8()
	if flags&1 != 0 {
		d.u64()
	}
	heap, indexes := d.addr(), []uint64{d.addr()}
	if flags&2 != 0 {
		indexes = append(indexes, d.addr())
	}
	if d.err != nil || heap == undefined {
		return
	}
	h, err := o.f.openHeap(heap, o.address)
	o.f.problem(err)
	if h == nil {
		return
	}
	seen := map[string]bool{}
	for i, index := range indexes {
		if index == undefined {
			continue
		}
		key := 4 + 4*i // bytes of the name's hash, or of the order of creation
		o.f.problem(o.f.btree2(index, o.address, func(r *decoder) error {
			r.bytes(uint64(key))
			id := r.bytes(7)
			if r.err != nil || seen[string(id)] {
				return r.err
			}
			seen[string(id)] = true
			o.linkMessage(h.object(id, r.at, "link"))
			return o.f.hold(64)
		}))
	}
}

// A symbolTable is how old groups keep links.
type symbolTable struct {
	tree, heap uint64
	at         int64
}

// symbols reads the links of an old group (specification III.A.1, III.B to III.D).
func (o *Object) symbols(t symbolTable) {
	heap, err := o.f.localHeap(t.heap)
	if err != nil {
		o.f.problem(err)
		return
	}
	w := o.f.walker(o.address)
	o.f.problem(o.f.btree1(t.tree, o.address, 0, o.f.length, func(_ *decoder, child uint64) error {
		err := w.node(child)
		if err == nil {
			err = o.symbolNode(child, heap)
		}
		o.f.problem(err)
		return nil
	}))
}

// symbolNode reads one node of a symbol table.
func (o *Object) symbolNode(addr uint64, heap decoder) error {
	f := o.f
	d, err := f.read(addr, 8, "symbol table node")
	if err != nil {
		return err
	}
	d.sign("SNOD")
	d.expect("version", uint64(d.u8()), 1)
	d.u8()
	n := int64(d.u16())
	if d.err != nil {
		return d.err
	}
	entry := int64(2*f.address + 24)
	f.account(addr, 8+2*f.nodes.leaf*uint64(entry))
	if d, err = f.read(addr+8, n*entry, "symbol table node"); err != nil {
		return err
	}
	for range n {
		l := &Link{Offset: d.at}
		name := d.addr()
		l.address = d.addr()
		cache := d.u32()
		d.u32()
		scratch := d.part(16, "scratch")
		l.Name, err = heapText(heap, name)
		if err == nil && cache == 2 {
			l.Kind = Soft
			l.Target, err = heapText(heap, uint64(scratch.u32()))
		}
		if err != nil {
			f.problem(err)
			continue
		}
		o.addLink(l)
	}
	return d.err
}

// localHeap reads the texts of a group or of a list of external files.
func (f *File) localHeap(addr uint64) (decoder, error) {
	d, err := f.read(addr, int64(8+2*f.length+f.address), "local heap")
	if err != nil {
		return d, err
	}
	d.sign("HEAP")
	d.expect("version", uint64(d.u8()), 0)
	d.bytes(3)
	n := bytesOf(d.size())
	d.size()
	data := d.addr()
	if d.err != nil {
		return d, d.err
	}
	if n == 0 {
		return decoder{sizes: f.sizes, at: d.at, what: "local heap"}, nil
	}
	if _, err := f.place(data, n, "data of a local heap"); err != nil {
		return d, err
	}
	if err := f.hold(min(n, maxBlock)); err != nil {
		return d, err
	}
	return f.read(data, n, "data of a local heap")
}

// maxName is how long the name of a link or its target may be. HDF5 itself has no
// limit; the library's own tools have one of 64 KiB or less.
const maxName = 64 << 10

// heapText returns a text of a local heap.
func heapText(heap decoder, at uint64) (string, error) {
	heap.bytes(at)
	if len(heap.b) > maxName {
		heap.b = heap.b[:maxName]
	}
	s := heap.text()
	return s, heap.err
}

// enter notes that a node belongs to an object. That it belongs to another already is
// an error, for what it holds was or will be visited there: a tree cannot be made
// large by using its parts again.
func (f *File) enter(addr, owner uint64) error {
	if other, ok := f.owners[addr]; ok && other != owner {
		return scanner.Errorf(scanner.Malformed, f.offset(addr), "two objects share a structure that belongs to one")
	}
	if _, ok := f.owners[addr]; !ok {
		if err := f.keep(48); err != nil {
			return err
		}
		f.owners[addr] = owner
	}
	return f.step(1)
}
