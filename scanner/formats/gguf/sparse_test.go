package gguf_test

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/formats"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

// TestCostOfALargeFile has 40 GB of tensors judged by their table alone, with a vocabulary
// of ordinary size and every analyzer asked.
func TestCostOfALargeFile(t *testing.T) {
	const tensors, each, tokens = 400, 100_000_000, 150_000
	le := binary.LittleEndian
	str := func(b []byte, text string) []byte { return append(le.AppendUint64(b, uint64(len(text))), text...) }
	b := le.AppendUint32([]byte("GGUF"), 3)
	b = le.AppendUint64(le.AppendUint64(b, tensors), 2)
	b = str(le.AppendUint32(str(b, "general.architecture"), 8), "llama") // 8 is the type of a string, 9 that of an array, 24 that of bytes
	b = le.AppendUint64(le.AppendUint32(le.AppendUint32(str(b, "tokenizer.ggml.tokens"), 9), 8), tokens)
	for i := range tokens {
		b = str(b, fmt.Sprintf("token%d", i))
	}
	for i := range uint64(tensors) {
		b = le.AppendUint64(le.AppendUint32(str(b, fmt.Sprintf("blk.%d.weight", i)), 1), each)
		b = le.AppendUint64(le.AppendUint32(b, 24), i*each)
	}
	var f scantest.Sparse
	f.Add(b, int64(-len(b)&31)+tensors*each)
	start := time.Now()
	report, err := scanner.Scan(t.Context(), []scanner.Target{f.Target("model.gguf")}, scanner.Config{Analyzers: formats.All(), Jobs: 1})
	if err != nil {
		t.Fatal(err)
	}
	scanner.Policy{}.Judge(report)
	file := report.Files[0]
	if file.Verdict != scanner.VerdictClean || file.Coverage.Unaccounted != 0 {
		t.Errorf("%s\n%s", file.Verdict, scantest.Format(report))
	}
	if f.Read > 16<<20 {
		t.Errorf("%d bytes read of %d", f.Read, file.Size)
	}
	t.Logf("%d bytes read of %d in %v", f.Read, file.Size, time.Since(start))
}
