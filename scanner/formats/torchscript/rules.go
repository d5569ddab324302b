package torchscript

import "github.com/modelsieve/modelsieve/scanner"

const (
	cve   = "https://nvd.nist.gov/vuln/detail/CVE-2025-32434"
	cwe73 = "https://cwe.mitre.org/data/definitions/73.html"
)

var ruleWrite = &scanner.Rule{
	ID:       "torchscript-file-write",
	Title:    "TorchScript calls torch.save",
	Severity: scanner.Critical,
	Why: "The code in the archive writes a file at a path of its own choice. TorchScript's interpreter does that without Python: " +
		"torch.jit.load runs it, and older releases of PyTorch did so under weights_only=True.",
	Fix: "Do not load the file. A model has no reason to save anything.",
	CWE: 73, Refs: []string{cve, cwe73},
}

var ruleRead = &scanner.Rule{
	ID:       "torchscript-file-read",
	Title:    "TorchScript calls torch.from_file",
	Severity: scanner.High,
	Why: "The code in the archive maps a file into a tensor, and creates or changes it where it asks for a shared mapping. " +
		"What it reads can leave the machine in what the model answers.",
	Fix: "Do not load the file, or find out why the model reads that path.",
	CWE: 73, Refs: []string{cve, cwe73},
}
