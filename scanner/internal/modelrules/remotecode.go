package modelrules

import "github.com/modelsieve/modelsieve/scanner"

// RemoteCode is the rule for Python of a repository that loaders run with the weights.
var RemoteCode = &scanner.Rule{
	ID:       "hf-remote-code",
	Title:    "Repository maps classes to its own Python",
	Severity: scanner.High,
	Why: "The configuration names classes whose code lies in a repository. Loaders import it when trust_remote_code is set, and servers " +
		"have done so without the flag.",
	Fix: "Read the Python files that are named before you set the flag, and pin the revision that you read.",
	CWE: 829, Refs: []string{
		"https://nvd.nist.gov/vuln/detail/CVE-2025-66448", "https://nvd.nist.gov/vuln/detail/CVE-2026-22807",
		"https://huggingface.co/docs/transformers/main/en/models#custom-models",
	},
}
