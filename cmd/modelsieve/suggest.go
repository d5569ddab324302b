package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
)

// suggestAllow writes the entries of .modelsieve.yaml that accept the classes which
// nobody vetted and which the file only constructs in the plain shape: one class an
// entry, never a pattern, and nothing that is known to be dangerous. What else was
// found is counted: no entry by name covers it.
func suggestAllow(w io.Writer, r *scanner.Report) error {
	var names []string
	others := 0
	for i := range r.Findings {
		switch f := &r.Findings[i]; {
		case !f.Plain || f.Use != scanner.UseConstruct || f.Rule.Severity >= scanner.High || !callableName().MatchString(f.Name):
			others++
		case !slices.Contains(names, f.Name):
			names = append(names, f.Name)
		}
	}
	slices.Sort(names)
	var out strings.Builder
	if len(names) == 0 {
		out.WriteString("# Nothing here can be accepted by the name of a class.\n")
	} else {
		out.WriteString("# Add these to .modelsieve.yaml for the classes that you know, and fill in the rest.\nallow:\n")
	}
	for _, name := range names {
		fmt.Fprintf(&out, "  - name: %s\n    use: construct\n    reason: \"\"\n    owner: \"\"\n    until: \"\" # a date at most a year ahead\n", name)
	}
	if others > 0 {
		fmt.Fprintf(&out, "# %d more of the findings are not of that kind: see what `modelsieve scan` says of them.\n", others)
	}
	_, err := io.WriteString(w, out.String())
	return err
}
