package scantest

import (
	"flag"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
)

var update = flag.Bool("update", false, "rewrite what tests compare with")

// Updating reports whether tests rewrite the files they compare with.
func Updating() bool { return *update }

// Run scans the inputs of every fixture of the calling package and compares the
// reports. Then it checks that each rule of the package's own analyzers fires for
// one input at least and stays silent for another that its analyzer reads. The
// list may hold analyzers of other packages too, such as those of containers.
func Run(t *testing.T, analyzers []*scanner.Analyzer) {
	t.Helper()
	pc, _, _, _ := runtime.Caller(1)
	var corpus []*scanner.Report
	for _, f := range fixtures(t) {
		t.Run(strings.TrimSuffix(filepath.Base(f.path), ".txtar"), func(t *testing.T) {
			corpus = append(corpus, f.check(t, analyzers))
		})
	}
	t.Run("rules", func(t *testing.T) {
		own := slices.DeleteFunc(slices.Clone(analyzers), func(a *scanner.Analyzer) bool { return !ownedBy(a, pc) })
		if len(own) == 0 {
			t.Error("none of the analyzers is the calling package's")
		}
		for _, a := range own {
			for _, missing := range uncovered(a, corpus) {
				t.Error(missing)
			}
		}
	})
}

// ownedBy reports whether an analyzer is of the package, or the package under the
// external test, whose code is at pc.
func ownedBy(a *scanner.Analyzer, pc uintptr) bool {
	caller := strings.TrimSuffix(packageOf(pc), "_test")
	return packageOf(reflect.ValueOf(a.Match).Pointer()) == caller || packageOf(reflect.ValueOf(a.Run).Pointer()) == caller
}

// packageOf returns the import path of a function's package.
func packageOf(pc uintptr) string {
	name := runtime.FuncForPC(pc).Name()
	slash := strings.LastIndex(name, "/") + 1
	pkg, _, _ := strings.Cut(name[slash:], ".")
	return name[:slash] + pkg
}

// uncovered lists the rules that fire for no input of the corpus, and those that
// stay silent for none that the analyzer reads.
func uncovered(a *scanner.Analyzer, corpus []*scanner.Report) []string {
	var missing []string
	for _, rule := range a.Rules {
		fires, silent := false, false
		for _, report := range corpus {
			for path := range reads(a, report) {
				fired := slices.ContainsFunc(report.Findings, func(f scanner.Finding) bool { return f.Rule == rule && f.Path == path })
				fires, silent = fires || fired, silent || !fired
			}
		}
		if !fires {
			missing = append(missing, a.Name+": no fixture in which rule "+rule.ID+" fires")
		}
		if !silent {
			missing = append(missing, a.Name+": no fixture in which rule "+rule.ID+" stays silent")
		}
	}
	return missing
}

// reads returns the paths of the inputs in which an analyzer reads something.
func reads(a *scanner.Analyzer, report *scanner.Report) map[string]bool {
	paths := map[string]bool{}
	for _, info := range report.Artifacts {
		if info.Format == a.Name {
			paths[info.Path] = true
		}
	}
	return paths
}
