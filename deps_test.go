// Package modelsieve_test holds the rules about which package may depend on which.
// They carry the promise that a scan reads files and does nothing else.
package modelsieve_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/modelsieve/modelsieve"

// A listed package is what go list says of one, without its tests.
type listed struct {
	ImportPath string
	Name       string
	Imports    []string // direct
	Deps       []string // all, also through others
}

// platforms are looked at one by one, so that no build tag hides an import. Cgo is
// on everywhere: a package that can use it counts as one that does.
var platforms = []string{"linux/amd64", "linux/arm64", "darwin/arm64", "windows/amd64"}

func TestDependencies(t *testing.T) {
	for _, platform := range platforms {
		packages := goList(t, platform)
		if len(packages) < 3 {
			t.Errorf("%s: only %d packages: %v", platform, len(packages), packages)
		}
		for _, v := range violations(packages) {
			t.Errorf("%s: %s", platform, v)
		}
	}
}

// violations returns a line for each dependency that breaks a rule.
func violations(packages []listed) []string {
	var lines []string
	var mains []string
	for _, p := range packages {
		bad := func(dep, why string) {
			lines = append(lines, fmt.Sprintf("%s depends on %s: %s", p.ImportPath, dep, why))
		}
		for _, dep := range p.Deps {
			if isEngine(p.ImportPath) && reachesOut(dep) {
				bad(dep, "the engine reaches no network, process, plug-in or C code")
			}
			if in(p.ImportPath, "scanner") && !in(p.ImportPath, "scanner/formats") && in(dep, "scanner/formats") {
				bad(dep, "the engine knows no format")
			}
			if isEngine(p.ImportPath) && in(dep, "cmd") {
				bad(dep, "nothing depends on the command")
			}
			if in(p.ImportPath, "scanner") && in(dep, "sarif") || in(p.ImportPath, "sarif") && in(dep, "scanner/formats") {
				bad(dep, "formats know no output, outputs know no format")
			}
			if from, to := format(p.ImportPath), format(dep); from != "" && to != "" && from != to {
				bad(dep, "formats do not know each other")
			}
		}
		for _, dep := range p.Imports {
			if owner := ownerOf(dep); owner != "" && !in(p.ImportPath, owner) {
				bad(dep, "only "+owner+" may use it")
			}
		}
		if p.Name == "main" {
			mains = append(mains, p.ImportPath)
		}
	}
	if len(mains) != 1 || mains[0] != module+"/cmd/modelsieve" {
		lines = append(lines, fmt.Sprintf("the commands are %q, want cmd/modelsieve alone", mains))
	}
	return lines
}

// in reports whether a package is one of this module's, at a path or below it.
func in(pkg, dir string) bool {
	rest, ok := strings.CutPrefix(pkg, module+"/"+dir)
	return ok && (rest == "" || rest[0] == '/')
}

// isEngine reports whether a package reads what an attacker wrote.
func isEngine(pkg string) bool { return in(pkg, "scanner") || in(pkg, "sarif") }

// format returns the folder of the format that a package belongs to.
func format(pkg string) string {
	rest, _ := strings.CutPrefix(pkg, module+"/scanner/formats/")
	if rest == pkg {
		return ""
	}
	folder, _, _ := strings.Cut(rest, "/")
	return folder
}

// reachesOut reports whether a package can do more than compute and read files.
func reachesOut(pkg string) bool {
	if pkg == "net/netip" || pkg == "net/url" {
		return false // values only
	}
	forbidden := []string{"net", "os/exec", "plugin", "syscall/js", "runtime/cgo", "C"}
	return slices.Contains(forbidden, pkg) || strings.HasPrefix(pkg, "net/")
}

// ownerOf returns the one folder that may import a package, or "".
func ownerOf(dep string) string {
	for prefix, owner := range map[string]string{
		"github.com/owenrumney/go-sarif":        "sarif",
		"github.com/sethvargo/go-githubactions": "cmd",
		"github.com/spf13/cobra":                "cmd",
	} {
		if dep == prefix || strings.HasPrefix(dep, prefix+"/") {
			return owner
		}
	}
	return ""
}

// goList lists the packages of this module as they are built for a platform.
func goList(t *testing.T, platform string) []listed {
	t.Helper()
	goos, goarch, _ := strings.Cut(platform, "/")
	cmd := exec.Command("go", "list", "-json=ImportPath,Name,Imports,Deps", "./...")
	cmd.Env = append(os.Environ(), "GOOS="+goos, "GOARCH="+goarch, "CGO_ENABLED=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list for %s: %v\n%s", platform, err, &stderr)
	}
	var packages []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}

// The rules catch what they are there for.
func TestViolations(t *testing.T) {
	command := listed{ImportPath: module + "/cmd/modelsieve", Name: "main", Imports: []string{"github.com/spf13/cobra"}}
	for _, c := range []struct {
		name string
		p    listed
		bad  bool
	}{
		{"nothing", listed{ImportPath: module + "/scanner", Deps: []string{"io", "net/netip", "net/url"}}, false},
		{"network", listed{ImportPath: module + "/scanner/formats/onnx", Deps: []string{"net/http"}}, true},
		{"resolver", listed{ImportPath: module + "/sarif", Deps: []string{"net"}}, true},
		{"process", listed{ImportPath: module + "/scanner/internal/cursor", Deps: []string{"os/exec"}}, true},
		{"cgo", listed{ImportPath: module + "/scanner/formats/hdf5", Deps: []string{"runtime/cgo"}}, true},
		{"network-in-command", listed{ImportPath: module + "/cmd/modelsieve/fetch", Deps: []string{"net/http"}}, false},
		{"format-to-format", listed{ImportPath: module + "/scanner/formats/torch", Deps: []string{module + "/scanner/formats/pickle"}}, true},
		{"format-to-own-part", listed{ImportPath: module + "/scanner/formats/pickle", Deps: []string{module + "/scanner/formats/pickle/vetted"}}, false},
		{"list-to-format", listed{ImportPath: module + "/scanner/formats", Deps: []string{module + "/scanner/formats/pickle"}}, false},
		{"engine-to-format", listed{ImportPath: module + "/scanner/internal/vm", Deps: []string{module + "/scanner/formats/pickle"}}, true},
		{"output-to-format", listed{ImportPath: module + "/sarif", Deps: []string{module + "/scanner/formats"}}, true},
		{"format-to-output", listed{ImportPath: module + "/scanner/formats/pickle", Deps: []string{module + "/sarif"}}, true},
		{"stray-go-sarif", listed{ImportPath: module + "/cmd/x", Imports: []string{"github.com/owenrumney/go-sarif/v2/sarif"}}, true},
		{"stray-cobra", listed{ImportPath: module + "/sarif", Imports: []string{"github.com/spf13/cobra"}}, true},
		{"second-command", listed{ImportPath: module + "/tools/gen", Name: "main"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := violations([]listed{command, c.p}); len(got) > 0 != c.bad {
				t.Errorf("violations %q, want some: %v", got, c.bad)
			}
		})
	}
}

// Hooks build the command with whatever toolchain is there, so go.mod asks for no
// newer one, and it replaces nothing, which "go install" would refuse.
func TestModuleFile(t *testing.T) {
	text, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	if !slices.Contains(lines, "go 1.25.0") {
		t.Error("go.mod does not say go 1.25.0")
	}
	for _, line := range lines {
		if word, _, _ := strings.Cut(line, " "); word == "toolchain" || word == "replace" || word == "exclude" {
			t.Errorf("go.mod: %s", line)
		}
	}
}
