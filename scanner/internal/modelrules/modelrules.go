// Package modelrules holds rules that several formats report in the same way.
package modelrules

import "github.com/modelsieve/modelsieve/scanner"

// Malformed is the rule for structures of a model that no honest writer makes and
// that readers disagree about.
var Malformed = &scanner.Rule{
	ID:       "model-malformed",
	Title:    "Model structure breaks the rules of its format",
	Severity: scanner.Medium,
	Why: "Indexes, shapes, offsets or names in the file contradict each other. Readers disagree about such files, and native ones have " +
		"been made to read or write outside of their buffers by them.",
	Fix: "Do not load the file with a native loader. Export the model again, from a source that you trust.",
	CWE: 125, Refs: []string{"https://cwe.mitre.org/data/definitions/125.html"},
}
