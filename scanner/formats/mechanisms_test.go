package formats_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEveryMechanismHasAFixture looks up the fixtures that testdata/mechanisms.txt names:
// each is there, fails or is incomplete, and shows the rule that is written beside it.
func TestEveryMechanismHasAFixture(t *testing.T) {
	raw, err := os.ReadFile("testdata/mechanisms.txt")
	if err != nil {
		t.Fatal(err)
	}
	quirks := map[string]bool{}
	for _, list := range [][]quirk{zipQuirks, tarQuirks, compressedQuirks, loaderQuirks} {
		for _, q := range list {
			quirks[q.name] = true
		}
	}
	mechanism, shown := "", map[string]int{}
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimRight(line, "\n")
		fixture, indented := strings.CutPrefix(line, "\t")
		words := strings.Fields(fixture)
		switch {
		case line == "" || line[0] == '#':
		case !indented:
			mechanism = line
			shown[mechanism] += 0
		case len(words) == 2 && words[0] == "quirk" && quirks[words[1]], len(words) == 3 && shows(t, words[0], words[1], words[2]):
			shown[mechanism]++
		default:
			t.Errorf("%s: no fixture shows %q", mechanism, fixture)
		}
	}
	if len(shown) < 40 {
		t.Errorf("only %d mechanisms are listed", len(shown))
	}
	for mechanism, n := range shown {
		if n == 0 {
			t.Errorf("%s: nothing shows it", mechanism)
		}
	}
}

// shows reports whether the report on an input of a fixture has a rule, or a gap.
func shows(t *testing.T, fixture, input, rule string) bool {
	t.Helper()
	folder, file, _ := strings.Cut(fixture, "/")
	raw, err := os.ReadFile(filepath.Join(folder, "testdata", file+".txtar"))
	if err != nil {
		t.Error(err)
	}
	_, want, _ := bytes.Cut(raw, []byte("\n-- want --\n"))
	_, report, ok := strings.Cut("\n"+string(want), "\n"+input+": ")
	if !ok {
		return false
	}
	if rule == "gap" {
		rule = " gap "
	}
	for i, line := range strings.Split(report, "\n") {
		if i > 0 && !strings.HasPrefix(line, " ") {
			break
		}
		if strings.Contains(line, rule) {
			return true
		}
	}
	return false
}
