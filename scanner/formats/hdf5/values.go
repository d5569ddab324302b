package hdf5

import (
	"bytes"
	"errors"
	"slices"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/hdf5"
	"github.com/modelsieve/modelsieve/scanner/internal/jsontree"
	"github.com/modelsieve/modelsieve/scanner/internal/kerasconfig"
)

// Bounds on values that are read, in bytes.
const (
	maxAttribute = 128 << 20 // of an attribute
	maxObjects   = 256 << 20 // of an array of Python objects
	maxBlob      = 1 << 20   // of another dataset of bytes or text
	maxHead      = 64 << 10  // of an attribute that is looked at for objects of Keras
)

// attribute looks at the texts and bytes of an attribute.
func (v *visitor) attribute(o *hdf5.Object, a *hdf5.Attribute) error {
	if a.Type == nil || !holdsBytes(a.Type) {
		return nil
	}
	items, err := a.Items(maxAttribute)
	for _, item := range items {
		if err := v.item(o, a, item); err != nil {
			return err
		}
	}
	return v.p.GapOf(err)
}

// holdsBytes reports whether values of a type are or hold text or runs of bytes.
func holdsBytes(t *hdf5.Datatype) bool {
	switch t.Class {
	case hdf5.String, hdf5.VarLen, hdf5.Opaque, hdf5.Compound:
		return true
	case hdf5.Array:
		return holdsBytes(t.Base)
	default:
		return isByte(t)
	}
}

// isByte reports whether a type is that of bytes.
func isByte(t *hdf5.Datatype) bool { return t.Class == hdf5.Integer && t.Size == 1 }

// configs are the attributes that loaders of Keras read as configs.
var configs = []string{"model_config", "training_config"}

// item looks at one text of an attribute. PyTables unpickles every attribute that ends as
// a pickle does, and other libraries some by name.
func (v *visitor) item(o *hdf5.Object, a *hdf5.Attribute, item hdf5.Item) error {
	name, data := o.Path+"@"+a.Name, item.Data
	at := scanner.Span{Offset: max(item.Offset, 0), Length: int64(len(data))}
	if item.Offset < 0 {
		at = scanner.Span{Offset: a.Offset}
	}
	switch {
	case isConfig(a.Name, data):
		if err := v.p.Budget.Hold(at.Length); err != nil {
			return err
		}
		defer v.p.Budget.Release(at.Length)
		return kerasconfig.Text(v.ctx, v.p, "attribute "+name, string(data), at)
	case len(data) > 2 && (data[len(data)-1] == '.' || data[0] == 0x80):
		return v.hand(name, "", data, at)
	}
	return nil
}

// isConfig reports whether an attribute holds a config: an object under a name by which
// loaders look for one, or under any name an object of Keras.
func isConfig(name string, data []byte) bool {
	head := bytes.TrimLeft(data, " \t\r\n")
	tree := jsontree.Prefix(head[:min(len(head), maxHead)])
	return tree != nil && (slices.Contains(configs, name) || kerasconfig.Looks(tree.Root()))
}

// hand hands on a run of bytes.
func (v *visitor) hand(name, format string, data []byte, at scanner.Span) error {
	return v.p.Stream(v.ctx, scanner.Member{Name: name, Format: format}, scanner.Span{Offset: at.Offset}, stream(data))
}

// values looks at the data of a dataset, where these may be pickles.
func (v *visitor) values(o *hdf5.Object) error {
	if o.Type == nil || o.Dataset.Space == nil || len(o.Dataset.External)+len(o.Dataset.Virtual) > 0 {
		return nil
	}
	if pseudoAtom(o) == "object" {
		return v.objects(o, "pickle", maxObjects)
	}
	rows := o.Type.Class == hdf5.VarLen && !o.Type.Text && isByte(o.Type.Base)
	single := len(o.Dataset.Space.Dims) == 0 && holdsBytes(o.Type)
	flat := len(o.Dataset.Space.Dims) == 1 && (isByte(o.Type) || o.Type.Class == hdf5.Opaque)
	switch at := o.Dataset.At(); {
	case flat && at >= 0:
		return v.p.Section(v.ctx, scanner.Member{Name: o.Path}, at, o.Dataset.Stored)
	case rows, single, flat:
		return v.objects(o, "", maxBlob)
	}
	return nil
}

// pseudoAtom returns what PyTables says is in the rows of an array.
func pseudoAtom(o *hdf5.Object) string {
	for _, a := range o.Attributes {
		if a.Name == "PSEUDOATOM" {
			items, _ := a.Items(64)
			for _, item := range items {
				return string(item.Data)
			}
		}
	}
	return ""
}

// objects hands on the rows of a dataset. A limit that they exceed is a gap where they
// are known to be pickles.
func (v *visitor) objects(o *hdf5.Object, format string, limit int64) error {
	if format == "" && o.Dataset.Bytes() > uint64(limit) {
		return nil
	}
	items, err := o.Dataset.Items(limit)
	for _, item := range items {
		if len(item.Data) < 2 {
			continue
		}
		if err := v.hand(o.Path, format, item.Data, scanner.Span{Offset: max(item.Offset, 0)}); err != nil {
			return err
		}
	}
	var input *scanner.Error
	if format == "" && errors.As(err, &input) {
		return nil
	}
	return v.p.GapOf(err)
}
