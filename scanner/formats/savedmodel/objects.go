package savedmodel

import (
	"github.com/modelsieve/modelsieve/scanner"
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

// userObject walks a SavedUserObject.
func (f *file) userObject(scanner.Span) error { return nil }
