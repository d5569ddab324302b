package scantest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
)

// EveryMember compares a container with another reader. archives are lines of JSON,
// {"archive": hex, "members": [hex]}: what the other reads must have been handed on. It
// fails where the other reads fewer than least members in all.
func EveryMember(t *testing.T, analyzer *scanner.Analyzer, archives []byte, least int) {
	t.Helper()
	read := 0
	lines := bufio.NewReader(bytes.NewReader(archives))
	for n := 0; ; n++ {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		var archive struct {
			Archive string
			Members []string
		}
		if err := json.Unmarshal(line, &archive); err != nil {
			t.Fatal(err)
		}
		data, err := hex.DecodeString(archive.Archive)
		if err != nil {
			t.Fatal(err)
		}
		seen := handedOn(t, analyzer, data)
		read += len(archive.Members)
		for _, m := range archive.Members {
			if !slices.ContainsFunc(seen, func(content string) bool { return strings.HasPrefix(content, m) }) {
				t.Errorf("archive %d, %x: another reader gives a member that was not handed on", n, data)
			}
		}
	}
	if read < least {
		t.Errorf("the other reads %d members only: the archives are all broken", read)
	}
}

// handedOn returns the content of all members that the analyzer hands on, in hex.
// Readers may cut a content at a size that is given elsewhere.
func handedOn(t *testing.T, analyzer *scanner.Analyzer, data []byte) (seen []string) {
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
	Scan(t, []*scanner.Analyzer{analyzer, recorder}, "archive", data)
	return seen
}
