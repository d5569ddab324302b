// Package gotemplate analyses templates of Go's text/template, by which Ollama and LocalAI
// build prompts (https://pkg.go.dev/text/template; ollama/template/template.go). A Modelfile
// and the blobs of Ollama's store have them.
//
// Such a template reaches nothing but what the program hands it. In Ollama that is inert,
// so what is left are functions of sprig, which LocalAI adds, and templates that never end.
// A template is parsed by Go's own parser, which recurses: how deep is bounded before.
package gotemplate

import (
	"bytes"
	"context"
	"path"
	"strconv"
	"strings"
	"text/template/parse"
	"unicode/utf8"

	"github.com/modelsieve/modelsieve/scanner"
)

// Analyzer reads Go templates.
var Analyzer = &scanner.Analyzer{
	Name: "gotemplate",
	Doc: `Go templates: prompts in Modelfiles and in the blobs of Ollama's store

Functions that reach the environment or the network are reported. A template that calls
what Ollama does not know, or that may run without an end, is a gap.`,
	Rules: []*scanner.Rule{ruleReach},
	Match: match,
	Run:   run,
}

const (
	maxText  = 1 << 20 // bytes; templates that Ollama ships have less than a hundredth
	maxDepth = 10_000  // actions, and parentheses: as deep as the parser can be made to recurse
	maxNamed = 256     // templates in one text
)

// match goes by the names of blobs: a template may be any text, and only containers know.
func match(h *scanner.Head) scanner.Claim {
	if h.Leftover || h.Size > maxText || !isBlob(h) || !bytes.Contains(h.Prefix, []byte("{{")) {
		return scanner.No
	}
	return scanner.Maybe
}

// isBlob reports whether an artifact is called by its hash, as blobs are: "sha256-..." in
// Ollama's store, "sha256/..." in an OCI layout.
func isBlob(h *scanner.Head) bool {
	file := h.Path
	if h.Member != "" {
		file = h.Member
	}
	file = strings.ReplaceAll(file, `\`, "/")
	name, hashed := strings.CutPrefix(path.Base(file), "sha256-")
	if !hashed && path.Base(path.Dir(file)) != "sha256" {
		return false
	}
	return len(name) == 64 && strings.Trim(name, "0123456789abcdef") == ""
}

func run(_ context.Context, p *scanner.Pass) error {
	if p.Size > maxText {
		return scanner.Errorf(scanner.OverLimit, 0, "a template of %d bytes, more than %d", p.Size, maxText)
	}
	held := 32*p.Size + 1 // the tree
	if err := p.Budget.Hold(held); err != nil {
		return err
	}
	defer p.Budget.Release(held)
	raw, err := p.Content()
	if err != nil {
		return err
	}
	if !utf8.Valid(raw) {
		return scanner.Errorf(scanner.Malformed, 0, "the template is not UTF-8")
	}
	if bytes.Count(raw, []byte("{{")) > maxDepth || bytes.Count(raw, []byte("(")) > maxDepth {
		return scanner.Errorf(scanner.OverLimit, 0, "a template with more than %d actions or parentheses", maxDepth)
	}
	if err := p.Budget.Step(p.Size); err != nil {
		return err
	}
	return judge(p, string(raw))
}

// judge parses a template and reports on it.
func judge(p *scanner.Pass, text string) error {
	trees := map[string]*parse.Tree{}
	tree := parse.New(mainName)
	tree.Mode = parse.SkipFuncCheck
	if _, err := tree.Parse(text, "", "", trees); err != nil {
		at, why := place(text, err)
		return scanner.Errorf(scanner.Malformed, at, "no template: %s", scanner.Clean(why, 160))
	}
	if len(trees) > maxNamed {
		return scanner.Errorf(scanner.OverLimit, 0, "%d templates in one text, more than %d", len(trees), maxNamed)
	}
	trees[mainName] = tree // also where it is empty, and is not added
	r := &reader{p: p, trees: trees}
	if p.Format == "" && !r.prompts() {
		return scanner.Errorf(scanner.Unrecognized, 0, "a template, but of no prompt")
	}
	p.Certain()
	if err := r.run(); err != nil {
		return err
	}
	p.Analysed(0, p.Size)
	return nil
}

// mainName is what the template is called; no template in it can be called so.
const mainName = "\x00"

// place takes an error of the parser apart: "template: NAME:LINE: why". The place is the
// end of the line.
func place(text string, err error) (at int64, why string) {
	rest, found := strings.CutPrefix(err.Error(), "template: "+mainName+":")
	line, _, _ := strings.Cut(rest, ":")
	n, bad := strconv.Atoi(line)
	if !found || bad != nil {
		return int64(len(text)), strings.TrimPrefix(err.Error(), "template: ")
	}
	end := -1
	for ; n > 0; n-- {
		next := strings.IndexByte(text[end+1:], '\n')
		if next < 0 {
			return int64(len(text)), "line " + rest
		}
		end += next + 1
	}
	return int64(end), "line " + rest
}
