package savedmodel_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

// opened makes the tag and the length of a field whose content follows.
func opened(t *testing.T, tag string, length int64) []byte {
	t.Helper()
	b, err := scantest.Assemble(fmt.Sprintf("hex %s; varint %d", tag, length))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// wrapped makes bytes, and zeros behind them, the end of a field.
func wrapped(t *testing.T, tag string, content []byte, zeros int64) []byte {
	t.Helper()
	return append(opened(t, tag, int64(len(content))+zeros), content...)
}

// TestCost reads a SavedModel of 1 GB in 256 constants.
func TestCost(t *testing.T) {
	const each, count = 4 << 20, 256
	tensor := append([]byte("\x08\x01"), opened(t, "22", each)...) // float, tensor_content
	value := wrapped(t, "12", wrapped(t, "42", tensor, each), each)
	attr := wrapped(t, "2a", append([]byte("\x0a\x05value"), value...), each)
	node := wrapped(t, "0a", append([]byte("\x0a\x01w\x12\x05Const"), attr...), each)
	small := []byte("\x0a\x0c\x0a\x01r\x12\x04Relu\x1a\x01w")
	var s scantest.Sparse
	total := int64(count) * int64(len(small)+len(node)+each)
	graph := opened(t, "12", total)
	s.Add(append(append([]byte("\x08\x01"), opened(t, "12", int64(len(graph))+total)...), graph...), 0)
	for range count {
		s.Add(append(small, node...), each)
	}
	report, err := scanner.Scan(context.Background(), []scanner.Target{s.Target("saved_model.pb")}, scanner.Config{Analyzers: analyzers, Jobs: 1})
	if err != nil {
		t.Fatal(err)
	}
	scanner.Policy{FailOn: scanner.Low}.Judge(report)
	if file := report.Files[0]; file.Verdict != scanner.VerdictClean || file.Coverage.Data != count*each {
		t.Errorf("%s\n%s", scantest.Format(report), file.Verdict)
	}
	t.Logf("%d bytes read of %d in %d nodes", s.Read, s.Size(), 2*count)
	if s.Read > count*2*8<<10 {
		t.Errorf("%d bytes read", s.Read)
	}
}
