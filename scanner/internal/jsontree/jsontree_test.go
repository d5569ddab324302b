package jsontree_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/jsontree"
)

// A budget counts what a tree costs, up to limits.
type budget struct{ steps, held, peak, maxSteps, maxHeld int64 }

var errSpent = errors.New("spent")

func (b *budget) Step(n int64) error {
	if b.steps += n; b.steps > b.maxSteps {
		return errSpent
	}
	return nil
}

func (b *budget) Hold(n int64) error {
	if n < 0 || b.held+n > b.maxHeld {
		return errSpent
	}
	b.held += n
	b.peak = max(b.peak, b.held)
	return nil
}

func (b *budget) Release(n int64) { b.held -= n }

var unlimited = &budget{maxSteps: 1 << 60, maxHeld: 1 << 60}

func parse(t *testing.T, text string) *jsontree.Tree {
	t.Helper()
	tree, err := jsontree.ParseText(text, 100, unlimited)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return tree
}

const model = `{"a": 1, "list": [true, {"x\u0079": "v\n"}, -2.5], "a": null, "\u0061": "third"}`

func TestNodes(t *testing.T) {
	tree := parse(t, model)
	var got []string
	for n := range tree.Nodes() {
		got = append(got, fmt.Sprintf("%s %s @%d+%d", n.Path(), n.Kind(), n.At(), n.Span().Length))
	}
	want := []string{
		" an object @100+80", "a a number @106+1", "list a list @117+32", "list[0] a bool @118+4", "list[1] an object @124+18",
		`list[1].xy a string @136+5`, "list[2] a number @144+4", "a null @156+4", "a a string @172+7",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s", strings.Join(got, "\n"))
	}
}

func TestValues(t *testing.T) {
	root := parse(t, model).Root()
	var all []string
	for v := range root.All("a") {
		all = append(all, v.Raw())
	}
	list := root.Get("list")
	var third jsontree.Node
	for i, item := range list.Items() {
		if i == 2 {
			third = item
		}
	}
	f, ok := third.Float()
	_, isInt := third.Int()
	inner := root.Get("list").Parent().Get("list")
	got := fmt.Sprintln(all, root.Get("a").Text(), list.Len(), root.Len(), f, ok, isInt, inner.At() == list.At(), list.Key().Text(), third.Key().Exists())
	if want := "[1 null \"third\"] third 3 4 -2.5 true false true list false\n"; got != want {
		t.Errorf("%s\n%s", got, want)
	}
	missing := root.Get("b").Get("c")
	if missing.Exists() || missing.Text() != "" || missing.Len() != 0 || missing.Path() != "" || missing.Parent().Exists() || missing.True() {
		t.Error("what is not there has something")
	}
}

func TestDuplicates(t *testing.T) {
	again, err := parse(t, model).Duplicates()
	var got []int64
	for _, key := range again {
		got = append(got, key.At())
	}
	if fmt.Sprint(got, err) != "[151 162] <nil>" {
		t.Error(got, err)
	}
}

// Offsets are those of the file, whatever the encoding.
func TestOffsetsInUTF16(t *testing.T) {
	text := `{"é": "` + strings.Repeat("😀é", 2000) + `", "k": 7}`
	data := "\xff\xfe"
	for _, unit := range utf16.Encode([]rune(text)) {
		data += string([]byte{byte(unit), byte(unit >> 8)})
	}
	tree := parse(t, data)
	k := tree.Root().Get("k")
	at := k.At() - 100
	if data[at:at+2] != "7\x00" || k.Span().Length != 2 {
		t.Errorf("%d: %q", at, data[at:at+2])
	}
	if v := tree.Root().Get("é"); v.At() != 114 || v.Span().Length != 4+6*2000 {
		t.Error(v.Span())
	}
}

