package sarif

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/modelsieve/modelsieve/scanner"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestGolden(t *testing.T) {
	valid := compileSchema(t)
	for name, c := range reports {
		t.Run(name, func(t *testing.T) {
			got := write(t, &c.report, c.options)
			valid(t, got)
			file := filepath.Join("testdata", name+".sarif")
			if *update {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s is not what Write writes (run with -update and look at the difference):\n%s", file, got)
			}
		})
	}
}

// A sarifLog is what GitHub and the tests look at.
type sarifLog struct {
	Runs []struct {
		Tool struct {
			Driver struct {
				Rules []struct {
					ID, Name, HelpURI                       string
					ShortDescription, FullDescription, Help struct{ Text, Markdown string }
					Properties                              struct {
						Precision string
						Severity  string `json:"security-severity"`
						Tags      []string
					}
				}
			}
		}
		Invocations []struct {
			ExecutionSuccessful        bool
			ToolExecutionNotifications []struct{ Message struct{ Text string } }
		}
		AutomationDetails *struct{ ID string }
		Results           []sarifResult
	}
}

type sarifResult struct {
	RuleID              string
	RuleIndex           int
	Level               string
	Message             struct{ Text string }
	PartialFingerprints map[string]string
	Suppressions        []any
	Locations           []struct {
		PhysicalLocation struct {
			ArtifactLocation struct{ URI string }
			Region           map[string]int64
		}
		LogicalLocations []struct{ FullyQualifiedName string }
	}
}

func TestEveryReport(t *testing.T) {
	for name, c := range reports {
		t.Run(name, func(t *testing.T) {
			raw := write(t, &c.report, c.options)
			if again := write(t, &c.report, c.options); !bytes.Equal(raw, again) {
				t.Error("the same report gives other bytes the second time")
			}
			for _, r := range raw {
				if r < ' ' && r != '\n' {
					t.Errorf("control character %#x in the output", r)
				}
			}
			log := parse(t, raw)
			if len(log.Runs) != 1 || len(log.Runs[0].Invocations) != 1 || !log.Runs[0].Invocations[0].ExecutionSuccessful {
				t.Fatal("want one run with one successful invocation")
			}
			checkRules(t, log)
			checkResults(t, log)
		})
	}
}

func checkRules(t *testing.T, log *sarifLog) {
	t.Helper()
	rules := log.Runs[0].Tool.Driver.Rules
	if len(rules) != len(testRules) {
		t.Errorf("%d rules, want all %d", len(rules), len(testRules))
	}
	for i, r := range rules {
		if i > 0 && rules[i-1].ID >= r.ID {
			t.Errorf("rule %s stands after %s", r.ID, rules[i-1].ID)
		}
		for what, text := range map[string]string{"short": r.ShortDescription.Text, "full": r.FullDescription.Text} {
			if text == "" || len(text) > 1024 {
				t.Errorf("rule %s: %s description of %d bytes", r.ID, what, len(text))
			}
		}
		u, err := url.Parse(r.HelpURI)
		if err != nil || u.Scheme != "https" || u.Fragment != r.ID {
			t.Errorf("rule %s: help URI %q", r.ID, r.HelpURI)
		}
		if r.Name == "" || strings.EqualFold(r.Name, r.ID) || r.Help.Text == "" || r.Help.Markdown == "" || r.Properties.Precision == "" {
			t.Errorf("rule %s: something is missing: %+v", r.ID, r)
		}
		if len(r.Properties.Tags) != 2 || r.Properties.Tags[0] != "security" {
			t.Errorf("rule %s: tags %q", r.ID, r.Properties.Tags)
		}
		if !slices.Contains([]string{"9.5", "8.0", "5.5", "3.0"}, r.Properties.Severity) {
			t.Errorf("rule %s: security-severity %q", r.ID, r.Properties.Severity)
		}
	}
}

