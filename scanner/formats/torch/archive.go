package torch

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/cursor"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
	"github.com/modelsieve/modelsieve/scanner/internal/ziparchive"
)

// runArchive compares what the pickle of a torch archive says of storages with
// the records that hold them. The zip analyzer hands all members on.
func runArchive(p *scanner.Pass) error {
	archive := ziparchive.Read(p, p.Size, p.Budget)
	defer archive.Close()
	if archive.Err != nil {
		return archive.Err
	}
	pickles := pickles(archive)
	if len(pickles) == 0 {
		return scanner.Errorf(scanner.Unrecognized, 0, "an archive without a data.pkl")
	}
	records, err := newRecords(p, archive)
	if err != nil {
		return err
	}
	defer records.close()
	for _, i := range pickles {
		if err := checkArchive(p, records, i); err != nil {
			return err
		}
	}
	return nil
}

// pickles returns the indexes of the entries that torch.load may read first.
func pickles(archive *ziparchive.Archive) []int {
	var found []int
	const suffix = "/data.pkl"
	for i := range archive.Len() {
		name := archive.Name(i)
		if k := len(name) - len(suffix); k >= 0 && bytes.EqualFold(name[k:], []byte(suffix)) && archive.Entry(i).Method == ziparchive.Stored {
			found = append(found, i)
		}
	}
	return found
}

// records are the entries of an archive by name.
type records struct {
	*ziparchive.Archive
	budget *scanner.Budget
	order  []int32 // indexes of entries, sorted by name
}

const recordBytes = 4 // that the order of records takes for each

func newRecords(p *scanner.Pass, archive *ziparchive.Archive) (*records, error) {
	n := archive.Len()
	if err := p.Budget.Step(int64(n)); err != nil {
		return nil, err
	}
	if err := p.Budget.Hold(int64(n) * recordBytes); err != nil {
		return nil, err
	}
	r := &records{Archive: archive, budget: p.Budget, order: make([]int32, n)}
	for i := range r.order {
		r.order[i] = int32(i)
	}
	slices.SortFunc(r.order, func(i, k int32) int {
		return cmp.Or(bytes.Compare(archive.Name(int(i)), archive.Name(int(k))), cmp.Compare(i, k))
	})
	return r, nil
}

func (r *records) close() { r.budget.Release(int64(len(r.order)) * recordBytes) }

// named returns the indexes of the entries under a name.
func (r *records) named(name string) []int32 {
	from, _ := slices.BinarySearchFunc(r.order, name, func(i int32, name string) int { return strings.Compare(string(r.Name(int(i))), name) })
	to := from
	for to < len(r.order) && string(r.Name(int(r.order[to]))) == name {
		to++
	}
	return r.order[from:to]
}

// checkArchive runs a pickle of the archive for what it says of storages.
func checkArchive(p *scanner.Pass, records *records, pickle int) error {
	e := records.Entry(pickle)
	c := newCollector(p, picklevm.Config{Input: io.NewSectionReader(p, e.DataAt, e.Packed), Size: e.Packed})
	defer c.m.Close()
	if _, err := c.m.Load(); err != nil {
		return pickleError(err)
	}
	if records.Ended { // the records of an archive that is cut off may be so too
		if err := c.compareRecords(p, records, &e); err != nil {
			return err
		}
	}
	c.checkViews(p)
	var stops []string
	if folder := e.Name[:len(e.Name)-len("data.pkl")]; len(records.named(folder+"constants.pkl")) > 0 {
		stops = []string{"a TorchScript archive, which versions that load it hand to torch.jit.load"}
	}
	return c.answerWeightsOnly(p, cursor.New(p, e.DataAt, e.Packed), 1, stops...)
}

// compareRecords compares the storages with the records beside the pickle.
func (c *collector) compareRecords(p *scanner.Pass, records *records, e *ziparchive.Entry) error {
	folder := e.Name[:len(e.Name)-len("data.pkl")]
	for _, key := range slices.Sorted(maps.Keys(c.storages)) {
		s, named := c.storages[key], records.named(folder+"data/"+key)
		if err := p.Budget.Step(int64(len(named)) + 1); err != nil {
			return err
		}
		for _, i := range named {
			record := records.Entry(int(i))
			if s.itemSize == 0 || record.Method != ziparchive.Stored || s.count <= record.Packed/s.itemSize {
				continue
			}
			mismatch(p, e.DataAt+s.at, fmt.Sprintf("says that storage %q has %d elements of %d bytes, but its record has %d bytes",
				s.key, s.count, s.itemSize, record.Packed))
		}
	}
	return nil
}
