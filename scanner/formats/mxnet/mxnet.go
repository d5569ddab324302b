// Package mxnet reads models of Apache MXNet: graphs (-symbol.json), whose operators are
// native code that MXNet has, and arrays (.params), which are numbers
// (https://github.com/apache/mxnet/blob/v1.9.x/src/ndarray/ndarray.cc, NDArray::Save).
//
// Two operators of old interfaces take an address in memory as a text, and call what
// lies there. Others call functions of the Python process by a name.
//
// Sparse arrays, and those of releases before 0.12, are data of which only the beginning
// is looked at.
package mxnet

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/jsontree"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
)

// Analyzer reads graphs and arrays of MXNet.
var Analyzer = &scanner.Analyzer{
	Name: "mxnet",
	Doc: `MXNet graphs and arrays (-symbol.json, .params)

Operators that take an address in memory are reported, and those that call functions of
the Python process. Arrays are followed to their end.`,
	Rules: []*scanner.Rule{rulePointer, modelrules.CustomCode},
	Match: match,
	Run:   run,
}

var rulePointer = &scanner.Rule{
	ID:       "mxnet-native-pointer",
	Title:    "MXNet graph carries an address in memory",
	Severity: scanner.High,
	Why: "An operator of the graph takes a number from the file as an address, and MXNet calls what lies there while it loads the graph. " +
		"An honest file cannot know one: it was written by another process.",
	Fix: "Do not load the model.",
	CWE: 822, Refs: []string{"https://github.com/apache/mxnet/blob/v1.9.x/src/operator/custom/native_op.cc", "https://cwe.mitre.org/data/definitions/822.html"},
}

// listMagic is how a file of arrays starts: a magic and a reserved number.
const listMagic = "\x12\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"

// match goes by the magic of arrays, and by the keys of a graph.
func match(h *scanner.Head) scanner.Claim {
	if strings.HasPrefix(string(h.Prefix), listMagic) {
		return scanner.Sure
	}
	name := strings.ToLower(h.Name())
	if h.Leftover || path.Ext(name) != ".json" {
		return scanner.No
	}
	text := jsontree.Searched(h)
	graph := strings.Contains(text, `"nodes"`) && strings.Contains(text, `"op"`)
	switch {
	case graph && (strings.Contains(text, `"arg_nodes"`) || strings.Contains(text, `"mxnet_version"`) || strings.HasSuffix(name, "symbol.json")):
		return scanner.Sure
	case strings.HasSuffix(name, "-symbol.json"):
		return scanner.Maybe
	}
	return scanner.No
}

func run(_ context.Context, p *scanner.Pass) error {
	head := make([]byte, min(p.Size, 16))
	if n, err := p.ReadAt(head, 0); n < len(head) {
		return scanner.Errorf(scanner.Unreadable, 0, "reading: %v", err)
	}
	if string(head) == listMagic {
		return arrays(p)
	}
	return graph(p)
}

// maxText is how long a graph may be, in bytes.
const maxText = 256 << 20

// pointers are operators that take an address.
var pointers = []string{"_CustomFunction", "_NDArray", "_Native"}

// graph judges the operators of a graph, also those of graphs that lie in it.
func graph(p *scanner.Pass) error {
	tree, broken, err := jsontree.Whole(p, maxText)
	if err != nil {
		return err
	}
	defer tree.Close()
	if broken == nil && !tree.Root().Get("nodes").Exists() {
		return scanner.Errorf(scanner.Unrecognized, 0, "JSON, but no graph of MXNet")
	}
	told := map[string]bool{}
	for n := range tree.Nodes() {
		if err := p.Budget.Step(1); err != nil {
			return err
		}
		if key := n.Key(); key.Exists() && key.Is("op") && n.Kind() == jsontree.String {
			operator(p, n, told)
		}
	}
	if broken == nil {
		p.Analysed(0, p.Size)
	}
	return broken
}

// operator judges an operator, each once.
func operator(p *scanner.Pass, n jsontree.Node, told map[string]bool) {
	name, evidence := n.Text(), []string{n.Text()}
	for _, key := range []string{"attrs", "attr", "param"} {
		for _, attribute := range []string{"info", "op_type"} {
			if value := n.Parent().Get(key).Get(attribute); value.Kind() == jsontree.String {
				evidence = append(evidence, value.Text())
			}
		}
	}
	which := strings.Join(evidence, " ")
	if told[which] || len(told) > 100 {
		return
	}
	told[which] = true
	switch {
	case slices.Contains(pointers, name):
		p.Report(rulePointer, n.Span(), scanner.Detail{
			Message:  fmt.Sprintf("Loading the graph with MXNet has its operator %q call what lies at an address that the file gives.", name),
			Evidence: evidence,
		})
	case name == "Custom" || name == "_npi_Custom":
		p.Report(modelrules.CustomCode, n.Span(), scanner.Detail{
			Message:  fmt.Sprintf("The graph calls a function of the Python process: %q.", scanner.Clean(evidence[len(evidence)-1], 100)),
			Evidence: evidence,
		})
	}
}

// sizes are the bytes of an element, by the number of its type (mshadow/base.h).
var sizes = map[uint32]uint64{0: 4, 1: 8, 2: 2, 3: 1, 4: 4, 5: 1, 6: 8, 7: 1, 8: 2, 9: 2, 10: 4, 11: 8, 12: 2}

// Magic numbers of an array: of releases from 0.12 on, and with shapes as NumPy has them.
const (
	magic2 = 0xf993fac9
	magic3 = 0xf993faca
)
