// Package yamlfile reads configurations in YAML that make programs import, call, fetch or
// install something: tags of Python and Java objects (PyYAML, ruamel, SnakeYAML), the tags
// of HyperPyYAML, callables that Hydra and its relatives instantiate, and the files that
// MLflow, BentoML and KitOps keep beside a model.
//
// YAML in which nothing of that stands is not this package's: it is left to others, and a
// file that is broken counts only where a piece of such a configuration is in it. Which
// keys a program reads is not known from the file, so all of it is walked, in every
// document, whatever the path.
package yamlfile

import (
	"bytes"
	"context"
	"errors"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/archiverules"
	"github.com/modelsieve/modelsieve/scanner/internal/calltargets"
	"github.com/modelsieve/modelsieve/scanner/internal/conftree"
	"github.com/modelsieve/modelsieve/scanner/internal/lazyregexp"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
	"github.com/modelsieve/modelsieve/scanner/internal/packagesource"
)

// Analyzer reads configurations in YAML.
var Analyzer = &scanner.Analyzer{
	Name: "yaml",
	Doc: `YAML that builds objects: code tags, Hydra, HyperPyYAML, MLflow, BentoML, KitOps

Tags are resolved in every spelling and callables judged like those of pickles. YAML
that does nothing of the kind is no model and is left alone.`,
	Rules: []*scanner.Rule{
		rulePythonTag, rulePythonCall, rulePythonObject, ruleHyperPyYAML, ruleJavaTag, ruleObjectTag, ruleLoaderModule, ruleBundledCode, ruleProject,
		calltargets.Dangerous, calltargets.Unknown, modelrules.CustomCode, modelrules.TrustFlag, modelrules.PackageSource, archiverules.Manifest,
	},
	Match: match,
	Run:   run,
	Watch: packagesource.Watch,
}

// manifests are files of YAML that have no ending, or one of their own.
var manifests = []string{"kitfile", "mlmodel", "mlproject", "pickle_module_info.txt", "keras_module.txt"}

// yamlNamed reports whether a file is YAML by its name.
func yamlNamed(name string) bool {
	name = strings.ToLower(name)
	return slices.Contains([]string{".yaml", ".yml"}, path.Ext(name)) || slices.Contains(manifests, name)
}

// match looks for pieces of text that make programs build objects: with one, a file that
// is YAML by name must be read to its end.
func match(h *scanner.Head) scanner.Claim {
	switch {
	case h.Leftover:
		return scanner.No
	case !yamlNamed(h.Name()):
		if bytes.ContainsAny(h.Prefix, `!:\%`) && codeTag().MatchString(plain(h.Prefix)) {
			return scanner.Maybe
		}
		return scanner.No
	case h.Size > conftree.MaxText:
		if marked(plain(h.Prefix)) || marked(plain(h.Suffix)) {
			return scanner.Sure
		}
		return scanner.Maybe
	}
	raw := make([]byte, h.Size)
	n, _ := h.ReadAt(raw, 0)
	if marked(plain(raw[:n])) {
		return scanner.Sure
	}
	return scanner.Maybe
}

var (
	// codeTag matches the tags under which loaders make objects.
	codeTag = lazyregexp.New(`!!python/|2002:python/|!(new|apply|applyref|name|module|include):|!!(java|javax|com|org|net|io|sun)\.|!(<!?)?(ruby|php|perl)/|!!js/`)
	// codeKey matches the keys under which they look for callables.
	codeKey = lazyregexp.New(`(^|[\s{,"'])(` + strings.Join(slices.Concat(templateKeys, calltargets.Markers), "|") + `|loader_module|model_code_path)["']?\s*:`)
	// escape matches the ways in which YAML hides a character.
	escape = lazyregexp.New(`\\x[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}|%[0-9A-Fa-f]{2}`)
)

// marked reports whether a piece of a configuration that builds objects is in a text.
func marked(text string) bool {
	return codeTag().MatchString(text) || codeKey().MatchString(text) || strings.Contains(text, "%TAG")
}

// plain returns a text without the escapes that YAML knows for single characters.
func plain(raw []byte) string {
	return escape().ReplaceAllStringFunc(conftree.Text(raw), func(e string) string {
		code, _ := strconv.ParseUint(strings.TrimLeft(e, `\xuU%`), 16, 32)
		return string(rune(code))
	})
}

func run(ctx context.Context, p *scanner.Pass) error {
	if p.Size > conftree.MaxText {
		return scanner.Errorf(scanner.OverLimit, 0, "a YAML text of %d bytes, more than %d", p.Size, conftree.MaxText)
	}
	if err := p.Budget.Hold(p.Size); err != nil {
		return err
	}
	defer p.Budget.Release(p.Size)
	raw, err := p.Content()
	if err != nil {
		return err
	}
	doc, broken := conftree.ParseYAML(raw, p.Budget)
	defer func() { doc.Close() }() // also where the text broke off
	found := false
	for _, root := range doc.Roots {
		has, err := report(ctx, p, root)
		if err != nil {
			return err
		}
		found = found || has
	}
	return settle(p, found, broken, func() bool { return marked(plain(raw)) })
}

// settle accounts for a file in which something was found, or that only looks as if it
// built something, and says of others why they are not read.
func settle(p *scanner.Pass, found bool, broken error, marked func() bool) error {
	var input *scanner.Error
	switch {
	case broken != nil && !errors.As(broken, &input):
		return broken
	case broken != nil && (found || marked()):
		return broken
	case broken != nil || !found && !marked():
		return scanner.Errorf(scanner.Unrecognized, 0, "nothing in this YAML builds an object")
	}
	p.Analysed(0, p.Size)
	return nil
}

// report reports on one document and says whether anything in it is of a model.
func report(ctx context.Context, p *scanner.Pass, root *conftree.Node) (found bool, err error) {
	t := &tags{ctx: ctx, p: p}
	if err := t.walk(root, 0); err != nil {
		return false, err
	}
	called, err := calltargets.Report(p, root)
	if err != nil {
		return false, err
	}
	return manifest(p, root) || called || t.found, nil
}
