package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/term"

	"github.com/modelsieve/modelsieve/sarif"
	"github.com/modelsieve/modelsieve/scanner"
)

// A format is a kind of report.
type format struct {
	name  string
	write func(w io.Writer, r result, o *options, color bool) error
}

// reportFormats are the kinds of reports, the default first.
var reportFormats = []format{
	{"text", writeText},
	{"json", func(w io.Writer, r result, _ *options, _ bool) error { return writeJSON(w, r) }},
	{"sarif", func(w io.Writer, r result, o *options, _ bool) error {
		return sarif.Write(w, r.Report, sarif.Options{Version: version, Category: o.category})
	}},
	{"markdown", func(w io.Writer, r result, _ *options, _ bool) error { return writeMarkdown(w, r) }},
	{"github", func(w io.Writer, r result, _ *options, _ bool) error { return writeGitHub(w, r) }},
}

// formatNames lists the kinds of reports for a person.
func formatNames() string {
	var names []string
	for _, f := range reportFormats {
		names = append(names, f.name)
	}
	return strings.Join(names, ", ")
}

// formatNamed returns a kind of report.
func formatNamed(name string) (format, error) {
	for _, f := range reportFormats {
		if f.name == name {
			return f, nil
		}
	}
	return format{}, fmt.Errorf("unknown format %q: want one of %s", name, formatNames())
}

// An output is one report and where it goes.
type output struct {
	format format
	file   string // empty: standard output
}

// outputs returns the reports that the flags ask for, the main one first.
func (o *options) outputs() ([]output, error) {
	main, err := formatNamed(o.format)
	if err != nil {
		return nil, fmt.Errorf("--format: %w", err)
	}
	outputs := []output{{main, o.output}}
	for _, spec := range o.reports {
		name, file, ok := strings.Cut(spec, "=")
		if !ok || file == "" {
			return nil, fmt.Errorf("--report %q: want FORMAT=FILE", spec)
		}
		f, err := formatNamed(name)
		if err != nil {
			return nil, fmt.Errorf("--report: %w", err)
		}
		outputs = append(outputs, output{f, file})
	}
	for _, mode := range []struct{ flag, value string }{{"--color", o.color}, {"--progress", o.progress}} {
		if mode.value != "auto" && mode.value != "always" && mode.value != "never" {
			return nil, fmt.Errorf("%s %q: want auto, always or never", mode.flag, mode.value)
		}
	}
	return outputs, nil
}

// colored reports whether an output gets colours.
func (o *options) colored(env *environment, out *output) bool {
	switch {
	case o.color != "auto":
		return o.color == "always"
	case out.file != "" || env.getenv("NO_COLOR") != "" || env.getenv("TERM") == "dumb":
		return false
	}
	return isTerminal(env.stdout)
}

// isTerminal reports whether a writer is a terminal.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// deliver writes a report where it goes.
func (out *output) deliver(env *environment, report []byte) error {
	if out.file != "" {
		return writeFile(pathIn(env.dir, out.file), report)
	}
	if out.format.name == "text" && env.getenv("GITHUB_ACTIONS") == "true" {
		report = uncommanded(report)
	}
	_, err := env.stdout.Write(report)
	return err
}

// uncommanded makes GitHub Actions take no line of a text for a workflow command: a
// file may be named like one. See "stop-commands" in its documentation.
func uncommanded(text []byte) []byte {
	token := rand.Text()
	return slices.Concat([]byte("::stop-commands::"+token+"\n"), text, []byte("::"+token+"::\n"))
}

// writeFile writes a file under a temporary name beside it and renames that, so
// that nobody ever reads half of it.
func writeFile(name string, content []byte) (err error) {
	if info, statErr := os.Stat(name); statErr == nil && !info.Mode().IsRegular() {
		return writeSpecial(name, content, info)
	}
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", scanner.CleanPath(name), err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("writing %s: %w", scanner.CleanPath(name), errors.Join(err, os.Remove(f.Name())))
		}
	}()
	if _, err = f.Write(content); err != nil {
		return errors.Join(err, f.Close())
	}
	if err = errors.Join(f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// writeSpecial writes to a device or a pipe, such as /dev/stdout.
func writeSpecial(name string, content []byte, info os.FileInfo) error {
	if info.IsDir() {
		return fmt.Errorf("writing %s: is a directory", scanner.CleanPath(name))
	}
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Close())
}

// encode writes a value as indented JSON, text as it is.
func encode(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
