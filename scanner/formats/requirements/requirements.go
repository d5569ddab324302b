// Package requirements reads the lists of packages that something installs to serve or
// load a model: pip's requirements files beside an MLmodel, a handler of an inference
// endpoint or in a TorchServe archive
// (https://pip.pypa.io/en/stable/reference/requirements-file-format/).
//
// Only where packages come from is looked at. Lists that take all from the public index
// are left alone, and so are those that belong to no model.
package requirements

import (
	"context"
	"path"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
	"github.com/modelsieve/modelsieve/scanner/internal/packagesource"
)

// Analyzer reads requirements files.
var Analyzer = &scanner.Analyzer{
	Name: "requirements",
	Doc: `requirements files that something installs to serve a model

Packages from another index, a repository or an address are reported where the files
around say who installs them.`,
	Rules: []*scanner.Rule{modelrules.PackageSource},
	Match: match,
	Run:   run,
	Watch: packagesource.Watch,
}

func match(h *scanner.Head) scanner.Claim {
	name := strings.ToLower(h.Name())
	if !h.Leftover && strings.HasPrefix(name, "requirements") && path.Ext(name) == ".txt" {
		return scanner.Maybe
	}
	return scanner.No
}

const maxText = 1 << 20 // bytes

func run(_ context.Context, p *scanner.Pass) error {
	if p.Size > maxText {
		return scanner.Errorf(scanner.OverLimit, 0, "a list of %d bytes, more than %d", p.Size, maxText)
	}
	raw, err := p.Content()
	if err != nil {
		return err
	}
	found, at, from := false, int64(0), int64(0)
	var joined strings.Builder // of lines that end in a backslash
	for line := range strings.Lines(string(raw)) {
		if err := p.Budget.Step(1); err != nil {
			return err
		}
		at += int64(len(line))
		text, _, _ := strings.Cut(strings.TrimRight(line, "\r\n"), " #")
		rest, goesOn := strings.CutSuffix(text, `\`)
		joined.WriteString(rest)
		if goesOn && at < p.Size {
			continue
		}
		found = packagesource.Line(p, scanner.Span{Offset: from, Length: min(int64(joined.Len()), at-from)}, joined.String()) || found
		joined.Reset()
		from = at
	}
	if !found {
		return scanner.Errorf(scanner.Unrecognized, 0, "a list of packages, all from the public index")
	}
	p.Analysed(0, p.Size)
	return nil
}