// What stands before an error is in the tree.
func TestErrors(t *testing.T) {
	for _, c := range []struct{ text, want, tree string }{
		{``, "truncated at offset 100: the JSON text ends here: a value belongs here", "[]"},
		{`{"a": [1, {"b": `, "truncated at offset 116: the JSON text ends here: a value belongs here", "{$61:[#1,{$62:[]}]}"},
		{`{"a": 1}}`, "malformed at offset 108: no JSON: something follows the value", "{$61:#1}"},
		{`{"a": 1 2`, "malformed at offset 108: no JSON: a comma or the end of an object belongs here", "{$61:#1}"},
		{`[1,]`, "malformed at offset 103: no JSON: a value belongs here", "[#1]"},
		{`{a: 1}`, "malformed at offset 101: no JSON: a key in quotes belongs here", "{}"},
		{"[\"a\x01b\", \"\xff\", 3", "malformed at offset 103: no JSON: a control character in a string", "[$610162,$ff,#3]"},
		{`["\x41"]`, "malformed at offset 102: no JSON: an escape in a string that JSON does not have", "[]"},
		{`["\u00`, "truncated at offset 106: the JSON text ends here: an escape in a string that JSON does not have", "[]"},
		{"{\x00\"\x00a\x00\"\x00:\x003\x00}\x00\x00", "malformed", "{$61:#3}"},
		{strings.Repeat("[", 10_001), "over-limit at offset 10100: JSON that nests deeper than 10000", ""},
	} {
		tree, err := jsontree.ParseText(c.text, 100, unlimited)
		var input *scanner.Error
		if !errors.As(err, &input) || !strings.HasPrefix(err.Error(), c.want) && c.want != "malformed" {
			t.Errorf("%.40q: %v, want %s", c.text, err, c.want)
		}
		if c.tree != "" && show(tree.Root()) != c.tree {
			t.Errorf("%.40q: %s, want %s", c.text, show(tree.Root()), c.tree)
		}
	}
}

func TestPrefix(t *testing.T) {
	if tree := jsontree.Prefix([]byte("\xef\xbb\xbf {\"class_name\": \"Func")); tree == nil || tree.Root().Len() != 1 {
		t.Error("the beginning of an object is none")
	}
	for _, head := range []string{"", "\x80\x04", "12", "\x00\x00\x00\x00"} {
		if jsontree.Prefix([]byte(head)) != nil {
			t.Errorf("%q is taken for JSON", head)
		}
	}
}

// The text and 20 bytes a value are all that is held, and given back; limits end the reading.
func TestBudget(t *testing.T) {
	text := "[" + strings.Repeat("1,", 1<<20) + "1]"
	b := &budget{maxSteps: 1 << 60, maxHeld: 1 << 60}
	r := strings.NewReader("before" + text)
	tree, err := jsontree.Parse(r, 6, int64(len(text)), b)
	if err != nil || b.peak > int64(len(text))+100<<20 || b.steps < 1<<20 {
		t.Errorf("%d held, %d steps, %v", b.peak, b.steps, err)
	}
	if tree.Close(); b.held != 0 {
		t.Errorf("%d still held", b.held)
	}
	for _, small := range []*budget{{maxSteps: 50_000, maxHeld: 1 << 60}, {maxSteps: 1 << 60, maxHeld: 3 << 20}, {maxSteps: 1 << 60}} {
		tree, err := jsontree.Parse(r, 6, int64(len(text)), small)
		if !errors.Is(err, errSpent) {
			t.Error(err)
		}
		if tree.Close(); small.held != 0 {
			t.Errorf("%d still held", small.held)
		}
	}
}

// A reader that ends early leaves what it gave.
func TestShortReader(t *testing.T) {
	text := `{"a": 1, "b": ` + strings.Repeat(" ", 100_000) + `2}`
	tree, err := jsontree.Parse(strings.NewReader(text[:90_000]), 0, int64(len(text)), unlimited)
	var input *scanner.Error
	if !errors.As(err, &input) || input.Reason != scanner.Truncated {
		t.Error(err)
	}
	if one, ok := tree.Root().Get("a").Int(); one != 1 || !ok {
		t.Error("what was read is lost")
	}
}

// Whatever encoding/json takes goes through, and gives the same; nothing panics.
func Fuzz(f *testing.F) {
	for _, seed := range []string{model, "\xff\xfe[\x001\x00]\x00", `{"a": [NaN, "\ud800`, `[[[[{}]]]]`, `"\u00e9\ud83d\ude00"`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		tree, err := jsontree.ParseText(string(data), 0, &budget{maxSteps: 1 << 20, maxHeld: 1 << 24})
		for n := range tree.Nodes() {
			s := n.Span()
			if s.Offset < 0 || s.Length < 0 || s.End() > int64(len(data)) {
				t.Fatalf("%+v in %d bytes", s, len(data))
			}
			_, _, _ = n.Path(), n.Text(), n.Key().Text()
		}
		_, _ = tree.Duplicates()
		if json.Valid(data) && utf8.Valid(data) && len(data) < 10_000 && !hasWide(data) {
			var want any
			_ = json.Unmarshal(data, &want)
			if text, ok := want.(string); err != nil || ok && tree.Root().Text() != text && !strings.Contains(text, "\ufffd") {
				t.Fatalf("%v: %q, want %q", err, tree.Root().Text(), text)
			}
		}
	})
}

// hasWide reports whether Python takes a text of one or two characters for UTF-16.
func hasWide(data []byte) bool { return strings.ContainsRune(string(data), 0) }
