// Package keras reads the configs from which Keras builds models where they stand alone:
// config.json of a .keras file, which is a zip archive, and architecture files such as
// model.to_json() writes (https://keras.io/api/models/model_saving_apis/), or to_yaml() did
// in Keras 1 and 2. What they make a
// loader do is judged by package kerasconfig, for every object in them. Weights are
// members of the archive and formats of their own.
package keras

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/cursor"
	"github.com/modelsieve/modelsieve/scanner/internal/jsontree"
	"github.com/modelsieve/modelsieve/scanner/internal/kerasconfig"
)

// Analyzer reads Keras configs.
var Analyzer = &scanner.Analyzer{
	Name: "keras",
	Doc: `Keras configs: config.json of .keras files, and model architectures in JSON or YAML

Every object is judged by what loaders look up, call, read or fetch for it, in
every encoding and under every value of a key that stands there twice.`,
	Rules: kerasconfig.Rules,
	Match: match,
	Run:   run,
}

// large is a size, in bytes, above which a text is no config by chance: it is read whole
// or a gap.
const large = 16 << 20

// match takes a text of JSON whose first objects are Keras's, and leaves others that may
// have such further on to a closer look.
func match(h *scanner.Head) scanner.Claim {
	tree := jsontree.Prefix(h.Prefix)
	switch {
	case isYAML(h.Artifact, h.Prefix):
		return scanner.Maybe
	case tree == nil && !blank(h):
		return scanner.No
	case tree != nil && kerasconfig.Looks(tree.Root()):
		return scanner.Sure
	case h.Size <= int64(len(h.Prefix)) || !mentions(h.Artifact, signs...):
		return scanner.No
	case h.Size > large || path.Base(h.Member) == "config.json":
		return scanner.Sure
	}
	return scanner.Maybe
}

// blank reports whether an artifact begins with more blanks than a head has.
func blank(h *scanner.Head) bool {
	const blanks = " \t\r\n"
	return h.Size > int64(len(h.Prefix)) && bytes.ContainsAny(h.Prefix, blanks) && len(bytes.Trim(h.Prefix, "\ufeff\xff\xfe\x00"+blanks)) == 0
}

// signs are what a config must have: its key, or ways to write it otherwise.
var signs = [][]byte{[]byte(`"class_name"`), []byte(`\u00`), []byte("c\x00l\x00a\x00s\x00s\x00"), []byte("\x00c\x00l\x00a\x00s\x00s"), []byte("c\x00\x00\x00l")}

// mentions looks for a sign in all of an artifact.
func mentions(h *scanner.Artifact, signs ...[]byte) bool {
	const part, overlap = 256 << 10, 16
	buf := make([]byte, min(part+overlap, h.Size))
	for at := int64(0); at < h.Size; at += part {
		n, err := h.ReadAt(buf[:min(int64(len(buf)), h.Size-at)], at)
		for _, sign := range signs {
			if bytes.Contains(buf[:n], sign) {
				return true
			}
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return false
		}
	}
	return false
}

func run(ctx context.Context, p *scanner.Pass) error {
	prefix, err := cursor.New(p, 0, p.Size).Peek(int(min(p.Size, 4<<10)))
	if err != nil {
		return err
	}
	if isYAML(p.Artifact, prefix) {
		return runYAML(ctx, p)
	}
	tree, err := jsontree.Parse(p, 0, p.Size, p.Budget)
	defer func() { tree.Close() }() // a broken text has a tree, too
	if kerasconfig.Looks(tree.Root()) {
		p.Certain()
	} else if err == nil && p.Size <= large {
		return scanner.Errorf(scanner.Malformed, 0, "no object of Keras stands in the text")
	}
	w := kerasconfig.Walker{Pass: p}
	if err := errors.Join(w.Judge(ctx, tree.Root()), err); err != nil {
		return err
	}
	p.Analysed(0, p.Size)
	return nil
}
