package tfops_test

import (
	"testing"

	"github.com/modelsieve/modelsieve/scanner/internal/tfops"
)

func TestLookup(t *testing.T) {
	for name, want := range map[string]tfops.Op{
		"WriteFile":          {Class: tfops.Write},
		"MergeV2Checkpoints": {Class: tfops.Save, Input: 1},
		"ImmutableConst":     {Class: tfops.Read, Input: -1, Attr: "memory_region_name"},
		"DatasetFromGraph":   {Class: tfops.Graph},
		"MatMul":             {Input: -1},
		"RegexReplace":       {Input: -1},
		"TRTEngineOp":        {Class: tfops.Engine, Input: -1, Attr: "serialized_segment"},
	} {
		if got, ok := tfops.Lookup(name); !ok || got != want {
			t.Errorf("%s: %+v, %v, want %+v", name, got, ok, want)
		}
	}
	for _, name := range []string{"", "ShellExecute", "writefile"} {
		if got, ok := tfops.Lookup(name); ok || got.Class != tfops.None {
			t.Errorf("%s: %+v, %v", name, got, ok)
		}
	}
	if got := tfops.Library("Addons>GeluGrad"); got != "tensorflow-addons" {
		t.Error(got)
	}
}
