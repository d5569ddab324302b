// Package kerasconfig judges the configs from which Keras builds models: objects as
//
//	{"module": ..., "class_name": ..., "config": {...}, "registered_name": ...}
//
// nested without limit. They stand in the config.json of a .keras file, in attributes of
// HDF5 files, in the metadata of a SavedModel, and in JSON files of their own. Every object
// of a text is looked at, wherever it is, and every value of a key that stands there twice,
// since loaders differ in what they follow.
//
// What the loaders do was read in keras 3.3, 3.8 and 3.15 (serialization_lib.py,
// lambda_layer.py) and tf_keras 2.21, and tried on them.
package kerasconfig

import (
	"context"
	"errors"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/jsontree"
)

// Text judges a config that stands as text in an artifact. at is where, and name what
// holds it ("attribute model_config"), "" for the artifact itself. Offsets inside the text
// are told where the span is exactly as long as the text, else the span itself is. A text
// that is no JSON is a gap. The error means that the analyzer must stop.
func Text(ctx context.Context, p *scanner.Pass, name, text string, at scanner.Span) error {
	tree, err := jsontree.ParseText(text, at.Offset, p.Budget)
	defer func() { tree.Close() }() // a broken text has a tree, too
	w := &Walker{Pass: p, Name: name}
	if at.Length != int64(len(text)) {
		w.At = func(jsontree.Node) scanner.Span { return at }
		err = moved(err, at.Offset)
	}
	return errors.Join(w.Judge(ctx, tree.Root()), p.GapOf(err))
}

// moved moves an error of the input.
func moved(err error, to int64) error {
	var input *scanner.Error
	if errors.As(err, &input) {
		return scanner.Errorf(input.Reason, to, "%s", input.Text)
	}
	return err
}

// A Walker judges every object in a config.
type Walker struct {
	*scanner.Pass
	Name string // what holds the config, for evidence; empty: the artifact
	// At tells where a value is in the artifact. Nil: where the tree says.
	At func(jsontree.Node) scanner.Span

	told  map[string]bool // what is told once
	paths int             // paths that were written
}

// Judge reports what a loader of the config would do. The error means that the analyzer
// must stop.
func (w *Walker) Judge(ctx context.Context, root jsontree.Node) error {
	w.told = map[string]bool{}
	for n := range root.Nodes() {
		if err := w.Budget.Step(1); err != nil {
			return err
		}
		var err error
		if n.Kind() == jsontree.Object {
			err = w.object(ctx, n)
		} else if n.Kind() == jsontree.String {
			err = w.text(n)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// object judges an object of a text.
func (w *Walker) object(ctx context.Context, n jsontree.Node) error {
	o := read(n)
	if err := w.lambda(&o); err != nil || len(o.classes) == 0 {
		return err
	}
	for _, class := range o.classes {
		w.names(&o, class)
		if err := w.special(ctx, &o, class); err != nil {
			return err
		}
	}
	return nil
}

// An object is what one object of a text says, of each key all values.
type object struct {
	node       jsontree.Node
	classes    []jsontree.Node // "class_name"
	configs    []jsontree.Node
	modules    []jsontree.Node // "module" beside a class
	registered []jsontree.Node
}

// maxValues is how many values of one key are looked at.
const maxValues = 8

// read reads the keys that Keras looks at.
func read(n jsontree.Node) (o object) {
	o.node = n
	for key, value := range n.Members() {
		var into *[]jsontree.Node
		switch key.Text() {
		case "class_name", "spec_name":
			into = &o.classes
		case "config":
			into = &o.configs
		case "module":
			into = &o.modules
		case "registered_name":
			into = &o.registered
		}
		if into != nil && len(*into) < maxValues && value.Exists() {
			*into = append(*into, value)
		}
	}
	return o
}

// span is where a value is in the artifact.
func (w *Walker) span(n jsontree.Node) scanner.Span {
	if w.At != nil {
		return w.At(n)
	}
	s := n.Span()
	return scanner.Span{Offset: s.Offset, Length: min(s.Length, 1<<16)}
}

// maxPaths is how many paths are written: one costs a look at all that stands before it.
const maxPaths = 256

// place says where a value is, for people.
func (w *Walker) place(n jsontree.Node) string {
	if w.paths++; w.paths > maxPaths {
		return w.Name
	}
	path := n.Path()
	if w.Name == "" || path == "" {
		return w.Name + path
	}
	return w.Name + ": " + path
}

// report reports on a value. What the object around it says is part of the identity, its
// place is not.
func (w *Walker) report(rule *scanner.Rule, n jsontree.Node, message string, evidence ...string) {
	d := scanner.Detail{Message: message, Evidence: evidence, Identity: append(evidence, n.Parent().Raw())}
	if place := w.place(n); place != "" {
		d.Evidence = append([]string{"at " + place}, evidence...)
	}
	w.Report(rule, w.span(n), d)
}

// once reports whether something is told for the first time.
func (w *Walker) once(what string) bool {
	first := !w.told[what] && len(w.told) < 1<<14
	if first {
		w.told[what] = true
	}
	return first
}

// Looks reports whether a text is such a config: an object in it has a class, a config and
// either a module or a class that is Keras's own.
func Looks(root jsontree.Node) bool {
	for n := range root.Nodes() {
		if n.Kind() != jsontree.Object {
			continue
		}
		o := read(n)
		for _, class := range o.classes {
			name := class.Text()
			if name != "" && len(o.configs) > 0 && (len(o.modules)+len(o.registered) > 0 || Known(name) || strings.HasPrefix(name, "__")) {
				return true
			}
		}
	}
	return false
}
