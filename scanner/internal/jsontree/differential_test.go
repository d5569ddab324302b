package jsontree_test

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"os/exec"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner/internal/jsontree"
)

// TestLikePython compares with json.loads of Python, on texts as it writes them and on
// broken ones, in all encodings.
func TestLikePython(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("SKIPPED: python3 is not installed, so json.loads cannot be compared with")
	}
	texts, err := exec.Command(python, "testdata/texts.py", "8000", "1").Output()
	if err != nil {
		t.Fatal(err)
	}
	sound, lines := 0, bufio.NewScanner(bytes.NewReader(texts))
	for lines.Buffer(nil, 1<<20); lines.Scan(); {
		source, want, _ := strings.Cut(lines.Text(), " ")
		data, err := hex.DecodeString(source)
		if err != nil {
			t.Fatal(err)
		}
		tree, err := jsontree.Parse(bytes.NewReader(data), 0, int64(len(data)), unlimited)
		got := "-"
		if err == nil {
			got = show(tree.Root())
			sound++
		}
		if got != want {
			t.Errorf("%q:\n%s (%v), but Python\n%s", data, got, err, want)
		}
	}
	if sound < 2000 {
		t.Errorf("only %d texts are sound", sound)
	}
}

// show writes a value as testdata/texts.py does.
func show(n jsontree.Node) string {
	var parts []string
	switch n.Kind() {
	case jsontree.Null, jsontree.Bool:
		return n.Raw()[:1]
	case jsontree.Number:
		return "#" + n.Raw()
	case jsontree.String:
		return "$" + hex.EncodeToString([]byte(n.Text()))
	case jsontree.Object:
		for key, value := range n.Members() {
			parts = append(parts, show(key)+":"+show(value))
		}
		return "{" + strings.Join(parts, ",") + "}"
	}
	for _, item := range n.Items() {
		parts = append(parts, show(item))
	}
	return "[" + strings.Join(parts, ",") + "]"
}
