package hdf5

// freeSpace accounts for the blocks that remember which room is free
// (specification III.H). Nothing in them matters to a reader of the file.
func (f *File) freeSpace(addr uint64) {
	d, err := f.read(addr, int64(18+7*f.length+f.address), "free space")
	if err != nil {
		f.problem(err)
		return
	}
	f.checksum(&d)
	d.sign("FSHD")
	d.expect("version", uint64(d.u8()), 0)
	d.u8()
	for range 4 { // counts
		d.size()
	}
	d.bytes(8)
	d.size()
	sections := d.addr()
	d.size()
	room := d.size()
	f.problem(d.err)
	if d.err == nil && sections != undefined {
		f.account(sections, room)
	}
}

// fileSpace takes where the free space of the whole file is remembered.
func (f *File) fileSpace(d *decoder) {
	version := d.u8()
	d.expect("version", uint64(version), 0, 1)
	if version == 0 {
		d.bytes(uint64(1 + f.length))
	} else {
		strategy, persists := d.u8(), d.u8()
		d.bytes(uint64(2*f.length + 2 + f.address))
		if persists == 0 || strategy > 1 {
			return
		}
	}
	for len(d.b) >= f.address && d.err == nil {
		if addr := d.addr(); addr != undefined {
			f.freeSpace(addr)
		}
	}
}
