package safetensors_test

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/formats"
	"github.com/modelsieve/modelsieve/scanner/internal/scantest"
)

// TestCostOfALargeFile has 70 GB of tensors judged by their header alone, with every
// analyzer asked.
func TestCostOfALargeFile(t *testing.T) {
	const tensors, each = 1000, 70_000_000
	var b strings.Builder
	b.WriteString(`{"__metadata__":{"format":"pt"}`)
	for i := range int64(tensors) {
		fmt.Fprintf(&b, `,"model.layers.%d.weight":{"dtype":"U8","shape":[%d],"data_offsets":[%d,%d]}`, i, each, i*each, (i+1)*each)
	}
	b.WriteString("}")
	head := append(binary.LittleEndian.AppendUint64(nil, uint64(b.Len())), b.String()...)
	var f scantest.Sparse
	f.Add(head, tensors*each)
	start := time.Now()
	report, err := scanner.Scan(t.Context(), []scanner.Target{f.Target("model.safetensors")}, scanner.Config{Analyzers: formats.All(), Jobs: 1})
	if err != nil {
		t.Fatal(err)
	}
	scanner.Policy{}.Judge(report)
	file := report.Files[0]
	if file.Verdict != scanner.VerdictClean || file.Coverage.Data != tensors*each || file.Coverage.Unaccounted != 0 {
		t.Errorf("%s\n%s", file.Verdict, scantest.Format(report))
	}
	if f.Read > 2<<20 {
		t.Errorf("%d bytes read of %d", f.Read, file.Size)
	}
	t.Logf("%d bytes read of %d in %v", f.Read, file.Size, time.Since(start))
}
