package onnx

import "github.com/modelsieve/modelsieve/scanner"

var ruleTraversal = &scanner.Rule{
	ID:       "onnx-external-data-traversal",
	Title:    "ONNX external data path escapes the model folder",
	Severity: scanner.Critical,
	Why: "A tensor is said to lie in a file outside of the model's folder. Loading the model reads that file into the tensor, from where " +
		"it can be sent on; saving the model again writes to it. Several releases of onnx followed such paths, each in another way.",
	Fix: "Do not load the model. An honest model names data files beside it or in folders below.",
	CWE: 22, Refs: []string{
		"https://nvd.nist.gov/vuln/detail/CVE-2022-25882", "https://nvd.nist.gov/vuln/detail/CVE-2024-27318",
		"https://nvd.nist.gov/vuln/detail/CVE-2025-51480", "https://onnx.ai/onnx/repo-docs/ExternalData.html",
	},
}

var ruleKey = &scanner.Rule{
	ID:       "onnx-external-data-key",
	Title:    "ONNX external data has unexpected keys",
	Severity: scanner.High,
	Why: "Releases of onnx before 1.21 set an attribute of a Python object for each key, whatever it was called. " +
		"Keys that the format does not have exist to change such objects.",
	Fix: "Do not load the model with onnx before 1.21. Export it again from a source that you trust.",
	CWE: 915, Refs: []string{
		"https://nvd.nist.gov/vuln/detail/CVE-2026-34445", "https://onnx.ai/onnx/repo-docs/ExternalData.html",
	},
}

var ruleLink = &scanner.Rule{
	ID:       "onnx-external-data-link",
	Title:    "ONNX external data file is a link",
	Severity: scanner.High,
	Why: "The file that a tensor lies in is a link, so loading the model reads, and saving it writes, a file elsewhere. " +
		"Releases of onnx before 1.21 followed it; later ones refuse the model.",
	Fix: "Replace the link by the file that it should stand for.",
	CWE: 59, Refs: []string{
		"https://nvd.nist.gov/vuln/detail/CVE-2026-34446", "https://nvd.nist.gov/vuln/detail/CVE-2026-34447",
	},
}

var rulePython = &scanner.Rule{
	ID:       "onnx-python-op",
	Title:    "ONNX operator imports Python code",
	Severity: scanner.High,
	Why: "The operator runs a Python function or class that it names by module, or that the process has registered under its name. " +
		"A module in the working folder, such as one that came with the model, answers first.",
	Fix: "Do not run the model unless you know the Python code that the operator runs.",
	CWE: 94, Refs: []string{
		"https://github.com/microsoft/onnxruntime-extensions/blob/main/docs/pyop.md",
		"https://onnxruntime.ai/docs/reference/operators/add-custom-op.html",
	},
}
