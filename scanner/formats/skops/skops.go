// Package skops reads the schema.json of .skops files, a tree of nodes that skops.io.load
// builds objects from (skops/io/_audit.py and _general.py). The archive is opened by the zip
// analyzer, the arrays beside the schema are read as what they are.
package skops

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/jsontree"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
	"github.com/modelsieve/modelsieve/scanner/internal/picklenames"
)

// Analyzer reads schemas of skops files.
var Analyzer = &scanner.Analyzer{
	Name: "skops",
	Doc: `Skops files: the schema that scikit-learn models are built from

Every node is looked at, wherever it is: which type it names, and whether what it
does agrees with that.`,
	Rules: []*scanner.Rule{ruleConfusion, ruleDangerous, modelrules.CustomCode},
	Match: match,
	Run:   run,
}

// match takes the member by its name; what has no nodes in it is something else.
func match(h *scanner.Head) scanner.Claim {
	if h.Depth > 0 && strings.HasPrefix(h.Name(), "schema.json") && jsontree.Prefix(h.Prefix) != nil {
		return scanner.Maybe
	}
	return scanner.No
}

func run(_ context.Context, p *scanner.Pass) error {
	tree, err := jsontree.Parse(p, 0, p.Size, p.Budget)
	defer func() { tree.Close() }()
	s := &schema{p: p, told: map[string]bool{}, cached: map[string]jsontree.Node{}}
	if walkErr := s.walk(tree); walkErr != nil {
		return errors.Join(walkErr, err)
	}
	if err != nil {
		return err
	}
	if s.nodes == 0 {
		return scanner.Errorf(scanner.Unrecognized, 0, "no node of skops stands in the text")
	}
	p.Analysed(0, p.Size)
	return nil
}

// A schema is one that is read.
type schema struct {
	p      *scanner.Pass
	nodes  int
	told   map[string]bool
	cached map[string]jsontree.Node // by what they are cached under
}

// walk judges every node of the schema.
func (s *schema) walk(tree *jsontree.Tree) error {
	var held int64
	defer func() { s.p.Budget.Release(held) }()
	for n := range tree.Nodes() {
		if err := s.p.Budget.Step(1); err != nil {
			return err
		}
		if n.Kind() != jsontree.Object || !n.Get("__loader__").Exists() {
			continue
		}
		if id := n.Get("__id__"); id.Exists() && n.Get("__class__").Exists() {
			if err := s.p.Budget.Hold(64); err != nil {
				return err
			}
			held += 64
			s.cached[id.Raw()] = n
		}
		s.nodes++
		s.node(n)
	}
	return nil
}

// node judges one node.
func (s *schema) node(n jsontree.Node) {
	module, class := n.Get("__module__").Text(), n.Get("__class__").Text()
	switch n.Get("__loader__").Text() {
	case "CachedNode", "JsonNode": // the one stands for another node, the other for a literal
		return
	case "OperatorFuncNode":
		s.operator(n, module, class)
		return
	case "MethodNode":
		s.method(n, module, class)
	}
	s.name(n, module, class)
}

// getters are the classes of the operator module, whose instances do nothing until somebody
// calls them.
var getters = []string{"attrgetter", "itemgetter", "methodcaller"}

// operator judges a node for which skops before 0.12 calls operator.CLASS, whatever the
// module is that was trusted.
func (s *schema) operator(n jsontree.Node, module, class string) {
	switch {
	case module != "operator":
		s.confused(n, fmt.Sprintf("The node says %q and calls %q.", scanner.Clean(module+"."+class, 80), scanner.Clean("operator."+class, 80)),
			module+"."+class, "operator."+class)
	case !slices.Contains(getters, class):
		s.confused(n, fmt.Sprintf("The node makes an instance of %q, which is a function: it is called.", scanner.Clean("operator."+class, 80)), "operator."+class)
	}
}

// method judges a node of a bound method: what is trusted has to be what it is bound to.
func (s *schema) method(n jsontree.Node, module, class string) {
	object := n.Get("content").Get("obj")
	if object.Get("__loader__").Is("CachedNode") {
		if first, ok := s.cached[object.Get("__id__").Raw()]; ok {
			object = first
		}
	}
	itsModule, itsClass := object.Get("__module__").Text(), object.Get("__class__").Text()
	function := n.Get("content").Get("func").Text()
	if module != itsModule || class != itsClass {
		s.confused(n, fmt.Sprintf("The node says that it is a method of %q, and takes %q of %q.", scanner.Clean(module+"."+class, 80),
			scanner.Clean(function, 40), scanner.Clean(itsModule+"."+itsClass, 80)), module+"."+class, itsModule+"."+itsClass+"."+function)
	}
}

// confused reports a node that declares another type than it uses.
func (s *schema) confused(n jsontree.Node, text string, evidence ...string) {
	s.p.Report(ruleConfusion, scanner.Span{Offset: n.At()}, scanner.Detail{Message: text, Evidence: evidence})
}

// name judges the type or function that a node names, each once.
func (s *schema) name(n jsontree.Node, module, class string) {
	if module == "" && class == "" || s.told[module+"."+class] {
		return
	}
	s.told[module+"."+class] = true
	path := picklenames.Canonical(module, class)
	if danger, ok := picklenames.Dangerous(path); ok && !inert(path) {
		s.p.Report(ruleDangerous, scanner.Span{Offset: n.At()}, scanner.Detail{
			Message:  fmt.Sprintf("Loading the file needs %q to be trusted, which %s.", scanner.Clean(path, 100), danger.Text),
			Evidence: []string{module + "." + class},
		})
		return
	}
	if !picklenames.Vetted(module) {
		s.p.Report(modelrules.CustomCode, scanner.Span{Offset: n.At()}, scanner.Detail{
			Message:  fmt.Sprintf("Loading the file needs %q to be trusted, of a package that nobody vetted.", scanner.Clean(path, 100)),
			Evidence: []string{module + "." + class},
		})
	}
}

// inert reports whether a callable was shown inert for some use.
func inert(path string) bool {
	e, ok := picklenames.Lookup(path)
	return ok && (e.Class || e.Construct || e.Call || e.Keep)
}
