package jinja

import "github.com/modelsieve/modelsieve/scanner"

const (
	sandbox = "https://jinja.palletsprojects.com/en/stable/sandbox/"
	cwe1336 = "https://cwe.mitre.org/data/definitions/1336.html"
)

var ruleInternals = &scanner.Rule{
	ID:       "jinja-ssti",
	Title:    "Template reaches Python internals",
	Severity: scanner.Critical,
	Why: "The template fetches an attribute that leads from any value to Python's internals, and from there to running commands. " +
		"Programs that render templates without a sandbox, or with an old one, run the attacker's code.",
	Fix: "Do not use the template. No chat template needs such an attribute.",
	CWE: 1336, Refs: []string{"https://nvd.nist.gov/vuln/detail/CVE-2024-34359", sandbox, cwe1336},
}

var ruleDynamic = &scanner.Rule{
	ID:       "jinja-dynamic-attr",
	Title:    "Template computes attribute names or uses objects of the engine",
	Severity: scanner.High,
	Why: "The template fetches an attribute whose name is computed, or takes attributes of an object that belongs to the template " +
		"engine. That is how templates hide what they reach for; honest ones only index their own data.",
	Fix: "Do not use the template before it is clear what it fetches. Write the name out.",
	CWE: 1336, Refs: []string{"https://nvd.nist.gov/vuln/detail/CVE-2025-27516", sandbox, cwe1336},
}

var ruleInclude = &scanner.Rule{
	ID:       "jinja-include",
	Title:    "Template loads other files",
	Severity: scanner.Medium,
	Why:      "The template includes or imports another template by name. Where the renderer has a loader, that reads files beside the model.",
	Fix:      "Put everything into one template. Chat templates have no other files.",
	CWE:      73, Refs: []string{"https://jinja.palletsprojects.com/en/stable/templates/#include", "https://cwe.mitre.org/data/definitions/73.html"},
}
