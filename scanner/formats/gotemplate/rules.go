package gotemplate

import "github.com/modelsieve/modelsieve/scanner"

var ruleReach = &scanner.Rule{
	ID:       "go-template-reach",
	Title:    "Template reads the environment or asks the network",
	Severity: scanner.High,
	Why: "The template calls a function by which sprig reads environment variables or resolves names. LocalAI renders the templates of " +
		"models with sprig: keys that stand in the environment get into prompts, and from there to whoever sees them.",
	Fix: "Do not use the template. A prompt is built from messages alone.",
	CWE: 526, Refs: []string{"https://masterminds.github.io/sprig/os.html", "https://masterminds.github.io/sprig/network.html", "https://cwe.mitre.org/data/definitions/526.html"},
}
