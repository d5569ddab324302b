package pickle_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/formats/pickle"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

// TestCatalogueIsRefused calls every name of the catalogue of dangerous callables
// with an instance of a class that nobody vetted: what a helper would do to it
// cannot be inert.
func TestCatalogueIsRefused(t *testing.T) {
	raw, err := os.ReadFile("testdata/catalogue.txt")
	if err != nil {
		t.Fatal(err)
	}
	names := strings.Fields(string(raw))
	if len(names) < 500 {
		t.Fatalf("the catalogue has %d names only", len(names))
	}
	for _, name := range names {
		module, attribute, _ := strings.Cut(name, ".")
		stream := fmt.Sprintf("\x80\x04c%s\n%s\n(cmypkg\nNet\n)\x81tR.", module, attribute)
		report := scantest.Scan(t, []*scanner.Analyzer{pickle.Analyzer}, "call.pkl", []byte(stream))
		if !refused(report) {
			t.Errorf("a call of %s passes", name)
		}
	}
}

// refused reports whether a finding that fails by default is about something other
// than the class in the test's package.
func refused(r *scanner.Report) bool {
	for _, f := range r.Findings {
		if f.Rule.Severity >= scanner.High && !strings.HasPrefix(f.Name, "mypkg") {
			return true
		}
	}
	return false
}
