package hdf5

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/hdf5"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
)

// A visitor looks at one object after the other.
type visitor struct {
	ctx   context.Context
	p     *scanner.Pass
	keras bool            // the file is one that Keras reads, as far as was seen
	told  map[string]bool // filters and links that were told
}

// object looks at an object. Those that hold it were looked at before.
func (v *visitor) object(o *hdf5.Object) error {
	if o.Path == "/" {
		v.keras = v.keras || isKeras(o)
	}
	for _, link := range o.Links {
		v.link(o, link)
	}
	for _, a := range o.Attributes {
		if err := v.attribute(o, a); err != nil {
			return err
		}
	}
	if o.Dataset == nil {
		return nil
	}
	v.references(o)
	v.filters(o)
	v.shape(o)
	return v.values(o)
}

// Marks of files that Keras writes and reads: attributes of the root, and groups in it.
var (
	kerasAttributes = []string{"model_config", "training_config", "layer_names", "keras_version", "backend", "weight_names"}
	kerasGroups     = []string{
		"model_weights", "optimizer_weights", "top_level_model_weights", "layers", "_layer_checkpoint_dependencies", "vars", "optimizer",
	}
)

// isKeras reports whether the root of a file bears a mark of Keras.
func isKeras(root *hdf5.Object) bool {
	return slices.ContainsFunc(root.Attributes, func(a *hdf5.Attribute) bool { return slices.Contains(kerasAttributes, a.Name) }) ||
		slices.ContainsFunc(root.Links, func(l *hdf5.Link) bool { return slices.Contains(kerasGroups, l.Name) })
}

// elsewhere reports a reference to another file. In what Keras reads it is an attack.
func (v *visitor) elsewhere(at int64, path, how, file string) {
	rule, reads := ruleLinked, "Reading"
	if v.keras {
		rule, reads = ruleExternal, "Loading the weights reads"
	}
	message := fmt.Sprintf("%s %s from the file %q, by %s.", reads, scanner.Clean(path, 100), scanner.Clean(file, 160), how)
	if !v.keras {
		message = fmt.Sprintf("Reading %s opens the file %q, by %s.", scanner.Clean(path, 100), scanner.Clean(file, 160), how)
	}
	v.p.Report(rule, scanner.Span{Offset: at}, scanner.Detail{Message: message, Evidence: []string{path, file}})
}

// link looks at an entry of a group. Links within the file lead to what is visited.
func (v *visitor) link(o *hdf5.Object, l *hdf5.Link) {
	path := strings.TrimSuffix(o.Path, "/") + "/" + l.Name
	switch {
	case l.Kind == hdf5.External:
		v.elsewhere(l.Offset, path, "an external link", l.File)
	case l.Kind > hdf5.External && v.once(fmt.Sprintf("link %d", l.Kind)):
		v.p.Report(modelrules.CustomCode, scanner.Span{Offset: l.Offset}, scanner.Detail{
			Message:  fmt.Sprintf("The link %s is of the kind %d, which a program defines: whoever follows it has to bring code.", scanner.Clean(path, 100), l.Kind),
			Evidence: []string{fmt.Sprintf("link of kind %d", l.Kind)},
		})
	}
}

// once reports whether something is told for the first time.
func (v *visitor) once(what string) bool {
	first := !v.told[what]
	v.told[what] = true
	return first
}

// references looks for data in other files.
func (v *visitor) references(o *hdf5.Object) {
	for _, file := range o.Dataset.External {
		v.elsewhere(file.At, o.Path, "external storage", file.Name)
	}
	before := ""
	for _, source := range o.Dataset.Virtual {
		if source.File != "." && source.File != before {
			v.elsewhere(source.At, o.Path, "a virtual dataset", source.File)
		}
		before = source.File
	}
}

// widespread are the filters, registered with the HDF Group, that common packages bring
// along: lzo, bzip2, lzf, blosc, mafisc, lz4, bitshuffle, zfp, zstd, blosc2.
var widespread = []uint16{305, 307, 32000, 32001, 32002, 32004, 32008, 32013, 32015, 32026}

// filters tells of filters that a loader has to look for.
func (v *visitor) filters(o *hdf5.Object) {
	for _, f := range o.Dataset.Filters {
		if !f.Plugin() || slices.Contains(widespread, f.ID) || !v.once(fmt.Sprintf("filter %d", f.ID)) {
			continue
		}
		v.p.Report(modelrules.CustomCode, scanner.Span{Offset: o.Dataset.Offset}, scanner.Detail{
			Message: fmt.Sprintf("The data of %s went through the filter %d: HDF5 loads a native plug-in for it from its plug-in folder.",
				scanner.Clean(o.Path, 100), f.ID),
			Evidence: []string{fmt.Sprintf("filter %d %s", f.ID, f.Name)},
		})
	}
}

// A dataset of more bytes than this, and of this many times what is stored of it, is a
// bomb: the bounds of Keras's own check.
const (
	bombBytes = 4 << 30
	bombRatio = 1000
)

// shape looks at how much the weights of a model take when they are read.
func (v *visitor) shape(o *hdf5.Object) {
	d := o.Dataset
	if n := d.Bytes(); v.keras && d.Space != nil && d.Type != nil && n > bombBytes && n/bombRatio > uint64(max(d.Stored, 0)) {
		v.p.Gap(scanner.OverLimit, scanner.Span{Offset: d.Offset}, "%s takes %d bytes in memory, but %d are stored",
			scanner.Clean(o.Path, 100), n, d.Stored)
	}
}
