// Package ziparchive reads all structures of a zip file, not only those that one
// reader would use: every directory under every way to place it, every local
// header, named by a directory or not, and what lies between them.
//
// Readers of zip files disagree about broken archives. Each reading that one of
// them takes of a member is an [Entry] here: names, flags and checksums never
// decide whether it is listed. What they disagree about, and honest writers never
// write, is an [Anomaly].
//
// The cost follows the number of members, not their size: contents are passed over
// by the sizes in their headers, and only bytes that nothing explains are searched.
package ziparchive

import (
	"errors"
	"io"
	"slices"

	"github.com/modelsieve/modelsieve/scanner"
)

// An Entry is one reading of a member. A member has several where the headers or
// the layout leave readers a choice; the first is the directory's.
type Entry struct {
	Name    string // as this reading's header has it
	LocalAt int64  // offset of the local header
	// DirectoryAt is the offset of the directory header, -1 where no directory
	// lists the entry.
	DirectoryAt int64
	DataAt      int64  // offset of the content
	Packed      int64  // bytes of content in the file; they are all there
	Size        int64  // bytes of content when unpacked, as the header says; -1: it does not
	CRC         uint32 // of the unpacked content, as the header says
	Method      uint16 // of compression
	Flags       uint16
	External    uint32 // attributes of the operating system, from the directory
	Creator     uint8  // the system that External belongs to, from the directory
	Descriptor  uint8  // bytes of the data descriptor behind the content
	Again       bool   // another reading of a member that was listed before
}

// Encrypted reports whether the header says that the content needs a key.
func (e *Entry) Encrypted() bool { return e.Flags&flagEncrypted != 0 }

// Folder reports whether the entry is a folder and nothing else.
func (e *Entry) Folder() bool { return e.Packed == 0 && e.Name != "" && e.Name[len(e.Name)-1] == '/' }

// An Anomaly is something that honest writers do not produce.
type Anomaly struct {
	At   int64  // offset of the structure
	Name string // of the entry it is about; empty: the archive
	Text string
}

// A Lost entry is one that a directory lists and that is not in the file.
type Lost struct {
	At   int64 // offset of the directory header
	Name string
	Want int64 // offset at which its local header should be
}

// An Archive is what was found in a file. Close gives its memory back.
type Archive struct {
	Entries   []Entry        // by the offset of their local headers
	Records   []scanner.Span // directories, end records and their comments
	Lost      []Lost
	Truncated []Entry // readings whose content should reach beyond the file, and is cut
	Anomalies []Anomaly
	Ended     bool // there is an end record: without one, the file is cut off

	budget Budget
	held   int64
}

// A Budget bounds the work and the memory of reading; see [scanner.Budget].
type Budget interface {
	Step(n int64) error
	Hold(n int64) error
	Release(n int64)
}

// Close gives back the memory that the archive holds. The archive is of no use
// after it.
func (a *Archive) Close() {
	a.budget.Release(a.held)
	a.held, a.Entries = 0, nil
}

// hold charges n bytes until Close.
func (a *Archive) hold(n int64) error {
	if err := a.budget.Hold(n); err != nil {
		return err
	}
	a.held += n
	return nil
}

// maxNotes is how many anomalies, and how many lost and truncated entries, are kept.
const maxNotes = 1000

// anomaly notes an anomaly.
func (a *Archive) anomaly(at int64, name, text string) {
	if len(a.Anomalies) < maxNotes {
		a.Anomalies = append(a.Anomalies, Anomaly{at, name, text})
	}
}

// record accounts for a structure.
func (a *Archive) record(at, n int64) {
	if last := len(a.Records) - 1; last >= 0 && a.Records[last].End() == at {
		a.Records[last].Length += n
		return
	}
	a.Records = append(a.Records, scanner.Span{Offset: at, Length: n})
}

// A reader collects the structures of a file.
type reader struct {
	*Archive
	file window
	size int64

	ends        map[int64]bool // offsets of end records that were read
	directories []directory    // that were read
	pending     []Entry        // listed by directories; their local headers are still to be read
	crowded     bool           // there are more end records than are looked at
}

// Read reads the structures of a file of that many bytes. The caller closes the
// archive. An error is one of the budget or of the input: nothing of a zip file is
// there, or the file cannot be read.
func Read(r io.ReaderAt, size int64, b Budget) (*Archive, error) {
	z := &reader{Archive: &Archive{budget: b}, file: window{r: r, size: size}, size: size, ends: map[int64]bool{}}
	if err := z.read(); err != nil {
		z.Close()
		return nil, err
	}
	return z.Archive, nil
}

// read does the work of Read.
func (z *reader) read() error {
	if err := z.findEnds(); err != nil {
		return err
	}
	if err := z.searchGaps(); err != nil {
		return err
	}
	if len(z.Entries) == 0 && len(z.ends) == 0 && len(z.Lost) == 0 {
		return scanner.Errorf(scanner.Malformed, 0, "no directory and no entry of a zip file")
	}
	if len(z.ends) > 1 {
		z.anomaly(slices.Min(z.endOffsets()), "", "there are several end records, so several archives in one")
	}
	z.Ended = len(z.ends) > 0
	return z.compareNames()
}

// endOffsets returns where the end records are.
func (z *reader) endOffsets() []int64 {
	var offsets []int64
	for at := range z.ends {
		offsets = append(offsets, at)
	}
	return offsets
}

// A window reads a file ahead, so that structures that lie close together cost
// one read. Not for concurrent use.
type window struct {
	r    io.ReaderAt
	size int64
	buf  []byte
	at   int64 // offset of buf
}

// bytes returns n bytes at an offset, fewer where the file ends, and reads up to
// ahead bytes where it has to read. The slice is valid until the next call. An
// error is never the end of the file.
func (w *window) bytes(off int64, n, ahead int) ([]byte, error) {
	if off < 0 || off >= w.size {
		return nil, nil
	}
	n = int(min(int64(n), w.size-off))
	if i := off - w.at; i >= 0 && i+int64(n) <= int64(len(w.buf)) {
		return w.buf[i : i+int64(n)], nil
	}
	want := int(min(int64(max(n, ahead)), w.size-off))
	if want > cap(w.buf) {
		w.buf = make([]byte, want)
	}
	got, err := w.r.ReadAt(w.buf[:want], off)
	w.buf, w.at = w.buf[:got], off
	if got >= n {
		return w.buf[:n], nil
	}
	return w.buf, readError(err, off)
}

// readError turns an error of the file into one of the input. The end of the file,
// which is where its size says, is none.
func readError(err error, off int64) error {
	var input *scanner.Error
	var limit *scanner.LimitError
	switch {
	case err == nil, errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil
	case errors.As(err, &input), errors.As(err, &limit):
		return err
	}
	return scanner.Errorf(scanner.Unreadable, off, "reading: %v", err)
}

// has reports whether a signature stands at an offset.
func (z *reader) has(at int64, signature string) (bool, error) {
	b, err := z.file.bytes(at, len(signature), 512)
	return string(b) == signature, err
}
