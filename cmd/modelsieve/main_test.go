package main

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/formats"
)

var update = flag.Bool("update", false, "rewrite generated and golden files")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"modelsieve": main})
}

// TestScripts runs the command as users do, in testdata/script.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script", UpdateScripts: *update})
}

// TestRulesDocument checks that docs/rules.md says what the rules say.
func TestRulesDocument(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "rules.md")
	want := rulesMarkdown(scanner.Rules(formats.All()))
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Errorf("docs/rules.md is stale (%v): run go generate ./...", err)
	}
}

// BenchmarkScan measures a scan of the examples without the start of a process.
func BenchmarkScan(b *testing.B) {
	targets, err := scanner.Discover(context.Background(), scanner.Selection{Dir: "../../examples", Root: "../../examples", Args: []string{"."}})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := scanner.Scan(context.Background(), targets, scanner.Config{Analyzers: formats.All()}); err != nil {
			b.Fatal(err)
		}
	}
}
