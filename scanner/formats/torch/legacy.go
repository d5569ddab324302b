package torch

import (
	"errors"
	"fmt"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/cursor"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// runLegacy reads the five pickles for what they say of storages, then accounts
// for the storages: for each key an element count in eight bytes and the elements.
func runLegacy(p *scanner.Pass) error {
	c := newCollector(p, picklevm.Config{Input: p, Size: p.Size})
	defer c.m.Close()
	for range 4 {
		if _, err := c.m.Load(); err != nil {
			return pickleError(err)
		}
	}
	keys, err := c.m.Load()
	if err != nil {
		return pickleError(err)
	}
	if keys.Kind() != picklevm.KindList {
		return scanner.Errorf(scanner.Malformed, c.m.Offset(), "the fifth pickle is no list of storage keys")
	}
	items, cut, _ := c.m.Items(keys)
	if cut {
		return scanner.Errorf(scanner.OverLimit, c.m.Offset(), "more than %d storages", maxStorages)
	}
	at := cursor.New(p, c.m.Offset(), p.Size-c.m.Offset())
	for _, item := range items {
		if err := c.account(p, at, item); err != nil {
			return err
		}
	}
	c.checkViews(p)
	return c.answerWeightsOnly(p, cursor.New(p, 0, p.Size), 5)
}

// pickleError keeps an error of the input from being reported twice: the pickle
// analyzer reports the same at the same place.
func pickleError(err error) error {
	var input *scanner.Error
	if errors.As(err, &input) {
		return nil
	}
	return err
}

// account accounts for one storage at the cursor.
func (c *collector) account(p *scanner.Pass, at *cursor.Cursor, item picklevm.Value) error {
	if err := p.Budget.Step(1); err != nil {
		return err
	}
	key, _ := c.m.Str(item)
	s, known := c.storages[key]
	start := at.Offset()
	count, err := at.U64()
	if err != nil {
		return err
	}
	if !known || s.itemSize == 0 {
		return scanner.Errorf(scanner.Unsupported, start, "a storage %q whose element type the pickle does not give", key)
	}
	if count > uint64(at.Remaining()/s.itemSize) {
		return scanner.Errorf(scanner.Truncated, start, "a storage of %d elements of %d bytes, but %d bytes are left", count, s.itemSize, at.Remaining())
	}
	p.Analysed(start, 8)
	p.Data(at.Offset(), int64(count)*s.itemSize)
	if int64(count) < s.count {
		mismatch(p, s.at, fmt.Sprintf("says that storage %q has %d elements, but %d are stored", key, s.count, count))
	}
	return at.Skip(int64(count) * s.itemSize)
}

// checkViews reports tensors that reach beyond their storage.
func (c *collector) checkViews(p *scanner.Pass) {
	for _, v := range c.views {
		s, known := c.storages[v.key]
		switch {
		case !known:
		case v.malformed:
			mismatch(p, v.at, fmt.Sprintf("gives a tensor over storage %q a size, stride or offset that no tensor has", v.key))
		case v.last >= s.count:
			mismatch(p, v.at, fmt.Sprintf("says that a tensor reaches element %d of storage %q, which has %d", v.last, v.key, s.count))
		}
	}
}

// mismatch reports what the pickle says of tensors and is not so.
func mismatch(p *scanner.Pass, at int64, text string) {
	p.Report(ruleMismatch, scanner.Span{Offset: at, Length: 1}, scanner.Detail{
		Message:  "The pickle " + text + ".",
		Evidence: []string{text},
	})
}
