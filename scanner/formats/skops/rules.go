package skops

import "github.com/modelsieve/modelsieve/scanner"

var ruleConfusion = &scanner.Rule{
	ID:       "skops-type-confusion",
	Title:    "Node of a skops file disagrees with its content",
	Severity: scanner.Critical,
	Why: "The node declares one type to be trusted, and loading it uses another. Releases of skops before 0.12 audit the one and run the other, " +
		"so that code runs in spite of the list of trusted types. No honest writer makes such a node.",
	Fix: "Do not load the file. Update skops, and get the model from a source that you trust.",
	CWE: 843, Refs: []string{"https://nvd.nist.gov/vuln/detail/CVE-2025-54412", "https://nvd.nist.gov/vuln/detail/CVE-2025-54413"},
}

var ruleDangerous = &scanner.Rule{
	ID:       "skops-dangerous-type",
	Title:    "Skops file needs a dangerous type to be trusted",
	Severity: scanner.High,
	Why: "The file names a function or class that runs commands, loads code or touches files. Skops refuses it until somebody puts it on the " +
		"list of trusted types, which is what the file asks for; older releases took trusted=True for all of them.",
	Fix: "Do not trust the type and do not load the file. A model has no use for it.",
	CWE: 502, Refs: []string{"https://skops.readthedocs.io/en/stable/persistence.html", "https://cwe.mitre.org/data/definitions/502.html"},
}
