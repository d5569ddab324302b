package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/modelsieve/modelsieve/scanner"
)

// options are the flags of scan. Those that the configuration file may set too are
// in settings.
type options struct {
	settings
	format, output string
	reports        []string
	filesFrom      string
	changedSince   string
	config         string
	policyFrom     string
	category       string
	color          string
	progress       string
	quiet, verbose bool
}

const scanHelp = `Scan files, folders and globs, and say what loading each model would do.

An argument that exists is taken literally; only what does not exist is a pattern
(** matches folders). Without arguments the working directory is scanned. Every
regular file is looked at by content; only .git is skipped.

Exit codes: 0 nothing found, 1 a finding at or above --fail-on, 3 something could
not be analysed, 2 the run itself failed.`

func scanCommand(env *environment) *cobra.Command {
	o := &options{}
	cmd := &cobra.Command{
		Use: "scan [flags] [PATH|GLOB]...", Short: "Scan files, folders and globs (the default)", Long: scanHelp, Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return scan(cmd, env, o, args) },
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&o.format, "format", "text", "main report: "+formatNames())
	f.StringVar(&o.output, "output", "", "write the main report to `FILE`")
	f.StringArrayVar(&o.reports, "report", nil, "write one more report: `FORMAT=FILE` (repeatable)")
	f.StringArrayVar(&o.Include, "include", nil, "scan only files that match `GLOB` (repeatable)")
	f.StringArrayVar(&o.Exclude, "exclude", nil, "skip files that match `GLOB` (repeatable)")
	f.StringVar(&o.filesFrom, "files-from", "", "read NUL-separated file names from `FILE`, - for standard input")
	f.StringVar(&o.changedSince, "changed-since", "", "scan only files that git says were added or changed since `REV`")
	f.StringVar(&o.FailOn, "fail-on", "high", "fail at findings of this severity: critical, high, medium, low or never")
	f.BoolVar(&o.Strict, "strict", false, "the same as --fail-on medium: for models of third parties")
	f.BoolVar(&o.AllowIncomplete, "allow-incomplete", false, "do not fail where something could not be analysed")
	f.StringVar(&o.OnPointer, "on-pointer", "error", "what a Git LFS or git-annex pointer means: error, warn or ignore")
	f.BoolVar(&o.ReportOnly, "report-only", false, "exit with 0 whatever was found")
	f.StringVar(&o.config, "config", "", "read this configuration instead of "+configName+" at the repository root")
	f.StringVar(&o.policyFrom, "policy-from", "", "read the configuration as the commit `REV` has it")
	f.IntVar(&o.Jobs, "jobs", 0, "files analysed at a time; 0: the number of CPUs, at most 4")
	f.IntVar(&o.MaxDepth, "max-depth", 0, "how deep archives may nest; 0: 16")
	f.IntVar(&o.MaxMembers, "max-members", 0, "members in one file; 0: 1000000")
	f.Var(&o.MaxExpanded, "max-expanded-bytes", "bytes that one file may unpack to; 0: 64GiB")
	f.Var(&o.MaxHeld, "max-held-bytes", "memory that one file may hold; 0: 384MiB")
	f.Int64Var(&o.MaxSteps, "max-steps", 0, "opcodes and records in one file; 0: 4000000000")
	f.DurationVar(&o.MaxTime, "max-time", 0, "time that one file may take; 0: 10m")
	f.StringVar(&o.category, "sarif-category", "", "category of the SARIF report")
	f.StringVar(&o.color, "color", "auto", "colours in text: auto, always or never")
	f.StringVar(&o.progress, "progress", "auto", "progress bar: auto, always or never")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "print findings and gaps only")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "list every file, with formats and coverage")
	return cmd
}

// scan runs a scan and writes its reports. The error holds the exit code.
func scan(cmd *cobra.Command, env *environment, o *options, args []string) error {
	outputs, err := o.outputs()
	if err != nil {
		return err
	}
	root := scanner.FindRoot(env.dir, env.getenv)
	policy, err := o.configure(cmd, env, root)
	if err != nil {
		return err
	}
	selection, err := o.selection(cmd.Context(), env, root, args)
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	targets, err := scanner.Discover(ctx, selection)
	if err != nil {
		return err
	}
	if targets, err = o.changedOnly(ctx, root, targets); err != nil {
		return err
	}
	bar := newProgress(env, o.progress)
	report, err := scanner.Scan(ctx, targets, scanner.Config{
		Analyzers: env.analyzers, Limits: o.limits(), Jobs: o.Jobs, Digest: policy.NeedsDigest, Progress: bar.update,
	})
	bar.clear()
	if err != nil {
		return err
	}
	r := result{report, policy, policy.Judge(report)}
	if err := o.write(ctx, env, outputs, r); err != nil {
		return err
	}
	if env.judged != nil {
		env.judged(r)
	}
	return exit(r.judgement.Exit)
}

// changedOnly keeps the targets that changed, where the flags ask for that, and
// folders that cannot be read but have files that changed.
func (o *options) changedOnly(ctx context.Context, root string, targets []scanner.Target) ([]scanner.Target, error) {
	if o.changedSince == "" {
		return targets, nil
	}
	changed, err := repository{root}.changed(ctx, o.changedSince)
	if err != nil {
		return nil, fmt.Errorf("--changed-since: %w", err)
	}
	return slices.DeleteFunc(targets, func(t scanner.Target) bool {
		return !changed.has(t.RepoPath) && (t.Refused == nil || !changed.below(t.RepoPath))
	}), nil
}

