package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/modelsieve/modelsieve/scanner/formats"
)

// TestReportsFitTheirSchema validates what scan and inspect print as JSON.
func TestReportsFitTheirSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join("..", "..", "docs", "report.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	files := map[string]string{
		"unsafe.pkl": "cos\nsystem\n(S'true'\ntR.", "empty.pkl": "", "notes.txt": "hello", "clean.pkl": "N.",
		"own.pkl": "\x80\x02cmypkg\nNet\n)\x81.", ".modelsieve.yaml": "allow:\n  - {name: mypkg.Net, use: construct, reason: r, owner: o, until: " +
			"2026-12-31}\n",
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"--format", "json", "."}, {"--format", "json", "notes.txt"}, {"inspect", "--format", "json", "unsafe.pkl"}} {
		var out, errs bytes.Buffer
		run(context.Background(), &environment{
			args: args, dir: dir, stdin: strings.NewReader(""), stdout: &out, stderr: &errs,
			getenv: func(string) string { return "" }, analyzers: formats.All(),
		})
		report, err := jsonschema.UnmarshalJSON(&out)
		if err != nil {
			t.Fatalf("%v: %v %s", args, err, errs.String())
		}
		if err := schema.Validate(report); err != nil {
			t.Errorf("%v: %v", args, err)
		}
	}
}
