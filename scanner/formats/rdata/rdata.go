// Package rdata reads serialized objects of R: .rds, and .RData as save writes it, in all
// three encodings (R Internals, "Serialization Formats"; src/main/serialize.c). The
// compression around them is opened by others.
//
// Code in closures is not judged: it runs when somebody calls it. Promises are, since
// they run when somebody looks at them.
package rdata

import (
	"bytes"
	"context"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/archiverules"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
)

// Analyzer reads serialized objects of R.
var Analyzer = &scanner.Analyzer{
	Name: "rdata",
	Doc: `Serialized R objects (.rds, .RData)

The whole tree is walked: promises outside of the environments of functions, and
vectors that stand for files, are reported.`,
	Rules: []*scanner.Rule{rulePromise, archiverules.Manifest, modelrules.CustomCode},
	Match: match,
	Run:   run,
}

var rulePromise = &scanner.Rule{
	ID:       "r-promise-payload",
	Title:    "R object contains an executable promise",
	Severity: scanner.Critical,
	Why: "The object holds an expression that R evaluates as soon as the object is looked at: printed, passed on, or a variable that load() " +
		"restores. R before 4.4.0 restores such promises from any file. Saved models hold them only in environments of functions.",
	Fix: "Do not load the file. Update R to 4.4.0 or later, and get the model from a source that you trust.",
	CWE: 502, Refs: []string{"https://nvd.nist.gov/vuln/detail/CVE-2024-27322", "https://cwe.mitre.org/data/definitions/502.html"},
}

// workspaces are how files of save() begin.
var workspaces = [][]byte{[]byte("RDX2\n"), []byte("RDX3\n"), []byte("RDA2\n"), []byte("RDA3\n"), []byte("RDB2\n"), []byte("RDB3\n")}

// headers are how a serialized object begins: its encoding and the version.
var headers = [][]byte{
	[]byte("X\n\x00\x00\x00\x02\x00"), []byte("X\n\x00\x00\x00\x03\x00"), []byte("B\n\x02\x00\x00\x00"), []byte("B\n\x03\x00\x00\x00"),
	[]byte("A\n2\n"), []byte("A\n3\n"),
}

func match(h *scanner.Head) scanner.Claim {
	for _, magic := range append(workspaces, headers...) {
		if bytes.HasPrefix(h.Prefix, magic) {
			return scanner.Sure
		}
	}
	return scanner.No
}

func run(_ context.Context, p *scanner.Pass) error {
	r := newReader(p)
	defer func() { p.Budget.Release(r.held) }()
	err := r.header()
	if err == nil {
		err = r.item(place{value: true}, 0)
	}
	p.Analysed(0, r.c.Offset())
	return err
}
