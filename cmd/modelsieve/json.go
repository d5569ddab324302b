package main

import (
	"io"

	"github.com/modelsieve/modelsieve/scanner"
)

// The JSON report, schema 1: docs/report.schema.json describes it.
type (
	jsonReport struct {
		Schema   int           `json:"schema"`
		Tool     jsonTool      `json:"tool"`
		Summary  jsonSummary   `json:"summary"`
		Files    []jsonFile    `json:"files"`
		Findings []jsonFinding `json:"findings"`
		Gaps     []jsonGap     `json:"gaps"`
	}
	jsonTool struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	jsonSummary struct {
		Files    int             `json:"files"`
		Scanned  int             `json:"scanned"`
		Findings jsonCounts      `json:"findings"`
		Allowed  int             `json:"allowed"`
		Gaps     int             `json:"gaps"`
		Verdict  scanner.Verdict `json:"verdict"`
	}
	jsonCounts struct {
		Critical int `json:"critical"`
		High     int `json:"high"`
		Medium   int `json:"medium"`
		Low      int `json:"low"`
	}
	jsonFile struct {
		Path     string           `json:"path"`
		Size     int64            `json:"size"`
		SHA256   string           `json:"sha256,omitempty"`
		Formats  []string         `json:"formats"`
		Verdict  scanner.Verdict  `json:"verdict"`
		Coverage scanner.Coverage `json:"coverage"`
	}
	jsonFinding struct {
		Rule        string       `json:"rule"`
		Severity    string       `json:"severity"`
		Path        string       `json:"path"`
		Member      string       `json:"member"`
		Offset      int64        `json:"offset"`
		Message     string       `json:"message"`
		Evidence    []string     `json:"evidence"`
		Fix         string       `json:"fix"`
		Fingerprint string       `json:"fingerprint"`
		Allowed     *jsonAllowed `json:"allowed,omitempty"`
	}
	jsonAllowed struct {
		Owner string `json:"owner"`
		Until string `json:"until"`
	}
	jsonGap struct {
		Path    string         `json:"path"`
		Member  string         `json:"member"`
		Offset  int64          `json:"offset"`
		Reason  scanner.Reason `json:"reason"`
		Message string         `json:"message"`
	}
)

// writeJSON writes the report as JSON.
func writeJSON(w io.Writer, r result) error {
	out := jsonReport{
		Schema: 1, Tool: jsonTool{"modelsieve", version}, Summary: jsonSummaryOf(r.Report),
		Files: []jsonFile{}, Findings: []jsonFinding{}, Gaps: []jsonGap{},
	}
	for _, f := range r.Files {
		formats := f.Formats
		if formats == nil {
			formats = []string{}
		}
		out.Files = append(out.Files, jsonFile{f.Path, f.Size, f.SHA256, formats, f.Verdict, f.Coverage})
	}
	for _, f := range r.Findings {
		j := jsonFinding{
			Rule: f.Rule.ID, Severity: f.Rule.Severity.String(), Path: f.Path, Member: f.Member, Offset: f.Span.Offset,
			Message: f.Message, Evidence: f.Evidence, Fix: f.Fix, Fingerprint: f.Fingerprint,
		}
		if j.Evidence == nil {
			j.Evidence = []string{}
		}
		if f.Allowed != nil {
			j.Allowed = &jsonAllowed{f.Allowed.Owner, f.Allowed.Until}
		}
		out.Findings = append(out.Findings, j)
	}
	for _, g := range r.Gaps {
		out.Gaps = append(out.Gaps, jsonGap{g.Path, g.Member, g.Span.Offset, g.Reason, g.Message})
	}
	return encode(w, out)
}

// jsonSummaryOf counts what is in a report. Accepted findings are counted apart.
func jsonSummaryOf(r *scanner.Report) jsonSummary {
	s := jsonSummary{Files: len(r.Files), Gaps: len(r.Gaps), Verdict: r.Verdict}
	for _, f := range r.Files {
		if f.Verdict != scanner.VerdictIgnored {
			s.Scanned++
		}
	}
	for _, f := range r.Findings {
		if f.Allowed != nil {
			s.Allowed++
			continue
		}
		switch f.Rule.Severity {
		case scanner.Critical:
			s.Findings.Critical++
		case scanner.High:
			s.Findings.High++
		case scanner.Medium:
			s.Findings.Medium++
		default:
			s.Findings.Low++
		}
	}
	return s
}
