package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"golang.org/x/term"

	"github.com/modelsieve/modelsieve/scanner"
)

// A textWriter writes the report for a person.
type textWriter struct {
	out       strings.Builder
	r         result
	o         *options
	color     bool
	width     int
	explained map[string]bool // rules whose why and fix were written
	results   map[string]*fileResults
}

// fileResults are what the report has on one file.
type fileResults struct {
	findings []*scanner.Finding
	gaps     []*scanner.Gap
	allowed  int
}

// writeText writes the report as text.
func writeText(w io.Writer, r result, o *options, color bool) error {
	t := &textWriter{r: r, o: o, color: color, width: textWidth(), explained: map[string]bool{}, results: resultsByFile(r.Report)}
	for i := range r.Files {
		t.file(&r.Files[i])
	}
	t.policy()
	t.summary()
	_, err := io.WriteString(w, t.out.String())
	return err
}

// textWidth is how wide text may be: the terminal's width, 80 elsewhere.
func textWidth() int {
	if width, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil && width >= 40 {
		return min(width, 120)
	}
	return 80
}

// The colours, as ANSI escape sequences.
const (
	red, yellow, green, blue, bold, dim = "31;1", "33;1", "32;1", "34;1", "1", "2"
)

// paint colours text where colours are on.
func (t *textWriter) paint(code, text string) string {
	if !t.color {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (t *textWriter) printf(format string, args ...any) { fmt.Fprintf(&t.out, format, args...) }

// severityColor is the colour of a severity.
func severityColor(s scanner.Severity) string {
	switch s {
	case scanner.Critical, scanner.High:
		return red
	case scanner.Medium:
		return yellow
	default:
		return blue
	}
}

// file writes the blocks of a file.
func (t *textWriter) file(f *scanner.File) {
	results := t.results[f.Path]
	if results == nil {
		results = &fileResults{}
	}
	for _, finding := range results.findings {
		t.finding(finding)
	}
	for _, gap := range results.gaps {
		t.gap(gap)
	}
	if !t.o.verbose {
		return
	}
	line := f.Path
	if len(f.Formats) > 0 {
		line += fmt.Sprintf(" (%s)", strings.Join(f.Formats, ", "))
	}
	c := f.Coverage
	t.printf("%-10s %s: %d bytes: %d analysed, %d data, %d unaccounted; %d read%s\n",
		f.Verdict, line, c.Bytes, c.Analysed, c.Data, c.Unaccounted, f.Read, suffix(results.allowed, "accepted finding"))
}

// suffix writes ", 2 things" or nothing.
func suffix(n int, noun string) string {
	if n == 0 {
		return ""
	}
	return "; " + plural(n, noun)
}

// resultsByFile groups what a report has.
func resultsByFile(r *scanner.Report) map[string]*fileResults {
	all := map[string]*fileResults{}
	of := func(path string) *fileResults {
		if all[path] == nil {
			all[path] = &fileResults{}
		}
		return all[path]
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		if results := of(f.Path); f.Allowed != nil {
			results.allowed++
		} else {
			results.findings = append(results.findings, f)
		}
	}
	for i := range r.Gaps {
		g := &r.Gaps[i]
		results := of(g.Path)
		results.gaps = append(results.gaps, g)
	}
	return all
}

// where writes the place of something.
func where(path, member string, at scanner.Span) string {
	if member != "" {
		path += "!/" + member
	}
	return fmt.Sprintf("%s at byte %d", path, at.Offset)
}

// finding writes the block of a finding: what, where, why it matters, what to do.
func (t *textWriter) finding(f *scanner.Finding) {
	severity := strings.ToUpper(f.Rule.Severity.String())
	t.printf("%s  %s\n", t.paint(severityColor(f.Rule.Severity), severity), t.paint(bold, f.Rule.ID))
	t.printf("  %s\n", where(f.Path, f.Member, f.Span))
	t.wrap("  ", f.Message)
	for _, e := range f.Evidence {
		t.printf("      %s\n", e)
	}
	if !t.explained[f.Rule.ID] && !t.o.quiet {
		t.explained[f.Rule.ID] = true
		t.wrap("  "+t.paint(dim, "why:")+" ", f.Rule.Why)
		t.wrap("  "+t.paint(dim, "fix:")+" ", f.Fix)
	}
	if !t.o.quiet {
		t.printf("  %s\n", t.paint(dim, "fingerprint "+f.Fingerprint))
	}
	t.printf("\n")
}

// gap writes the block of a gap.
func (t *textWriter) gap(g *scanner.Gap) {
	t.printf("%s  %s\n", t.paint(yellow, "NOT ANALYSED"), t.paint(bold, string(g.Reason)))
	t.printf("  %s\n", where(g.Path, g.Member, g.Span))
	t.wrap("  ", g.Message)
	if rule := g.Rule(); !t.explained[rule.ID] && !t.o.quiet {
		t.explained[rule.ID] = true
		t.wrap("  "+t.paint(dim, "why:")+" ", rule.Why)
		t.wrap("  "+t.paint(dim, "fix:")+" ", rule.Fix)
	}
	t.printf("\n")
}

// wrap writes text in lines of the width, each after the first indented by two
// more than the first.
func (t *textWriter) wrap(lead, text string) {
	line, indent := lead, "    "
	used := len("  ")
	if strings.TrimSpace(lead) == "" {
		indent = lead
	} else {
		used = len("  why: ")
	}
	for i, word := range strings.Fields(text) {
		if i > 0 && used+1+len(word) > t.width {
			t.printf("%s\n", strings.TrimRight(line, " "))
			line, used = indent, len(indent)
		} else if i > 0 {
			line += " "
			used++
		}
		line += word
		used += len(word)
	}
	t.printf("%s\n", strings.TrimRight(line, " "))
}

// policy writes which entries of the configuration did nothing.
func (t *textWriter) policy() {
	for _, a := range t.r.judgement.Expired {
		t.printf("%s line %d: the allow entry for %s of %s expired on %s\n",
			configName, a.Line, subject(&a), scanner.Clean(a.Owner, 80), a.Until.Format("2006-01-02"))
	}
	for _, a := range t.r.judgement.Unused {
		t.printf("%s line %d: the allow entry for %s of %s accepts nothing here\n", configName, a.Line, subject(&a), scanner.Clean(a.Owner, 80))
	}
	if len(t.r.judgement.Expired)+len(t.r.judgement.Unused) > 0 {
		t.printf("\n")
	}
}

// subject is what an allow entry is about.
func subject(a *scanner.Allow) string {
	if a.Name != "" {
		return scanner.Clean(a.Name, 160)
	}
	return a.Rule + " in " + scanner.CleanPath(a.Path)
}

// summary writes the last line.
func (t *textWriter) summary() {
	s := jsonSummaryOf(t.r.Report)
	if s.Scanned == 0 && s.Gaps == 0 {
		t.printf("no models found (%s ignored)\n", plural(s.Files, "file"))
		return
	}
	t.printf("%s: %s -> %s\n", scannedText(s), foundText(s), t.verdict(s))
}

// verdict writes what the report comes to.
func (t *textWriter) verdict(s jsonSummary) string {
	exit := t.r.judgement.Exit
	switch {
	case s.Verdict == scanner.VerdictFindings:
		return t.paint(red, fmt.Sprintf("FAILED (exit %d)", exit))
	case s.Verdict == scanner.VerdictIncomplete:
		return t.paint(yellow, fmt.Sprintf("INCOMPLETE (exit %d)", exit))
	case s.Verdict == scanner.VerdictPassed:
		return t.paint(green, "passed with "+t.passed())
	}
	return t.paint(green, "clean")
}

// passed writes what was found below the threshold: "2 x pickle-unknown-import".
func (t *textWriter) passed() string {
	counts := map[string]int{}
	for i := range t.r.Findings {
		if t.r.Findings[i].Allowed == nil {
			counts[t.r.Findings[i].Rule.ID]++
		}
	}
	var parts []string
	for _, id := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%d x %s", counts[id], id))
	}
	return strings.Join(parts, ", ") + ", below the threshold"
}

// scannedText writes how many files were scanned.
func scannedText(s jsonSummary) string {
	line := plural(s.Scanned, "model") + " scanned"
	if n := s.Files - s.Scanned; n > 0 {
		line += ", " + plural(n, "other file") + " ignored"
	}
	return line
}

// foundText writes how much was found.
func foundText(s jsonSummary) string {
	var parts []string
	for _, c := range []struct {
		n    int
		text string
	}{
		{s.Findings.Critical, "critical"}, {s.Findings.High, "high"}, {s.Findings.Medium, "medium"}, {s.Findings.Low, "low"},
	} {
		if c.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.text))
		}
	}
	if s.Gaps > 0 {
		parts = append(parts, plural(s.Gaps, "gap"))
	}
	if s.Allowed > 0 {
		parts = append(parts, fmt.Sprintf("%d accepted", s.Allowed))
	}
	if len(parts) == 0 {
		return "nothing found"
	}
	return strings.Join(parts, ", ")
}
