package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/sethvargo/go-githubactions"

	"github.com/modelsieve/modelsieve/scanner"
)

// maxAnnotations is how many errors, and how many warnings, GitHub shows of a step.
const maxAnnotations = 10

// An annotation is what GitHub shows beside a file: its worst result.
type annotation struct {
	failing  bool // it fails the run
	severity scanner.Severity
	path     string // from the repository root
	title    string
	message  string
	results  int // of the file
}

// writeGitHub writes workflow commands of GitHub Actions: an annotation for each file
// with results, the worst first, and a line that says what the report comes to.
func writeGitHub(w io.Writer, r result) error {
	var buf bytes.Buffer
	actions := githubactions.New(githubactions.WithWriter(&buf))
	written := map[bool]int{}
	all := annotations(r)
	total := map[bool]int{}
	for _, a := range all {
		total[a.failing]++
	}
	for _, a := range all {
		written[a.failing]++
		left := total[a.failing] - written[a.failing] + 1
		switch {
		case written[a.failing] < maxAnnotations || left == 1 && written[a.failing] == maxAnnotations:
			a.write(actions)
		case written[a.failing] == maxAnnotations:
			more := annotation{failing: a.failing, title: "modelsieve", message: plural(left, "more file") + " with results: see the report", results: 1}
			more.write(actions)
		}
	}
	s := jsonSummaryOf(r.Report)
	fmt.Fprintf(&buf, "modelsieve: %s: %s -> %s\n", scannedText(s), foundText(s), s.Verdict)
	_, err := w.Write(buf.Bytes())
	return err
}

// write issues the annotation. The library escapes what a workflow command gives a
// meaning.
func (a *annotation) write(actions *githubactions.Action) {
	fields := map[string]string{"title": a.title}
	if a.path != "" {
		fields["file"], fields["line"] = a.path, "1"
	}
	text := a.message
	if a.results > 1 {
		text += fmt.Sprintf(" (%d more in this file)", a.results-1)
	}
	to := actions.WithFieldsMap(fields)
	if a.failing {
		to.Errorf("%s", text)
	} else {
		to.Warningf("%s", text)
	}
}

// annotations returns one annotation for each file, the worst first.
func annotations(r result) []annotation {
	worst := map[string]*annotation{}
	add := func(a annotation) {
		old := worst[a.path]
		if old == nil {
			worst[a.path] = &a
			old = &a
		} else if a.before(old) {
			a.results = old.results
			*old = a
		}
		old.results++
	}
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Allowed == nil {
			add(annotation{r.policy.Fails(f) && !r.policy.ReportOnly, f.Rule.Severity, scanner.CleanPath(f.RepoPath), f.Rule.ID, inMember(f.Member, f.Message), 0})
		}
	}
	for i := range r.Gaps {
		g := &r.Gaps[i]
		add(annotation{r.policy.FailsGap(g) && !r.policy.ReportOnly, scanner.None, scanner.CleanPath(g.RepoPath), "not analysed: " + string(g.Reason), inMember(g.Member, g.Message), 0})
	}
	var all []annotation
	for _, a := range worst {
		all = append(all, *a)
	}
	slices.SortFunc(all, func(a, b annotation) int {
		switch {
		case a.before(&b):
			return -1
		case b.before(&a):
			return 1
		}
		return cmp.Compare(a.path, b.path)
	})
	return all
}

// before reports whether an annotation is worse than another.
func (a *annotation) before(b *annotation) bool {
	if a.failing != b.failing {
		return a.failing
	}
	return a.severity > b.severity
}

// inMember writes a message about something in a file.
func inMember(member, message string) string {
	if member == "" {
		return message
	}
	return member + ": " + message
}
