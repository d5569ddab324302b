package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/modelsieve/modelsieve/scanner"
)

func inspectCommand(env *environment) *cobra.Command {
	var format string
	var suggest bool
	cmd := &cobra.Command{
		Use: "inspect FILE", Short: "Show what is inside a file: formats, imports, and pickles as readable programs",
		Long: "Show what is inside a file: the containers and formats, every name that a pickle reaches with\n" +
			"what it is used for, and each pickle as a program in Python. Nothing is run.\n\n" +
			"The exit code is 0, or 3 when something could not be read.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return inspect(cmd, env, format, suggest, args[0]) },
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	cmd.Flags().BoolVar(&suggest, "suggest-allow", false, "print the entries of .modelsieve.yaml that accept the classes nobody vetted")
	cmd.MarkFlagsMutuallyExclusive("format", "suggest-allow")
	return cmd
}

// inspect scans one file and shows what is inside it.
func inspect(cmd *cobra.Command, env *environment, format string, suggest bool, name string) error {
	if format != "text" && format != "json" {
		return fmt.Errorf("--format %q: want text or json", format)
	}
	info, err := os.Stat(pathIn(env.dir, name))
	if err != nil {
		return err
	}
	if info.IsDir() {
		return fmt.Errorf("%s is a folder: inspect takes one file", scanner.CleanPath(name))
	}
	root := scanner.FindRoot(env.dir, env.getenv)
	targets, err := scanner.Discover(cmd.Context(), scanner.Selection{Dir: env.dir, Root: root, Files: []string{name}})
	if err != nil {
		return err
	}
	report, err := scanner.Scan(cmd.Context(), targets, scanner.Config{Analyzers: env.analyzers, Inspect: true})
	if err != nil {
		return err
	}
	switch {
	case suggest:
		err = suggestAllow(env.stdout, report)
	case format == "json":
		err = inspectJSON(env.stdout, report)
	default:
		err = inspectText(env.stdout, report)
	}
	if err != nil || len(report.Gaps) == 0 {
		return err
	}
	return exit(scanner.ExitIncomplete)
}

// inspectJSON writes the inspection as JSON.
func inspectJSON(w io.Writer, r *scanner.Report) error {
	artifacts := r.Artifacts
	if artifacts == nil {
		artifacts = []scanner.ArtifactInfo{}
	}
	return encode(w, struct {
		Schema    int                    `json:"schema"`
		Artifacts []scanner.ArtifactInfo `json:"artifacts"`
	}{1, artifacts})
}

// inspectText writes the inspection for a person.
func inspectText(w io.Writer, r *scanner.Report) error {
	var out strings.Builder
	for i := range r.Artifacts {
		a := &r.Artifacts[i]
		name := a.Path
		if a.Member != "" {
			name += "!/" + a.Member
		}
		fmt.Fprintf(&out, "%s  [%s, %d bytes]\n", name, a.Format, a.Size)
		if err := imports(&out, a.Imports); err != nil {
			return err
		}
		loads(&out, a.Loads)
		for _, line := range a.Program {
			fmt.Fprintf(&out, "    %s\n", line)
		}
		if len(a.Imports)+len(a.Program) > 0 {
			out.WriteString("\n")
		}
	}
	for _, g := range r.Gaps {
		fmt.Fprintf(&out, "not read: %s: %s: %s\n", where(g.Path, g.Member, g.Span), g.Reason, g.Message)
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// loads writes whether loaders that take only some content accept an artifact.
func loads(out io.Writer, list []scanner.Load) {
	for _, l := range list {
		answer := "loads it"
		if !l.Accepted {
			answer = "refuses it: " + strings.Join(l.Stops, ", ")
		}
		fmt.Fprintf(out, "  %s of %s %s\n", l.Loader, l.Versions, answer)
	}
}

// imports writes the names that a stream reaches as a table.
func imports(out io.Writer, list []scanner.Import) error {
	if len(list) == 0 {
		return nil
	}
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "  VERDICT\tUSE\tNAME\tAS SPELT\tAT")
	for _, i := range list {
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s %s\t%d\n", i.Verdict, i.Use, i.Resolved, i.Module, i.Name, i.Offset)
	}
	fmt.Fprintln(t)
	return t.Flush()
}