// A result is what a report is written from.
type result struct {
	*scanner.Report
	policy    scanner.Policy
	judgement scanner.Judgement
}

// selection is what the arguments say is to be scanned.
func (o *options) selection(ctx context.Context, env *environment, root string, args []string) (scanner.Selection, error) {
	s := scanner.Selection{Dir: env.dir, Root: root, Args: args, Include: o.Include, Exclude: o.Exclude}
	if o.filesFrom != "" {
		names, err := readNames(ctx, env, o.filesFrom)
		if err != nil {
			return s, err
		}
		s.Files = names
	} else if len(args) == 0 {
		s.Args = []string{"."}
	}
	return s, nil
}

// readNames reads NUL-separated names from a file, or standard input.
func readNames(ctx context.Context, env *environment, from string) ([]string, error) {
	var raw []byte
	var err error
	if from == "-" {
		raw, err = readInput(ctx, env.stdin)
	} else {
		raw, err = os.ReadFile(pathIn(env.dir, from))
	}
	if err != nil {
		return nil, fmt.Errorf("--files-from: %w", err)
	}
	var names []string
	for _, name := range bytes.Split(raw, []byte{0}) {
		if len(name) > 0 {
			names = append(names, string(name))
		}
	}
	return names, nil
}

// readInput reads all of standard input, or until the command is interrupted.
func readInput(ctx context.Context, stdin io.Reader) (raw []byte, err error) {
	done := make(chan struct{})
	go func() {
		raw, err = io.ReadAll(stdin)
		close(done)
	}()
	select {
	case <-done:
		return raw, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// limits are the limits of one file that the flags set.
func (o *options) limits() scanner.Limits {
	return scanner.Limits{
		Depth: o.MaxDepth, Members: o.MaxMembers, Expanded: int64(o.MaxExpanded), Held: int64(o.MaxHeld), Steps: o.MaxSteps, Time: o.MaxTime,
	}
}

// configure applies the configuration file and returns the policy.
func (o *options) configure(cmd *cobra.Command, env *environment, root string) (scanner.Policy, error) {
	var allow []scanner.Allow
	name, raw, err := o.configuration(cmd.Context(), env, root)
	if err != nil {
		return scanner.Policy{}, err
	}
	if raw != nil {
		config, err := readConfig(filepath.Base(name), raw, env.analyzers, time.Now())
		if err != nil {
			return scanner.Policy{}, err
		}
		o.apply(config, cmd.Flags().Changed)
		allow = config.allow
	}
	failOn, err := scanner.ParseSeverity(o.FailOn)
	if err != nil {
		return scanner.Policy{}, fmt.Errorf("--fail-on: %w", err)
	}
	if o.Strict && (failOn == scanner.None || failOn > scanner.Medium) {
		failOn = scanner.Medium
	}
	if o.Jobs < 0 || o.MaxDepth < 0 || o.MaxMembers < 0 || o.MaxSteps < 0 || o.MaxTime < 0 {
		return scanner.Policy{}, errors.New("a limit is negative")
	}
	pointers, ok := map[string]scanner.Pointers{
		"error": scanner.PointersFail, "warn": scanner.PointersWarn, "ignore": scanner.PointersIgnore,
	}[o.OnPointer]
	if !ok {
		return scanner.Policy{}, fmt.Errorf("--on-pointer: %q: want error, warn or ignore", o.OnPointer)
	}
	return scanner.Policy{
		FailOn: failOn, AllowIncomplete: o.AllowIncomplete, Pointers: pointers, ReportOnly: o.ReportOnly, Allow: allow, Now: time.Now(),
	}, nil
}

// configuration returns the name and the content of the configuration file, nil where
// there is none: that is an error only of a file that --config names. A commit that
// --policy-from names need not have the file.
func (o *options) configuration(ctx context.Context, env *environment, root string) (name string, raw []byte, err error) {
	name = filepath.Join(root, configName)
	if o.config != "" {
		name = pathIn(env.dir, o.config)
	}
	if o.policyFrom == "" {
		raw, err = os.ReadFile(name)
		if errors.Is(err, os.ErrNotExist) && o.config == "" {
			err = nil
		}
		return name, raw, err
	}
	repoPath, err := filepath.Rel(root, name)
	if err != nil || !filepath.IsLocal(repoPath) {
		return name, nil, fmt.Errorf("--policy-from: %s is not in the repository", scanner.CleanPath(name))
	}
	raw, err = repository{root}.read(ctx, o.policyFrom, filepath.ToSlash(repoPath))
	if err != nil {
		err = fmt.Errorf("--policy-from: %w", err)
	}
	return name, raw, err
}

// pathIn returns a path as seen from a folder.
func pathIn(dir, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(dir, name)
}

// write writes all reports: those that go to files first, so that what a person
// reads is the last word.
func (o *options) write(ctx context.Context, env *environment, outputs []output, r result) error {
	for i := len(outputs) - 1; i >= 0; i-- {
		if err := ctx.Err(); err != nil {
			return err
		}
		var buf bytes.Buffer
		out := &outputs[i]
		if err := out.format.write(&buf, r, o, o.colored(env, out)); err != nil {
			return err
		}
		if err := out.deliver(env, buf.Bytes()); err != nil {
			return err
		}
	}
	return nil
}
