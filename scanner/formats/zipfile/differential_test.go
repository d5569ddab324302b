package zipfile_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/formats/zipfile"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

// TestEveryMemberThatPythonReads compares with Python's zipfile, on archives as it
// writes them and on broken ones: what it can read must have been handed on.
func TestEveryMemberThatPythonReads(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("SKIPPED: python3 is not installed, so zipfile cannot be compared with")
	}
	out, err := exec.Command(python, "testdata/archives.py", "1500").Output()
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	lines := bufio.NewReader(bytes.NewReader(out))
	for n := 0; ; n++ {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		var archive struct {
			Zip     string
			Members []string
		}
		if err := json.Unmarshal(line, &archive); err != nil {
			t.Fatal(err)
		}
		data, err := hex.DecodeString(archive.Zip)
		if err != nil {
			t.Fatal(err)
		}
		seen := handedOn(t, data)
		read += len(archive.Members)
		for _, m := range archive.Members {
			if !slices.ContainsFunc(seen, func(content string) bool { return strings.HasPrefix(content, m) }) {
				t.Errorf("archive %d, %x: zipfile reads a member that was not handed on", n, data)
			}
		}
	}
	if read < 1500 {
		t.Errorf("zipfile read %d members only: the archives are all broken", read)
	}
}

// handedOn returns the content of all members that the analyzer hands on, in hex.
// zipfile cuts a content at the size that the directory gives.
func handedOn(t *testing.T, data []byte) (seen []string) {
	t.Helper()
	recorder := &scanner.Analyzer{
		Name: "recorder", Doc: "keeps members",
		Match: func(h *scanner.Head) scanner.Claim {
			if h.Depth == 0 {
				return scanner.No
			}
			return scanner.Sure
		},
		Run: func(_ context.Context, p *scanner.Pass) error {
			content, err := io.ReadAll(io.NewSectionReader(p, 0, p.Size))
			if err != nil {
				return err
			}
			seen = append(seen, hex.EncodeToString(content))
			p.Data(0, p.Size)
			return nil
		},
	}
	scantest.Scan(t, []*scanner.Analyzer{zipfile.Analyzer, recorder}, "archive.zip", data)
	return seen
}
