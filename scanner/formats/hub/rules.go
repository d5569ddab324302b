package hub

import "github.com/modelsieve/modelsieve/scanner"

const cwe829 = "https://cwe.mitre.org/data/definitions/829.html"

var ruleKernel = &scanner.Rule{
	ID:       "hf-kernel-injection",
	Title:    "Config selects a remote attention kernel",
	Severity: scanner.Critical,
	Why: "The configuration names a repository of a hub as the implementation of attention or of experts. Vulnerable releases of " +
		"transformers fetch that repository and run its code when the model is loaded, without asking.",
	Fix: "Do not load the model. Remove the key, or name an implementation that is built in, such as \"sdpa\".",
	CWE: 94, Refs: []string{"https://nvd.nist.gov/vuln/detail/CVE-2026-4372", "https://cwe.mitre.org/data/definitions/94.html"},
}

var ruleMissingCode = &scanner.Rule{
	ID:       "hf-missing-code",
	Title:    "Config names Python that is not beside it",
	Severity: scanner.Medium,
	Why: "The configuration names classes in Python files of its own repository, and these files are not here. They were not looked at, " +
		"and a loader that finds them runs them.",
	Fix: "Scan the repository with all of its files.",
	CWE: 829, Refs: []string{"https://huggingface.co/docs/transformers/main/en/models#custom-models", cwe829},
}

var ruleAdapterImport = &scanner.Rule{
	ID:       "hf-adapter-import",
	Title:    "Adapter config imports an arbitrary library",
	Severity: scanner.High,
	Why: "The configuration of the adapter names a library, and PEFT imports it by that name, whatever it is. The import runs the " +
		"library's code.",
	Fix: "Do not load the adapter, or set its auto_mapping to the class of the base model.",
	CWE: 829, Refs: []string{"https://github.com/huggingface/peft/blob/main/src/peft/auto.py", cwe829},
}

var ruleHandler = &scanner.Rule{
	ID:       "mar-custom-handler",
	Title:    "TorchServe archive runs its own handler",
	Severity: scanner.Medium,
	Why:      "The archive names a Python file of its own as its handler. TorchServe imports it on every worker; it may do anything.",
	Fix:      "Read the handler before you serve the archive.",
	CWE:      829, Refs: []string{"https://docs.pytorch.org/serve/custom_service.html", cwe829},
}
