// Package h2o reads models of H2O: those that are Java source (POJO,
// https://docs.h2o.ai/h2o/latest-stable/h2o-docs/pojo-quickstart.html), and the model.ini of
// those that are folders or archives of trees and numbers (MOJO).
package h2o

import (
	"bytes"
	"context"
	"path"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/archiverules"
)

// Analyzer tells models that are Java source.
var Analyzer = &scanner.Analyzer{
	Name: "h2o",
	Doc: `Models of H2O: Java source (POJO) and the model.ini of archives (MOJO)

Source is a program. That a model is one is reported; what it does is not looked at.`,
	Rules: []*scanner.Rule{rulePOJO, archiverules.Manifest},
	Match: match,
	Run:   run,
}

var rulePOJO = &scanner.Rule{
	ID:       "h2o-pojo",
	Title:    "Model is Java source",
	Severity: scanner.Medium,
	Why: "The model is a Java class. Whoever scores with it compiles and runs it, and so does an H2O server that imports it, where the " +
		"import of such models is switched on (sys.ai.h2o.pojo.import.enabled). Its initializers run first.",
	Fix: "Ask for the model as a MOJO, which holds no code, or read the source: an honest one only computes.",
	CWE: 829, Refs: []string{"https://docs.h2o.ai/h2o/latest-stable/h2o-docs/pojo-quickstart.html", "https://cwe.mitre.org/data/definitions/829.html"},
}

// maxSearched is how much of a source is searched for its class, which stands in front of
// the numbers.
const maxSearched = 1 << 20

var class = []byte(" extends GenModel")

// match takes the files of MOJOs by name, and sources with a class of the kind that is in no
// package: those of H2O itself and of programs that score have one.
func match(h *scanner.Head) scanner.Claim {
	switch {
	case h.Leftover:
		return scanner.No
	case h.Name() == mojoName && bytes.Contains(h.Prefix, []byte("mojo_version")):
		return scanner.Sure
	case path.Ext(strings.ToLower(h.Name())) != ".java" || !bytes.Contains(h.Prefix, []byte("hex.genmodel.")):
		return scanner.No
	}
	text := make([]byte, min(h.Size, maxSearched))
	n, _ := h.ReadAt(text, 0)
	at := bytes.Index(text[:n], class)
	if at < 0 || bytes.HasPrefix(text[:n], []byte("package ")) || bytes.Contains(text[:at], []byte("\npackage ")) {
		return scanner.No
	}
	return scanner.Sure
}

func run(_ context.Context, p *scanner.Pass) error {
	if p.Name() != mojoName && p.Size > maxSearched {
		p.Data(maxSearched, p.Size-maxSearched)
	} else if p.Size > maxSearched {
		return scanner.Errorf(scanner.OverLimit, 0, "a description of %d bytes, more than %d", p.Size, maxSearched)
	}
	text := make([]byte, min(p.Size, maxSearched))
	if n, err := p.ReadAt(text, 0); n < len(text) {
		return scanner.Errorf(scanner.Unreadable, int64(n), "reading: %v", err)
	}
	if p.Name() == mojoName {
		mojo(p, string(text))
	} else {
		pojo(p, text)
	}
	p.Analysed(0, int64(len(text)))
	return nil
}

// pojo reports a model that is Java source.
func pojo(p *scanner.Pass, text []byte) {
	at := bytes.Index(text, class)
	if at < 0 {
		return
	}
	start := bytes.LastIndexByte(text[:at], ' ') + 1
	name := string(text[start:at])
	p.Report(rulePOJO, scanner.Span{Offset: int64(start), Length: int64(at - start)}, scanner.Detail{
		Message:  "The model is a Java class, which runs as a program where it is compiled or imported.",
		Evidence: []string{name}, Name: name, Use: scanner.UseCall,
	})
}

// mojoName is the file that describes a MOJO (hex/genmodel/ModelMojoReader.java).
const mojoName = "model.ini"

// mojo reports files of a MOJO that lie elsewhere. A domain has the number of its column,
// how many values it has, and a file.
func mojo(p *scanner.Pass, text string) {
	section, at := "", int64(0)
	for line := range strings.Lines(text) {
		trimmed := strings.TrimSpace(line)
		if strings.HasPrefix(trimmed, "[") {
			section = trimmed
		} else if fields := strings.Fields(trimmed); section == "[domains]" && len(fields) == 3 {
			archiverules.ReportPath(p, scanner.Span{Offset: at, Length: int64(len(line))}, "The model takes the values of a column from", fields[2])
		}
		at += int64(len(line))
	}
}
