package savedmodel

import (
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/kerasconfig"
	"github.com/modelsieve/modelsieve/scanner/internal/protowalk"
)

// An object is an entry of the object graph.
type object struct {
	kind      objectKind
	operation string // of a constant: the node
}

type objectKind uint8

const (
	objectOther objectKind = iota
	objectAsset
	objectConstant
)

// objects walks a SavedObjectGraph: which objects a function gets bound.
func (f *file) objects(p *program, in scanner.Span) error {
	return f.w.Each(in, func(g protowalk.Field) error {
		switch {
		case g.Is(1, protowalk.Bytes):
			return f.object(p, g.Span)
		case g.Is(2, protowalk.Bytes):
			return f.concrete(p, g.Span)
		}
		return nil
	})
}

// object walks a SavedObject.
func (f *file) object(p *program, in scanner.Span) error {
	var o object
	err := f.w.Each(in, func(g protowalk.Field) error {
		switch {
		case g.Is(4, protowalk.Bytes):
			return f.userObject(g.Span)
		case g.Is(5, protowalk.Bytes):
			o.kind = objectAsset
		case g.Is(9, protowalk.Bytes):
			o.kind = objectConstant
			return f.w.Each(g.Span, func(h protowalk.Field) error {
				if h.Is(1, protowalk.Bytes) {
					return f.text(h, &o.operation)
				}
				return nil
			})
		}
		return nil
	})
	p.objects = append(p.objects, o)
	if err != nil {
		return err
	}
	return f.hold(32 + len(o.operation))
}

// concrete walks an entry of concrete_functions: a name, and what is bound.
func (f *file) concrete(p *program, in scanner.Span) error {
	var name string
	var bound []uint64
	err := f.w.Each(in, func(g protowalk.Field) error {
		switch {
		case g.Is(1, protowalk.Bytes):
			return f.text(g, &name)
		case g.Is(2, protowalk.Bytes):
			return f.w.Each(g.Span, func(h protowalk.Field) error {
				if h.Number != 2 {
					return nil
				}
				return f.w.Numbers(h, func(id uint64) error {
					bound = append(bound, id)
					return f.hold(8)
				})
			})
		}
		return nil
	})
	p.bound[name] = bound
	if err != nil {
		return err
	}
	return f.hold(entryBytes + len(name))
}

// maxMetadata is how long the metadata of an object may be, in bytes.
const maxMetadata = 64 << 20

// userObject walks a SavedUserObject: its identifier, and metadata, which are a Keras
// config for the objects of Keras.
func (f *file) userObject(in scanner.Span) error { return f.keras(in, 1, 3) }

// keras walks a message that has an identifier and metadata.
func (f *file) keras(in scanner.Span, identifier, metadata int32) error {
	var kind string
	var config protowalk.Field
	err := f.w.Each(in, func(g protowalk.Field) error {
		switch {
		case g.Is(identifier, protowalk.Bytes):
			var err error
			kind, err = f.w.Head(g, 64)
			return err
		case g.Is(metadata, protowalk.Bytes):
			config = g
		}
		return nil
	})
	if err != nil || config.Span.Length == 0 || !strings.HasPrefix(kind, "_tf_keras_") {
		return err
	}
	if err := f.p.Budget.Hold(config.Span.Length); err != nil {
		return err
	}
	defer f.p.Budget.Release(config.Span.Length)
	text, err := f.w.String(config, maxMetadata)
	if err != nil {
		return err
	}
	return kerasconfig.Text(f.ctx, f.p, "metadata of "+kind, text, config.Span)
}

// kerasMetadata walks keras_metadata.pb, a SavedMetadata: the objects of a model that
// tf.keras saved.
func (f *file) kerasMetadata(in scanner.Span) error {
	return f.w.Each(in, func(g protowalk.Field) error {
		if !g.Is(1, protowalk.Bytes) {
			return nil
		}
		return f.keras(g.Span, 4, 5)
	})
}
