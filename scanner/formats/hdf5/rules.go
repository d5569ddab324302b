package hdf5

import (
	"slices"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/kerasconfig"
)

var ruleExternal = &scanner.Rule{
	ID:       "hdf5-external-reference",
	Title:    "HDF5 external link, storage or virtual dataset",
	Severity: scanner.High,
	Why: "Loading the weights follows the reference and reads another file of the machine into the model, from where its contents leave " +
		"with the outputs or when the model is saved again. Keras never writes weights this way.",
	Fix: "Do not load the file. Ask for one that holds its own weights.",
	CWE: 73, Refs: []string{"https://nvd.nist.gov/vuln/detail/CVE-2026-1669", "https://github.com/advisories/GHSA-3m4q-jmj6-r34q"},
}

var ruleLinked = &scanner.Rule{
	ID:       "hdf5-linked-file",
	Title:    "HDF5 file takes data from other files",
	Severity: scanner.Medium,
	Why: "Reading the named object opens another file by a path that this one holds. Collections of measurements are made so on purpose; " +
		"in a model nothing needs it.",
	Fix: "Check that the named files are the ones you expect, or copy the data into one file.",
	CWE: 73, Refs: []string{"https://support.hdfgroup.org/documentation/hdf5/latest/group___h5_l.html"},
}

// rules are all that the analyzer reports.
var rules = slices.Concat(kerasconfig.Rules, []*scanner.Rule{ruleExternal, ruleLinked})
