package hdf5_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
)

// A large file is given by its beginning; zeros follow. It counts what is read.
type large struct {
	head []byte
	size int64
	read int64
}

func (l *large) Close() error { return nil }

func (l *large) ReadAt(b []byte, off int64) (int, error) {
	n := copy(b, make([]byte, max(0, min(int64(len(b)), l.size-off))))
	l.read += int64(n)
	if off < int64(len(l.head)) {
		copy(b[:n], l.head[off:])
	}
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

// TestCost scans a file of 1.5 GB with two datasets: what is read depends on the structure.
func TestCost(t *testing.T) {
	names, err := filepath.Glob("testdata/made/large-*.head")
	if err != nil || len(names) != 1 {
		t.Fatal(names, err)
	}
	head, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	_, size, _ := strings.Cut(strings.TrimSuffix(names[0], ".head"), "large-")
	file := &large{head: head}
	if file.size, err = strconv.ParseInt(size, 10, 64); err != nil {
		t.Fatal(err)
	}
	target := scanner.Target{Path: "large.h5", Open: func() (scanner.ReadAtCloser, int64, error) { return file, file.size, nil }}
	report, err := scanner.Scan(context.Background(), []scanner.Target{target}, scanner.Config{Analyzers: analyzers})
	if err != nil {
		t.Fatal(err)
	}
	c := report.Files[0].Coverage
	if len(report.Findings)+len(report.Gaps) > 0 || c.Unaccounted != 0 || c.Data < 3<<29 {
		t.Errorf("%+v, %v, %v", c, report.Findings, report.Gaps)
	}
	if file.read > 128<<10 {
		t.Errorf("%d bytes of %d read", file.read, file.size)
	}
	t.Logf("%d bytes of %d read", file.read, file.size)
}
