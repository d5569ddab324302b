package pickle_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/formats/pickle"
)

// TestFilesOfOldJoblib scans a folder: a file that a wrapper opens is looked for there.
func TestFilesOfOldJoblib(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	stream := func(file string) string {
		return "\x80\x02cjoblib.numpy_pickle\nNDArrayWrapper\n)\x81}(U\x08filenameU" + string([]byte{byte(len(file))}) + file + "ub."
	}
	write("model.pkl", stream("model.pkl_01.npy"))
	write("model.pkl_01.npy", "\x80\x02N.")
	write("lost.pkl", stream("lost.pkl_01.npy"))
	targets, err := scanner.Discover(context.Background(), scanner.Selection{Dir: dir, Root: dir, Args: []string{"."}})
	if err != nil {
		t.Fatal(err)
	}
	report, err := scanner.Scan(context.Background(), targets, scanner.Config{Analyzers: []*scanner.Analyzer{pickle.Analyzer}})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"model.pkl": `medium "model.pkl_01.npy", which lies beside the model and is a file to scan of its own.`,
		"lost.pkl":  `high "lost.pkl_01.npy", which is not there.`,
	}
	for _, f := range report.Findings {
		severity, file, _ := strings.Cut(want[f.Path], " ")
		if !strings.HasSuffix(f.Message, file) || f.Rule.Severity.String() != severity {
			t.Errorf("%s: %s %s", f.Path, f.Rule.ID, f.Message)
		}
		delete(want, f.Path)
	}
	if len(want) > 0 || len(report.Gaps) > 0 {
		t.Errorf("not reported: %v; gaps: %v", want, report.Gaps)
	}
}
