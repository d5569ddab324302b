// Package executable tells programs that stand in the place of a model, or inside one:
// ELF, PE, Mach-O, WebAssembly, dex, scripts, and programs of the Cosmopolitan kind, of
// which llamafiles are the known ones (https://github.com/Mozilla-Ocho/llamafile).
//
// A program or a library that lies beside models, or is packed with something that is no
// model, is ordinary: it is not reported, and a file that is one is not even claimed.
package executable

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/exemagic"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
)

// Analyzer recognises programs where models are.
var Analyzer = &scanner.Analyzer{
	Name: "executable",
	Doc: `Programs and scripts under a model's name, or inside of a model

They are told by their headers and not analysed further: a model is data, and has
no use for a program. Llamafiles are programs by design, and named as such.`,
	Rules: []*scanner.Rule{ruleMasquerading, ruleEmbedded, modelrules.NativeEngine},
	Match: match,
	Run:   run,
	Watch: marks,
}

var ruleMasquerading = &scanner.Rule{
	ID:       "executable-masquerading",
	Title:    "Executable stored as a model",
	Severity: scanner.Critical,
	Why: "The file has a model's name, but it is a program. A model is data: whoever put a program in its place wants it to be run, by a person, " +
		"by a build or by a second stage that knows its name.",
	Fix: "Delete the file, and treat the machine on which it was run as compromised. Fetch the model from a source that you trust.",
	CWE: 434, Refs: []string{"https://attack.mitre.org/techniques/T1036/008/", "https://cwe.mitre.org/data/definitions/434.html"},
}

var ruleEmbedded = &scanner.Rule{
	ID:       "embedded-executable",
	Title:    "Native executable inside a model",
	Severity: scanner.High,
	Why: "A program or a script lies inside of the model. Weights do not need one; loaders of other stages have carried their second stage " +
		"in this way, and some loaders open libraries that they find in an archive.",
	Fix: "Do not load the model. Take the program out, or get the model from its first source.",
	CWE: 506, Refs: []string{"https://arxiv.org/abs/2107.08590", "https://cwe.mitre.org/data/definitions/506.html"},
}

// match claims programs with a model's name, programs inside of something, and those that
// have an archive at their end: it would claim the file, and the program be left over.
func match(h *scanner.Head) scanner.Claim {
	head := h.Prefix[:min(len(h.Prefix), exemagic.HeadBytes)]
	kind := exemagic.Kind(head, h)
	switch {
	case kind == "":
		return scanner.No
	case h.Depth > 0, modelName(h.Name(), exemagic.Script(head) != ""), exemagic.APE(head), strings.Contains(string(h.Suffix), "PK\x05\x06"):
		return scanner.Sure
	}
	return scanner.No
}

func run(_ context.Context, p *scanner.Pass) error {
	head := make([]byte, min(p.Size, exemagic.HeadBytes))
	if n, err := p.ReadAt(head, 0); n < len(head) && !errors.Is(err, io.EOF) {
		return scanner.Errorf(scanner.Unreadable, 0, "reading: %v", err)
	}
	kind := exemagic.Kind(head, p)
	if kind == "" {
		return scanner.Errorf(scanner.Unrecognized, 0, "no program that is known")
	}
	p.Data(0, p.Size)
	switch script := exemagic.Script(head) != ""; {
	case modelName(p.Name(), script):
		report(p, ruleMasquerading, fmt.Sprintf("%q has the name of a model, but it is %s.", scanner.Clean(p.Name(), 100), kind), kind)
	case exemagic.APE(head):
		report(p, modelrules.NativeEngine, "The file is a program for several systems, as a llamafile is: to use the model in it is to run it.", kind)
	case p.Depth == 0:
	case p.Leftover:
		report(p, ruleEmbedded, fmt.Sprintf("Bytes of the model that belong to nothing else are %s.", kind), kind)
	default:
		inside(p, kind, script)
	}
	return nil
}

// inside judges a program that is a member of something.
func inside(p *scanner.Pass, kind string, script bool) {
	if script && sourceName(p.Name()) {
		return // code that a handler or a package of modules brings; what runs it is reported
	}
	rule := container(p.Artifact)
	text := fmt.Sprintf("The model's archive holds %s, %q.", kind, scanner.Clean(p.Name(), 100))
	if rule != nil {
		report(p, severest(rule, script), text, kind)
		return
	}
	p.Later(func() error { // other members say whether it is a model's archive
		if weights(p.Around()) {
			report(p, severest(ruleMasquerading, script), text, kind)
		}
		return nil
	})
}

// severest is the rule for a program, or the milder one for a script, which no loader runs.
func severest(r *scanner.Rule, script bool) *scanner.Rule {
	if script {
		return ruleEmbedded
	}
	return r
}

// report reports the whole artifact.
func report(p *scanner.Pass, r *scanner.Rule, text, kind string) {
	evidence := []string{p.Name(), kind}
	if p.Leftover { // its name is its offset
		evidence = evidence[1:]
	}
	p.Report(r, scanner.Span{}, scanner.Detail{Message: text, Evidence: evidence})
}
