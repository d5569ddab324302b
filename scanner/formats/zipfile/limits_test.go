package zipfile_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/formats/pickle"
	"github.com/modelsieve/modelsieve/scanner/formats/zipfile"
)

// An openFile is a file in memory.
type openFile struct{ *bytes.Reader }

func (openFile) Close() error { return nil }

// limited scans an archive of an unsafe pickle and n members that say that they are xz.
func limited(t *testing.T, n int, limits scanner.Limits) *scanner.Report {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	add := func(name string, method uint16, content string) {
		f, err := w.CreateRaw(&zip.FileHeader{
			Name: name, Method: method, CompressedSize64: uint64(len(content)), UncompressedSize64: uint64(len(content)),
		})
		if err == nil {
			_, err = f.Write([]byte(content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	add("a.pkl", zip.Store, "cos\nsystem\n(S'true'\ntR.")
	for i := range n {
		add(fmt.Sprint(i), 95, "\xfd7zXZ\x00")
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	target := scanner.Target{Path: "a.zip", RepoPath: "a.zip", Open: func() (scanner.ReadAtCloser, int64, error) {
		return openFile{bytes.NewReader(b.Bytes())}, int64(b.Len()), nil
	}}
	report, err := scanner.Scan(context.Background(), []scanner.Target{target}, scanner.Config{
		Analyzers: []*scanner.Analyzer{zipfile.Analyzer, pickle.Analyzer}, Limits: limits,
	})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// Where a limit is met, a gap names it, and what was found before stays found.
func TestLimits(t *testing.T) {
	for _, c := range []struct {
		limit   string
		members int
		limits  scanner.Limits
	}{
		{"--max-held-bytes", 1, scanner.Limits{Held: 32 << 20}},        // less than the dictionary of one
		{"--max-steps", 20, scanner.Limits{Steps: 10 * 64 << 20 / 16}}, // dictionaries of ten of them
		{"--max-members", 20, scanner.Limits{Members: 10}},
	} {
		t.Run(c.limit, func(t *testing.T) {
			report := limited(t, c.members, c.limits)
			if len(report.Findings) != 1 {
				t.Errorf("findings %v, want the unsafe pickle", report.Findings)
			}
			met := 0
			for _, g := range report.Gaps {
				if g.Reason == scanner.OverLimit && strings.Contains(g.Message, c.limit) {
					met++
				}
			}
			if met != 1 {
				t.Errorf("gaps %v, want one that names the limit", report.Gaps)
			}
		})
	}
}
