package sarif

import (
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
)

var (
	ruleCall = &scanner.Rule{
		ID: "pickle-dangerous-call", Title: "A pickle calls a function that can run code", Severity: scanner.Critical,
		Why: "Loading the file runs the call.", Fix: "Do not load the file. Use `safetensors`.", CWE: 502,
		Refs: []string{"https://docs.python.org/3/library/pickle.html"},
	}
	ruleImport = &scanner.Rule{
		ID: "pickle-unknown-import", Title: "A pickle imports a name nobody vetted", Severity: scanner.Medium,
		Why: strings.Repeat("Importing a module runs it. ", 60), Fix: "Vet the package.", CWE: 94,
	}
	ruleSilent = &scanner.Rule{
		ID: "gguf-template", Title: "A chat template reaches Python attributes.", Severity: scanner.High,
		Why: "The template may leave its sandbox.", Fix: "Review the template.", CWE: 1336,
	}
	ruleHygiene = &scanner.Rule{
		ID: "onnx-metadata", Title: "The metadata holds a path of the author's machine", Severity: scanner.Low,
		Why: "It tells about the machine.", Fix: "Remove the path.", CWE: 79,
	}
	testRules = []*scanner.Rule{ruleSilent, ruleHygiene, ruleCall, ruleImport, scanner.RulePointer, scanner.RuleUnscannable}
)

// finding returns a finding as the engine makes them.
func finding(r *scanner.Rule, path, member string, offset int64, message string) scanner.Finding {
	return scanner.Finding{
		Rule: r, Path: path, RepoPath: path, Member: member, Span: scanner.Span{Offset: offset, Length: 12}, Count: 1,
		Message: message, Fix: r.Fix, Fingerprint: hash(r.ID, path, member, message),
	}
}

// reports are whole reports, each with a golden file.
var reports = map[string]struct {
	report  scanner.Report
	options Options
}{
	"empty": {scanner.Report{Rules: testRules}, Options{Version: "1.2.3"}},
	"findings-and-gaps": {
		scanner.Report{
			Rules: testRules,
			Files: []scanner.File{
				{Path: "models/a.pt", RepoPath: "models/a.pt", Size: 1234},
				{Path: "models/lfs.pkl", RepoPath: "models/lfs.pkl", Size: 130},
			},
			Findings: []scanner.Finding{
				finding(ruleImport, "models/a.pt", "archive/data.pkl", 3, "Loading imports net.Model, which nobody vetted. Its class body runs."),
				finding(ruleCall, "models/a.pt", "archive/data.pkl", 57, "Loading calls os.system('id'), which runs a shell command"),
				withAllowed(finding(ruleCall, "models/a.pt", "archive/data.pkl", 99, "Loading calls os.getcwd()")),
			},
			Gaps: []scanner.Gap{
				{Path: "models/a.pt", RepoPath: "models/a.pt", Member: "extra.7z", Reason: scanner.Encrypted, Message: "the member is encrypted"},
				{Path: "models/a.pt", RepoPath: "models/a.pt", Member: "extra.7z", Span: scanner.Span{Offset: 9}, Reason: scanner.Encrypted, Message: "so is this"},
				{Path: "models/lfs.pkl", RepoPath: "models/lfs.pkl", Reason: scanner.Pointer, Message: "a Git LFS pointer to 5000000 bytes"},
			},
		},
		Options{Version: "1.2.3"},
	},
	"large-and-outside": {
		scanner.Report{
			Rules: testRules,
			Files: []scanner.File{
				{Path: "big.ckpt", RepoPath: "big.ckpt", Size: maxHashed + 1},
				{Path: "edge.ckpt", RepoPath: "edge.ckpt", Size: maxHashed},
			},
			Findings: []scanner.Finding{
				finding(ruleCall, "big.ckpt", "", 5_000_000_000, "Loading calls os.system('id')."),
				finding(ruleCall, "edge.ckpt", "", 7, "Loading calls os.system('id')."),
				finding(ruleHygiene, "../other/b.onnx", "", 0, "The producer's path is in the file."),
				finding(ruleHygiene, "/srv/models/c.onnx", "", 0, "The producer's path is in the file."),
			},
			Gaps: []scanner.Gap{{Path: "big.ckpt", RepoPath: "big.ckpt", Reason: scanner.Pointer, Message: "a pointer"}},
		},
		Options{Version: "1.2.3", Category: "models"},
	},
	"hostile-names": {
		scanner.Report{
			Rules: testRules,
			Files: []scanner.File{{Path: "x", RepoPath: "x", Size: 1}},
			Findings: []scanner.Finding{
				finding(ruleCall, "a b#c%0A?d+é/\n::error::x.pkl", "[click](1). Fine.", 1, "Loading calls f(\"[x](https://example.com) @octocat #1 <b> `|\\\"). More."),
				finding(ruleCall, "\xff\xfe.pkl", "\u202egnp.exe\x00", 1, "Loading calls \u202eevil\u2066(\x1b[31m, \xff)"),
				finding(ruleCall, "C:colon/hf:/x", strings.Repeat("[", 10_000), 1, strings.Repeat("long ", 2000)),
				finding(ruleCall, "./dot/../"+strings.Repeat("é", 200), strings.Repeat("é", 10_000), 1, strings.Repeat("é", 10_000)+". Second."),
			},
		},
		Options{Version: "1.2.3", Category: "a/b/"},
	},
}

func withAllowed(f scanner.Finding) scanner.Finding {
	f.Allowed = &scanner.Allowed{Owner: "ml-team", Until: "2030-01-31"}
	return f
}
