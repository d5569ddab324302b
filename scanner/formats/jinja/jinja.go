// Package jinja analyses Jinja templates: the chat templates of language models, which
// are programs that a loader renders.
//
// A template is parsed, not searched: only expressions count, never the text around
// them. Text that is built from constants is worked out, so that a name put together
// from pieces is seen as what it is. A template is judged where some environment of jinja2
// would take it; one that none takes is a gap, and what can be read of it is judged as well.
package jinja

import (
	"context"
	"errors"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/jinjaast"
)

// Analyzer reads Jinja templates.
var Analyzer = &scanner.Analyzer{
	Name: "jinja",
	Doc: `Jinja templates: chat templates in files and inside other formats

Expressions are parsed and constants folded; what reaches for Python's internals,
computes attribute names or loads other templates is reported.`,
	Rules: []*scanner.Rule{ruleInternals, ruleDynamic, ruleInclude},
	Match: match,
	Run:   run,
}

// match goes by the name: a template may be any text.
func match(h *scanner.Head) scanner.Claim {
	switch strings.ToLower(path.Ext(h.Name())) {
	case ".jinja", ".jinja2":
		return scanner.Sure
	case ".j2":
		return scanner.Maybe
	}
	return scanner.No
}

// maxTemplate is how long a template may be, in bytes. The longest of known models has
// less than a hundredth of that.
const maxTemplate = 8 << 20

func run(_ context.Context, p *scanner.Pass) error {
	if p.Size > maxTemplate {
		return scanner.Errorf(scanner.OverLimit, 0, "a template of %d bytes, more than %d", p.Size, maxTemplate)
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
	if at := invalid(raw); at >= 0 {
		return scanner.Errorf(scanner.Malformed, int64(at), "the template is not UTF-8")
	}
	if err := p.Budget.Step(p.Size); err != nil {
		return err
	}
	t, err := jinjaast.Parse(string(raw))
	newJudge(p, t).run()
	var syntax *jinjaast.Error
	if errors.As(err, &syntax) {
		return scanner.Errorf(scanner.Malformed, int64(syntax.At), "no template: %s", scanner.Clean(syntax.Text, 160))
	}
	p.Analysed(0, p.Size)
	return nil
}

// invalid returns the offset of the first byte that is not UTF-8, or -1.
func invalid(raw []byte) int {
	for at := 0; at < len(raw); {
		r, n := utf8.DecodeRune(raw[at:])
		if r == utf8.RuneError && n == 1 {
			return at
		}
		at += n
	}
	return -1
}
