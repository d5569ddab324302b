package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
)

// markdownLimit is how long a Markdown report may become, in bytes. GitHub drops a
// job summary of more than 1 MiB.
const markdownLimit = 900 << 10

// A markdownWriter writes the report as Markdown, for a job summary or a comment.
type markdownWriter struct {
	out  strings.Builder
	r    result
	rows int // that did not fit
}

// writeMarkdown writes the report as Markdown. Nothing from inside a model is markup
// in it.
func writeMarkdown(w io.Writer, r result) error {
	m := &markdownWriter{r: r}
	s := jsonSummaryOf(r.Report)
	m.printf("## modelsieve: %s\n\n%s (exit code %d)\n", s.Verdict, scannedText(s)+": "+foundText(s), r.judgement.Exit)
	m.findings()
	m.gaps()
	m.accepted()
	if m.rows > 0 {
		m.printf("\n%s left out: the JSON and SARIF reports have everything.\n", plural(m.rows, "row"))
	}
	m.remedies()
	_, err := io.WriteString(w, m.out.String())
	return err
}

func (m *markdownWriter) printf(format string, args ...any) { fmt.Fprintf(&m.out, format, args...) }

// row writes a row of a table, or counts it where the report is full.
func (m *markdownWriter) row(cells ...string) {
	if m.out.Len() > markdownLimit {
		m.rows++
		return
	}
	m.printf("| %s |\n", strings.Join(cells, " | "))
}

// findings writes the table of the findings that nobody accepted.
func (m *markdownWriter) findings() {
	head := "\n| Severity | Rule | Where | What a load would do |\n|---|---|---|---|\n"
	for i := range m.r.Findings {
		f := &m.r.Findings[i]
		if f.Allowed != nil {
			continue
		}
		m.printf("%s", head)
		head = ""
		what := markdownText(f.Message)
		for _, e := range f.Evidence {
			what += "<br>" + markdownCode(e)
		}
		m.row(f.Rule.Severity.String(), ruleLink(f.Rule), markdownPlace(f.Path, f.Member, f.Span), what)
	}
}

// gaps writes the table of what was not analysed.
func (m *markdownWriter) gaps() {
	if len(m.r.Gaps) > 0 {
		m.printf("\n### Not analysed\n\n| Reason | Where | What |\n|---|---|---|\n")
	}
	for i := range m.r.Gaps {
		g := &m.r.Gaps[i]
		m.row(string(g.Reason), markdownPlace(g.Path, g.Member, g.Span), markdownText(g.Message))
	}
}

// accepted writes the table of the findings that an allow entry covers.
func (m *markdownWriter) accepted() {
	head := "\n### Accepted\n\n| Rule | Where | By | Until |\n|---|---|---|---|\n"
	for i := range m.r.Findings {
		if f := &m.r.Findings[i]; f.Allowed != nil {
			m.printf("%s", head)
			head = ""
			m.row(ruleLink(f.Rule), markdownPlace(f.Path, f.Member, f.Span), markdownText(f.Allowed.Owner), f.Allowed.Until)
		}
	}
}

// remedies writes for each rule that has a result why it matters and what to do.
func (m *markdownWriter) remedies() {
	seen := map[*scanner.Rule]bool{}
	write := func(rule *scanner.Rule) {
		if !seen[rule] {
			seen[rule] = true
			m.printf("\n**%s**: %s\n\n*What to do*: %s\n", ruleLink(rule), markdownText(rule.Why), markdownText(rule.Fix))
		}
	}
	for i := range m.r.Findings {
		if m.r.Findings[i].Allowed == nil {
			write(m.r.Findings[i].Rule)
		}
	}
	for i := range m.r.Gaps {
		write(m.r.Gaps[i].Rule())
	}
}

// ruleLink writes a rule's id as a link to its text.
func ruleLink(rule *scanner.Rule) string { return fmt.Sprintf("[%s](%s)", rule.ID, rule.HelpURI()) }

// markdownPlace writes the place of something.
func markdownPlace(path, member string, at scanner.Span) string {
	place := markdownCode(path)
	if member != "" {
		place += "<br>" + markdownCode(member)
	}
	return fmt.Sprintf("%s at byte %d", place, at.Offset)
}

// markdownCode writes text as code. Backticks would end at one in the text.
func markdownCode(text string) string { return "<code>" + markdownText(text) + "</code>" }

// markdownText writes text so that none of it is markup, a link, a mention, an emoji
// or the end of a table cell: what could be is a character reference.
func markdownText(text string) string {
	var b strings.Builder
	for _, r := range text {
		if strings.ContainsRune("\\`*_{}[]<>()#+!|~&@$:\"^\r\n", r) {
			fmt.Fprintf(&b, "&#%d;", r)
		} else {
			b.WriteRune(r)
		}
	}
	return strings.ReplaceAll(b.String(), "www.", "www&#46;")
}