func checkResults(t *testing.T, log *sarifLog) {
	t.Helper()
	rules := log.Runs[0].Tool.Driver.Rules
	hashes := map[string]bool{}
	for _, r := range log.Runs[0].Results {
		if r.RuleIndex >= len(rules) || rules[r.RuleIndex].ID != r.RuleID {
			t.Errorf("result of %s refers to rule %d", r.RuleID, r.RuleIndex)
		}
		key := r.PartialFingerprints["primaryLocationLineHash"]
		if key == "" || hashes[key] {
			t.Errorf("fingerprint %q is empty or not the only one", key)
		}
		hashes[key] = true
		if r.PartialFingerprints["modelEvidence/v1"] == "" || r.Suppressions != nil {
			t.Errorf("result %q: %+v", r.Message.Text, r)
		}
		checkMessage(t, r.Message.Text)
		if len(r.Locations) != 1 || len(r.Locations[0].LogicalLocations) != 1 {
			t.Fatalf("result %q: locations %+v", r.Message.Text, r.Locations)
		}
		checkText(t, r.Locations[0].LogicalLocations[0].FullyQualifiedName)
		u, err := url.Parse(r.Locations[0].PhysicalLocation.ArtifactLocation.URI)
		if err != nil || u.Scheme != "" && u.Scheme != "file" || u.Path == "" || u.RawQuery != "" || u.Fragment != "" {
			t.Errorf("URI %q: %v", u, err)
		}
	}
}

func checkMessage(t *testing.T, text string) {
	t.Helper()
	checkText(t, text)
	first, _, _ := strings.Cut(text, ". ")
	if len(first) >= 300 || len(text) >= 2000 || !strings.HasPrefix(first, "At byte ") {
		t.Errorf("message of %d bytes with a first sentence of %d: %q", len(text), len(first), first)
	}
	plain := strings.NewReplacer(`\\`, "", `\[`, "", `\]`, "").Replace(text)
	if strings.ContainsAny(plain, "[]") || strings.Contains(text, "://") || strings.Contains(text, "@octocat") {
		t.Errorf("message has live markup: %q", text)
	}
}

// checkText reports characters that would change how text around them is shown.
func checkText(t *testing.T, s string) {
	t.Helper()
	if !utf8.ValidString(s) {
		t.Errorf("%q is not UTF-8", s)
	}
	for _, r := range s {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			t.Errorf("%q holds %U", s, r)
		}
	}
}

func TestURI(t *testing.T) {
	for path, want := range map[string]string{
		"models/a.pt":       "models/a.pt",
		"./a b":             "a%20b",
		"50%.pt":            "50%25.pt",
		"a#b?c+d&e.pt":      "a%23b%3Fc%2Bd%26e.pt",
		"é.pt":              "%C3%A9.pt",
		"\xff.pt":           "%FF.pt",
		"a\nb":              "a%0Ab",
		"hf:a/b":            "hf%3Aa/b",
		`a\b`:               "a%5Cb",
		"../b.pt":           "../b.pt",
		"/srv/a b.pt":       "file:///srv/a%20b.pt",
		"C:/models/a.pt":    "file:///C%3A/models/a.pt",
		"m[1].pkl/~x_-.npy": "m%5B1%5D.pkl/~x_-.npy",
	} {
		got := uri(path)
		if got != want {
			t.Errorf("uri(%q) = %q, want %q", path, got, want)
		}
	}
}

