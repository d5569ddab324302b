// Package savedmodel reads what TensorFlow keeps graphs in: SavedModels
// (saved_model.pb), frozen graphs (.pb), meta graphs (.meta), all of these as text
// (.pbtxt), and the metadata of Keras (keras_metadata.pb). All are protobuf messages
// without a magic
// (https://github.com/tensorflow/tensorflow/tree/master/tensorflow/core/protobuf).
//
// A graph is a program: operators read and write files, connect and call back into
// Python, some as soon as the model is loaded. The analyzer looks at every node of every
// graph, function and graph that is serialized in a constant, and follows the names of
// files back to where they come from, through functions and their callers.
//
// Not read: riegeli containers (saved_model.cpb), which are a gap, and which released
// versions of TensorFlow neither write nor load; what compiled engines
// hold; values of variables.
package savedmodel

import (
	"context"
	"errors"
	"fmt"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/archiverules"
	"github.com/modelsieve/modelsieve/scanner/internal/prototext"
	"github.com/modelsieve/modelsieve/scanner/internal/protowalk"
)

// Analyzer reads TensorFlow graphs.
var Analyzer = &scanner.Analyzer{
	Name: "savedmodel",
	Doc: `TensorFlow graphs: SavedModels, frozen graphs, meta graphs

Every operator that reads or writes files, connects, calls back into Python or runs
code from elsewhere is reported, unless the file is one that the caller names or an
asset of the model.`,
	Rules: rules,
	Match: match,
	Run:   run,
}

// A file is one that is read.
type file struct {
	ctx context.Context
	p   *scanner.Pass
	w   *protowalk.Walker

	done     int64 // offset up to which bytes are accounted for
	held     int64 // charged to the budget
	ops      map[string]string
	programs []*program
	nesting  int // how many graphs are around the one that is walked
}

func run(ctx context.Context, p *scanner.Pass) error {
	if isChunked(p.Artifact) {
		return scanner.Errorf(scanner.Unsupported, 0, "a SavedModel in a riegeli container, which is not read")
	}
	if isText(p.Artifact) {
		return prototext.Stream(ctx, p, "savedmodel", texts...)
	}
	f := &file{ctx: ctx, p: p, w: protowalk.New(p, p.Size, p.Budget), ops: map[string]string{}}
	defer func() { p.Budget.Release(f.held) }()
	found := look(p.Artifact)
	if len(found) == 0 {
		return scanner.Errorf(scanner.Malformed, 0, "neither a TensorFlow graph nor metadata of Keras: there is no node or object of theirs")
	}
	whole := scanner.Span{Length: p.Size}
	var failed error
	for _, r := range found {
		err := r.read(f, whole)
		var input *scanner.Error
		if err != nil && !errors.As(err, &input) {
			return err
		}
		f.account(err)
		failed = errors.Join(failed, err)
	}
	if err := f.judge(); err != nil {
		return err
	}
	return failed
}

// account accounts for what a reading went through.
func (f *file) account(err error) {
	end := f.p.Size
	var input *scanner.Error
	if errors.As(err, &input) {
		end = input.At.Offset
	}
	f.p.Analysed(f.done, end-f.done)
	f.done = 0
}

// data accounts for the content of a field that is data, and for all before it.
func (f *file) data(g protowalk.Field) {
	f.p.Analysed(f.done, g.Span.Offset-f.done)
	f.p.Data(g.Span.Offset, g.Span.Length)
	f.done = g.Span.End()
}

// hold charges memory until the file was read.
func (f *file) hold(n int) error {
	if err := f.p.Budget.Hold(int64(n)); err != nil {
		return err
	}
	f.held += int64(n)
	return nil
}

// savedModel walks a SavedModel.
func (f *file) savedModel(in scanner.Span) error {
	return f.w.Each(in, func(g protowalk.Field) error {
		if g.Is(2, protowalk.Bytes) {
			return f.metaGraph(g.Span)
		}
		return nil
	})
}

// metaGraph walks a MetaGraphDef.
func (f *file) metaGraph(in scanner.Span) error {
	p, err := f.newProgram("")
	if err != nil {
		return err
	}
	return f.w.Each(in, func(g protowalk.Field) error {
		if g.Type != protowalk.Bytes {
			return nil
		}
		switch g.Number {
		case 2:
			return f.fill(p, g.Span)
		case 4:
			return f.collection(p, g.Span)
		case 6:
			return f.asset(p, g.Span)
		case 7:
			return f.objects(p, g.Span)
		}
		return nil
	})
}

// frozen walks a file that is a GraphDef.
func (f *file) frozen(in scanner.Span) error {
	p, err := f.newProgram("")
	if err != nil {
		return err
	}
	return f.fill(p, in)
}

// collection walks an entry of collection_def. One holds the assets, as older releases
// keep them: CollectionDef, AnyList, Any, AssetFileDef.
func (f *file) collection(p *program, in scanner.Span) error {
	var key string
	return f.w.Each(in, func(g protowalk.Field) error {
		switch {
		case g.Is(1, protowalk.Bytes):
			var err error
			key, err = f.w.Head(g, 64)
			return err
		case g.Is(2, protowalk.Bytes) && key == "saved_model_assets":
			return f.inside(g.Span, []int32{5, 1, 2}, func(asset scanner.Span) error { return f.asset(p, asset) })
		}
		return nil
	})
}

// inside calls do with the messages that lie under a path of field numbers.
func (f *file) inside(in scanner.Span, path []int32, do func(scanner.Span) error) error {
	if len(path) == 0 {
		return do(in)
	}
	return f.w.Each(in, func(g protowalk.Field) error {
		if !g.Is(path[0], protowalk.Bytes) {
			return nil
		}
		return f.inside(g.Span, path[1:], do)
	})
}

// asset reads an AssetFileDef: a file of the model, and the tensor that gets its path.
func (f *file) asset(p *program, in scanner.Span) error {
	return f.w.Each(in, func(g protowalk.Field) error {
		switch {
		case g.Is(1, protowalk.Bytes):
			return f.w.Each(g.Span, func(h protowalk.Field) error {
				if !h.Is(1, protowalk.Bytes) {
					return nil
				}
				name, err := f.w.String(h, maxName)
				p.assets[producer(name)] = true
				return errors.Join(err, f.hold(entryBytes+len(name)))
			})
		case g.Is(2, protowalk.Bytes):
			name, err := f.w.String(g, maxName)
			archiverules.ReportPath(f.p, g.Whole(), "The model takes its asset from", name)
			return err
		}
		return nil
	})
}

// maxNesting is how many graphs may be serialized in one another.
const maxNesting = 8

// nested walks a graph that is serialized in a value.
func (f *file) nested(in scanner.Span, where string) error {
	if f.nesting++; f.nesting > maxNesting {
		f.nesting--
		return scanner.Errorf(scanner.OverLimit, in.Offset, "graphs are serialized in one another more than %d deep", maxNesting)
	}
	defer func() { f.nesting-- }()
	p, err := f.newProgram(fmt.Sprintf(" of the graph that is serialized in %q", scanner.Clean(where, 80)))
	if err != nil {
		return err
	}
	return f.fill(p, in)
}
