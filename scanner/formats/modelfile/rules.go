package modelfile

import "github.com/modelsieve/modelsieve/scanner"

var ruleOutside = &scanner.Rule{
	ID:       "ollama-outside-file",
	Title:    "Modelfile takes a file from outside its folder",
	Severity: scanner.Medium,
	Why: "\"ollama create\" reads the weights or the adapter from a path that leads out of the folder of the Modelfile, and sends them to " +
		"its server. What gets into the model is not what was reviewed with it, and the path is that of one machine.",
	Fix: "Put the file beside the Modelfile, or name a model of a registry.",
	CWE: 73, Refs: []string{"https://docs.ollama.com/modelfile#from-required", "https://cwe.mitre.org/data/definitions/73.html"},
}

var ruleRegistry = &scanner.Rule{
	ID:       "ollama-foreign-registry",
	Title:    "Modelfile takes a model from another registry",
	Severity: scanner.Medium,
	Why: "\"ollama create\" pulls the base model from a host that is neither Ollama's registry nor a well-known hub, or without TLS. Whoever " +
		"runs that host decides what is loaded, and older versions of Ollama wrote files where its answers said.",
	Fix: "Make sure that the host is yours, or take the model from a registry that you trust.",
	CWE: 829, Refs: []string{"https://docs.ollama.com/modelfile#from-required", "https://nvd.nist.gov/vuln/detail/CVE-2024-37032"},
}
