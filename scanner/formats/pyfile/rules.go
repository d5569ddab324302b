package pyfile

import "github.com/modelsieve/modelsieve/scanner"

const (
	cwe506 = "https://cwe.mitre.org/data/definitions/506.html"
	cwe829 = "https://cwe.mitre.org/data/definitions/829.html"
)

var ruleExec = &scanner.Rule{
	ID:       "python-top-level-exec",
	Title:    "Model folder script executes commands on import",
	Severity: scanner.High,
	Why: "Loaders import this file to build the model, and with the import this runs: a process, code that is put together, or a " +
		"connection. Code that only defines a model does none of that.",
	Fix: "Do not load the model before it is clear what the file does. Move what is needed into a function that is called on purpose.",
	CWE: 506, Refs: []string{
		"https://huggingface.co/docs/transformers/main/en/models#custom-models", "https://docs.pytorch.org/docs/stable/package.html", cwe506,
	},
}

var ruleEndpoint = &scanner.Rule{
	ID:       "hf-endpoint-handler",
	Title:    "Inference endpoint runs the repository's own handler",
	Severity: scanner.Medium,
	Why: "The repository has a handler.py with an EndpointHandler. Who deploys it as an inference endpoint runs that file and installs the " +
		"requirements beside it. It may do anything.",
	Fix: "Read the handler before you deploy the repository, and pin the revision that you read.",
	CWE: 829, Refs: []string{"https://huggingface.co/docs/inference-endpoints/guides/custom_handler", cwe829},
}

var ruleDataset = &scanner.Rule{
	ID:       "hf-dataset-script",
	Title:    "Data set is loaded by a script of its own",
	Severity: scanner.Medium,
	Why: "The file derives a class from a builder of the datasets library. Before release 4.0, which refuses such scripts, load_dataset " +
		"imports it and runs the class.",
	Fix: "Read the script before you load the data set with an old release, or convert the data to Parquet.",
	CWE: 829, Refs: []string{"https://huggingface.co/docs/datasets/v3.6.0/en/dataset_script", cwe829},
}
