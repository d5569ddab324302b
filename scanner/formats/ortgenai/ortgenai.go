// Package ortgenai reads genai_config.json, by which ONNX Runtime GenAI loads a model
// (https://github.com/microsoft/onnxruntime-genai/blob/main/src/config.h). Its options name
// native libraries, which the loader opens before it looks at the model: one of operators,
// looked for beside the configuration first, and those of execution providers.
//
// Keys count wherever they stand: each part of a model has options of its own.
package ortgenai

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/archiverules"
	"github.com/modelsieve/modelsieve/scanner/internal/jsontree"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
)

// Analyzer reads configurations of ONNX Runtime GenAI.
var Analyzer = &scanner.Analyzer{
	Name: "ortgenai",
	Doc: `Configurations of ONNX Runtime GenAI (genai_config.json)

Libraries that loading the model opens are reported where the repository brings them or
their path leads elsewhere, and named where the system has to have them; so are files
outside of the model's folder.`,
	Rules: []*scanner.Rule{ruleLibrary, modelrules.CustomCode, archiverules.Manifest},
	Match: match,
	Run:   run,
	Watch: func(member string) bool { return slices.Contains(libraries, path.Ext(strings.ToLower(member))) },
}

var ruleLibrary = &scanner.Rule{
	ID:       "onnx-genai-library",
	Title:    "ONNX Runtime GenAI configuration loads a native library",
	Severity: scanner.Critical,
	Why: "Loading the model with ONNX Runtime GenAI opens the library that the configuration names, from the model's own folder or by its path. " +
		"It is native code: its constructors run before the model is looked at, and without being asked for.",
	Fix: "Do not load the model. Take operators from a library that you installed yourself, and name it by no path.",
	CWE: 829, Refs: []string{
		"https://onnxruntime.ai/docs/genai/reference/config.html", "https://cwe.mitre.org/data/definitions/829.html",
	},
}

const (
	fileName = "genai_config.json"
	maxText  = 64 << 20 // bytes of a configuration
)

// libraries are the endings of native libraries.
var libraries = []string{".dll", ".dylib", ".so"}

// match goes by the name, which the loader wants.
func match(h *scanner.Head) scanner.Claim {
	if strings.EqualFold(h.Name(), fileName) && !h.Leftover {
		return scanner.Sure
	}
	return scanner.No
}

func run(_ context.Context, p *scanner.Pass) error {
	tree, broken, err := jsontree.Whole(p, maxText)
	if err != nil {
		return err
	}
	defer tree.Close()
	c := &config{p: p, told: map[string]bool{}}
	for n := range tree.Nodes() {
		if err := p.Budget.Step(1); err != nil {
			return err
		}
		if n.Kind() == jsontree.String && n.Key().Exists() {
			c.value(n.Key().Text(), n)
		}
	}
	if broken == nil {
		p.Analysed(0, p.Size)
	}
	return broken
}

// A config is one that is read.
type config struct {
	p    *scanner.Pass
	told map[string]bool
}

// opened are options whose value is a library, or several with semicolons in between.
var opened = []string{"backend_path", "custom_ops_library", "trt_extra_plugin_lib_paths"}

// value judges an option.
func (c *config) value(key string, n jsontree.Node) {
	switch text := n.Text(); {
	case slices.Contains(opened, key):
		for name := range strings.SplitSeq(text, ";") {
			c.library(key, name, n.Span())
		}
	case key == "enable_profiling":
		archiverules.ReportPath(c.p, n.Span(), "Running the model writes a profile to", text)
	case strings.HasSuffix(key, "filename"), strings.HasSuffix(key, "_file"), strings.HasSuffix(key, "file_path"):
		archiverules.ReportPath(c.p, n.Span(), "Loading the model reads", text)
	}
}

// vendors are libraries of execution providers, which come with a driver or a package.
var vendors = []string{"htp", "qnncpu", "qnngpu", "qnnhtp", "qnnsaver", "qnnsystem"}

// library judges a library by where it lies, when that is known.
func (c *config) library(key, name string, at scanner.Span) {
	if name = strings.TrimSpace(name); name == "" || c.told[name] || len(c.told) > 100 {
		return
	}
	c.told[name] = true
	c.p.Later(func() error {
		stem := strings.ToLower(strings.TrimPrefix(strings.TrimSuffix(name, path.Ext(name)), "lib"))
		switch {
		case strings.ContainsAny(name, `/\:`), beside(c.p, name):
			c.p.Report(ruleLibrary, at, scanner.Detail{
				Message: fmt.Sprintf("Loading the model with ONNX Runtime GenAI opens the library %q, which its configuration names as %s.",
					scanner.Clean(name, 160), key),
				Evidence: []string{key, name},
			})
		case !slices.Contains(vendors, stem):
			c.p.Report(modelrules.CustomCode, at, scanner.Detail{
				Message:  fmt.Sprintf("The model needs the library %q, which is not here.", scanner.Clean(name, 160)),
				Evidence: []string{key, name},
			})
		}
		return nil
	})
}

// beside reports whether a library lies in the folder of the configuration.
func beside(p *scanner.Pass, name string) bool {
	folders := p.Around()
	return len(folders) > 0 && slices.ContainsFunc(folders[0].All("."), func(there string) bool { return strings.EqualFold(there, name) })
}
