// Package spacy reads the config.cfg of pipelines of spaCy
// (https://spacy.io/api/data-formats#config). spacy.load builds a pipeline from it with
// functions and components that are registered by name, so it runs no code that is not
// installed; names that neither spaCy nor thinc registers are what has to be installed.
package spacy

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
)

// Analyzer reads configurations of pipelines.
var Analyzer = &scanner.Analyzer{
	Name: "spacy",
	Doc: `Pipelines of spaCy (config.cfg)

Functions and components that spaCy does not have, for which code has to be installed,
are reported.`,
	Rules: []*scanner.Rule{modelrules.CustomCode},
	Match: match,
	Run:   run,
}

// match goes by the name, and by the section that every pipeline has.
func match(h *scanner.Head) scanner.Claim {
	if h.Leftover || h.Name() != "config.cfg" || !strings.Contains("\n"+string(h.Prefix), "\n[nlp]") {
		return scanner.No
	}
	return scanner.Maybe
}

const maxText = 4 << 20 // bytes

func run(_ context.Context, p *scanner.Pass) error {
	if p.Size > maxText {
		return scanner.Errorf(scanner.OverLimit, 0, "a configuration of %d bytes, more than %d", p.Size, maxText)
	}
	if err := p.Budget.Hold(p.Size); err != nil {
		return err
	}
	defer p.Budget.Release(p.Size)
	raw, err := p.Content()
	if err != nil {
		return err
	}
	section, at := "", int64(0)
	for line := range strings.Lines(string(raw)) {
		if err := p.Budget.Step(1); err != nil {
			return err
		}
		text := strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(text, "["); ok {
			section = strings.TrimSuffix(name, "]")
		} else if key, value, ok := strings.Cut(text, "="); ok && !strings.HasPrefix(text, "#") {
			setting(p, scanner.Span{Offset: at, Length: int64(len(line))}, section, strings.TrimSpace(key), strings.TrimSpace(value))
		}
		at += int64(len(line))
	}
	p.Analysed(0, p.Size)
	return nil
}

// setting judges one line. A value may be a whole object on its line.
func setting(p *scanner.Pass, at scanner.Span, section, key, value string) {
	text := strings.Trim(value, `"`)
	switch {
	case strings.HasPrefix(key, "@"):
		function(p, at, key[1:], text)
	case strings.HasPrefix(value, "{"):
		for part := range strings.SplitSeq(strings.Trim(value, "{}"), ",") {
			if name, named, ok := strings.Cut(part, ":"); ok && strings.HasPrefix(name, `"@`) {
				function(p, at, strings.Trim(name, `"@`), strings.Trim(strings.TrimSpace(named), `"`))
			}
		}
	case strings.HasPrefix(section, "components.") && key == "factory" && !knownFactory(text):
		custom(p, at, fmt.Sprintf("The pipeline has a component that spaCy does not: %q.", scanner.Clean(text, 80)), text)
	}
}

// function judges the name of a function in one of the registries.
func function(p *scanner.Pass, at scanner.Span, registry, name string) {
	if own(name) || strings.HasPrefix(name, "${") {
		return
	}
	custom(p, at, fmt.Sprintf("The pipeline calls a function of the registry %q that spaCy does not have: %q.", scanner.Clean(registry, 40), scanner.Clean(name, 80)), name)
}

// own reports whether spaCy, one of its packages or thinc registers a function, by its
// name: thinc's have no package in front of their version.
func own(name string) bool {
	for _, prefix := range []string{"spacy.", "spacy-", "thinc.", "srsly."} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	function, version, ok := strings.Cut(name, ".v")
	return ok && version != "" && !strings.Contains(function, ".") && strings.Trim(version, "0123456789") == "" || name == "NumpyOps" || name == "CupyOps" || name == "MPSOps"
}

// factories are the components of spaCy 3 and of its packages.
var factories = []string{
	"attribute_ruler", "beam_ner", "beam_parser", "curated_transformer", "doc_cleaner", "entity_linker", "entity_ruler", "future_entity_ruler",
	"lemmatizer", "llm", "merge_entities", "merge_noun_chunks", "merge_subtokens", "morphologizer", "ner", "nn_labeller", "parser", "senter",
	"sentencizer", "span_finder", "span_ruler", "spancat", "spancat_singlelabel", "tagger", "textcat", "textcat_multilabel", "tok2vec",
	"token_splitter", "trainable_lemmatizer", "transformer",
}

// knownFactory reports whether spaCy has a component; those of one language have it in front.
func knownFactory(name string) bool {
	if language, rest, ok := strings.Cut(name, "."); ok && len(language) <= 3 {
		name = rest
	}
	return slices.Contains(factories, name) || strings.HasPrefix(name, "experimental_")
}

// custom reports code that has to be installed.
func custom(p *scanner.Pass, at scanner.Span, text, name string) {
	p.Report(modelrules.CustomCode, at, scanner.Detail{Message: text, Evidence: []string{name}, Name: name, Use: scanner.UseCall})
}
