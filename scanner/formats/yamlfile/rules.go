package yamlfile

import "github.com/modelsieve/modelsieve/scanner"

const (
	pyyaml   = "https://nvd.nist.gov/vuln/detail/CVE-2020-14343"
	pyyaml51 = "https://nvd.nist.gov/vuln/detail/CVE-2017-18342"
	pydocs   = "https://pyyaml.org/wiki/PyYAMLDocumentation"
	cwe502   = "https://cwe.mitre.org/data/definitions/502.html"
	cwe829   = "https://cwe.mitre.org/data/definitions/829.html"
	useSafe  = "Load the file with yaml.safe_load, which refuses such tags, and write plain values instead of objects."
)

var rulePythonTag = &scanner.Rule{
	ID:       "yaml-python-tag",
	Title:    "YAML tag names a dangerous Python callable",
	Severity: scanner.Critical,
	Why: "A tag makes PyYAML or ruamel import, make or call something that runs commands or code, or reaches files or the network. " +
		"yaml.load does so with the loaders Loader and UnsafeLoader, with FullLoader before 5.4, and by default before 5.1.",
	Fix: "Do not load the file. " + useSafe,
	CWE: 502, Refs: []string{pyyaml, pyyaml51, pydocs},
}

var rulePythonCall = &scanner.Rule{
	ID:       "yaml-python-call",
	Title:    "YAML tag calls a Python function that nobody vetted",
	Severity: scanner.High,
	Why:      "A tag makes PyYAML or ruamel import and call a function with arguments from the file. What it does with them is not known here.",
	Fix:      useSafe,
	CWE:      502, Refs: []string{pyyaml, pydocs, cwe502},
}

var rulePythonObject = &scanner.Rule{
	ID:       "yaml-python-object",
	Title:    "YAML tag makes a Python object of a class that nobody vetted",
	Severity: scanner.Medium,
	Why: "A tag makes PyYAML or ruamel import a module and make an instance of a class, or keep a function for later. The import alone " +
		"runs the module, wherever it lies.",
	Fix: useSafe,
	CWE: 502, Refs: []string{pydocs, cwe502},
}

var ruleHyperPyYAML = &scanner.Rule{
	ID:       "yaml-hyperpyyaml-apply",
	Title:    "HyperPyYAML tag calls a dangerous function",
	Severity: scanner.Critical,
	Why: "SpeechBrain and other users of HyperPyYAML import and call what the tags of the file name, by design. This one runs commands or " +
		"code, or reaches files or the network.",
	Fix: "Do not load the file. Name the parts of the model only.",
	CWE: 94, Refs: []string{"https://github.com/speechbrain/HyperPyYAML", "https://cwe.mitre.org/data/definitions/94.html"},
}

var ruleJavaTag = &scanner.Rule{
	ID:       "yaml-java-tag",
	Title:    "YAML tag names a Java class",
	Severity: scanner.High,
	Why: "SnakeYAML before 2.0, which TorchServe used for configurations of models, makes an instance of any class that a tag names. " +
		"Ready-made classes fetch and run code from the network.",
	Fix: "Do not give the file to a Java program. Configurations of models need no such tag.",
	CWE: 502, Refs: []string{"https://nvd.nist.gov/vuln/detail/CVE-2022-1471", cwe502},
}

var ruleObjectTag = &scanner.Rule{
	ID:       "yaml-object-tag",
	Title:    "YAML tag makes an object of another language",
	Severity: scanner.Medium,
	Why:      "Loaders of Ruby, PHP, Perl and JavaScript make objects or functions by such tags. Nothing of a Python model needs one.",
	Fix:      "Remove the tag, or load the file with a loader that refuses it.",
	CWE:      502, Refs: []string{cwe502},
}

var ruleLoaderModule = &scanner.Rule{
	ID:       "mlflow-loader-module",
	Title:    "MLmodel loads bundled Python code",
	Severity: scanner.High,
	Why: "mlflow.pyfunc.load_model imports the module that MLmodel names, or runs the script that it names, from the model's own folder. " +
		"No pickle is needed for that.",
	Fix: "Read the code that is named before you load the model, or ask for a model in a flavour of MLflow's own.",
	CWE: 829, Refs: []string{"https://mlflow.org/docs/latest/model/models-from-code/", "https://nvd.nist.gov/vuln/detail/CVE-2024-37054", cwe829},
}

var ruleBundledCode = &scanner.Rule{
	ID:       "mlflow-code-path",
	Title:    "MLmodel puts its own code on the import path",
	Severity: scanner.Medium,
	Why: "mlflow.pyfunc.load_model puts the folder that MLmodel names in front of the import path. A module there is imported in the place " +
		"of an installed one of the same name.",
	Fix: "Read the code in that folder before you load the model.",
	CWE: 829, Refs: []string{"https://mlflow.org/docs/latest/ml/model/", cwe829},
}

var ruleProject = &scanner.Rule{
	ID:       "mlflow-project",
	Title:    "MLproject runs shell commands",
	Severity: scanner.Low,
	Why:      "mlflow run gives the commands of the entry points to a shell. They are there to run code, so the file is a program.",
	Fix:      "Run the project only if you would run its scripts.",
	CWE:      829, Refs: []string{"https://nvd.nist.gov/vuln/detail/CVE-2024-37061", cwe829},
}
