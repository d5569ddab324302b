package torchexport

import "github.com/modelsieve/modelsieve/scanner"

const (
	cwe94  = "https://cwe.mitre.org/data/definitions/94.html"
	cwe829 = "https://cwe.mitre.org/data/definitions/829.html"
)

var ruleExpression = &scanner.Rule{
	ID:       "torch-export-expression",
	Title:    "Exported program carries code in an expression",
	Severity: scanner.Critical,
	Why: "torch.export.load hands the program's symbolic sizes to sympy, which evaluates them as Python, and the program's module runs its guards. " +
		"An expression that does more than arithmetic runs with the rights of whoever loads the file.",
	Fix: "Do not load the file. Export the model again from code that you trust.",
	CWE: 94, Refs: []string{"https://docs.sympy.org/latest/modules/core.html#sympy.core.sympify.sympify", cwe94},
}

var ruleNative = &scanner.Rule{
	ID:       "torch-aoti-native-code",
	Title:    "Package ships compiled AOTInductor code",
	Severity: scanner.Critical,
	Why: "The loader of the package opens a shared library that lies in the archive. It is native code: what it does cannot be seen here, and " +
		"it starts while it is opened.",
	Fix: "Compile the package yourself from an exported program that can be scanned, or check its signature.",
	CWE: 829, Refs: []string{"https://docs.pytorch.org/docs/stable/torch.compiler_aot_inductor.html", cwe829},
}
