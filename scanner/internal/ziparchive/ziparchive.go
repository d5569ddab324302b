// Package ziparchive reads all structures of a zip file, not only those that one
// reader would use: every directory under every way to place it, every local
// header, named by a directory or not, and what lies between them.
//
// Readers of zip files disagree about broken archives, and each reading that one
// of them takes is an entry here. Names, flags and checksums never decide whether
// an entry is listed; what disagrees is noted as an anomaly.
//
// An archive may have a million members and more bytes of headers than of content,
// all of them hostile: what is held has no pointers and is charged, and no more is
// read than a few times the size of the file.
package ziparchive

import (
	"cmp"
	"io"
	"math"

	"github.com/modelsieve/modelsieve/scanner"
)

// An Entry is one reading of a member.
type Entry struct {
	Name      string
	LocalName string // as the local header has it
	Copy      int    // how many entries before this one have the same name, after Archive.Compare
	Listed    bool   // a directory names the entry
	Encrypted bool   // every header that there is says so
	Link      bool   // the directory says that it is a symbolic link
	HeaderAt  int64  // offset of the local header
	DataAt    int64  // offset of the content
	Packed    int64  // bytes of content in the file
	After     int64  // bytes of the data descriptor behind the content
	Method    uint16
	Size      uint64 // bytes of content when unpacked, as the directory says
	CRC       uint32 // checksum of the content when unpacked, as the directory says

	endMarker bool // an lzma stream says where it ends
}

// An Anomaly is something that honest writers do not produce.
type Anomaly struct {
	At   int64
	Name string // of the entry it is about; may be empty
	Text string
}

// An Archive is what was found in a file. It holds memory until Close.
type Archive struct {
	Records   []scanner.Span // directories and end records, for accounting; sorted
	Anomalies []Anomaly
	Truncated []scanner.Span // contents that reach beyond the file
	Ended     bool           // there is an end record: without one, the file is cut off
	Err       error          // what ended the reading early; nil: nothing

	centrals list[central]
	entries  list[entry]
	names    store
	costs    Costs
	held     int64 // bytes charged to costs
}

// entryBytesHeld is what an entry takes, in bytes.
const entryBytesHeld = 40

// An entry is an Entry as it is held. The local header lies right before the content.
type entry struct {
	dataAt, packed int64
	central        int32 // index of the directory header; -1: none
	headerBytes    int32 // that the local header takes
	name           text  // in the local header, where it is another than in the directory
	copy           int32
	method         uint16
	flags          uint16 // of the local header
	after          uint8
	renamed        bool // name is set
}

// end is the offset behind the entry.
func (e *entry) end() int64 { return e.dataAt + e.packed + int64(e.after) }

// headerAt is the offset of the local header.
func (e *entry) headerAt() int64 { return e.dataAt - int64(e.headerBytes) }

// Len returns the number of entries.
func (a *Archive) Len() int { return a.entries.n }

// Name returns the name of an entry. The slice is valid until Close.
func (a *Archive) Name(i int) []byte {
	e := a.entries.at(i)
	if e.central < 0 {
		return a.names.get(e.name)
	}
	return a.names.get(a.centrals.at(int(e.central)).name)
}

// Entry returns an entry. Those that directories list come first, by the place of
// their local header.
func (a *Archive) Entry(i int) Entry {
	e := a.entries.at(i)
	out := Entry{
		Name: string(a.Name(i)), Copy: int(e.copy), HeaderAt: e.headerAt(), DataAt: e.dataAt, Packed: e.packed,
		After: int64(e.after), Method: e.method, Encrypted: e.flags&flagEncrypted != 0, endMarker: e.flags&flagEndMarker != 0,
	}
	out.LocalName = out.Name
	if e.renamed {
		out.LocalName = string(a.names.get(e.name))
	}
	if e.central >= 0 {
		c := a.centrals.at(int(e.central))
		out.Listed, out.Size, out.CRC = true, c.size, c.crc
		out.Encrypted = out.Encrypted && c.encrypted()
		out.endMarker = out.endMarker || c.flags&flagEndMarker != 0
		out.Link = c.marks&markLink != 0
	}
	return out
}

// Close gives back the memory that the archive holds.
func (a *Archive) Close() {
	a.costs.Release(a.held)
	*a = Archive{costs: a.costs}
}

// maxAnomalies is how many anomalies and how many truncated contents are kept.
const maxAnomalies = 1000

