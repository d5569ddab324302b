package calltargets

import "github.com/modelsieve/modelsieve/scanner"

// Dangerous is the rule for callables that are known to run commands, load code, reach
// files or the network.
var Dangerous = &scanner.Rule{
	ID:       "hydra-dangerous-target",
	Title:    "Config instantiates a dangerous callable",
	Severity: scanner.Critical,
	Why: "The configuration names a callable that runs commands, loads code, or reaches files or the network, and gives it its arguments. " +
		"The program that builds objects from the configuration imports it and calls it.",
	Fix: "Do not load the configuration. Name the class of the model or of its part instead.",
	CWE: 94, Refs: []string{
		"https://nvd.nist.gov/vuln/detail/CVE-2025-23304", "https://nvd.nist.gov/vuln/detail/CVE-2026-22584",
		"https://hydra.cc/docs/advanced/instantiate_objects/overview/",
	},
}

// Unknown is the rule for callables that nobody vetted, in a configuration that belongs
// to a model.
var Unknown = &scanner.Rule{
	ID:       "hydra-unknown-target",
	Title:    "Config instantiates an unrecognised callable",
	Severity: scanner.Medium,
	Why: "The configuration of a model names a callable that is no class of a known framework. Whatever it is, it is imported and called " +
		"with arguments from the file.",
	Fix: "Read what the callable does with these arguments before you load the model.",
	CWE: 829, Refs: []string{"https://hydra.cc/docs/advanced/instantiate_objects/overview/", "https://cwe.mitre.org/data/definitions/829.html"},
}
