package kerasconfig

import (
	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
)

// Rules are all rules that a walk may report; a format that walks configs lists them.
var Rules = []*scanner.Rule{
	ruleLambda, ruleModule, ruleInternal, ruleTorch, ruleSavedModel, ruleVocabulary, ruleCustomModule, modelrules.CustomCode,
}

var ruleLambda = &scanner.Rule{
	ID:       "keras-lambda-bytecode",
	Title:    "Keras Lambda carries Python bytecode",
	Severity: scanner.Critical,
	Why: "The file holds a marshalled Python function, and building the model calls it. Keras 2, tf.keras and the HDF5 loaders run it without " +
		"asking; newer loaders refuse unless safe_mode is off, and several of their checks could be passed by. Bytecode can do whatever Python can.",
	Fix: "Do not load the file. Ask for a model whose functions are named and registered in code that you can read, or for its weights alone.",
	CWE: 502, Refs: []string{
		"https://nvd.nist.gov/vuln/detail/CVE-2024-3660", "https://nvd.nist.gov/vuln/detail/CVE-2025-9905",
		"https://kb.cert.org/vuls/id/253266",
	},
}

var ruleModule = &scanner.Rule{
	ID:       "keras-module-gadget",
	Title:    "Keras config references a non-Keras module",
	Severity: scanner.Critical,
	Why: "Loaders look up the class or function of an object by the module that the config names: tf_keras to this day, and Keras before 3.9, import " +
		"any module and use what they find there, with arguments from the file. No honest model names such a module.",
	Fix: "Do not load the file: it is made to run code.",
	CWE: 94, Refs: []string{
		"https://nvd.nist.gov/vuln/detail/CVE-2025-1550", "https://github.com/advisories/GHSA-48g7-3x6r-xfhp",
	},
}

var ruleInternal = &scanner.Rule{
	ID:       "keras-internal-gadget",
	Title:    "Keras config calls a non-modelling Keras API",
	Severity: scanner.Critical,
	Why: "The config names a function of Keras or TensorFlow that no model is made of: such functions download and write files, load other " +
		"models or switch the safe mode off.",
	Fix: "Do not load the file: it is made to run code.",
	CWE: 502, Refs: []string{
		"https://nvd.nist.gov/vuln/detail/CVE-2025-8747", "https://nvd.nist.gov/vuln/detail/CVE-2025-9906",
	},
}

var ruleTorch = &scanner.Rule{
	ID:       "keras-torch-wrapper",
	Title:    "Keras TorchModuleWrapper payload",
	Severity: scanner.High,
	Why: "The layer holds a pickled torch module, which loaders unpickle without restrictions. What the pickle does is reported besides; " +
		"classes that it needs come from elsewhere.",
	Fix: "Save the torch module's weights as safetensors, and build the layer in code.",
	CWE: 502, Refs: []string{"https://nvd.nist.gov/vuln/detail/CVE-2025-49655"},
}

var ruleSavedModel = &scanner.Rule{
	ID:       "keras-tfsm-layer",
	Title:    "Keras TFSMLayer loads an external SavedModel",
	Severity: scanner.High,
	Why: "Building the layer loads the SavedModel at the path that the file names, outside of the safe mode. Its graph may read and write files " +
		"and is not part of what was scanned here.",
	Fix: "Scan the SavedModel that the layer names, and load the model only where that path is under your control.",
	CWE: 829, Refs: []string{"https://nvd.nist.gov/vuln/detail/CVE-2026-1462"},
}

var ruleVocabulary = &scanner.Rule{
	ID:       "keras-external-vocabulary",
	Title:    "Lookup layer vocabulary is a path or URL",
	Severity: scanner.High,
	Why: "A vocabulary that is a text and not a list is a path: the loader reads that file, or fetches that URL, and the model's outputs " +
		"give its lines away.",
	Fix: "Save the model again with a current Keras, which stores the terms themselves.",
	CWE: 73, Refs: []string{"https://nvd.nist.gov/vuln/detail/CVE-2025-12058"},
}

var ruleCustomModule = &scanner.Rule{
	ID:       "keras-custom-module",
	Title:    "Keras config names a class of a module nobody vetted",
	Severity: scanner.Medium,
	Why: "Loaders that resolve objects by module import this one and make the class with arguments from the file. Whether that is harmless " +
		"depends on code that is not in the file.",
	Fix: "Check the named class, and register it with keras.saving.register_keras_serializable so that the file need not name its module.",
	CWE: 829, Refs: []string{"https://keras.io/api/models/model_saving_apis/serialization_utils/"},
}
