// Package tensorrt recognises serialized engines of TensorRT. Their layout is not
// published: they hold code for graphics cards, and may hold libraries for the host
// (https://docs.nvidia.com/deeplearning/tensorrt/latest/, "Version Compatibility" and
// setPluginsToSerialize). Libraries are searched for in all of the file, since nothing says
// where they are.
package tensorrt

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/exemagic"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
)

// Analyzer recognises engines.
var Analyzer = &scanner.Analyzer{
	Name: "tensorrt",
	Doc: `TensorRT engines (.engine, .plan, .trt)

An engine is native code by design. Libraries for the host that lie in it are
analysed as members.`,
	Rules: []*scanner.Rule{modelrules.NativeEngine},
	Match: match,
	Run:   run,
}

// magic is how engines of TensorRT 8 and later start.
const magic = "ptrt"

func match(h *scanner.Head) scanner.Claim {
	if len(h.Prefix) >= 16 && string(h.Prefix[:len(magic)]) == magic {
		return scanner.Sure
	}
	return scanner.No
}

// headerBytes is less than what stands in front of every engine.
const headerBytes = 32

func run(ctx context.Context, p *scanner.Pass) error {
	if p.Size < headerBytes {
		return scanner.Errorf(scanner.Truncated, p.Size, "the header of the engine is cut off")
	}
	p.Report(modelrules.NativeEngine, scanner.Span{Length: headerBytes}, scanner.Detail{
		Message:  "The file is a serialized engine of TensorRT: code for a graphics card, which deserializing it trusts.",
		Evidence: []string{"TensorRT engine"},
	})
	p.Data(0, p.Size)
	const part, overlap = 256 << 10, exemagic.HeadBytes
	buf := make([]byte, part+overlap)
	for at := int64(0); at < p.Size; at += part {
		n, err := p.ReadAt(buf[:min(int64(len(buf)), p.Size-at)], at)
		if err != nil && !errors.Is(err, io.EOF) {
			return scanner.Errorf(scanner.Unreadable, at, "reading: %v", err)
		}
		if err := p.Budget.Step(int64(n)/1024 + 1); err != nil {
			return err
		}
		if err := search(ctx, p, buf[:n], at, min(n, part)); err != nil {
			return err
		}
	}
	return nil
}

// starts are how programs for a host begin.
var starts = [][]byte{[]byte("\x7fELF"), []byte("MZ")}

// search hands on the programs that start in the first n of some bytes at an offset.
func search(ctx context.Context, p *scanner.Pass, b []byte, at int64, n int) error {
	for _, start := range starts {
		for i := 0; ; i++ {
			next := bytes.Index(b[i:], start)
			if next < 0 || i+next >= n {
				break
			}
			i += next
			where := at + int64(i)
			rest := io.NewSectionReader(p, where, p.Size-where)
			if exemagic.Kind(b[i:min(len(b), i+exemagic.HeadBytes)], rest) == "" {
				continue
			}
			if err := p.Section(ctx, scanner.Member{Name: "library", Format: "executable"}, where, p.Size-where); err != nil {
				return err
			}
		}
	}
	return nil
}
