package prototext_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"io"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/prototext"
)

// schema is a message {1 number or enum, 2 text, 3 itself}.
func schema() *prototext.Message {
	m := prototext.Message{
		"n": {Number: 1, Enum: map[string]int64{"SEVEN": 7}},
		"s": {Number: 2, Text: true},
	}
	m["m"] = &prototext.Field{Number: 3, Message: &m}
	m["[type.googleapis.com/x.Y]"] = &prototext.Field{Number: 4, Message: &m}
	return &m
}

// withBudget calls f with the budget of a scan.
func withBudget(t testing.TB, f func(*scanner.Budget)) {
	t.Helper()
	analyzer := &scanner.Analyzer{
		Name: "test", Doc: "test", Match: func(*scanner.Head) scanner.Claim { return scanner.Sure },
		Run: func(_ context.Context, p *scanner.Pass) error { f(p.Budget); return nil },
	}
	open := func() (scanner.ReadAtCloser, int64, error) { return nothing{bytes.NewReader([]byte("x"))}, 1, nil }
	_, err := scanner.Scan(context.Background(), []scanner.Target{{Path: "x", RepoPath: "x", Open: open}}, scanner.Config{Analyzers: []*scanner.Analyzer{analyzer}})
	if err != nil {
		t.Fatal(err)
	}
}

type nothing struct{ io.ReaderAt }

func (nothing) Close() error { return nil }

func TestBinary(t *testing.T) {
	for text, want := range map[string]string{
		"":                                   "",
		"n: 5 s: 'a'":                        "0805120161",
		`s: "a\x42" 'c' "\n\101\u00e9"`:      "12076142630a41c3a9",
		"n: SEVEN, n: -1; n: 0x10":           "080708ffffffffffffffffff010810",
		"n: true n: 1.5 n: OTHER":            "0801",
		"m { n: 1 } m < n: 2 > m: { n: 3 }":  "1a0208011a0208021a020803",
		"m { m { m { } } }":                  "1a041a021a00",
		"n: [1, 2] m [{n: 1}, {}]":           "080108021a0208011a00",
		"# s: 'x'\nother { s: 'x' } n: 1":    "0801",
		"[type.googleapis.com/x.Y] { n: 1 }": "22020801",
		"[a.b]: 5 n:1":                       "0801",
		"m { s: 'x'":                         "1a03120178 truncated at offset 10: the text ends within a message",
		"s: 'x":                              "1200 truncated at offset 3: a string does not end",
		"n: 1 }":                             "0801 malformed at offset 5: no field starts with \"}\"",
		"m { n: 1 >":                         "1a020801 malformed at offset 9: no field starts with \">\"",
		"n: }":                               " malformed at offset 3: \"}\" stands where a value should",
		"[a":                                 " malformed at offset 2: the name of an extension does not end",
	} {
		withBudget(t, func(b *scanner.Budget) {
			out, err := prototext.Binary([]byte(text), schema(), b)
			got := hex.EncodeToString(out)
			if err != nil {
				got += " " + err.Error()
			}
			if got != want {
				t.Errorf("%s:\n got %s\nwant %s", text, got, want)
			}
		})
	}
}

func Fuzz(f *testing.F) {
	f.Add([]byte(`m { n: [1, 2] s: "a\x42" 'c' } [a.b/c] < n: SEVEN >`))
	f.Fuzz(func(t *testing.T, text []byte) {
		withBudget(t, func(b *scanner.Budget) {
			out, err := prototext.Binary(text, schema(), b)
			if len(out) > 6*len(text) {
				t.Errorf("%d bytes of %d, %v", len(out), len(text), err)
			}
		})
	})
}
