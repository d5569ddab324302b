package kerasconfig_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/jsontree"
	"github.com/modelsieve/modelsieve/scanner/internal/kerasconfig"
)

// scan judges a config that a file holds behind ten bytes, as a format would.
func scan(t *testing.T, text string, direct bool) *scanner.Report {
	t.Helper()
	file := scanner.Target{Path: "model.h5", Open: func() (scanner.ReadAtCloser, int64, error) {
		return opened{strings.NewReader("0123456789" + text)}, int64(len(text)) + 10, nil
	}}
	format := &scanner.Analyzer{
		Name: "test", Doc: "test", Rules: kerasconfig.Rules,
		Match: func(*scanner.Head) scanner.Claim { return scanner.Sure },
		Run: func(ctx context.Context, p *scanner.Pass) error {
			p.Analysed(0, p.Size)
			at := scanner.Span{Offset: 10, Length: int64(len(text))}
			if !direct {
				at.Length = 4
			}
			return kerasconfig.Text(ctx, p, "attribute model_config", text, at)
		},
	}
	report, err := scanner.Scan(context.Background(), []scanner.Target{file}, scanner.Config{Analyzers: []*scanner.Analyzer{format}})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

type opened struct{ *strings.Reader }

func (opened) Close() error { return nil }

// Places in a text are places in the file, where the text stands there as it is.
func TestText(t *testing.T) {
	const text = `{"class_name": "function", "config": "system", "module": "os"}`
	for direct, want := range map[bool]string{
		true:  "keras-module-gadget 25+10 [at attribute model_config: class_name os.system]",
		false: "keras-module-gadget 10+4 [at attribute model_config: class_name os.system]",
	} {
		report := scan(t, text, direct)
		if len(report.Findings) != 1 || len(report.Gaps) != 0 {
			t.Fatalf("%+v", report)
		}
		f := report.Findings[0]
		if got := fmt.Sprintf("%s %d+%d %v", f.Rule.ID, f.Span.Offset, f.Span.Length, f.Evidence); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// What stands before an error is judged, and the error is a gap.
func TestBroken(t *testing.T) {
	for direct, at := range map[bool]int64{true: 72, false: 10} {
		report := scan(t, `{"class_name": "function", "config": "system", "module": "os"}]`, direct)
		if len(report.Findings) != 1 || len(report.Gaps) != 1 || report.Gaps[0].Span.Offset != at {
			t.Errorf("%v: %+v", direct, report.Gaps)
		}
	}
}

func TestKnown(t *testing.T) {
	for _, name := range []string{"Dense", "Functional", "Adam", "StringLookup", "TFOpLambda", "GlorotUniform", "Convolution2D", "MeanSquaredError"} {
		if !kerasconfig.Known(name) {
			t.Errorf("%s is not known", name)
		}
	}
	if kerasconfig.Known("Widget") {
		t.Error("a class of anybody's is known")
	}
}

func TestLooks(t *testing.T) {
	for text, want := range map[string]bool{
		`{"class_name": "Dense", "config": {}}`:                     true,
		`[{"a": {"class_name": "X", "config": {}, "module": "m"}}]`: true,
		`{"class_name": "X", "config": {}}`:                         false,
		`{"class_name": "Dense"}`:                                   false,
		`{"a": [1, 2]}`:                                             false,
	} {
		if got := kerasconfig.Looks(jsontree.Prefix([]byte(text)).Root()); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// An object of very many members, and very many objects, cost what their text costs.
func TestCost(t *testing.T) {
	many := strings.Repeat(`{"class_name":"function","config":"system","module":"os"},`, 20_000)
	wide := `{` + strings.Repeat(`"class_name":"Lambda","config":{"function":["4wEAAAA"]},`, 20_000) + `"a":1}`
	report := scan(t, "["+many+wide+"]", true)
	if len(report.Gaps) != 0 || len(report.Findings) == 0 {
		t.Errorf("%d findings, %v", len(report.Findings), report.Gaps)
	}
	if !bytes.Contains([]byte(report.Findings[0].Message), []byte("Python bytecode")) && report.Findings[0].Rule.ID != "keras-module-gadget" {
		t.Error(report.Findings[0])
	}
}
