// Package archiverules holds what formats report in the same way of paths that they
// name: members and links of archives that lead out of the folder that they are
// unpacked to, and files of a model that a manifest takes from elsewhere.
package archiverules

import (
	"fmt"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
)

// Traversal is the rule for members that are unpacked outside of the target.
var Traversal = &scanner.Rule{
	ID:       "archive-traversal",
	Title:    "Archive member escapes the target folder",
	Severity: scanner.Critical,
	Why:      "Loaders that unpack the archive would write this member outside of the folder that they unpack to.",
	Fix:      "Do not unpack the archive. An honest model archive names its members relative to its own root.",
	CWE:      22, Refs: []string{"https://nvd.nist.gov/vuln/detail/CVE-2023-48299", "https://cwe.mitre.org/data/definitions/22.html"},
}

// Link is the rule for links to a place outside of the target.
var Link = &scanner.Rule{
	ID:       "archive-link-escape",
	Title:    "Archive link escapes the target folder",
	Severity: scanner.High,
	Why:      "The archive holds a link to a place outside of itself. A loader that unpacks it reads or writes through the link.",
	Fix:      "Do not unpack the archive. Replace the link by the file that it should stand for.",
	CWE:      59, Refs: []string{"https://nvd.nist.gov/vuln/detail/CVE-2025-4517", "https://cwe.mitre.org/data/definitions/59.html"},
}

// Folder is the folder that a member lies in: "" or a path that ends in a slash.
func Folder(name string) string { return name[:strings.LastIndexByte(name, '/')+1] }

// ReportName reports a member whose name leads out of the target.
func ReportName(p *scanner.Pass, at scanner.Span, name string) {
	if !escapes(name) {
		return
	}
	p.Report(Traversal, at, scanner.Detail{
		Message:  fmt.Sprintf("The archive has a member %q, which unpacks to a place outside of the target folder.", scanner.Clean(name, 160)),
		Evidence: []string{name},
	})
}

// ReportLink reports a link whose target, relative to a folder of the archive, leads
// out of it.
func ReportLink(p *scanner.Pass, at scanner.Span, name, folder, target string) {
	if !strings.HasPrefix(target, "/") && !escapes(folder+target) {
		return
	}
	p.Report(Link, at, scanner.Detail{
		Message:  fmt.Sprintf("The archive has a link %q to %q, outside of the target folder.", scanner.Clean(name, 100), scanner.Clean(target, 160)),
		Evidence: []string{name, target},
	})
}

// escapes reports whether a name leads out of the folder that it is unpacked to,
// on any system.
func escapes(name string) bool {
	return strings.HasPrefix(strings.ReplaceAll(name, `\`, "/"), "/") || len(name) > 1 && name[1] == ':' || Climbs(name)
}

// Climbs reports whether the parts of a path lead above its folder, on any system.
func Climbs(name string) bool {
	depth := 0
	slashed := strings.ReplaceAll(name, `\`, "/")
	for part := range strings.SplitSeq(slashed, "/") {
		switch part {
		case "", ".":
		case "..":
			depth--
		default:
			depth++
		}
		if depth < 0 {
			return true
		}
	}
	return false
}

// Manifest is the rule for files that a manifest names outside of its own folder.
var Manifest = &scanner.Rule{
	ID:       "manifest-path-traversal",
	Title:    "Model manifest points outside its folder",
	Severity: scanner.High,
	Why:      "The file names another file of the model by a path that leads out of the model's folder. Loaders join such paths without a check.",
	Fix:      "Do not load the model. An honest manifest names files beside it or in folders below.",
	CWE:      22, Refs: []string{"https://cwe.mitre.org/data/definitions/22.html"},
}

// ReportPath reports a path that a manifest names and that leads out of its folder.
// does says what the manifest does with it, and ends before the path. The result says
// whether there was something to report.
func ReportPath(p *scanner.Pass, at scanner.Span, does, name string) bool {
	if !escapes(name) {
		return false
	}
	p.Report(Manifest, at, scanner.Detail{
		Message:  fmt.Sprintf("%s %q, outside of the model's folder.", does, scanner.Clean(name, 160)),
		Evidence: []string{name},
	})
	return true
}
