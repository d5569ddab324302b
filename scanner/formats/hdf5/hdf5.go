// Package hdf5 looks through HDF5 files for what makes a loader do more than read numbers:
// Keras configs in attributes, pickles in those of PyTables and in its object arrays, and
// references to other files. Package scanner/internal/hdf5 reads the structure.
//
// Values of datasets are accounted for and not read, but for small ones of bytes or text,
// in which other libraries keep pickles.
package hdf5

import (
	"bytes"
	"context"
	"io"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/hdf5"
)

// Analyzer reads HDF5 files.
var Analyzer = &scanner.Analyzer{
	Name: "hdf5",
	Doc: `HDF5 files: Keras models and weights, pandas and PyTables stores, and any other

Attributes with Keras configs are judged, pickles handed on, and references to
other files reported. Numbers are accounted for as data and not read.`,
	Rules: rules,
	Match: match,
	Run:   run,
}

func match(h *scanner.Head) scanner.Claim {
	if hdf5.Find(h, h.Size) >= 0 {
		return scanner.Sure
	}
	return scanner.No
}

func run(ctx context.Context, p *scanner.Pass) error {
	l := &ledger{p: p}
	defer l.close()
	f, err := hdf5.Open(p, p.Size, p.Budget, l)
	if err != nil {
		return err
	}
	defer f.Close()
	userBlock(p, f.Offset())
	v := visitor{ctx: ctx, p: p, told: map[string]bool{}, keras: namedWeights(p)}
	if err := f.Walk(v.object); err != nil {
		return err
	}
	return l.free(ctx, f.Offset(), f.End())
}

// namedWeights reports whether an artifact goes by a name of Keras's weights.
func namedWeights(p *scanner.Pass) bool {
	name := strings.ToLower(p.Name())
	return strings.HasSuffix(name, ".weights.h5") || strings.HasSuffix(name, ".keras")
}

// matlab is how the user block of a MATLAB file begins. Its text is 116 bytes long; zeros
// and the version follow (MAT-File Format, level 7.3 as level 5).
const (
	matlab      = "MATLAB 7."
	matlabBytes = 128
)

// userBlock accounts for the user block of MATLAB. Any other is left to the engine.
func userBlock(p *scanner.Pass, size int64) {
	head := make([]byte, matlabBytes)
	if n, _ := p.ReadAt(head, 0); size < 512 || n < matlabBytes || !strings.HasPrefix(string(head), matlab) {
		return
	}
	if text := head[:116]; len(bytes.TrimFunc(text, printable)) == 0 {
		p.Analysed(0, matlabBytes)
	}
}

func printable(r rune) bool { return r == 0 || r >= ' ' && r < 0x7f || r >= 0xa0 }

// stream opens bytes in memory.
func stream(b []byte) scanner.Opener {
	return func() (io.Reader, error) { return bytes.NewReader(b), nil }
}
