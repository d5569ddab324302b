package scanner_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

// Rules of the fake analyzers, one a severity.
var (
	ruleLow      = fakeRule("fake-low", scanner.Low)
	ruleMedium   = fakeRule("fake-medium", scanner.Medium)
	ruleHigh     = fakeRule("fake-high", scanner.High)
	ruleCritical = fakeRule("fake-critical", scanner.Critical)
	fakeRules    = []*scanner.Rule{ruleLow, ruleMedium, ruleHigh, ruleCritical}
)

func fakeRule(id string, s scanner.Severity) *scanner.Rule {
	return &scanner.Rule{ID: id, Title: "A rule for tests", Severity: s, Why: "It happens.", Fix: "Do not.", CWE: 502}
}

// fake returns an analyzer with the fake rules.
func fake(name string, match func(*scanner.Head) scanner.Claim, run func(context.Context, *scanner.Pass) error) *scanner.Analyzer {
	return &scanner.Analyzer{Name: name, Doc: "An analyzer for tests", Rules: fakeRules, Match: match, Run: run}
}

// starts makes a claim on what starts with a prefix.
func starts(prefix string, claim scanner.Claim) func(*scanner.Head) scanner.Claim {
	return func(h *scanner.Head) scanner.Claim {
		if bytes.HasPrefix(h.Prefix, []byte(prefix)) {
			return claim
		}
		return scanner.No
	}
}

// whole accounts for the artifact and reports a finding with its content.
func whole(r *scanner.Rule) func(context.Context, *scanner.Pass) error {
	return func(_ context.Context, p *scanner.Pass) error {
		p.Analysed(0, p.Size)
		p.Report(r, scanner.Span{Length: p.Size}, scanner.Detail{Message: "found.", Evidence: []string{content(p)}})
		return nil
	}
}

// content reads an artifact.
func content(p *scanner.Pass) string {
	b, err := io.ReadAll(io.NewSectionReader(p, 0, p.Size))
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// bomb is an analyzer that finds something wherever it is let.
var bomb = fake("bomb", starts("BOMB", scanner.Sure), whole(ruleHigh))

// box is a container: "BOX", then members "<n" with n a digit and n bytes, stored.
var box = fake("box", starts("BOX", scanner.Sure), func(ctx context.Context, p *scanner.Pass) error {
	all := content(p)
	at := int64(3)
	for at+1 < int64(len(all)) && all[at] == '<' {
		n := int64(all[at+1] - '0')
		if err := p.Section(ctx, scanner.Member{Name: "m"}, at+2, n); err != nil {
			return err
		}
		p.Analysed(at, 2)
		at += 2 + n
	}
	p.Analysed(0, 3)
	return nil
})

// check scans content as a file and compares the report, written as fixtures do.
func check(t *testing.T, analyzers []*scanner.Analyzer, name, data, want string) *scanner.Report {
	t.Helper()
	r := scantest.Scan(t, analyzers, name, []byte(data))
	if got := scantest.Format(r); strings.TrimSpace(got) != strings.TrimSpace(want) {
		t.Errorf("%s, %.200q:\n%swant:\n%s", name, data, got, want)
	}
	return r
}

// memory makes a target of bytes.
func memory(name string, data []byte) scanner.Target {
	return scanner.Target{Path: name, RepoPath: name, Open: func() (scanner.ReadAtCloser, int64, error) {
		return nopCloser{bytes.NewReader(data)}, int64(len(data)), nil
	}}
}

type nopCloser struct{ io.ReaderAt }

func (nopCloser) Close() error { return nil }

// scan scans targets and gives the default verdicts.
func scan(t *testing.T, cfg scanner.Config, targets ...scanner.Target) *scanner.Report {
	t.Helper()
	r, err := scanner.Scan(context.Background(), targets, cfg)
	if err != nil {
		t.Fatal(err)
	}
	scanner.Policy{FailOn: scanner.High}.Judge(r)
	return r
}
