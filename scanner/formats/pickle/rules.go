package pickle

import "github.com/modelsieve/modelsieve/scanner"

const (
	pep307  = "https://peps.python.org/pep-0307/"
	pickled = "https://docs.python.org/3/library/pickle.html#restricting-globals"
	cwe502  = "https://cwe.mitre.org/data/definitions/502.html"
)

var ruleDangerousCall = &scanner.Rule{
	ID:       "pickle-dangerous-call",
	Title:    "Pickle calls a dangerous function when it is loaded",
	Severity: scanner.Critical,
	Why: "Loading this file runs the call that is shown, with the rights of whoever loads it. " +
		"No model needs it: a trained model is data, and this is code.",
	Fix: "Do not load the file. Find out who added it and how it was made, treat machines that loaded it as compromised, " +
		"and get the model from a source that you trust, if possible as safetensors.",
	CWE:  502,
	Refs: []string{pickled, pep307, cwe502},
}

var ruleDangerousImport = &scanner.Rule{
	ID:       "pickle-dangerous-import",
	Title:    "Pickle imports a dangerous function",
	Severity: scanner.High,
	Why: "Loading this file imports a function that executes code or touches files, processes or the network. " +
		"The pickle does not call it in a way that was seen, but whoever uses the loaded object may.",
	Fix: "Do not use the file before it is clear why a model refers to this function. Re-export the model from its training code.",
	CWE: 502, Refs: []string{pickled, cwe502},
}

var ruleUnlistedCall = &scanner.Rule{
	ID:       "pickle-unlisted-call",
	Title:    "Pickle calls a function of a known package that is not known to be harmless",
	Severity: scanner.High,
	Why: "The package was reviewed, and only names that were shown to be inert for the use at hand pass. This one was not, " +
		"or not with these arguments. Large packages hold functions that evaluate text or start processes.",
	Fix: "Look the function up. If loading has to call it, save the model in another way (a state dict, safetensors); " +
		"if you accept it, add an `allow` entry with an owner and an end date.",
	CWE: 502, Refs: []string{pickled, cwe502},
}

var ruleUnlistedImport = &scanner.Rule{
	ID:       "pickle-unlisted-import",
	Title:    "Pickle refers to a name of a known package that is not known to be harmless",
	Severity: scanner.Medium,
	Why: "The name is only looked up or stored, not called. The package was reviewed, but this name was not shown to be inert, " +
		"so what happens when it is used is unknown.",
	Fix: "Check what the name is and why the model keeps it. If it is right, accept it with an `allow` entry.",
	CWE: 502, Refs: []string{pickled, cwe502},
}

var ruleUnknownCall = &scanner.Rule{
	ID:       "pickle-unknown-call",
	Title:    "Pickle runs code of a package that nobody vetted",
	Severity: scanner.High,
	Why: "Loading this file runs a function or method of a package that was never reviewed. " +
		"What it does depends on that package as it is installed where the file is loaded.",
	Fix: "Review the function, or save the model as data only (a state dict, safetensors, ONNX). " +
		"If you know the package, accept this call with an `allow` entry.",
	CWE: 502, Refs: []string{pickled, cwe502},
}

var ruleUnknownImport = &scanner.Rule{
	ID:       "pickle-unknown-import",
	Title:    "Pickle builds an object of a class that nobody vetted",
	Severity: scanner.Medium,
	Why: "Loading this file imports a package that was never reviewed, and for an instance runs the class's __new__ and __setstate__. " +
		"Your own classes are reported like this, and so are classes that an attacker published.",
	Fix: "If the class is yours or you know it, accept it by name in .modelsieve.yaml: " +
		"`allow: [{name: pkg.Class, use: construct, reason: ..., owner: ..., until: ...}]`. Better, save a state dict instead of the object.",
	CWE: 502, Refs: []string{pickled, cwe502},
}

var ruleUnresolved = &scanner.Rule{
	ID:       "pickle-unresolved",
	Title:    "Pickle uses a callable whose name cannot be known",
	Severity: scanner.High,
	Why: "The name is computed while loading, comes from the extension registry, or the callable hides behind another object. " +
		"Honest files spell the names that they import; here it cannot be said what would run.",
	Fix: "Do not load the file. Re-export the model with the standard pickler.",
	CWE: 502, Refs: []string{pickled, "https://docs.python.org/3/library/copyreg.html", cwe502},
}

