package savedmodel

import (
	"slices"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/archiverules"
	"github.com/modelsieve/modelsieve/scanner/internal/kerasconfig"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
)

// rules are all that the analyzer may report; kerasconfig's have the one for custom code.
var rules = slices.Concat(kerasconfig.Rules, []*scanner.Rule{
	ruleWrite, ruleRead, ruleNetwork, ruleNested, rulePython, archiverules.Manifest, modelrules.NativeEngine,
})

var security = "https://github.com/tensorflow/tensorflow/blob/master/SECURITY.md"

var ruleWrite = &scanner.Rule{
	ID:       "tf-op-file-write",
	Title:    "TensorFlow graph writes files",
	Severity: scanner.Critical,
	Why: "An operator of the graph writes a file, at a path that the model chooses. It runs when the model is loaded or called, " +
		"with all rights of the process: a start-up script or a key file is one such path.",
	Fix: "Do not load the model. Export it again without the operator, from a source that you trust.",
	CWE: 73, Refs: []string{security, "https://cwe.mitre.org/data/definitions/73.html"},
}

var ruleRead = &scanner.Rule{
	ID:       "tf-op-file-read",
	Title:    "TensorFlow graph reads files",
	Severity: scanner.High,
	Why: "An operator of the graph reads files of the machine that runs it, other than the model's own. What it reads may leave the " +
		"machine with the model's output.",
	Fix: "Pass the content of files into the model rather than their names, or keep such files as assets of the model.",
	CWE: 73, Refs: []string{security, "https://cwe.mitre.org/data/definitions/73.html"},
}

var ruleNetwork = &scanner.Rule{
	ID:       "tf-op-network",
	Title:    "TensorFlow graph opens network connections",
	Severity: scanner.High,
	Why:      "An operator of the graph connects to another machine, listens for one, or reads and writes files by URL.",
	Fix:      "Do not load the model unless you know the service that it talks to.",
	CWE:      918, Refs: []string{security, "https://cwe.mitre.org/data/definitions/918.html"},
}

var ruleNested = &scanner.Rule{
	ID:       "tf-nested-graph",
	Title:    "Serialized graph hidden in a constant",
	Severity: scanner.High,
	Why: "An operator runs a graph that is serialized in a value, where tools that look at nodes do not see it. The nodes of one that " +
		"stands in a constant are reported as all others; one that is computed is not known.",
	Fix: "Do not load the model. Input pipelines do not belong into exported models.",
	CWE: 506, Refs: []string{security, "https://www.tensorflow.org/api_docs/python/tf/raw_ops/DatasetFromGraph"},
}

var rulePython = &scanner.Rule{
	ID:       "tf-py-callback",
	Title:    "TensorFlow graph calls back into Python",
	Severity: scanner.Medium,
	Why: "An operator calls a Python function that the process has registered under a token. The model carries no such function: " +
		"it runs only in a process that has one, and runs whatever is registered there.",
	Fix: "Export the model without py_function and numpy_function.",
	CWE: 829, Refs: []string{"https://www.tensorflow.org/api_docs/python/tf/py_function"},
}
