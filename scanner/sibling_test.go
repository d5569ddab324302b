//go:build unix

package scanner_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
)

// TestSibling looks from a model at the files beside it, through links of all kinds.
func TestSibling(t *testing.T) {
	r := newRepository(t, "m/model.onnx", "m/data", "m/sub/data", "other/data", "hard")
	r.link("../other/data", "m/link")
	r.link("/etc/hostname", "m/out")
	r.link("nothing", "m/dangling")
	r.link("../other", "m/folder")
	r.must(os.Link(r.path("hard"), r.path("m/hard")))
	targets, err := scanner.Discover(t.Context(), scanner.Selection{Dir: r.root, Root: r.root, Args: []string{"m/model.onnx"}})
	r.must(err)
	size := len("m/data")
	for name, want := range map[string]string{
		"data":          fmt.Sprintf("{%d   m/data 1} true", size),
		"./sub/../data": fmt.Sprintf("{%d   m/data 1} true", size),
		"sub":           "{-1    0} true",
		"missing":       "{0    0} false",
		"../../../x":    "{0    0} false",
		"out":           "{-1 out /etc/hostname  0} true",
		"dangling":      "{-1 dangling nothing  0} true",
		"dangling/x":    "{-1 dangling nothing  0} true",
	} {
		got, ok := targets[0].Around[0].Stat(name)
		if text := fmt.Sprint(got, ok); text != want {
			t.Errorf("%s: %s, want %s", name, text, want)
		}
	}
	for name, want := range map[string]scanner.Sibling{
		"link":        {Link: "link", To: "../other/data", At: "other/data", Names: 1},
		"folder/data": {Link: "folder", To: "../other", At: "other/data", Names: 1},
		"hard":        {At: "m/hard", Names: 2},
	} {
		got, ok := targets[0].Around[0].Stat(name)
		got.Size = 0
		if !ok || got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
}

// TestAll lists what lies around a file.
func TestAll(t *testing.T) {
	r := newRepository(t, "m/model.onnx", "m/b.d/x", "m/a.py", "z")
	targets, err := scanner.Discover(t.Context(), scanner.Selection{Dir: r.root, Root: r.root, Args: []string{"m/model.onnx"}})
	r.must(err)
	for dir, want := range map[string]string{".": "[a.py b.d model.onnx]", "b.d": "[x]", "missing": "[]"} {
		if got := fmt.Sprint(targets[0].Around[0].All(dir)); got != want {
			t.Errorf("%s: %s, want %s", dir, got, want)
		}
	}
}
