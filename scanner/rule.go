package scanner

import (
	"fmt"

	"github.com/modelsieve/modelsieve/scanner/internal/lazyregexp"
)

// Severity says how bad a finding is. The zero value, None, is below all others
// and is what a policy that never fails uses as its threshold.
type Severity int

// The severities, mildest first. A rule has exactly one.
const (
	None     Severity = iota
	Low               // hygiene, provenance
	Medium            // suspicious, or a class nobody vetted is constructed
	High              // code or file access with a common flag; an unvetted call; evasion
	Critical          // attacker's code, or a write to an attacker's path, on a default load
)

var severityNames = [...]string{"never", "low", "medium", "high", "critical"}

// String returns the name used on the command line and in reports; None is "never".
func (s Severity) String() string {
	if s < 0 || int(s) >= len(severityNames) {
		return fmt.Sprintf("Severity(%d)", int(s))
	}
	return severityNames[s]
}

// ParseSeverity reads one of low, medium, high, critical, or never (None).
func ParseSeverity(name string) (Severity, error) {
	for s, n := range severityNames {
		if n == name {
			return Severity(s), nil
		}
	}
	return None, fmt.Errorf("unknown severity %q: want critical, high, medium, low or never", name)
}

// A Rule is something an analyzer may report. Its ID is stable for ever and never
// reused; its texts stand beside the code that reports it and feed the command,
// SARIF and docs/rules.md.
type Rule struct {
	ID       string   // lower-case words joined by hyphens, the format first
	Title    string   // one line, no full stop
	Severity Severity // fixed: GitHub's security-severity belongs to the rule
	Why      string   // what can happen, in a few sentences for a person who reviews a pull request
	Fix      string   // what to do about it
	CWE      int      // the weakness number, such as 502
	Refs     []string // https links to specifications, advisories and documentation
}

// home is where people read about the rules.
const home = "https://github.com/modelsieve/modelsieve"

// HelpURI returns the https address of the rule's text in docs/rules.md.
func (r *Rule) HelpURI() string { return home + "/blob/main/docs/rules.md#" + r.ID }

var ruleID = lazyregexp.New(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// validate tells what a rule lacks.
func (r *Rule) validate() error {
	switch {
	case !ruleID().MatchString(r.ID):
		return fmt.Errorf("rule %q: the id is not lower-case words joined by hyphens", r.ID)
	case r.Title == "" || r.Why == "" || r.Fix == "":
		return fmt.Errorf("rule %s: title, why and fix are all required", r.ID)
	case r.Severity < Low || r.Severity > Critical:
		return fmt.Errorf("rule %s: no severity", r.ID)
	case r.CWE <= 0:
		return fmt.Errorf("rule %s: no CWE number", r.ID)
	}
	return nil
}

// RuleUnscannable is the rule under which outputs that know only results, such
// as SARIF, show a gap. It is never the rule of a Finding.
var RuleUnscannable = &Rule{
	ID:       "unscannable",
	Title:    "Part of the file could not be analysed",
	Severity: Medium,
	Why: "The scanner could not read these bytes: they are truncated, malformed, encrypted, of an unsupported kind, or past a limit. " +
		"A loader may still read them, so the file is not known to be safe.",
	Fix: "Replace the file with an intact one in a supported format, or raise the limit that the message names. " +
		"Use --allow-incomplete only where you accept that unread content passes.",
	CWE:  693,
	Refs: []string{"https://cwe.mitre.org/data/definitions/693.html"},
}

// RulePointer is the rule under which such outputs show a gap for content that
// is not here: a Git LFS or git-annex pointer stands in its place.
var RulePointer = &Rule{
	ID:       "lfs-pointer",
	Title:    "A pointer stands where the model should be",
	Severity: Medium,
	Why: "The file holds only a reference to content that was not fetched. The model that a user downloads later " +
		"is a different file, and nothing is known about it.",
	Fix:  "Fetch the content before the scan: set `lfs: true` on actions/checkout, or run `git lfs pull` or `git annex get`.",
	CWE:  693,
	Refs: []string{"https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md"},
}
