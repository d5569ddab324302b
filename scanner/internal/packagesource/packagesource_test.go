package packagesource_test

import (
	"context"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
	"github.com/modelsieve/modelsieve/scanner/internal/packagesource"
)

// addresses returns what is reported for lines of a file with names beside it, as members
// of an archive where that is said.
func addresses(t *testing.T, file string, beside []string, judge func(*scanner.Pass)) []string {
	t.Helper()
	a := &scanner.Analyzer{
		Name: "test", Doc: "Runs a test.", Rules: []*scanner.Rule{modelrules.PackageSource}, Match: func(*scanner.Head) scanner.Claim { return scanner.Sure },
		Run: func(_ context.Context, p *scanner.Pass) error { judge(p); p.Analysed(0, p.Size); return nil },
	}
	named := func(dir, stem string) (names []string) {
		for _, name := range beside {
			folder, base := ".", name
			if i := strings.LastIndexByte(name, '/'); i >= 0 {
				folder, base = name[:i], name[i+1:]
			}
			if got, _, _ := strings.Cut(base, "."); folder == dir && got == stem {
				names = append(names, base)
			}
		}
		return names
	}
	open := func() (scanner.ReadAtCloser, int64, error) { return nopCloser{strings.NewReader("x")}, 1, nil }
	around := []scanner.Folder{{Named: named}, {Root: true, Named: func(string, string) []string { return nil }}}
	report, err := scanner.Scan(t.Context(), []scanner.Target{{Path: file, RepoPath: file, Open: open, Around: around}}, scanner.Config{Analyzers: []*scanner.Analyzer{a}})
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for i := range report.Findings {
		by, _, _ := strings.Cut(report.Findings[i].Message, " installs")
		found = append(found, by+": "+report.Findings[i].Evidence[0])
	}
	return found
}

type nopCloser struct{ *strings.Reader }

func (nopCloser) Close() error { return nil }

// Lines of requirements files that take packages from elsewhere, and what they name; ""
// for those that do not.
func TestLine(t *testing.T) {
	for line, where := range map[string]string{
		"--index-url https://example.org/simple":                   "https://example.org/simple",
		"--index-url=https://example.org/simple":                   "https://example.org/simple",
		"-i https://example.org/simple":                            "https://example.org/simple",
		"--extra-index-url http://127.0.0.1":                       "http://127.0.0.1",
		"-ihttps://example.org":                                    "https://example.org",
		"--ext https://example.org":                                "https://example.org",
		"--pypi-url https://example.org":                           "https://example.org",
		"--i=https://example.org":                                  "https://example.org",
		"--pre":                                                    "",
		"-f ./wheels":                                              "./wheels",
		"--trusted-host example.org":                               "example.org",
		"  --find-links https://example.org":                       "https://example.org",
		"git+https://example.org/x.git@main":                       "git+https://example.org/x.git@main",
		"-e git+ssh://git@example.org/x.git#egg=x":                 "git+ssh://git@example.org/x.git#egg=x",
		"x @ https://example.org/x.whl":                            "https://example.org/x.whl",
		"x[a,b]@https://example.org/x.whl":                         "https://example.org/x.whl",
		"https://example.org/x.tar.gz":                             "https://example.org/x.tar.gz",
		"-i https://pypi.org.example.org/simple":                   "https://pypi.org.example.org/simple",
		"--extra-index-url https://user@pypi.org/simple":           "https://user@pypi.org/simple",
		"x @ file:///tmp/x.whl":                                    "file:///tmp/x.whl",
		"-i https://pypi.org/simple":                               "",
		"--extra-index-url https://download.pytorch.org/whl/cu121": "",
		"x @ https://files.pythonhosted.org/packages/x.whl":        "",
		"torch==2.3.0 ; python_version < '3.12'":                   "",
		"# --index-url https://example.org":                        "",
		"--index-urls":                                             "",
		"-r other.txt":                                             "",
		"":                                                         "",
		"transformers[torch]>=4.40 --hash=sha256:" + strings.Repeat("a", 64): "",
	} {
		got := addresses(t, "requirements.txt", []string{"MLmodel"}, func(p *scanner.Pass) {
			if packagesource.Line(p, scanner.Span{}, line) != (where != "") {
				t.Errorf("%q: the answer is wrong", line)
			}
		})
		if want := "mlflow models serve: " + where; where != "" && (len(got) != 1 || got[0] != want) || where == "" && len(got) > 0 {
			t.Errorf("%q: %q, want %q", line, got, where)
		}
	}
}

// Channels count where they are addresses of others.
func TestChannel(t *testing.T) {
	for channel, counts := range map[string]bool{
		"conda-forge": false, "https://conda.anaconda.org/pytorch": false, "https://example.org/conda": true, "file:///tmp/c": true, "https://repo.anaconda.com": false,
	} {
		got := addresses(t, "conda.yaml", []string{"MLmodel"}, func(p *scanner.Pass) {
			if packagesource.Channel(p, scanner.Span{}, channel) != counts {
				t.Errorf("%s: the answer is wrong", channel)
			}
		})
		if (len(got) == 1) != counts {
			t.Errorf("%s: %q", channel, got)
		}
	}
}

// Only what something installs counts, and that is told by what lies beside.
func TestInstallers(t *testing.T) {
	for _, c := range []struct {
		file   string
		beside []string
		by     string
	}{
		{"m/requirements.txt", []string{"MLmodel"}, "mlflow models serve"},
		{"m/requirements.txt", []string{"handler.py", "model.safetensors"}, "An inference endpoint"},
		{"m/requirements.txt", []string{"bentofile.yaml"}, "BentoML"},
		{"m/requirements.txt", []string{"MAR-INF/MANIFEST.json"}, "TorchServe"},
		{"m/bentofile.yaml", nil, "BentoML"},
		{"m/requirements.txt", []string{"handler.go", "model.safetensors", "mlmodel"}, ""},
		{"m/requirements.txt", nil, ""},
	} {
		got := addresses(t, c.file, c.beside, func(p *scanner.Pass) {
			if packagesource.Line(p, scanner.Span{}, "-i https://example.org") != (c.by != "") {
				t.Errorf("%s beside %q: the answer is wrong", c.file, c.beside)
			}
		})
		if want := c.by + ": https://example.org"; c.by != "" && (len(got) != 1 || got[0] != want) || c.by == "" && len(got) > 0 {
			t.Errorf("%s beside %q: %q, want %q", c.file, c.beside, got, want)
		}
	}
	for member, want := range map[string]bool{"a/MLmodel": true, "MAR-INF/MANIFEST.json": true, "handler.py": true, "bentofile.yaml": true, "model.pt": false} {
		if packagesource.Watch(member) != want {
			t.Errorf("%s is watched: %v", member, !want)
		}
	}
}
