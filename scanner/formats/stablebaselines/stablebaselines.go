// Package stablebaselines reads the parameters in archives of Stable-Baselines3: JSON in
// which everything that JSON has no word for is a pickle in base64, which loading the
// archive unpickles (stable_baselines3/common/save_util.py, json_to_data).
package stablebaselines

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/jsontree"
)

// Analyzer reads the parameters of agents.
var Analyzer = &scanner.Analyzer{
	Name: "stable-baselines3",
	Doc: `Parameters of Stable-Baselines3 agents

Every pickle in the JSON is handed on.`,
	Match: match,
	Run:   run,
}

// marker is the key under which a pickle stands.
const marker = ":serialized:"

const maxText = 64 << 20 // bytes

// match goes by the key, or by the name that the member of an archive has: escapes in it
// hide a key.
func match(h *scanner.Head) scanner.Claim {
	switch text := strings.TrimLeft(string(h.Prefix), " \t\r\n\ufeff"); {
	case h.Leftover || !strings.HasPrefix(text, "{"):
		return scanner.No
	case strings.Contains(text, marker) || bytes.Contains(h.Suffix, []byte(marker)):
		return scanner.Sure
	case h.Name() == "data":
		return scanner.Maybe
	}
	return scanner.No
}

func run(ctx context.Context, p *scanner.Pass) error {
	if p.Size > maxText {
		return scanner.Errorf(scanner.OverLimit, 0, "parameters of %d bytes, more than %d", p.Size, maxText)
	}
	tree, broken := jsontree.Parse(p, 0, p.Size, p.Budget)
	defer tree.Close()
	found := false
	for n := range tree.Nodes() {
		if n.Kind() != jsontree.String || !n.Key().Is(marker) {
			continue
		}
		found = true
		if err := hand(ctx, p, n); err != nil {
			return errors.Join(err, broken)
		}
	}
	switch {
	case broken != nil:
		return broken
	case !found:
		return scanner.Errorf(scanner.Unrecognized, 0, "JSON without a pickle in it")
	}
	p.Analysed(0, p.Size)
	return nil
}

// hand hands on a pickle, under the name of the parameter that it is.
func hand(ctx context.Context, p *scanner.Pass, n jsontree.Node) error {
	content, err := decode(n.Text())
	if err != nil {
		p.Gap(scanner.Malformed, n.Span(), "a pickle that is no base64: %v", err)
		return nil
	}
	member := scanner.Member{Name: n.Parent().Key().Text() + ".pkl", Format: "pickle"}
	return p.Stream(ctx, member, n.Span(), func() (io.Reader, error) { return bytes.NewReader(content), nil })
}

// decode decodes base64 as Python does, which passes over all other characters and ends
// where there is padding.
func decode(text string) ([]byte, error) {
	text, _, _ = strings.Cut(text, "=")
	return base64.RawStdEncoding.DecodeString(strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '+' || r == '/' {
			return r
		}
		return -1
	}, text))
}
