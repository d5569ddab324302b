package conftree_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/conftree"
	"github.com/modelsieve/modelsieve/scanner/internal/jsontree"
)

// within runs f with the pass of a scan over a text.
func within(t *testing.T, text string, f func(*scanner.Pass)) {
	t.Helper()
	a := &scanner.Analyzer{
		Name: "test", Doc: "Runs a test.", Match: func(*scanner.Head) scanner.Claim { return scanner.Sure },
		Run: func(_ context.Context, p *scanner.Pass) error { f(p); p.Analysed(0, p.Size); return nil },
	}
	open := func() (scanner.ReadAtCloser, int64, error) {
		return nopCloser{strings.NewReader(text)}, int64(len(text)), nil
	}
	_, err := scanner.Scan(t.Context(), []scanner.Target{{Path: "text", RepoPath: "text", Open: open}},
		scanner.Config{Analyzers: []*scanner.Analyzer{a}, Limits: scanner.Limits{Held: 32 << 20}})
	if err != nil {
		t.Fatal(err)
	}
}

type nopCloser struct{ *strings.Reader }

func (nopCloser) Close() error { return nil }

// roots returns the documents of a YAML text.
func roots(t *testing.T, text string) (nodes []*conftree.Node, err error) {
	t.Helper()
	within(t, text, func(p *scanner.Pass) {
		doc, broken := conftree.ParseYAML([]byte(text), p.Budget)
		defer func() { doc.Close() }() // also where the text broke off
		nodes, err = doc.Roots, broken
	})
	return nodes, err
}

// dump writes a tree on one line: tags in angle brackets, aliases with what they stand for.
func dump(n *conftree.Node) string {
	tag := ""
	if n.Tag != "" {
		tag = "<" + n.Tag + ">"
	}
	switch n.Kind {
	case conftree.Map, conftree.List:
		var items []string
		for _, item := range n.Items {
			items = append(items, dump(item))
		}
		brackets := map[conftree.Kind]string{conftree.Map: "{}", conftree.List: "[]"}[n.Kind]
		return tag + brackets[:1] + strings.Join(items, " ") + brackets[1:]
	case conftree.Alias:
		return "*" + fmt.Sprint(n.To.At)
	case conftree.Scalar:
	}
	return tag + fmt.Sprintf("%q", n.Text)
}

func TestYAML(t *testing.T) {
	for text, want := range map[string]string{
		"":                        "",
		"a: 1\nb: [x, 'y']":       `{"a" "1" "b" ["x" "y"]}`,
		"a: 1\na: 2":              `{"a" "1" "a" "2"}`,
		"a: !!python/name:os.x b": `{"a" <tag:yaml.org,2002:python/name:os.x>"b"}`,
		"!<tag:x,1:y> [1]":        `<tag:x,1:y>["1"]`,
		"%TAG !p! tag:x,1:\n---\n!p!y {a: !z 1}\n": `<tag:x,1:y>{"a" <!z>"1"}`,
		"%TAG !! tag:x,1:\n---\n!!y 1\n":           `<tag:x,1:y>"1"`,
		"%TAG ! tag:x,1:\n---\n!y 1\n---\n!y 1\n":  `<tag:x,1:y>"1" <!y>"1"`,
		"!!pyth%6fn/name:a ''":                     `<tag:yaml.org,2002:python/name:a>""`,
		"a: &x {b: 1}\nc: *x":                      `{"a" {"b" "1"} "c" *3}`,
		"a: &x [*x]":                               `{"a" [*3]}`,
		"? !t [a]\n: 1":                            `{<!t>["a"] "1"}`,
		"a: |\n  x\n  y\n":                         `{"a" "x\ny\n"}`,
		"{\"\\x5ftarget_\": \"\\u006f\"}":          `{"_target_" "o"}`,
		"--- 1\n--- 2\n...\n--- 3\n":               `"1" "2" "3"`,
		"\ufeffa: 1":                               `{"a" "1"}`,
		"# only a comment\n":                       "",
	} {
		nodes, err := roots(t, text)
		var got []string
		for _, n := range nodes {
			got = append(got, dump(n))
		}
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%q: %s, %v; want %s", text, strings.Join(got, " "), err, want)
		}
	}
}

// What stands before a break stays read, and the error says where the text breaks.
func TestBroken(t *testing.T) {
	for text, c := range map[string]struct {
		documents int
		at        int64
	}{
		"a: 1\n---\nb: [1\n": {1, 10},
		"a: [1, 2\nb: 3":     {0, 0},
		"a: 1\n\tb: 2":       {0, 5},
	} {
		nodes, err := roots(t, text)
		var input *scanner.Error
		if len(nodes) != c.documents || !errors.As(err, &input) || input.Reason != scanner.Malformed {
			t.Errorf("%q: %d documents, %v", text, len(nodes), err)
			continue
		}
		if input.At.Offset > int64(len(text)) || input.At.End() != int64(len(text)) {
			t.Errorf("%q: the error is at %+v", text, input.At)
		}
	}
}

