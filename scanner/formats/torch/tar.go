package torch

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/cursor"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// Until version 0.1.10 torch.save wrote a tar archive. Two of its members hold
// pickles with raw numbers between them (torch/serialization.py, _legacy_load):
//
//	storages  a count; for each storage (key, location, class) and what a storage
//	          writes, the number of elements in eight bytes and the elements; a list of views
//	tensors   a count; for each tensor (key, storage, class), the number of dimensions in
//	          eight bytes, sizes, strides, offset

// tarMember returns which of the two members an artifact may be, or "".
func tarMember(a *scanner.Artifact) string {
	switch name := path.Base(strings.ReplaceAll(a.Member, "!/", "/")); name {
	case "storages", "tensors":
		return name
	}
	return ""
}

// A tarWalker goes through the pickles of one of the members.
type tarWalker struct {
	*collector
	ctx    context.Context
	p      *scanner.Pass
	behind bool // raw bytes came: the pickle analyzer does not get this far by itself
}

// runTar accounts for what lies between the pickles, and hands those behind it to the
// pickle analyzer, which stops at the first bytes that are no pickle.
func runTar(ctx context.Context, p *scanner.Pass, member string) error {
	w := &tarWalker{collector: newCollector(p, picklevm.Config{Input: p, Size: p.Size}), ctx: ctx, p: p}
	defer w.m.Close()
	count, err := w.load()
	if err != nil {
		return err
	}
	if count.Kind() != picklevm.KindInt {
		return scanner.Errorf(scanner.Malformed, 0, "the first pickle of %q is no count", member)
	}
	raw := w.storage
	if member == "tensors" {
		raw = w.tensor
	}
	for range count.Int() {
		item, err := w.load()
		if err != nil {
			return err
		}
		if err := raw(item); err != nil {
			return err
		}
	}
	if member == "storages" {
		_, err = w.load()
	}
	return err
}

// load runs the next pickle.
func (w *tarWalker) load() (picklevm.Value, error) {
	from := w.m.Offset()
	v, err := w.m.Load()
	if err != nil {
		return 0, err
	}
	if w.behind {
		n := w.m.Offset() - from
		name := fmt.Sprintf("pickle at %d", from)
		return v, w.p.Section(w.ctx, scanner.Member{Name: name, Format: "pickle"}, from, n)
	}
	w.p.Analysed(from, w.m.Offset()-from)
	return v, nil
}

// raw accounts for bytes between pickles: n that were read and then data.
func (w *tarWalker) raw(n, data int64) error {
	from := w.m.Offset()
	if left := w.m.Remaining(); n > left || data > left-n {
		return scanner.Errorf(scanner.Truncated, from, "%d bytes of a tensor, but %d are left", n+data, left)
	}
	w.p.Analysed(from, n)
	w.p.Data(from+n, data)
	w.behind = true
	w.m.MoveTo(from + n + data)
	return nil
}

// storage accounts for a storage behind the pickle that describes it.
func (w *tarWalker) storage(item picklevm.Value) error {
	from := w.m.Offset()
	var itemSize int64
	if class := w.m.Item(item, 2); class.Kind() == picklevm.KindGlobal {
		itemSize = itemSizeOf(w.m.Global(class))
	}
	if itemSize == 0 {
		return scanner.Errorf(scanner.Unsupported, from, "a storage whose element type is not known")
	}
	count, err := cursor.New(w.p, from, w.p.Size-from).U64()
	if err != nil {
		return err
	}
	if count > uint64(w.p.Size/itemSize) {
		return scanner.Errorf(scanner.Truncated, from, "a storage of %d elements, in a member of %d bytes", count, w.p.Size)
	}
	return w.raw(8, int64(count)*itemSize)
}

// tensor accounts for the shape of a tensor behind the pickle that describes it.
func (w *tarWalker) tensor(picklevm.Value) error {
	from := w.m.Offset()
	dims, err := cursor.New(w.p, from, w.p.Size-from).U32()
	if err != nil {
		return err
	}
	return w.raw(8+16*int64(dims)+8, 0)
}
