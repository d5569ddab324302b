package scantest

import (
	"fmt"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
)

// Format writes a report as the want section of a fixture shows it.
func Format(r *scanner.Report) string {
	var b strings.Builder
	for i := range r.Files {
		f := &r.Files[i]
		c := f.Coverage
		fmt.Fprintf(&b, "%s: %s (%s) %d bytes: %d analysed, %d data, %d unaccounted\n",
			f.Path, f.Verdict, strings.Join(f.Formats, ", "), f.Size, c.Analysed, c.Data, c.Unaccounted)
		for j := range r.Findings {
			if r.Findings[j].Path == f.Path {
				formatFinding(&b, &r.Findings[j])
			}
		}
		for j := range r.Gaps {
			if g := &r.Gaps[j]; g.Path == f.Path {
				fmt.Fprintf(&b, "  %s gap %s: %s\n", place(g.Member, g.Span), g.Reason, g.Message)
			}
		}
	}
	return b.String()
}

// formatFinding writes one finding with its evidence.
func formatFinding(b *strings.Builder, f *scanner.Finding) {
	fmt.Fprintf(b, "  %s %s %s", place(f.Member, f.Span), f.Rule.Severity, f.Rule.ID)
	if f.Name != "" || f.Use != "" {
		plain := ""
		if f.Plain {
			plain = " plain"
		}
		fmt.Fprintf(b, " [%s %s%s]", f.Use, f.Name, plain)
	}
	fmt.Fprintf(b, ": %s\n", f.Message)
	for _, e := range f.Evidence {
		b.WriteString(strings.TrimRight("    | "+e, " ") + "\n")
	}
	if f.Fix != f.Rule.Fix {
		fmt.Fprintf(b, "    fix: %s\n", f.Fix)
	}
}

// place writes a member and a span in it.
func place(member string, at scanner.Span) string {
	text := fmt.Sprintf("@%d", at.Offset)
	if at.Length != 0 {
		text += fmt.Sprintf("+%d", at.Length)
	}
	if member != "" {
		return member + " " + text
	}
	return text
}

// formatInspection writes what inspection shows.
func formatInspection(r *scanner.Report) string {
	var b strings.Builder
	for _, a := range r.Artifacts {
		name := a.Path
		if a.Member != "" {
			name += "!/" + a.Member
		}
		fmt.Fprintf(&b, "%s: %s, %d bytes\n", name, a.Format, a.Size)
		for _, i := range a.Imports {
			fmt.Fprintf(&b, "  @%d %s %s %s as %s: %s\n", i.Offset, i.Use, i.Module, i.Name, i.Resolved, i.Verdict)
		}
		for _, line := range a.Program {
			fmt.Fprintf(&b, "  | %s\n", line)
		}
	}
	return b.String()
}
