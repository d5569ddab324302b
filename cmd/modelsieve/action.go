package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"

	"github.com/sethvargo/go-githubactions"
	"github.com/spf13/cobra"

	"github.com/modelsieve/modelsieve/scanner"
)

// An action is one run as a step of GitHub Actions: it turns the inputs of action.yml
// and the event into flags, scans, and writes annotations, summary and outputs.
type action struct {
	env     *environment
	actions *githubactions.Action
	repo    repository
	event   event
	changed *changeSet // nil: not known
}

// actionCommand is what action.yml calls. Its inputs are environment variables.
func actionCommand(env *environment) *cobra.Command {
	return &cobra.Command{
		Use: "action", Hidden: true, Args: cobra.NoArgs, Short: "Run as a step of GitHub Actions, for action.yml",
		RunE: func(cmd *cobra.Command, _ []string) error {
			a := &action{env: env, actions: githubactions.New(githubactions.WithWriter(env.stdout), githubactions.WithGetenv(inputVariable(env.getenv)))}
			return exit(a.run(cmd.Context()))
		},
	}
}

// inputVariable maps the library's names of inputs to ours: a composite action gets
// no INPUT_ variables but those that action.yml sets.
func inputVariable(getenv func(string) string) func(string) string {
	return func(key string) string {
		if name, ok := strings.CutPrefix(key, "INPUT_"); ok {
			return getenv("MODELSIEVE_" + strings.ReplaceAll(name, "-", "_"))
		}
		return getenv(key)
	}
}

// run scans and returns the exit code.
func (a *action) run(ctx context.Context) int {
	var got *result
	var problems bytes.Buffer
	code := scanner.ExitUsage
	files, err := a.files()
	if err == nil {
		sub := *a.env
		sub.judged = func(r result) { got = &r }
		sub.stderr = &problems // a text in it could be taken for a workflow command
		if sub.dir, err = a.directory(); err == nil {
			sub.args, err = a.arguments(ctx, sub.dir, files)
		}
		if err == nil {
			code = run(ctx, &sub)
		}
	}
	if err != nil {
		fmt.Fprintf(&problems, "modelsieve: error: %v\n", err)
	}
	a.explain(code, problems.String())
	if code == scanner.ExitUsage {
		got = nil // the reports may not have been written
	}
	if err := a.publish(code, got, files); err != nil {
		a.actions.Errorf("modelsieve: %v", err)
		return scanner.ExitUsage
	}
	return code
}

// explain shows what went to standard error.
func (a *action) explain(code int, problems string) {
	text := strings.TrimSpace(problems)
	switch {
	case text == "":
	case code == scanner.ExitUsage:
		a.actions.Errorf("%s", text)
	default:
		a.actions.Warningf("%s", text)
	}
}

// reportFiles are where the reports go.
type reportFiles struct{ json, sarif string }

// files returns where the reports go: the runner's temporary folder, or for the SARIF
// report the file that the workflow names.
func (a *action) files() (reportFiles, error) {
	dir, err := os.MkdirTemp(a.env.getenv("RUNNER_TEMP"), "modelsieve-")
	if err != nil {
		return reportFiles{}, err
	}
	files := reportFiles{filepath.Join(dir, "report.json"), filepath.Join(dir, "report.sarif")}
	if name := a.actions.GetInput("sarif-file"); name != "" {
		base, err := a.directory()
		if err != nil {
			return reportFiles{}, err
		}
		files.sarif = pathIn(base, name)
	}
	for _, name := range []string{files.json, files.sarif} {
		if strings.IndexFunc(name, unicode.IsControl) >= 0 { // it becomes an output
			return reportFiles{}, fmt.Errorf("the path of a report has control characters: %s", scanner.CleanPath(name))
		}
	}
	return files, nil
}

// directory returns the folder in which the scan runs.
func (a *action) directory() (string, error) {
	dir := pathIn(a.env.dir, a.actions.GetInput("working-directory"))
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return "", fmt.Errorf("working-directory: %w", err)
	case !info.IsDir():
		return "", fmt.Errorf("working-directory: %s is no folder", scanner.CleanPath(dir))
	}
	return dir, nil
}

// arguments returns the command line of the scan.
func (a *action) arguments(ctx context.Context, dir string, files reportFiles) ([]string, error) {
	args := []string{"scan", "--progress=never"}
	for _, flag := range inputLines(a.actions.GetInput("args")) {
		if !strings.HasPrefix(flag, "-") || flag == "--" {
			return nil, fmt.Errorf("args: %q is no flag: write one a line, as --exclude=GLOB", flag)
		}
		args = append(args, flag)
	}
	for _, name := range []string{"allow-incomplete", "report-only", "fail-on", "on-pointer", "config", "category"} {
		if value := a.actions.GetInput(name); value != "" {
			args = append(args, "--"+strings.Replace(name, "category", "sarif-category", 1)+"="+value)
		}
	}
	since, err := a.revisions(ctx, dir)
	if err != nil {
		return nil, err
	}
	args = append(append(args, since...), "--report=json="+files.json, "--report=sarif="+files.sarif, "--")
	return append(args, inputLines(a.actions.GetInput("paths"))...), nil
}

// inputLines returns the lines of an input that are not empty.
func inputLines(text string) []string {
	var lines []string
	for _, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// publish writes annotations, summary and outputs. A nil result is a run that failed.
func (a *action) publish(code int, r *result, files reportFiles) error {
	if r == nil {
		return a.outputs([][2]string{{"verdict", "error"}, {"exit-code", strconv.Itoa(code)}})
	}
	if err := writeGitHub(a.env.stdout, *r); err != nil {
		return err
	}
	if a.env.getenv("GITHUB_STEP_SUMMARY") != "" {
		var summary bytes.Buffer
		if err := writeMarkdown(&summary, *r); err != nil {
			return err
		}
		a.actions.AddStepSummary(summary.String())
	}
	worst, count, fresh := "none", 0, 0
	severity := scanner.None
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Allowed != nil {
			continue
		}
		count++
		if a.changed == nil || a.changed.has(f.RepoPath) {
			fresh++
		}
		if f.Rule.Severity > severity {
			severity, worst = f.Rule.Severity, f.Rule.Severity.String()
		}
	}
	return a.outputs([][2]string{
		{"verdict", string(r.Verdict)}, {"exit-code", strconv.Itoa(code)}, {"findings-count", strconv.Itoa(count)},
		{"new-findings-count", strconv.Itoa(fresh)}, {"gaps-count", strconv.Itoa(len(r.Gaps))}, {"max-severity", worst},
		{"sarif-file", files.sarif}, {"json-file", files.json},
	})
}

// outputs sets the outputs of the step. The library separates values by a fixed line:
// they are constants, numbers and paths without line breaks.
func (a *action) outputs(pairs [][2]string) error {
	if a.env.getenv("GITHUB_OUTPUT") == "" {
		return errors.New("GITHUB_OUTPUT is not set: this command is for action.yml")
	}
	for _, pair := range pairs {
		a.actions.SetOutput(pair[0], pair[1])
	}
	return nil
}
