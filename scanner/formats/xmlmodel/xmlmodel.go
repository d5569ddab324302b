// Package xmlmodel reads what stands before the root of models in XML: PMML
// (https://dmg.org/pmml/pmml-v4-4-1.html), OpenVINO's IR, and cascades of OpenCV. Entities
// that are declared there make parsers open files and connections. The models themselves
// hold no code. Other XML is not claimed.
package xmlmodel

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
)

// Analyzer reads models in XML.
var Analyzer = &scanner.Analyzer{
	Name: "xmlmodel",
	Doc: `Models in XML: PMML, OpenVINO, OpenCV

Declarations of entities in front of the model are reported, in every encoding that
XML parsers find out by themselves. Of OpenVINO's models, layers of other libraries are
named, and constants are compared with the file that they lie in.`,
	Rules: []*scanner.Rule{ruleEntity, modelrules.Malformed, modelrules.CustomCode},
	Match: match,
	Run:   run,
}

var ruleEntity = &scanner.Rule{
	ID:       "xml-external-entity",
	Title:    "XML declares external entities",
	Severity: scanner.High,
	Why: "Parsers that resolve entities, as those of Java do unless they are told otherwise, open the file or the address that the declaration " +
		"names, and put what they find into the model. That reads local files and reaches hosts of the internal network.",
	Fix: "Do not load the model. An honest model declares no entities; read XML with a parser that refuses them.",
	CWE: 611, Refs: []string{"https://owasp.org/www-community/vulnerabilities/XML_External_Entity_(XXE)_Processing", "https://cwe.mitre.org/data/definitions/611.html"},
}

// roots are the outermost elements of models.
var roots = []string{"PMML", "net", "opencv_storage"}

// match decides by the root element, or leaves it to run where what precedes it is longer
// than a head.
func match(h *scanner.Head) scanner.Claim {
	text, ok := decode(h.Prefix)
	if !ok || !strings.HasPrefix(strings.TrimLeft(text, blank), "<") {
		return scanner.No
	}
	p := parse(text)
	switch {
	case p.root != "" && model(p.root, text):
		return scanner.Sure
	case (p.root == "" && p.open || p.doctype != "" && p.root == "net") && h.Size > int64(len(h.Prefix)):
		return scanner.Maybe // the rest tells
	}
	return scanner.No
}

// model reports whether a root element is a model's. "net" is OpenVINO's where it has layers.
func model(root, text string) bool {
	_, name, prefixed := strings.Cut(root, ":")
	if !prefixed {
		name = root
	}
	if !slices.Contains(roots, name) {
		return false
	}
	return name != "net" || strings.Contains(text, "<layers")
}

// maxProlog is how many bytes may stand before the root element.
const maxProlog = 4 << 20

func run(_ context.Context, p *scanner.Pass) error {
	n := min(p.Size, maxProlog)
	if err := p.Budget.Hold(4 * n); err != nil {
		return err
	}
	defer p.Budget.Release(4 * n)
	if err := p.Budget.Step(n / 16); err != nil {
		return err
	}
	raw := make([]byte, n)
	if got, err := p.ReadAt(raw, 0); int64(got) < n {
		return scanner.Errorf(scanner.Unreadable, int64(got), "reading: %v", err)
	}
	text, ok := decode(raw)
	if !ok {
		return scanner.Errorf(scanner.Unrecognized, 0, "no text of XML")
	}
	prolog := parse(text)
	if prolog.root != "" && !model(prolog.root, text) {
		return scanner.Errorf(scanner.Unrecognized, 0, "the XML is no model")
	}
	prolog.report(p)
	if prolog.root == "" {
		return scanner.Errorf(scanner.Truncated, 0, "no element of XML stands in the first %d bytes", n)
	}
	if prolog.root == "net" {
		err := openvino(p)
		if err == nil {
			p.Analysed(0, p.Size)
		}
		return err
	}
	p.Analysed(0, n)
	p.Data(n, p.Size-n)
	return nil
}

// decode returns bytes as text: UTF-8 or an encoding like it, or UTF-16 and UTF-32, which
// parsers tell by the first bytes.
func decode(b []byte) (string, bool) {
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		return string(b[3:]), true
	case bytes.HasPrefix(b, []byte("\xff\xfe\x00\x00")), bytes.HasPrefix(b, []byte("<\x00\x00\x00")):
		return every(b, 4, 0), true
	case bytes.HasPrefix(b, []byte("\x00\x00\xfe\xff")), bytes.HasPrefix(b, []byte("\x00\x00\x00<")):
		return every(b, 4, 3), true
	case bytes.HasPrefix(b, []byte("\xff\xfe")), bytes.HasPrefix(b, []byte("<\x00")):
		return every(b, 2, 0), true
	case bytes.HasPrefix(b, []byte("\xfe\xff")), bytes.HasPrefix(b, []byte("\x00<")):
		return every(b, 2, 1), true
	}
	return string(b), len(b) > 0 && !bytes.Contains(b[:min(len(b), 64)], []byte{0})
}

// every returns one byte of each wide character: all that markup consists of is ASCII.
func every(b []byte, width, at int) string {
	out := make([]byte, 0, len(b)/width)
	for i := 0; i+width <= len(b); i += width {
		c := b[i+at]
		for j := range width {
			if j != at && b[i+j] != 0 {
				c = '?'
			}
		}
		if i > 0 || c != '?' { // a byte order mark
			out = append(out, c)
		}
	}
	return string(out)
}
