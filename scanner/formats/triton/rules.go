package triton

import "github.com/modelsieve/modelsieve/scanner"

var rulePython = &scanner.Rule{
	ID:       "triton-python-backend",
	Title:    "Triton runs Python from the model's folder",
	Severity: scanner.Medium,
	Why: "The configuration gives the model to Triton's Python backend. The server imports model.py from the model's folder when it loads " +
		"the model, in an environment that the configuration may bring along; it may do anything.",
	Fix: "Read model.py, and what the environment installs, before you serve the model.",
	CWE: 829, Refs: []string{"https://github.com/triton-inference-server/python_backend", "https://cwe.mitre.org/data/definitions/829.html"},
}
