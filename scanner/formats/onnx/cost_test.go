package onnx_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

// field makes a field of a message: its tag in hex, and a recipe for what is in it.
func field(t *testing.T, tag, recipe string) []byte {
	t.Helper()
	b, err := scantest.Assemble("hex " + tag + "; varint { " + recipe + " }")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// opened makes the tag and the length of a field whose content follows.
func opened(t *testing.T, tag string, length int64) []byte {
	t.Helper()
	b, err := scantest.Assemble(fmt.Sprintf("hex %s; varint %d", tag, length))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestCost reads a model of 3 GB, most of it in 512 tensors, and 512 more that lie in
// another file.
func TestCost(t *testing.T) {
	const each, count = 6 << 20, 512
	head := append(field(t, "42", `text "layer.weight"`), opened(t, "4a", each)...)
	head = append([]byte("\x08\x80\x80\xe0\x00\x10\x01"), head...) // dims 1572864, float
	inline := append(opened(t, "2a", int64(len(head))+each), head...)
	outside := field(t, "2a", `hex 08 80 80 e0 00 10 01; hex 42; varint { text "layer.bias" }
		hex 6a; varint { hex 0a; varint { text location }; hex 12; varint { text "model.data" } }
		hex 6a; varint { hex 0a; varint { text offset }; hex 12; varint { text "4096" } }
		hex 70 01`)
	node := field(t, "0a", `hex 0a; varint { text x }; hex 12; varint { text y }; hex 22; varint { text Add }`)
	var s scantest.Sparse
	s.Add(append([]byte("\x08\x0a"), opened(t, "3a", count*(int64(len(inline))+each+int64(len(outside)+len(node))))...), 0)
	for range count {
		s.Add(append(node, inline...), each)
		s.Add(outside, 0)
	}
	report, err := scanner.Scan(context.Background(), []scanner.Target{s.Target("model.onnx")}, scanner.Config{Analyzers: analyzers, Jobs: 1})
	if err != nil {
		t.Fatal(err)
	}
	scanner.Policy{FailOn: scanner.Low}.Judge(report)
	file := report.Files[0]
	if file.Verdict != scanner.VerdictClean || file.Coverage.Data != count*each {
		t.Errorf("%s\n%s", scantest.Format(report), file.Verdict)
	}
	t.Logf("%d bytes read of %d in %d tensors", s.Read, s.Size(), 2*count)
	if s.Read > count*2*8<<10 {
		t.Errorf("%d bytes read", s.Read)
	}
}
