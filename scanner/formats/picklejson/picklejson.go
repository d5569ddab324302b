// Package picklejson reads JSON that carries pickles which its loader unpickles: the
// parameters of Stable-Baselines3 agents (stable_baselines3/common/save_util.py,
// json_to_data; seen in 2.9.2) and the state of experiments of Ray Tune
// (ray/tune/utils/serialization.py, TuneFunctionDecoder; seen in 2.40, the current one
// refuses unless it is told not to).
package picklejson

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/jsontree"
	"github.com/modelsieve/modelsieve/scanner/internal/pyliteral"
)

// Analyzer reads JSON with pickles in it.
var Analyzer = &scanner.Analyzer{
	Name: "json-pickles",
	Doc: `JSON that carries pickles: Stable-Baselines3, Ray Tune

Every pickle in the JSON is handed on.`,
	Match: match,
	Run:   run,
}

const (
	serialized = ":serialized:"         // the key of a pickle in base64
	fallback   = "CLOUDPICKLE_FALLBACK" // the "_type" beside a "value" that is a pickle in hexadecimal digits
)

const (
	maxText   = 64 << 20 // bytes
	maxNested = 4        // JSON texts in strings of others
)

// match goes by the words, or by the name that the member of an archive has: escapes hide
// words.
func match(h *scanner.Head) scanner.Claim {
	switch text := strings.TrimLeft(string(h.Prefix), " \t\r\n\ufeff"); {
	case h.Leftover || !strings.HasPrefix(text, "{"):
		return scanner.No
	case marked(text) || marked(string(h.Suffix)):
		return scanner.Sure
	case h.Name() == "data" || strings.HasPrefix(h.Name(), "experiment_state"):
		return scanner.Maybe
	}
	return scanner.No
}

func marked(text string) bool {
	return strings.Contains(text, serialized) || strings.Contains(text, fallback)
}

func run(ctx context.Context, p *scanner.Pass) error {
	tree, broken, err := jsontree.Whole(p, maxText)
	if err != nil {
		return err
	}
	defer tree.Close()
	r := &reader{ctx: ctx, p: p}
	if err := r.read(tree, 0); err != nil {
		return errors.Join(err, broken)
	}
	switch {
	case broken != nil:
		return broken
	case !r.found:
		return scanner.Errorf(scanner.Unrecognized, 0, "JSON without a pickle in it")
	}
	p.Analysed(0, p.Size)
	return nil
}

// A reader looks for pickles.
type reader struct {
	ctx   context.Context
	p     *scanner.Pass
	found bool
}

// read looks at all of a tree, and at the JSON in its strings.
func (r *reader) read(tree *jsontree.Tree, depth int) error {
	for n := range tree.Nodes() {
		if n.Kind() != jsontree.String {
			continue
		}
		var err error
		switch key := n.Key(); {
		case key.Is(serialized):
			err = r.hand(n, pyliteral.Base64)
		case key.Is("value") && n.Parent().Get("_type").Is(fallback):
			err = r.hand(n, hex.DecodeString)
		case depth < maxNested && strings.HasPrefix(n.Raw(), `"{`):
			err = r.inside(n, depth+1)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// inside reads a string that may be JSON. One that is none holds no pickle.
func (r *reader) inside(n jsontree.Node, depth int) error {
	tree, err := jsontree.ParseText(n.Text(), n.At(), r.p.Budget)
	defer func() { tree.Close() }() // also where the text broke off
	var input *scanner.Error
	if err != nil && !errors.As(err, &input) {
		return err
	}
	return r.read(tree, depth)
}

// hand hands on a pickle, under the name of what it is the value of.
func (r *reader) hand(n jsontree.Node, decode func(string) ([]byte, error)) error {
	r.found = true
	content, err := decode(n.Text())
	if err != nil {
		r.p.Gap(scanner.Malformed, n.Span(), "a pickle that cannot be decoded: %v", err)
		return nil
	}
	member := scanner.Member{Name: n.Parent().Key().Text() + ".pkl", Format: "pickle"}
	return r.p.Stream(r.ctx, member, n.Span(), func() (io.Reader, error) { return bytes.NewReader(content), nil })
}