func TestRegion(t *testing.T) {
	c := reports["large-and-outside"]
	log := parse(t, write(t, &c.report, c.options))
	lines := map[string]int64{"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 2}
	for _, r := range log.Runs[0].Results {
		place := r.Locations[0].PhysicalLocation
		if place.ArtifactLocation.URI == "big.ckpt" && r.RuleID != scanner.RulePointer.ID {
			if place.Region != nil {
				t.Errorf("a file above 64 MiB has a region: %v", place.Region)
			}
			continue
		}
		for key, want := range lines {
			if place.Region[key] != want {
				t.Errorf("%s: %s is %d, want %d", r.RuleID, key, place.Region[key], want)
			}
		}
		if place.ArtifactLocation.URI == "edge.ckpt" && (place.Region["byteOffset"] != 7 || place.Region["byteLength"] != 12) {
			t.Errorf("edge.ckpt: region %v, want bytes 7+12", place.Region)
		}
	}
}

func TestCategory(t *testing.T) {
	for category, want := range map[string]string{"a": "a/", "a/b/": "a/b/"} {
		log := parse(t, write(t, &scanner.Report{}, Options{Version: "1.2.3", Category: category}))
		if got := log.Runs[0].AutomationDetails; got == nil || got.ID != want {
			t.Errorf("category %q: automation details %v, want %q", category, got, want)
		}
	}
	if d := parse(t, write(t, &scanner.Report{}, Options{Version: "1.2.3"})).Runs[0].AutomationDetails; d != nil {
		t.Errorf("no category: automation details %v, want none", d)
	}
}

// Six thousand results are cut to the 5,000 worst, and the log says so.
func TestCut(t *testing.T) {
	r := scanner.Report{Rules: testRules}
	for i := range 3000 {
		r.Findings = append(r.Findings,
			finding(ruleHygiene, "a.onnx", "", int64(i), fmt.Sprintf("Low %d.", i)),
			finding(ruleCall, "b.pkl", "", int64(i), fmt.Sprintf("Critical %d.", i)))
	}
	r.Gaps = []scanner.Gap{{Path: "c.7z", RepoPath: "c.7z", Reason: scanner.Unsupported, Message: "7z"}}
	raw := write(t, &r, Options{Version: "1.2.3"})
	compileSchema(t)(t, raw)
	log := parse(t, raw)
	checkResults(t, log)
	count := map[string]int{}
	for _, res := range log.Runs[0].Results {
		count[res.RuleID]++
	}
	if count[ruleCall.ID] != 3000 || count[ruleHygiene.ID] != 1999 || count[scanner.RuleUnscannable.ID] != 1 {
		t.Errorf("results by rule: %v", count)
	}
	notes := log.Runs[0].Invocations[0].ToolExecutionNotifications
	if len(notes) != 1 || !strings.HasPrefix(notes[0].Message.Text, "1001 of 6001 results are left out, the mildest ones: 1001 low.") {
		t.Errorf("notifications: %+v", notes)
	}
}

// The report may lack the table of its rules; results never refer to none.
func TestUndeclaredRule(t *testing.T) {
	r := scanner.Report{Findings: []scanner.Finding{finding(ruleCall, "a.pkl", "", 1, "Loading calls f().")}}
	log := parse(t, write(t, &r, Options{Version: "1.2.3"}))
	checkResults(t, log)
	if len(log.Runs[0].Results) != 1 {
		t.Errorf("results: %+v", log.Runs[0].Results)
	}
}

// The identity of a gap survives another message and another offset.
func TestGapIdentity(t *testing.T) {
	gap := scanner.Gap{Path: "a.7z", RepoPath: "a.7z", Reason: scanner.Unsupported, Message: "one"}
	first := ofGap(&gap).fingerprint
	gap.Message, gap.Span.Offset = "two", 7
	if got := ofGap(&gap).fingerprint; got != first {
		t.Errorf("another message and offset: %s, want %s", got, first)
	}
	gap.Member = "x"
	if ofGap(&gap).fingerprint == first {
		t.Error("another member: the fingerprint stays")
	}
}

func TestMessage(t *testing.T) {
	at := scanner.Span{Offset: 57}
	for _, c := range []struct{ name, member, text, want string }{
		{"file", "", "it runs code", "At byte 57: it runs code. To fix: Go."},
		{"member", "a.zip!/b.pkl", "It runs. Then more", "At byte 57 of a.zip!/b.pkl: It runs. Then more. To fix: Go."},
		{"sentence-in-name", "x. Harmless. y", "It runs.", "At byte 57 of x._Harmless._y: It runs. To fix: Go."},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := message(where(c.member, at), c.text, "Go."); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestWriteError(t *testing.T) {
	if err := Write(failingWriter{}, &scanner.Report{}, Options{}); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("got %v, want the writer's error", err)
	}
}

// write writes a report and checks that there is no null in it.
func write(t *testing.T, r *scanner.Report, o Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, r, o); err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(b.Bytes(), &v); err != nil {
		t.Fatal(err)
	}
	if at := findNull(v, ""); at != "" {
		t.Errorf("null at %s", at)
	}
	return b.Bytes()
}

// findNull returns the path of the first null in a JSON value.
func findNull(v any, at string) string {
	switch v := v.(type) {
	case nil:
		return at
	case map[string]any:
		for key, member := range v {
			if found := findNull(member, at+"/"+key); found != "" {
				return found
			}
		}
	case []any:
		for i, member := range v {
			if found := findNull(member, fmt.Sprintf("%s/%d", at, i)); found != "" {
				return found
			}
		}
	}
	return ""
}

func parse(t *testing.T, raw []byte) *sarifLog {
	t.Helper()
	var log sarifLog
	if err := json.Unmarshal(raw, &log); err != nil {
		t.Fatal(err)
	}
	return &log
}

// compileSchema returns a check against the schema of SARIF 2.1.0.
func compileSchema(t *testing.T) func(*testing.T, []byte) {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	schema, err := compiler.Compile("testdata/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	return func(t *testing.T, raw []byte) {
		t.Helper()
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(doc); err != nil {
			t.Errorf("not valid: %v", err)
		}
	}
}
