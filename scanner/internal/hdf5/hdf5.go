// Package hdf5 reads the structure of HDF5 files that nobody trusts: which objects
// a file has, what their attributes say, where links lead and where data lie. It
// follows the HDF5 File Format Specification, version 4.0, and where that is silent
// what libhdf5 2.0 does.
//
// A walk goes on behind what is broken. Every error says at which offset of the file
// it is, and goes to the Sink; what can be reached without the broken part is still
// visited. Where a loader may choose between two descriptions of the same thing, such
// as two indexes of one group, both are followed.
//
// Raw data are not read by a walk: it costs what the structure costs.
package hdf5

import (
	"io"

	"github.com/modelsieve/modelsieve/scanner"
)

// A Budget bounds what a walk may cost. *scanner.Budget is one.
type Budget interface {
	Step(n int64) error // spends n units of work
	Hold(n int64) error // charges n bytes of memory
	Release(n int64)    // gives back n bytes that Hold charged
}

// A Sink is told what a walk comes across. *scanner.Pass is one.
type Sink interface {
	// Analysed accounts for bytes of the file that were read as structure.
	Analysed(off, n int64)
	// Data accounts for raw data and for room that structures keep.
	Data(off, n int64)
	// GapOf takes an error. Another error back ends the walk.
	GapOf(err error) error
}

// A File is an HDF5 file that is being read. Not for concurrent use.
type File struct {
	r      io.ReaderAt
	size   int64 // of r, bytes
	budget Budget
	sink   Sink

	base    int64 // offset of the superblock; addresses count from here
	end     int64 // offset behind the last byte that belongs to the file; 0: it does not say
	version int   // of the superblock
	sizes         // of addresses and lengths
	root    uint64
	roots   *symbolTable // the root group's, as the superblock repeats it; nil: it does not
	nodes   nodeSizes
	image   []imageEntry // by place

	stop error // why the walk must end
	held int64 // bytes charged until the object at hand was visited
	kept int64 // bytes charged until Close

	owners      map[uint64]uint64 // which object each node of a tree or heap belongs to
	collections map[uint64]*collection
	committed   map[committedKey]*Datatype
	shared      []*sharedIndex
}

// nodeSizes are how many entries nodes have room for, halved ("K").
type nodeSizes struct{ leaf, group, chunk uint64 }

// Open reads the superblock of a file of size bytes. The error is about the
// superblock alone: nothing else has been read then. Both b and s are required.
func Open(r io.ReaderAt, size int64, b Budget, s Sink) (*File, error) {
	base := Find(r, size)
	if base < 0 {
		return nil, scanner.Errorf(scanner.Malformed, 0, "no HDF5 signature")
	}
	f := &File{
		r: r, size: size, budget: b, sink: s, base: base, sizes: sizes{8, 8},
		nodes:  nodeSizes{leaf: 4, group: 16, chunk: 32},
		owners: map[uint64]uint64{}, collections: map[uint64]*collection{}, committed: map[committedKey]*Datatype{},
	}
	if err := f.superblock(); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Close gives back the memory that was charged.
func (f *File) Close() {
	f.budget.Release(f.held + f.kept)
	f.held, f.kept = 0, 0
}

// Offset is where the HDF5 file begins, behind a user block that may hold anything.
func (f *File) Offset() int64 { return f.base }

// End is the offset behind the last byte that the file counts as its own, 0 where it
// gives no end that can be.
func (f *File) End() int64 { return f.end }

// step spends n units of work.
func (f *File) step(n int64) error {
	if f.stop == nil {
		f.stop = f.budget.Step(n)
	}
	return f.stop
}

// hold charges n bytes until the object at hand was visited.
func (f *File) hold(n int64) error {
	if err := f.budget.Hold(n); err != nil {
		return err
	}
	f.held += n
	return nil
}

// charge spends work and charges memory as hold does.
func (f *File) charge(steps, bytes int64) error {
	if err := f.step(steps); err != nil {
		return err
	}
	return f.hold(bytes)
}

// keep charges n bytes until Close.
func (f *File) keep(n int64) error {
	if err := f.budget.Hold(n); err != nil {
		return err
	}
	f.kept += n
	return nil
}

// problem tells the sink of an error, if it is one. It spends some work, so that a
// small file cannot have any number of them.
func (f *File) problem(err error) {
	if err != nil && f.step(32) == nil {
		f.stop = f.sink.GapOf(err)
	}
}
