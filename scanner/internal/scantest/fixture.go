package scantest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/modelsieve/modelsieve/scanner"
)

// A file is bytes to scan, with the name that the report shows.
type file struct {
	name   string
	data   []byte
	around []scanner.Folder
}

// A fixture is one txtar archive.
type fixture struct {
	path    string
	archive *txtar.Archive
	inputs  []file
	limits  scanner.Limits
}

// readFixture reads an archive and assembles its inputs.
func readFixture(path string) (*fixture, error) {
	archive, err := txtar.ParseFile(path)
	if err != nil {
		return nil, err
	}
	f := &fixture{path: path, archive: archive}
	if len(bytes.TrimSpace(archive.Comment)) == 0 {
		return nil, fmt.Errorf("%s: the comment must say what the fixture shows", path)
	}
	for _, section := range archive.Files {
		name, isInput := strings.CutPrefix(section.Name, "input: ")
		switch {
		case isInput:
			data, err := f.part(section.Name, nil)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			f.inputs = append(f.inputs, file{name: name, data: data})
		case section.Name == "limits":
			if f.limits, err = parseLimits(string(section.Data)); err != nil {
				return nil, fmt.Errorf("%s: limits: %w", path, err)
			}
		case section.Name == "beside":
			around, err := parseBeside(string(section.Data))
			if err != nil {
				return nil, fmt.Errorf("%s: beside: %w", path, err)
			}
			for i := range f.inputs {
				if f.inputs[i].around == nil {
					f.inputs[i].around = around
				}
			}
		case section.Name != "want" && section.Name != "inspect" && !strings.HasPrefix(section.Name, "part: "):
			return nil, fmt.Errorf("%s: no such kind of section: %q", path, section.Name)
		}
	}
	if len(f.inputs) == 0 {
		return nil, fmt.Errorf("%s: no input", path)
	}
	return f, nil
}

// section returns a section's text.
func (f *fixture) section(name string) (text string, ok bool) {
	i := f.index(name)
	if i < 0 {
		return "", false
	}
	return string(f.archive.Files[i].Data), true
}

// index returns where a section is, or -1.
func (f *fixture) index(name string) int {
	return slices.IndexFunc(f.archive.Files, func(s txtar.File) bool { return s.Name == name })
}

// part assembles a section. Those that are being assembled around it may not be
// included again.
func (f *fixture) part(section string, around []string) ([]byte, error) {
	text, _ := f.section(section)
	around = append(slices.Clone(around), section)
	a := &assembler{file: func(name string) ([]byte, error) {
		for _, kind := range []string{"part: ", "input: "} {
			if f.index(kind+name) < 0 {
				continue
			}
			if slices.Contains(around, kind+name) {
				return nil, fmt.Errorf("%q includes itself", name)
			}
			return f.part(kind+name, around)
		}
		return testdataFile(name)
	}}
	b, err := a.recipe(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", section, err)
	}
	return b, nil
}

// parseLimits reads a limits section.
func parseLimits(text string) (l scanner.Limits, err error) {
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		n, err := strconv.ParseInt(value, 0, 64)
		if err != nil {
			return l, err
		}
		switch key {
		case "depth":
			l.Depth = int(n)
		case "members":
			l.Members = int(n)
		case "expanded":
			l.Expanded = n
		case "held":
			l.Held = n
		case "steps":
			l.Steps = n
		default:
			return l, fmt.Errorf("no such limit: %q", key)
		}
	}
	return l, nil
}

// Scan scans one file that is in memory, with inspection, and judges it with the
// default policy.
func Scan(t testing.TB, analyzers []*scanner.Analyzer, name string, data []byte) *scanner.Report {
	t.Helper()
	return scan(t, []file{{name: name, data: data}}, scanner.Config{Analyzers: analyzers, Jobs: 1})
}

// scan scans files that are in memory.
func scan(t testing.TB, files []file, cfg scanner.Config) *scanner.Report {
	t.Helper()
	var targets []scanner.Target
	for _, f := range files {
		targets = append(targets, scanner.Target{Path: f.name, RepoPath: f.name, Open: f.open, Around: f.around})
	}
	cfg.Inspect = true
	report, err := scanner.Scan(context.Background(), targets, cfg)
	if err != nil {
		t.Fatal(err)
	}
	scanner.Policy{FailOn: scanner.High, Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}.Judge(report)
	return report
}

// open makes a file one that Scan can close.
func (f *file) open() (scanner.ReadAtCloser, int64, error) {
	return memory{bytes.NewReader(f.data)}, int64(len(f.data)), nil
}

type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }

// check scans the fixture's inputs and compares what came of it, or rewrites the
// fixture.
func (f *fixture) check(t *testing.T, analyzers []*scanner.Analyzer) *scanner.Report {
	report := scan(t, f.inputs, scanner.Config{Analyzers: analyzers, Limits: f.limits, Jobs: 1})
	parallel := scan(t, f.inputs, scanner.Config{Analyzers: analyzers, Limits: f.limits, Jobs: 8})
	if !reflect.DeepEqual(report, parallel) {
		t.Errorf("%s: the report differs between 1 job and 8:\n%s\n%s", f.path, Format(report), Format(parallel))
	}
	for _, in := range f.inputs {
		for _, broken := range violations(report, in.name, int64(len(in.data))) {
			t.Errorf("%s: %s", f.path, broken)
		}
	}
	got := map[string]string{"want": Format(report)}
	if f.index("inspect") >= 0 {
		got["inspect"] = formatInspection(report)
	}
	if Updating() {
		f.update(t, got)
		return report
	}
	for name, text := range got {
		if want, _ := f.section(name); want != text {
			t.Errorf("%s: section %s differs; go test -update rewrites it\ngot:\n%s\nwant:\n%s", f.path, name, text, want)
		}
	}
	return report
}

// update writes sections back.
func (f *fixture) update(t *testing.T, sections map[string]string) {
	for _, name := range []string{"want", "inspect"} {
		text, ok := sections[name]
		if !ok {
			continue
		}
		i := f.index(name)
		if i < 0 {
			i = len(f.archive.Files)
			f.archive.Files = append(f.archive.Files, txtar.File{Name: name})
		}
		f.archive.Files[i].Data = []byte(text)
	}
	if err := os.WriteFile(f.path, txtar.Format(f.archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

// fixtures reads every archive in testdata.
func fixtures(t testing.TB) []*fixture {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no fixtures in testdata: %v", err)
	}
	var all []*fixture
	for _, path := range paths {
		f, err := readFixture(path)
		if err != nil {
			t.Error(err)
			continue
		}
		all = append(all, f)
	}
	return all
}
