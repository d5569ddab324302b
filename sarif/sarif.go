// Package sarif writes a [scanner.Report] as SARIF 2.1.0 for GitHub code scanning
// and for whatever else reads that format.
//
// GitHub decides much of the shape:
//
//   - The severity that it shows belongs to a rule, so the whole rule table is
//     written, sorted, whatever was found.
//   - It knows an alert by repository, path, rule and primaryLocationLineHash. Left
//     out, the upload action would hash the first characters of the file, which
//     many different payloads share; ours comes from the evidence.
//   - It ignores suppressions, so findings that the policy accepts are left out.
//   - It shows nothing but results, so a gap is a result of its rule, and the run
//     itself counts as successful.
//
// A result points at the file in the repository; where in the file, or in which
// member of it, stands in the message, in the logical location, and in byteOffset
// and byteLength, which count within the member that the logical location names.
//
// A file outside the repository keeps its results: under a path that leads out
// ("../models/a.pt"), or as a file URI where the path is absolute. GitHub cannot
// show such a file, and neither form makes it refuse the upload.
//
// This is the only package that knows go-sarif.
package sarif

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	gosarif "github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/modelsieve/modelsieve/scanner"
)

const (
	home   = "https://github.com/modelsieve/modelsieve"
	schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)

// Options is what the report itself does not say.
type Options struct {
	Version string // of the tool, "x.y.z"
	// Category tells apart several uploads for one commit. Empty writes none, which
	// leaves it to the category input of the upload action.
	Category string
}

// Write writes the report as one SARIF run, at once and in the same bytes for the
// same report. It leaves out findings that the policy accepts.
func Write(w io.Writer, r *scanner.Report, o Options) error {
	log, err := gosarif.New(gosarif.Version210)
	if err != nil {
		return fmt.Errorf("sarif: %w", err)
	}
	log.Schema = schema
	log.AddRun(run(r, o))
	var b bytes.Buffer
	if err := log.PrettyWrite(&b); err != nil {
		return fmt.Errorf("sarif: %w", err)
	}
	b.WriteByte('\n')
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("sarif: %w", err)
	}
	return nil
}

// run makes the one run of the log.
func run(r *scanner.Report, o Options) *gosarif.Run {
	rules := ruleTable(r)
	driver := gosarif.NewVersionedDriver("modelsieve", o.Version).
		WithFullName("modelsieve " + o.Version).
		WithSemanticVersion(o.Version).
		WithInformationURI(home)
	for _, rule := range rules {
		driver.Rules = append(driver.Rules, descriptor(rule))
	}
	run := gosarif.NewRun(*gosarif.NewTool(driver)).WithColumnKind("utf16CodeUnits")
	invocation := run.AddInvocation(true)
	if o.Category != "" {
		// The category is what stands before the last slash.
		id := strings.TrimSuffix(o.Category, "/") + "/"
		run.WithAutomationDetails(gosarif.NewRunAutomationDetails().WithID(id))
	}
	results := collect(r)
	if len(results) > maxResults {
		driver.AddNotification(cutDescriptor())
		invocation.AddTToolExecutionNotification(cutNotification(results))
		results = results[:maxResults]
	}
	sizes := fileSizes(r)
	for _, res := range results {
		index, _ := slices.BinarySearchFunc(rules, res.rule, compareRules)
		run.Results = append(run.Results, res.sarif(index, sizes))
	}
	return run
}
