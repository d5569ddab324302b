package torch

import (
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// A storage is a run of elements that tensors view.
type storage struct {
	key      string
	itemSize int64 // bytes; 0: an unknown storage class
	count    int64 // elements
	at       int64 // offset of the persistent id in the pickle
}

// itemSizes are the bytes an element takes, by the name of the storage class
// without "Storage" (torch/storage.py, torch/_utils.py).
var itemSizes = map[string]int64{
	"BFloat16": 2, "Bool": 1, "Byte": 1, "Char": 1, "ComplexDouble": 16, "ComplexFloat": 8, "Double": 8, "Float": 4,
	"Float8_e4m3fn": 1, "Float8_e4m3fnuz": 1, "Float8_e5m2": 1, "Float8_e5m2fnuz": 1, "Half": 2, "Int": 4, "Long": 8,
	"QInt32": 4, "QInt8": 1, "QUInt2x4": 1, "QUInt4x2": 1, "QUInt8": 1, "Short": 2, "Untyped": 1,
}

// maxStorages is how many storages and how many of their keys are kept.
const maxStorages = 1 << 20

// A collector observes a machine and keeps what the pickle says of storages.
type collector struct {
	m        *picklevm.Machine
	budget   *scanner.Budget
	storages map[string]storage
	views    []view
	refused  []string // what torch's weights_only unpickler does not do, whatever the names
}

// A view is a tensor over a storage.
type view struct {
	key       string
	at        int64 // offset of the call that rebuilds the tensor
	last      int64 // index of the last element that it reaches; -1: it is empty
	malformed bool  // its numbers are negative or overflow
}

// newCollector returns a collector with a machine over a pickle.
func newCollector(p *scanner.Pass, cfg picklevm.Config) *collector {
	c := &collector{budget: p.Budget, storages: map[string]storage{}}
	cfg.Keep, cfg.Hold, cfg.Release = maxStorages, p.Budget.Hold, p.Budget.Release
	c.m = picklevm.New(cfg, c)
	return c
}

// Persistent implements picklevm.Observer: ('storage', class, key, location, count).
func (c *collector) Persistent(_, id picklevm.Value, at int64) error {
	kind, _ := c.m.Str(c.m.Item(id, 0))
	key, ok := c.m.Str(c.m.Item(id, 2))
	if kind != "storage" {
		c.refuse("a persistent id that is no storage")
	}
	class, count := c.m.Item(id, 1), c.m.Item(id, 4)
	if kind != "storage" || !ok || class.Kind() != picklevm.KindGlobal || count.Kind() != picklevm.KindInt || len(c.storages) >= maxStorages {
		return nil
	}
	s := storage{key: key, itemSize: itemSizeOf(c.m.Global(class)), count: count.Int(), at: at}
	if old, ok := c.storages[key]; !ok || old.count < s.count {
		c.storages[key] = s
	}
	return nil
}

// itemSizeOf returns how many bytes an element of a storage class takes, 0 where that
// is not known.
func itemSizeOf(class *picklevm.Global) int64 {
	name := strings.TrimSuffix(class.Name, "Storage")
	return itemSizes[name[strings.LastIndexByte(name, '.')+1:]]
}

// Call implements picklevm.Observer: _rebuild_tensor(storage, offset, size, stride)
// and its later versions.
func (c *collector) Call(call picklevm.Call) error {
	if call.Callable.Kind() != picklevm.KindGlobal {
		c.refuse("a call of something that is no global")
	}
	if call.Callable.Kind() != picklevm.KindGlobal || !strings.HasPrefix(c.m.Global(call.Callable).Name, "_rebuild_tensor") {
		return nil
	}
	id := c.m.Item(c.m.Item(call.Args, 0), 0)
	key, ok := c.m.Str(c.m.Item(id, 2))
	if !ok || c.m.Item(call.Args, 0).Kind() != picklevm.KindPersistent || len(c.views) >= maxStorages {
		return nil
	}
	v := view{key: key, at: call.At}
	v.reach(c.m, c.m.Item(call.Args, 1), c.m.Item(call.Args, 2), c.m.Item(call.Args, 3))
	c.views = append(c.views, v)
	return nil
}

// reach works out the last element of a view from offset, size and stride.
func (v *view) reach(m *picklevm.Machine, offset, size, stride picklevm.Value) {
	const most = 1 << 46
	sizes, _, _ := m.Items(size)
	strides, _, _ := m.Items(stride)
	if offset.Kind() != picklevm.KindInt || offset.Int() < 0 || len(sizes) != len(strides) {
		v.malformed = offset.Kind() == picklevm.KindInt
		return
	}
	v.last = offset.Int()
	for i := range sizes {
		n, by := sizes[i], strides[i]
		switch {
		case n.Kind() != picklevm.KindInt || by.Kind() != picklevm.KindInt:
			return // symbolic sizes
		case n.Int() == 0:
			v.last = -1
			return
		case n.Int() < 0 || by.Int() < 0 || by.Int() > 0 && n.Int()-1 > (most-v.last)/by.Int():
			v.malformed = true
			return
		}
		v.last += (n.Int() - 1) * by.Int()
	}
}

func (c *collector) Import(picklevm.Value, *picklevm.Global, int64) error { return nil }
func (c *collector) New(picklevm.Call) error                              { return nil }
func (c *collector) Pair(_, _, _ picklevm.Value, _ int64)                 {}
func (c *collector) Hash(picklevm.Value, int64) error                     { return nil }
func (c *collector) Anomaly(picklevm.AnomalyKind, int64, string)          {}
func (c *collector) Step(n int64) error                                   { return c.budget.Step(n) }
