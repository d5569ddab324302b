package torch

import (
	"fmt"
	"io"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
	"github.com/modelsieve/modelsieve/scanner/internal/ziparchive"
)

// runArchive compares what the pickle of a torch archive says of storages with
// the records that hold them. The zip analyzer hands all members on.
func runArchive(p *scanner.Pass) error {
	archive, err := ziparchive.Read(p, p.Size, p.Budget.Step)
	if err != nil {
		return err
	}
	found := false
	for i := range archive.Entries {
		e := &archive.Entries[i]
		if !strings.HasSuffix(strings.ToLower(e.Name), "/data.pkl") || e.Method != ziparchive.Stored {
			continue
		}
		found = true
		if err := checkArchive(p, archive, e); err != nil {
			return err
		}
	}
	if !found {
		return scanner.Errorf(scanner.Unrecognized, 0, "an archive without a data.pkl")
	}
	return nil
}

// checkArchive runs a pickle of the archive for what it says of storages.
func checkArchive(p *scanner.Pass, archive *ziparchive.Archive, e *ziparchive.Entry) error {
	c := newCollector(p, picklevm.Config{Input: io.NewSectionReader(p, e.DataAt, e.Packed), Size: e.Packed})
	defer c.m.Close()
	if _, err := c.m.Load(); err != nil {
		return pickleError(err)
	}
	if archive.Ended { // the records of an archive that is cut off may be so too
		c.compareRecords(p, archive, e)
	}
	c.checkViews(p)
	return nil
}

// compareRecords compares the storages with the records beside the pickle.
func (c *collector) compareRecords(p *scanner.Pass, archive *ziparchive.Archive, e *ziparchive.Entry) {
	folder := e.Name[:len(e.Name)-len("data.pkl")]
	for i := range archive.Entries {
		record := &archive.Entries[i]
		s, ok := c.storages[strings.TrimPrefix(record.Name, folder+"data/")]
		if !ok || s.itemSize == 0 || record.Method != ziparchive.Stored || !strings.HasPrefix(record.Name, folder) {
			continue
		}
		if s.count > record.Packed/s.itemSize {
			mismatch(p, e.DataAt+s.at, fmt.Sprintf("says that storage %q has %d elements of %d bytes, but its record has %d bytes",
				s.key, s.count, s.itemSize, record.Packed))
		}
	}
}
