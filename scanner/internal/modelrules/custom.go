package modelrules

import "github.com/modelsieve/modelsieve/scanner"

// CustomCode is the rule for models that run only with code from elsewhere: custom
// operators, layers and objects, which a loader looks up by their name.
var CustomCode = &scanner.Rule{
	ID:       "custom-code-required",
	Title:    "Model needs code or native plugins outside the file",
	Severity: scanner.Low,
	Why: "The model uses operators or objects that its framework does not have. Whoever loads it has to install or register code " +
		"for them, and that code runs with all rights.",
	Fix: "Find out where the code for the named operators comes from, and whether you trust that source.",
	CWE: 829, Refs: []string{"https://cwe.mitre.org/data/definitions/829.html"},
}

// NativeEngine is the rule for compiled engines of accelerators.
var NativeEngine = &scanner.Rule{
	ID:       "native-engine-unverified",
	Title:    "Opaque native engine or bundle",
	Severity: scanner.Low,
	Why: "The file holds a plan that was compiled for an accelerator. It is native code or close to it, and cannot be scanned: " +
		"only its source says whether it is to be trusted.",
	Fix: "Build the engine yourself from a model that can be scanned, or check its signature.",
	CWE: 829, Refs: []string{"https://docs.nvidia.com/deeplearning/tensorrt/latest/index.html"},
}

// NativeCode is the rule for shared libraries in a model's file that its loader opens.
var NativeCode = &scanner.Rule{
	ID:       "torch-aoti-native-code",
	Title:    "Package ships compiled AOTInductor code",
	Severity: scanner.Critical,
	Why: "The loader of the package or program opens a shared library that lies in the file. It is native code: what it does cannot be seen here, " +
		"and it starts while it is opened.",
	Fix: "Compile the package yourself from an exported program that can be scanned, or check its signature.",
	CWE: 829, Refs: []string{"https://docs.pytorch.org/docs/stable/torch.compiler_aot_inductor.html", "https://cwe.mitre.org/data/definitions/829.html"},
}
