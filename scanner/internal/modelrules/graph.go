package modelrules

import "github.com/modelsieve/modelsieve/scanner"

// GraphFileIO is the rule for operators of a graph that read or write files when the
// graph runs, in formats other than TensorFlow's own.
var GraphFileIO = &scanner.Rule{
	ID:       "graph-op-file-io",
	Title:    "Graph of the model reads or writes files",
	Severity: scanner.High,
	Why: "An operator of the graph opens files or connections when the model runs, at a path that the model chooses. " +
		"A model computes; what it needs is in its own file.",
	Fix: "Do not run the model. Export it again without the operator, from a source that you trust.",
	CWE: 73, Refs: []string{
		"https://github.com/tensorflow/tensorflow/blob/master/SECURITY.md",
		"https://cwe.mitre.org/data/definitions/73.html",
	},
}
