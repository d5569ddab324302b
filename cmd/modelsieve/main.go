// Command modelsieve scans serialized machine-learning models and says what
// loading each one would do, without loading it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/formats"
)

// version is what --version prints. The commit of a release sets it.
const version = "1.0.0"

// softMemory is how much memory the garbage collector lets the process have before
// it works harder, in bytes. What one file may hold is bounded by --max-held-bytes.
const softMemory = 448 << 20

func main() {
	debug.SetMemoryLimit(softMemory)
	dir, err := os.Getwd()
	if err != nil {
		fmt.Fprintln(os.Stderr, "modelsieve: error:", err)
		os.Exit(scanner.ExitUsage)
	}
	// A closed standard output is an error to report, not a signal to die of.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	code := run(ctx, &environment{
		args: os.Args[1:], dir: dir, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv,
		analyzers: formats.All(),
	})
	stop()
	os.Exit(code)
}

// An environment is what the command may know of the process.
type environment struct {
	args           []string
	dir            string // working directory, absolute
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	analyzers      []*scanner.Analyzer
	judged         func(result) // where not nil, gets what a scan came to
}

// An exitError ends the command with a code and, where it has one, a message.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// exit is the error that ends the command with a verdict's code; nil for 0.
func exit(code int) error {
	if code == 0 {
		return nil
	}
	return &exitError{code: code}
}

// run runs the command and returns its exit code.
func run(ctx context.Context, env *environment) int {
	if err := guardArguments(env); err != nil {
		return fail(env, err)
	}
	root := rootCommand(env)
	root.SetArgs(env.args)
	root.SetContext(ctx)
	root.SetIn(env.stdin)
	root.SetOut(env.stdout)
	root.SetErr(env.stderr)
	if err := root.Execute(); err != nil {
		return fail(env, err)
	}
	return 0
}

// fail prints an error and returns the code that it stands for.
func fail(env *environment, err error) int {
	var verdict *exitError
	if errors.As(err, &verdict) {
		if verdict.err != nil {
			fmt.Fprintln(env.stderr, "modelsieve: error:", verdict.err)
		}
		return verdict.code
	}
	switch {
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(env.stderr, "modelsieve: interrupted: nothing was written")
	case errors.Is(err, syscall.EPIPE):
		fmt.Fprintln(env.stderr, "modelsieve: error: standard output was closed before the report was written")
	default:
		fmt.Fprintln(env.stderr, "modelsieve: error:", err)
	}
	return scanner.ExitUsage
}

// guardArguments refuses an argument that could be meant as a file and as a flag:
// hooks pass file names, and a name must not become a flag.
func guardArguments(env *environment) error {
	for _, arg := range env.args {
		if arg == "--" {
			return nil
		}
		if len(arg) < 2 || arg[0] != '-' {
			continue
		}
		if _, err := os.Lstat(pathIn(env.dir, arg)); err == nil {
			return fmt.Errorf("%q is a file here, but starts like a flag: write ./%s, or rename the file", arg, scanner.CleanPath(arg))
		}
	}
	return nil
}

// rootCommand returns the command with all subcommands; without one it scans.
func rootCommand(env *environment) *cobra.Command {
	root := scanCommand(env)
	root.Use = "modelsieve [scan] [flags] [PATH|GLOB]..."
	root.Short = "Say what loading a model file would do, without loading it"
	root.Version = version
	root.SilenceErrors, root.SilenceUsage = true, true
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w\nrun %q for the flags", err, cmd.CommandPath()+" --help")
	})
	root.CompletionOptions.HiddenDefaultCmd = false
	root.AddCommand(scanCommand(env), inspectCommand(env), rulesCommand(env), versionCommand(env), actionCommand(env))
	return root
}

func versionCommand(env *environment) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(env.stdout, version)
			return err
		},
	}
}

// plural writes a count with its noun: "1 file", "2 files".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if y, ok := strings.CutSuffix(noun, "y"); ok {
		return fmt.Sprintf("%d %sies", n, y)
	}
	if strings.HasSuffix(noun, "s") {
		return fmt.Sprintf("%d %ses", n, noun)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
