// Package realtest runs the real libraries on behalf of tests: their scripts write models
// and load them, in processes of their own. It stands outside of the scanner, which starts
// no process.
package realtest

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
)

// pythons are the variables that may name interpreters with real libraries, joined like a
// PATH. There are several, since not all libraries can be installed together.
var pythons = []string{"MODELSIEVE_PYTHON", "MODELSIEVE_PYTHON_FRAMEWORKS", "MODELSIEVE_PYTHON_HUBS", "MODELSIEVE_PYTHON_EARLIER"}

// hasModules is a program of Python that fails where modules are missing. It imports
// none of them: that may take longer than the test. Words like "datasets<4" ask for a
// distribution of an earlier release, ones like "hydra-core==1.3.2" for that release.
const hasModules = `import importlib.util as u, re, sys
from importlib.metadata import version
number = lambda text: [int(n) for n in re.findall(r"\d+", text)[:3]]
for word in sys.argv[1:]:
    name, relation, release = re.fullmatch(r"([^<=]+)(?:(<|==)(.+))?", word).groups()
    if not relation:
        assert u.find_spec(name)
    elif relation == "<":
        assert number(version(name)) < number(release)
    else:
        assert version(name) == release
`

// Python returns an interpreter that has modules, or skips the test where no variable
// names one.
func Python(t testing.TB, modules ...string) string {
	t.Helper()
	for _, variable := range pythons {
		for _, python := range filepath.SplitList(os.Getenv(variable)) {
			if exec.Command(python, append([]string{"-c", hasModules}, modules...)...).Run() == nil { //nolint:gosec // the interpreter that whoever runs the tests names
				return python
			}
		}
	}
	t.Skipf("SKIPPED: neither of %s is a Python with %s, so nothing is compared with the real libraries",
		strings.Join(pythons, ", "), strings.Join(modules, ", "))
	return ""
}

// Run runs a script and returns what it prints.
func Run(t testing.TB, python string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(python, args...) //nolint:gosec // the interpreter that whoever runs the tests names
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, problems.Bytes())
	}
	return out
}

// A Model is a file that a script wrote with a real library, and the rules that have to
// fire for it, sorted: an honest one has none. No other may fire, and nothing be a gap.
type Model struct {
	Path  string // below the script's folder
	Rules []string
}

// Models has a script of the calling package write files into a folder with the modules
// that it needs, "SCRIPT FOLDER", and a manifest.json, which is a list of models.
func Models(t *testing.T, analyzers []*scanner.Analyzer, script string, modules ...string) {
	t.Helper()
	dir := t.TempDir()
	Run(t, Python(t, modules...), script, dir)
	var models []Model
	ReadJSON(t, filepath.Join(dir, "manifest.json"), &models)
	Check(t, analyzers, dir, models)
}

// Check scans a folder and compares what is found with what has to be.
func Check(t *testing.T, analyzers []*scanner.Analyzer, dir string, models []Model) {
	t.Helper()
	report := scanFolder(t, analyzers, dir)
	found := rulesByPath(report)
	for _, m := range models {
		if !slices.Equal(found[m.Path], m.Rules) {
			t.Errorf("%s: %q, want %q", m.Path, found[m.Path], m.Rules)
		}
		if !isRead(report, m.Path) {
			t.Errorf("%s: no analyzer read it", m.Path)
		}
	}
	t.Logf("%d models", len(models))
}

// Silent scans a folder of at least some files: nothing may be found but notes, and nothing
// be a gap.
func Silent(t *testing.T, analyzers []*scanner.Analyzer, dir string, files int) {
	t.Helper()
	report := scanFolder(t, analyzers, dir)
	for i := range report.Findings {
		if f := &report.Findings[i]; f.Rule.Severity > scanner.Low {
			t.Errorf("%s %s: %s: %s", f.Path, f.Member, f.Rule.ID, f.Message)
		}
	}
	for i := range report.Gaps {
		g := &report.Gaps[i]
		t.Errorf("%s %s: gap %s: %s", g.Path, g.Member, g.Reason, g.Message)
	}
	if len(report.Files) < files {
		t.Errorf("only %d files", len(report.Files))
	}
}

// ReadJSON reads a JSON file.
func ReadJSON(t testing.TB, path string, into any) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// scanFolder scans everything in a folder.
func scanFolder(t *testing.T, analyzers []*scanner.Analyzer, dir string) *scanner.Report {
	t.Helper()
	targets, err := scanner.Discover(t.Context(), scanner.Selection{Dir: dir, Root: dir, Args: []string{"."}})
	if err != nil {
		t.Fatal(err)
	}
	report, err := scanner.Scan(t.Context(), targets, scanner.Config{Analyzers: analyzers})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// rulesByPath returns the rules that fired and the gaps of each file, sorted.
func rulesByPath(r *scanner.Report) map[string][]string {
	found := map[string][]string{}
	for i := range r.Findings {
		f := &r.Findings[i]
		found[f.Path] = append(found[f.Path], f.Rule.ID)
	}
	for i := range r.Gaps {
		found[r.Gaps[i].Path] = append(found[r.Gaps[i].Path], "gap: "+r.Gaps[i].Message)
	}
	for path, rules := range found {
		slices.Sort(rules)
		found[path] = slices.Compact(rules)
	}
	return found
}

// Claims has a script of the calling package write files with the real library and load
// them. The last line that it prints is a JSON object: the names of the files, and whether
// loading did something besides. Where it did there has to be a finding of severity high
// or critical; files called "honest-..." must do nothing, and be found to.
func Claims(t *testing.T, analyzers []*scanner.Analyzer, script string, modules ...string) {
	t.Helper()
	dir := t.TempDir()
	out := bytes.TrimSpace(Run(t, Python(t, modules...), script, dir))
	var happened map[string]bool
	if err := json.Unmarshal(out[bytes.LastIndexByte(out, '\n')+1:], &happened); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	report := scanFolder(t, analyzers, dir)
	for name, did := range happened {
		honest := strings.HasPrefix(name, "honest-")
		if did == honest {
			t.Errorf("%s: that loading it did something is %v", name, did)
		}
		if !isRead(report, name) {
			t.Errorf("%s: no analyzer read it", name)
		}
		if bad := worst(report, name); bad == honest {
			t.Errorf("%s: that something bad was found is %v: %q", name, bad, rulesByPath(report)[name])
		}
	}
	t.Logf("%d files", len(happened))
}

// isRead reports whether an analyzer read a file.
func isRead(r *scanner.Report, path string) bool {
	return slices.ContainsFunc(r.Files, func(f scanner.File) bool { return f.Path == path && len(f.Formats) > 0 })
}

// worst reports whether there is a finding of severity high or critical, or a gap, for a file.
func worst(r *scanner.Report, path string) bool {
	bad := func(f scanner.Finding) bool { return f.Path == path && f.Rule.Severity >= scanner.High }
	gap := func(g scanner.Gap) bool { return g.Path == path }
	return slices.ContainsFunc(r.Findings, bad) || slices.ContainsFunc(r.Gaps, gap)
}