// A reader collects the structures of a file.
type reader struct {
	size      int64
	near, far window
	costs     Costs
	at        int64  // where the last structure is
	worked    int64  // bytes that were read in this pass
	lent      int64  // bytes charged to costs until everything is read
	reserved  int64  // bytes of lent for the entries that directories list
	content   int64  // bytes of all entries
	name      []byte // of the local header that was read last

	archive     *Archive
	ends        map[int64]bool       // offsets of end records that were read
	centrals    map[int64]int64      // offsets of directory headers that were read: how far the archive then lay behind the start of the file
	directories map[directory]uint64 // number of headers
	order       []int32              // indexes of centrals
	segments    []int                // order is sorted by local header from each of these on to the next
	linked      int                  // centrals that are in order
	late        map[int64]int64      // local headers that were found in gaps, and where their entries end
}

// A directory is a place where headers begin.
type directory struct{ at, shift int64 }

// Read reads the structures of a file of that many bytes. Where that goes wrong, or
// takes too much, the archive has an Err and what was read before. The caller closes
// the archive.
func Read(r io.ReaderAt, size int64, costs Costs) *Archive {
	z := &reader{
		size:  size,
		near:  window{r: r, size: size, buf: make([]byte, min(nearBytes, size))},
		far:   window{r: r, size: size, buf: make([]byte, min(farBytes, size))},
		costs: costs, archive: &Archive{costs: costs},
		ends: map[int64]bool{}, centrals: map[int64]int64{}, directories: map[directory]uint64{}, late: map[int64]int64{},
	}
	err := z.read()
	z.finish()
	costs.Release(z.lent)
	if err == nil && z.archive.Len() == 0 && len(z.ends) == 0 {
		err = scanner.Errorf(scanner.Malformed, 0, "no directory and no entry of a zip file")
	}
	z.archive.Err = err
	return z.archive
}

// read reads the directories, the local headers that they name and what lies between.
// Where the directories are too much, what was read of them is followed.
func (z *reader) read() error {
	directories := z.findEnds()
	z.costs.Release(z.reserved)
	z.worked, z.lent, z.reserved = 0, z.lent-z.reserved, 0
	locals := z.readLocals()
	if err := cmp.Or(directories, locals); err != nil {
		return err
	}
	z.worked = 0
	return z.searchGaps()
}

// finish sorts the records and drops what a cut-off file lacks from the anomalies.
func (z *reader) finish() {
	z.archive.sortRecords()
	if z.archive.Ended = len(z.ends) > 0; !z.archive.Ended {
		z.archive.Anomalies = nil
	}
}

// has reports whether a signature stands at an offset.
func (z *reader) has(at int64, signature string) bool { return string(z.near.view(at, 4)) == signature }

// anomaly notes an anomaly.
func (z *reader) anomaly(at int64, name text, what string) {
	z.archive.note(at, z.archive.names.string(name), what)
}

// unnamed notes an anomaly of no entry.
func (z *reader) unnamed(at int64, what string) { z.archive.note(at, "", what) }

// full reports whether no more anomalies are kept.
func (a *Archive) full() bool { return len(a.Anomalies) >= maxAnomalies }

func (a *Archive) note(at int64, name, what string) {
	if !a.full() {
		a.Anomalies = append(a.Anomalies, Anomaly{at, name, what})
	}
}

// maxRecords is how many records there may be that do not follow each other, which in
// an honest archive are a few.
const maxRecords = 1 << 16

// recordBytesHeld is what a record takes in memory while its list grows, in bytes.
const recordBytesHeld = 40

// record accounts for a structure.
func (z *reader) record(at, n int64) error {
	records := z.archive.Records
	if last := len(records) - 1; last >= 0 && records[last].End() == at {
		records[last].Length += n
		return nil
	}
	if len(records) == maxRecords {
		return scanner.Errorf(scanner.OverLimit, at, "more than %d directories and end records", maxRecords)
	}
	if err := z.hold(recordBytesHeld); err != nil {
		return err
	}
	z.archive.Records = append(records, scanner.Span{Offset: at, Length: n})
	return nil
}

// add adds one reading of an entry.
func (z *reader) add(e entry, packed uint64) error {
	if left := z.size - e.dataAt; packed > uint64(left) {
		if len(z.archive.Truncated) < maxAnomalies {
			z.archive.Truncated = append(z.archive.Truncated, scanner.Span{Offset: e.dataAt, Length: int64(min(packed, math.MaxInt64/2))})
		}
		packed = uint64(left)
	}
	e.packed = int64(packed)
	if z.content += e.packed; z.content > maxRereads*z.size+slackBytes {
		return scanner.Errorf(scanner.OverLimit, e.dataAt, "members overlap: all of them take more than %d times the size of the file", maxRereads)
	}
	return push(z, &z.archive.entries, e, entryBytesHeld)
}
