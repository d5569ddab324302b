package safetensors

import (
	"encoding/json"
	"io"
	"slices"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/archiverules"
)

// maxIndex is how long an index may be, in bytes: the largest models have some MB.
const maxIndex = 64 << 20

// runIndex reads the index of a model in several files: "weight_map" says in which of
// the files beside it a tensor lies.
func runIndex(p *scanner.Pass) error {
	if p.Size > maxIndex {
		return scanner.Errorf(scanner.OverLimit, 0, "an index of %d bytes, more than %d", p.Size, maxIndex)
	}
	if err := p.Budget.Hold(3 * p.Size); err != nil {
		return err
	}
	defer p.Budget.Release(3 * p.Size)
	var index struct {
		WeightMap map[string]string `json:"weight_map"`
	}
	if err := json.NewDecoder(io.NewSectionReader(p, 0, p.Size)).Decode(&index); err != nil {
		return scanner.Errorf(scanner.Malformed, 0, "no index of safetensors files: %v", err)
	}
	p.Analysed(0, p.Size)
	var files []string
	for _, file := range index.WeightMap {
		files = append(files, file)
	}
	slices.Sort(files)
	for _, file := range slices.Compact(files) {
		archiverules.ReportPath(p, scanner.Span{}, "The index takes tensors from", file)
	}
	return nil
}