// Offsets are those of the artifact in every encoding.
func TestOffsets(t *testing.T) {
	const text = "# é😀 \na: ok\nü: !tag 'x'\n"
	for name, raw := range map[string]string{"utf-8": text, "bom": "\ufeff" + text, "utf-16": wide(text)} {
		nodes, err := roots(t, raw)
		if err != nil || len(nodes) != 1 {
			t.Fatalf("%s: %v", name, err)
		}
		for _, c := range []struct {
			n    *conftree.Node
			word string
		}{{nodes[0].Get("a"), "ok"}, {nodes[0].Get("ü"), "!tag"}} {
			word := c.word
			if name == "utf-16" {
				word = wide(word)[2:]
			}
			if at := c.n.Span(); at.End() > int64(len(raw)) || raw[at.Offset:at.End()] != word {
				t.Errorf("%s: %q is at %+v", name, c.word, at)
			}
		}
	}
}

// wide writes a text in UTF-16 with a byte order mark.
func wide(text string) string {
	b := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(text)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
}

func TestValues(t *testing.T) {
	nodes, err := roots(t, "a: [x, *y, {}]\nb: &y yes\nc: ~\nd: ''\ne: *y\nf: 'yes'\na: [z, {k: v}, w]\n")
	if err == nil {
		t.Fatalf("an alias before its anchor is read: %v", nodes)
	}
	nodes, err = roots(t, "b: &y yes\nc: ~\nd: ''\ne: *y\nf: 'yes'\na: 1\na: [z, *y, {k: v}]\n")
	if err != nil {
		t.Fatal(err)
	}
	root := nodes[0]
	if !root.Get("e").True() || root.Get("f").True() || !root.Get("c").Null() || root.Get("d").Null() || !root.Get("none").Null() {
		t.Error("spellings of true and null are mistaken")
	}
	var texts []string
	for _, n := range root.Get("a").Strings() {
		texts = append(texts, n.Text)
	}
	if strings.Join(texts, " ") != "z yes" || len(root.Get("b").Strings()) != 1 || root.Get("none").Strings() != nil {
		t.Errorf("the texts of a list are %q", texts)
	}
	if root.Get("a").Str() != "" || root.Get("none").Str() != "" || root.Get("e").Str() != "yes" || (*conftree.Node)(nil).Span() != (scanner.Span{}) {
		t.Error("texts of values are mistaken")
	}
	for range root.Get("a").Pairs() {
		t.Error("a list has pairs")
	}
}

func TestJSON(t *testing.T) {
	const text = `{"a": [1, true, null, "x"], "a": {"b": "\u006f"}}`
	within(t, text, func(p *scanner.Pass) {
		tree, err := jsontree.ParseText(text, 0, p.Budget)
		if err != nil {
			t.Fatal(err)
		}
		defer tree.Close()
		root := conftree.FromJSON(tree.Root())
		if got := dump(root); got != `{"a" ["1" "true" "null" "x"] "a" {"b" "o"}}` {
			t.Errorf("got %s", got)
		}
		if b := root.Get("a").Get("b"); !b.Quote || text[b.At:b.At+b.Size] != `"\u006f"` {
			t.Errorf("the text is at %+v", b.Span())
		}
		if list := root.Items[1]; !list.Items[1].True() || !list.Items[2].Null() || list.Items[3].Null() {
			t.Error("words of JSON are mistaken")
		}
	})
}

// Hostile texts cost what is charged before, and are gaps.
func TestBounds(t *testing.T) {
	deep := strings.Repeat("[", 20_000)
	laughs := "a: &a [x, x]\n"
	for i := range 60 {
		laughs += fmt.Sprintf("%c%d: &b%d [*a, *a]\n", 'b', i, i)
	}
	for name, c := range map[string]struct {
		text string
		fine bool
	}{
		"directives": {strings.Repeat("%TAG !a! tag:x,1:\n", 65) + "---\na", false},
		"documents":  {strings.Repeat("--- 1\n", 10_001), false},
		"long":       {strings.Repeat("#", conftree.MaxText+1), false},
		"deep":       {deep, false},
		"laughs":     {laughs, true},
		"many":       {strings.Repeat("- [a, {b: c}]\n", 2000), true},
	} {
		within(t, c.text, func(p *scanner.Pass) {
			doc, err := conftree.ParseYAML([]byte(c.text), p.Budget)
			if (err == nil) != c.fine {
				t.Errorf("%s: %v", name, err)
			}
			doc.Close()
		})
	}
	text := []byte(strings.Repeat("- a\n", 2000))
	within(t, "a: 1", func(p *scanner.Pass) {
		for range 40 { // memory is given back
			doc, err := conftree.ParseYAML(text, p.Budget)
			if err != nil {
				t.Fatal(err)
			}
			doc.Close()
		}
	})
}