var ruleGlobalWrite = &scanner.Rule{
	ID:       "pickle-global-write",
	Title:    "Pickle changes a module, class, function or registry",
	Severity: scanner.High,
	Why: "Loading this file writes into something that the whole process shares, or puts a callable where Python looks for a method. " +
		"Names that look harmless may then do anything, in this file and after it.",
	Fix: "Do not load the file. Honest pickles only fill objects that they made themselves.",
	CWE: 915, Refs: []string{"https://cwe.mitre.org/data/definitions/915.html", pep307},
}

var ruleStateHijack = &scanner.Rule{
	ID:       "pickle-state-hijack",
	Title:    "Pickle switches the class of an object",
	Severity: scanner.Critical,
	Why: "The state that is set on an object replaces its class, so that methods of another class run on data from the file. " +
		"No honest writer does this.",
	Fix: "Do not load the file.",
	CWE: 915, Refs: []string{"https://cwe.mitre.org/data/definitions/915.html", pep307},
}

var ruleEmbeddedCode = &scanner.Rule{
	ID:       "pickle-embedded-code",
	Title:    "Pickle carries the bytecode of a function",
	Severity: scanner.High,
	Why: "cloudpickle and dill store functions and classes as compiled code. Whoever calls the loaded object runs code from the file, " +
		"and bytecode cannot be cleared by reading names. Nothing is said of a function whose code is, field by field, what a vetted " +
		"package compiles to: the schedules of Stable-Baselines3 agents, the distances of UMAP.",
	Fix: "Move the function into an importable module of yours and save the model again, or save data only.",
	CWE: 502, Refs: []string{"https://github.com/cloudpipe/cloudpickle", "https://dill.readthedocs.io/", cwe502},
}

var ruleNested = &scanner.Rule{
	ID:       "pickle-nested",
	Title:    "Pickle loads another pickle or model that could not be followed",
	Severity: scanner.High,
	Why: "Bytes in this file are unpickled or loaded as a model while it is loaded, but where they come from is computed, " +
		"so that the second stage was not analysed.",
	Fix: "Do not load the file. Save the inner object in a file of its own, or re-export the model.",
	CWE: 502, Refs: []string{pickled, cwe502},
}

var ruleObfuscated = &scanner.Rule{
	ID:       "pickle-obfuscated",
	Title:    "Pickle is written as no honest writer writes",
	Severity: scanner.High,
	Why: "The stream holds constructs that unpicklers read in different ways and that no pickler emits. " +
		"They serve to show a scanner something else than what a loader runs.",
	Fix: "Do not load the file. Re-export the model with the standard pickler.",
	CWE: 506, Refs: []string{"https://github.com/python/cpython/blob/main/Lib/pickletools.py", "https://cwe.mitre.org/data/definitions/506.html"},
}

var ruleCodeBeside = &scanner.Rule{
	ID:       "code-beside-model",
	Title:    "Loading the model imports a file that lies beside it",
	Severity: scanner.High,
	Why: "The model imports a module by name, and a file beside the model answers to that name. Whoever loads the model from that " +
		"folder, or with the archive on the import path, runs the file; it need not be the module that the name makes one think of.",
	Fix: "Review the file as code that runs when the model is loaded. Ship code as an installed package and models as data; " +
		"if the file is yours and reviewed, accept this finding with an `allow` entry.",
	CWE: 427, Refs: []string{"https://docs.python.org/3/library/sys_path_init.html", "https://cwe.mitre.org/data/definitions/427.html"},
}

var ruleForgedDtype = &scanner.Rule{
	ID:       "numpy-forged-dtype",
	Title:    "NumPy dtype state contradicts itself",
	Severity: scanner.Critical,
	Why: "The flags or sizes of a dtype do not fit its type, so that NumPy would take raw bytes of the file for object pointers " +
		"or reach outside the array: memory corruption that runs code.",
	Fix: "Do not load the file.",
	CWE: 843, Refs: []string{"https://numpy.org/doc/stable/reference/c-api/types-and-structures.html", "https://cwe.mitre.org/data/definitions/843.html"},
}

var rules = []*scanner.Rule{
	ruleDangerousCall, ruleDangerousImport, ruleUnlistedCall, ruleUnlistedImport, ruleUnknownCall, ruleUnknownImport,
	ruleUnresolved, ruleGlobalWrite, ruleStateHijack, ruleEmbeddedCode, ruleNested, ruleObfuscated, ruleForgedDtype, ruleCodeBeside,
}
