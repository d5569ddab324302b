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

var ruleImport = &scanner.Rule{
	ID:       "torch-export-import",
	Title:    "Exported program imports a module of its choice",
	Severity: scanner.High,
	Why: "torch.export.load imports the module in which the default factory of a dict lies, whatever it is called. One in the working folder or " +
		"beside the model answers first, and runs while it is imported.",
	Fix: "Do not load the file. Export the model again with plain dicts as inputs and outputs.",
	CWE: 829, Refs: []string{"https://github.com/pytorch/pytorch/blob/main/torch/utils/_pytree.py", "https://cwe.mitre.org/data/definitions/829.html"},
}
