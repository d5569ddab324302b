package conftree_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/internal/realtest"
	"github.com/modelsieve/modelsieve/scanner/internal/conftree"
)

// A grammar makes YAML texts, most of them sound.
type grammar struct {
	r       *rand.Rand
	anchors int
}

func (g *grammar) pick(words ...string) string { return words[g.r.IntN(len(words))] }

// node makes a value in flow style, which may stand anywhere.
func (g *grammar) node(depth int) string {
	if g.anchors > 0 && g.r.IntN(8) == 0 {
		return fmt.Sprintf("*a%d ", 1+g.r.IntN(g.anchors))
	}
	properties := g.pick("", "", "", "", "!t ", "!!str ", "!!python/name:os.x ", "!<tag:x,1:y> ", "!p!q ", "!!py%74hon/x ", "! ")
	if g.r.IntN(8) == 0 {
		g.anchors++
		properties += fmt.Sprintf("&a%d ", g.anchors)
	}
	switch kind := g.r.IntN(8); {
	case kind < 3 && depth > 0:
		return properties + "[" + g.node(depth-1) + ", " + g.node(depth-1) + "]"
	case kind < 5 && depth > 0:
		return properties + "{k: " + g.node(depth-1) + ", ? " + g.node(depth-1) + " : " + g.node(depth-1) + "}"
	}
	return properties + g.pick("word", "'quo''ted'", `"esc\x61ped\u00e9\n"`, "two words", "1.5", "~", `""`, "é😀", "a.b.c", "x:y", "-z")
}

// text makes some documents.
func (g *grammar) text() string {
	var b strings.Builder
	for range 1 + g.r.IntN(3) {
		g.anchors = 0
		b.WriteString(g.pick("", "# comment\n") + g.pick("", "%TAG !p! tag:z,2:\n", "%TAG ! tag:z,2:\n%TAG !p! !r\n", "%TAG !! tag:z,2:\n%TAG !p! x\n") + "---\n")
		for i := range 1 + g.r.IntN(3) {
			fmt.Fprintf(&b, "key%d%s%s\n", i, g.pick(": ", " : ", ":\n  "), g.node(3))
		}
		b.WriteString(g.pick("", "...\n", "last: |\n  block\n  text\n", "list:\n- !t x\n- - y\n  - z\n"))
	}
	return b.String()
}

// events writes a tree as PyYAML's parser tells it: kind, tag and text.
func events(n *conftree.Node, out []string) []string {
	switch n.Kind {
	case conftree.Alias:
		return append(out, "alias")
	case conftree.Scalar:
		return append(out, fmt.Sprintf("scalar %s %q", n.Tag, n.Text))
	case conftree.List, conftree.Map:
	}
	out = append(out, map[conftree.Kind]string{conftree.List: "list ", conftree.Map: "map "}[n.Kind]+n.Tag)
	for _, item := range n.Items {
		out = events(item, out)
	}
	return append(out, "end")
}

const pyyaml = `import json, sys, yaml
for line in sys.stdin:
    out, failed = [], False
    try:
        for e in yaml.parse(json.loads(line), Loader=yaml.SafeLoader):
            tag = e.tag or "" if hasattr(e, "tag") else ""
            if isinstance(e, yaml.AliasEvent): out.append(["alias", "", ""])
            elif isinstance(e, yaml.ScalarEvent): out.append(["scalar", tag, e.value])
            elif isinstance(e, yaml.SequenceStartEvent): out.append(["list", tag, ""])
            elif isinstance(e, yaml.MappingStartEvent): out.append(["map", tag, ""])
            elif isinstance(e, yaml.CollectionEndEvent): out.append(["end", "", ""])
    except yaml.YAMLError:
        failed = True
    print(json.dumps([out, failed]))`

// TestAgainstPyYAML compares trees with the events of PyYAML's parser on generated texts:
// what PyYAML reads is read here, with the same tags and texts, or is an error.
func TestAgainstPyYAML(t *testing.T) {
	python := realtest.Python(t, "yaml")
	g := grammar{r: rand.New(rand.NewPCG(1, 2))}
	var texts []string
	var in strings.Builder
	for range 5000 {
		texts = append(texts, g.text())
		line, _ := json.Marshal(texts[len(texts)-1])
		in.Write(append(line, '\n'))
	}
	cmd := exec.Command(python, "-c", pyyaml)
	cmd.Stdin, cmd.Stderr = strings.NewReader(in.String()), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	answers := json.NewDecoder(strings.NewReader(string(out)))
	same, stricter := 0, 0
	for _, text := range texts {
		var events [][3]string
		var failed bool
		if err := answers.Decode(&[]any{&events, &failed}); err != nil {
			t.Fatal(err)
		}
		if failed {
			continue
		}
		switch got, err := ours(t, text); {
		case err != nil:
			stricter++
		case got != theirs(events):
			t.Fatalf("%q: PyYAML reads\n%s\nwe read\n%s", text, theirs(events), got)
		default:
			same++
		}
	}
	t.Logf("%d texts are read alike, %d are errors here only", same, stricter)
	if same < len(texts)/2 || stricter > len(texts)/20 {
		t.Error("too few texts are read by both")
	}
}

// ours and theirs write what the two parsers read, one event a line.
func ours(t *testing.T, text string) (string, error) {
	nodes, err := roots(t, text)
	var lines []string
	for _, n := range nodes {
		lines = events(n, lines)
	}
	return strings.Join(lines, "\n"), err
}

func theirs(events [][3]string) string {
	var lines []string
	for _, e := range events {
		if e[1] == "!" {
			e[1] = "" // it says that a value is what it looks like
		}
		switch e[0] {
		case "scalar":
			lines = append(lines, fmt.Sprintf("scalar %s %q", e[1], e[2]))
		case "list", "map":
			lines = append(lines, e[0]+" "+e[1])
		default:
			lines = append(lines, e[0])
		}
	}
	return strings.Join(lines, "\n")
}
