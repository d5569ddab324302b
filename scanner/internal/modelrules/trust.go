package modelrules

import "github.com/modelsieve/modelsieve/scanner"

// TrustFlag is the rule for configurations that give loaders leave to run the code of a
// repository.
var TrustFlag = &scanner.Rule{
	ID:       "hf-trust-flag",
	Title:    "Config allows remote code",
	Severity: scanner.Medium,
	Why: "The file sets trust_remote_code. Programs that take their options from it run the Python of whatever repository they load, " +
		"without asking.",
	Fix: "Remove the flag, or pin the repository and its revision.",
	CWE: 829, Refs: []string{"https://huggingface.co/docs/transformers/main/en/models#custom-models", "https://cwe.mitre.org/data/definitions/829.html"},
}

// ReportTrust reports the flag.
func ReportTrust(p *scanner.Pass, at scanner.Span) {
	p.Report(TrustFlag, at, scanner.Detail{
		Message:  "The configuration sets trust_remote_code, which lets a loader run Python from the repository of the model that it names.",
		Evidence: []string{"trust_remote_code"},
	})
}

// PackageSource is the rule for requirements that come from elsewhere than the public
// index.
var PackageSource = &scanner.Rule{
	ID:       "foreign-package-source",
	Title:    "Requirements of a model come from another index",
	Severity: scanner.Low,
	Why: "What serves or loads the model installs these requirements, from an index, a repository or an address that the file names. An " +
		"index besides the public one can take the place of any package.",
	Fix: "Install requirements from an index that you trust, with pinned versions and hashes.",
	CWE: 829, Refs: []string{"https://pip.pypa.io/en/stable/reference/requirements-file-format/", "https://cwe.mitre.org/data/definitions/829.html"},
}
