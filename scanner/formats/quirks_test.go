package formats_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/formats"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

// A quirk is a container of which two readers make different things, or that a loader
// opens where its name does not say so. What some reader finds in it calls os.system.
type quirk struct {
	name   string // of the mechanism; with an ending it is the file's name
	recipe string // $CALL is a pickle that calls os.system, $DATA an honest one, $TORCH( )$ a torch archive with that pickle
	gap    bool   // it is enough that the file is incomplete: the kind cannot be opened
}

// file is the name of the file.
func (q *quirk) file() string {
	if strings.Contains(q.name, ".") {
		return q.name
	}
	return q.name + ".pt"
}

// bytes assembles the container.
func (q *quirk) bytes(t *testing.T) []byte {
	t.Helper()
	recipe := strings.NewReplacer(
		"$TORCH(", `zip { member "a/data.pkl" stored { `, ")$", ` }; member "a/version" stored { text "3\n" } }`,
		"$CALL", `GLOBAL os system; MARK; STRING "true"; TUPLE; REDUCE; STOP`, "$DATA", `PROTO 2; EMPTY_DICT; STOP`,
	).Replace(strings.ReplaceAll(q.recipe, "$OBJECTS", objects))
	data, err := scantest.Assemble(strings.NewReplacer(
		"$CALL", `GLOBAL os system; MARK; STRING "true"; TUPLE; REDUCE; STOP`, "$DATA", `PROTO 2; EMPTY_DICT; STOP`,
	).Replace(recipe))
	if err != nil {
		t.Fatalf("%s: %v", q.name, err)
	}
	return data
}

// objects is an array of objects whose pickle calls.
const objects = `npy descr "|O" shape "(1,)" fortran False { $CALL }`

// TestNoQuirkPasses scans every quirk: what the call runs is named, whatever the container.
func TestNoQuirkPasses(t *testing.T) {
	for _, list := range [][]quirk{zipQuirks, tarQuirks, compressedQuirks, loaderQuirks} {
		for _, q := range list {
			t.Run(q.name, func(t *testing.T) {
				report := scantest.Scan(t, formats.All(), q.file(), q.bytes(t))
				switch {
				case namesSystem(report):
				case q.gap && len(report.Gaps) > 0:
				default:
					t.Errorf("os.system is not named:\n%s", scantest.Format(report))
				}
			})
		}
	}
}

// namesSystem reports whether a finding that fails by default names os.system.
func namesSystem(r *scanner.Report) bool {
	for _, f := range r.Findings {
		if f.Rule.Severity >= scanner.High && f.Name == "os.system" {
			return true
		}
	}
	return false
}

// TestReadersMeetTheQuirks has the real loaders and archive readers open the quirks: what
// one of them looks up is named, unless the kind cannot be opened.
func TestReadersMeetTheQuirks(t *testing.T) {
	python := os.Getenv("MODELSIEVE_PYTHON")
	if python == "" {
		t.Skip("SKIPPED: MODELSIEVE_PYTHON is not set, so there are no loaders to compare with")
	}
	dir, all := t.TempDir(), map[string]quirk{}
	for _, list := range [][]quirk{zipQuirks, tarQuirks, compressedQuirks, loaderQuirks} {
		for _, q := range list {
			all[q.file()] = q
			if err := os.WriteFile(filepath.Join(dir, q.file()), q.bytes(t), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	cmd := exec.Command(python, "../../tools/loaders/read.py", dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("reading the quirks: %v", err)
	}
	var did map[string]map[string][][2]string
	if err := json.Unmarshal(out, &did); err != nil {
		t.Fatal(err)
	}
	met := 0
	for file, loaders := range did {
		q := all[file]
		report := scantest.Scan(t, formats.All(), file, q.bytes(t))
		for loader, names := range loaders {
			if len(names) == 0 {
				continue
			}
			met++
			t.Logf("%s: %s", file, loader)
			if !namesSystem(report) && !(q.gap && len(report.Gaps) > 0) {
				t.Errorf("%s: %s looks up %v, and nothing names it", file, loader, names)
			}
		}
	}
	if met < len(all) {
		t.Errorf("only %d times a loader met what is in %d files", met, len(all))
	}
}
