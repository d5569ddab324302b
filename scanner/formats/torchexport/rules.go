package torchexport

import "github.com/modelsieve/modelsieve/scanner"

const cwe94 = "https://cwe.mitre.org/data/definitions/94.html"

var ruleExpression = &scanner.Rule{
	ID:       "torch-export-expression",
	Title:    "Exported program carries code in an expression",
	Severity: scanner.Critical,
	Why: "torch.export.load hands the program's symbolic sizes to sympy, which evaluates them as Python, and the program's module runs its guards. " +
		"An expression that does more than arithmetic runs with the rights of whoever loads the file.",
	Fix: "Do not load the file. Export the model again from code that you trust.",
	CWE: 94, Refs: []string{"https://docs.sympy.org/latest/modules/core.html#sympy.core.sympify.sympify", cwe94},
}
