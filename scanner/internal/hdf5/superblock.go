package hdf5

import (
	"io"

	"github.com/modelsieve/modelsieve/scanner"
)

const signature = "\x89HDF\r\n\x1a\n"

// Find returns where the superblock is, or -1: at 0, 512, 1024, 2048 and so on,
// whichever comes first, as libhdf5 does.
func Find(r io.ReaderAt, size int64) int64 {
	var head [len(signature)]byte
	for off := int64(0); off <= size-int64(len(head)); off = max(512, 2*off) {
		if n, _ := r.ReadAt(head[:], off); n == len(head) && string(head[:]) == signature {
			return off
		}
	}
	return -1
}

// superblock reads the superblock and its extension.
func (f *File) superblock() error {
	d, err := f.read(0, min(9, f.size-f.base), "superblock")
	if err != nil {
		return err
	}
	d.bytes(8)
	f.version = int(d.u8())
	d.expect("version", uint64(f.version), 0, 1, 2, 3)
	if d.err != nil {
		return d.err
	}
	if f.version >= 2 {
		return f.superblock2()
	}
	return f.superblock1()
}

// setSizes takes the sizes of addresses and lengths, which all else needs.
func (f *File) setSizes(at int64, address, length byte) error {
	for _, n := range []byte{address, length} {
		switch n {
		case 2, 4, 8, 16, 32:
		default:
			return scanner.Errorf(scanner.Malformed, at, "superblock: addresses of %d and lengths of %d bytes", address, length)
		}
	}
	f.sizes = sizes{int(address), int(length)}
	return nil
}

// superblock1 reads versions 0 and 1.
func (f *File) superblock1() error {
	extra := int64(4 * f.version)
	d, err := f.read(0, 24+extra, "superblock")
	if err != nil {
		return err
	}
	d.bytes(13)
	if err := f.setSizes(d.at, d.u8(), d.u8()); err != nil {
		return err
	}
	d.u8()
	f.nodes.leaf, f.nodes.group = uint64(d.u16()), uint64(d.u16())
	d.u32()
	if f.version == 1 {
		f.nodes.chunk = uint64(d.u16())
	}
	if d, err = f.read(uint64(24+extra), int64(6*f.address)+24, "superblock"); err != nil {
		return err
	}
	base, free, end, driver := d.addr(), d.addr(), d.addr(), d.addr()
	d.addr() // the root's name
	f.root = d.addr()
	if cache := d.u32(); cache == 1 {
		d.u32()
		f.roots = &symbolTable{tree: d.addr(), heap: d.addr(), at: d.at}
	}
	f.checkEnd(base, end)
	if free != undefined {
		f.freeSpace(free)
	}
	if driver != undefined {
		f.driver(driver)
	}
	return d.err
}

// superblock2 reads versions 2 and 3.
func (f *File) superblock2() error {
	d, err := f.read(0, 12, "superblock")
	if err != nil {
		return err
	}
	d.bytes(9)
	if err := f.setSizes(d.at, d.u8(), d.u8()); err != nil {
		return err
	}
	if d, err = f.read(0, 16+int64(4*f.address), "superblock"); err != nil {
		return err
	}
	f.checksum(&d)
	d.bytes(12)
	base, extension, end := d.addr(), d.addr(), d.addr()
	f.root = d.addr()
	f.checkEnd(base, end)
	if extension != undefined {
		f.extension(extension)
	}
	return d.err
}

// checkEnd checks that the file is as long as it says. Where the file lies
// elsewhere than it says, behind another user block, the end has moved with it.
func (f *File) checkEnd(base, end uint64) {
	if base == undefined || end == undefined || end < base {
		f.problem(scanner.Errorf(scanner.Malformed, f.base, "superblock: the file ends at %d and begins at %d", end, base))
		return
	}
	if end-base > uint64(f.size-f.base) {
		f.problem(scanner.Errorf(scanner.Truncated, f.size, "the file says that it has %d bytes; %d are here", end-base, f.size-f.base))
		return
	}
	f.end = f.base + int64(end-base)
}

// driver reads a block that says that the bytes are spread over several files.
func (f *File) driver(addr uint64) {
	d, err := f.read(addr, 16, "driver information")
	if err != nil {
		f.problem(err)
		return
	}
	d.u32()
	n := d.u32()
	name := d.bytes(8)
	f.account(addr, 16+uint64(n))
	f.problem(scanner.Errorf(scanner.Unsupported, d.at, "the file driver %q keeps parts of the file elsewhere", name))
}

// account accounts for n bytes of structure of which not all were read.
func (f *File) account(addr, n uint64) {
	if off, err := f.place(addr, 0, ""); err == nil {
		f.sink.Data(off, int64(min(n, uint64(f.size-off))))
	}
}

// extension reads the superblock's own object header.
func (f *File) extension(addr uint64) {
	messages := f.header(addr)
	for _, m := range messages { // before anything else is read
		if m.kind == msgCacheImage {
			f.problem(f.cacheImage(&m.body))
		}
	}
	for _, m := range messages {
		d := m.body
		switch m.kind {
		case msgSharedTable:
			f.sharedTable(&d)
		case msgNodeSizes:
			d.u8()
			f.nodes.chunk, f.nodes.group, f.nodes.leaf = uint64(d.u16()), uint64(d.u16()), uint64(d.u16())
		case msgDriver:
			d.err = scanner.Errorf(scanner.Unsupported, d.at, "the file driver keeps parts of the file elsewhere")
		case msgFileSpace:
			f.fileSpace(&d)
		}
		f.problem(d.err)
	}
	f.budget.Release(f.held)
	f.held = 0
}
