package torch

import (
	"slices"
	"strings"
	"testing"
)

// TestWeightsOnlyTable reads every row and looks for names that no version may allow.
func TestWeightsOnlyTable(t *testing.T) {
	table := weightsOnly()
	if len(table.versions) < 5 || len(table.allowed) < 150 {
		t.Fatalf("%d versions and %d rows", len(table.versions), len(table.allowed))
	}
	names := map[string]bool{}
	for _, op := range weightsOnlyOps {
		names["op "+op.name] = true
	}
	for what, a := range table.allowed {
		if a.from < 0 || a.to < a.from {
			t.Errorf("%s is allowed from version %d to %d", what, a.from, a.to)
		}
		if strings.HasPrefix(what, "op ") && !names[what] {
			t.Errorf("%s is not read", what)
		}
	}
	if what := "global collections.OrderedDict"; !table.allows(what, 0) || table.allows("global os.system", 0) {
		t.Errorf("%s is not allowed by the first version, or os.system is", what)
	}
	if !slices.ContainsFunc(table.versions, isDefault) {
		t.Error("weights_only is the default of no version")
	}
}
