package sarif

import (
	"fmt"
	"slices"
	"strings"

	gosarif "github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/modelsieve/modelsieve/scanner"
)

// maxDescription is how many bytes GitHub takes of a rule's description.
const maxDescription = 1024

// A grade is what a severity means to the readers of SARIF.
type grade struct {
	level     string // of the result
	security  string // GitHub's security-severity; it must be a string
	precision string // how seldom the result is a false alarm
}

// grades says so for each severity. Below high a rule reports what nobody vetted
// or what could not be read, which is often harmless in the end.
var grades = map[scanner.Severity]grade{
	scanner.Critical: {"error", "9.5", "very-high"},
	scanner.High:     {"error", "8.0", "high"},
	scanner.Medium:   {"warning", "5.5", "medium"},
	scanner.Low:      {"note", "3.0", "medium"},
}

// compareRules orders rules by ID.
func compareRules(a, b *scanner.Rule) int { return strings.Compare(a.ID, b.ID) }

// ruleTable returns the rules of the report with those that its results use,
// sorted by ID, each once.
func ruleTable(r *scanner.Report) []*scanner.Rule {
	rules := slices.Clone(r.Rules)
	for i := range r.Findings {
		rules = append(rules, r.Findings[i].Rule)
	}
	for i := range r.Gaps {
		rules = append(rules, r.Gaps[i].Rule())
	}
	slices.SortStableFunc(rules, compareRules)
	return slices.CompactFunc(rules, func(a, b *scanner.Rule) bool { return a.ID == b.ID })
}

// descriptor describes a rule. Its texts are ours, so they stand unescaped.
func descriptor(r *scanner.Rule) *gosarif.ReportingDescriptor {
	g := grades[r.Severity]
	config := gosarif.NewReportingConfiguration()
	config.Level = g.level
	return gosarif.NewRule(r.ID).
		WithName(ruleName(r.ID)).
		WithShortDescription(gosarif.NewMultiformatMessageString(cut(sentence(r.Title), maxDescription))).
		WithFullDescription(gosarif.NewMultiformatMessageString(cut(r.Why, maxDescription))).
		WithHelpURI(r.HelpURI()).
		WithTextHelp(helpText(r)).
		WithMarkdownHelp(helpMarkdown(r)).
		WithDefaultConfiguration(config).
		WithProperties(gosarif.Properties{
			"precision":         g.precision,
			"security-severity": g.security,
			"tags":              []string{"security", fmt.Sprintf("external/cwe/cwe-%03d", r.CWE)},
		})
}

// ruleName turns "pickle-dangerous-call" into "PickleDangerousCall". A name must
// differ from its ID by more than case, so "unscannable" gives "ModelUnscannable".
func ruleName(id string) string {
	var b strings.Builder
	if !strings.Contains(id, "-") {
		b.WriteString("Model")
	}
	for word := range strings.SplitSeq(id, "-") {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

// helpText is the whole text of a rule.
func helpText(r *scanner.Rule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n%s\n\nHow to fix: %s\n", sentence(r.Title), r.Why, r.Fix)
	for _, ref := range r.Refs {
		fmt.Fprintf(&b, "\n%s", ref)
	}
	return b.String()
}

// helpMarkdown is the same as Markdown, which GitHub shows in its place.
func helpMarkdown(r *scanner.Rule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n**Severity:** %s\n\n## Why\n\n%s\n\n## How to fix\n\n%s\n", sentence(r.Title), r.Severity, r.Why, r.Fix)
	if len(r.Refs) > 0 {
		b.WriteString("\n## References\n\n")
	}
	for _, ref := range r.Refs {
		fmt.Fprintf(&b, "- <%s>\n", ref)
	}
	return b.String()
}
