// Package executorch reads what ExecuTorch runs on devices: programs (.pte), tensors that
// lie in a file of their own (.ptd) and programs with their test cases (.bpte). All are
// FlatBuffers, mostly with an extended header and with segments behind them
// (https://github.com/pytorch/executorch/blob/main/schema/program.fbs,
// extension/flat_tensor/serialize/flat_tensor.fbs, devtools/bundled_program/schema).
//
// A program calls operators and delegates by name, and the runtime has only those that
// it was built with. Of the delegates, those that AOTInductor compiles for carry a shared
// library, which the runtime writes to a temporary file and opens.
//
// Indexes and segments are compared with what is there. Values of tensors are never read.
package executorch

import (
	"context"
	"errors"
	"io"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/flatbuf"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
)

// Analyzer reads the files of ExecuTorch.
var Analyzer = &scanner.Analyzer{
	Name: "executorch",
	Doc: `ExecuTorch programs and tensors (.pte, .ptd, .bpte)

Libraries that the runtime opens are reported, operators and delegates that it does not
bring are named, and indexes and segments are compared with what is there.`,
	Rules: []*scanner.Rule{modelrules.NativeCode, modelrules.NativeEngine, modelrules.CustomCode, modelrules.Malformed},
	Match: match,
	Run:   run,
}

// Identifiers of the kinds of files; the two digits are the version of the schema.
const (
	program = "ET"
	tensors = "FT"
	bundle  = "BP"
)

// match goes by the identifier; one of another version than is known is only likely.
func match(h *scanner.Head) scanner.Claim {
	switch kind(h.Prefix) {
	case "":
		return scanner.No
	case program, tensors, bundle:
		switch string(h.Prefix[4:8]) {
		case "ET12", "FT01", "BP08":
			return scanner.Sure
		}
	}
	return scanner.Maybe
}

// kind returns which identifier a file has, "" for none.
func kind(head []byte) string {
	if len(head) < 8 || !digit(head[6]) || !digit(head[7]) {
		return ""
	}
	switch name := string(head[4:6]); name {
	case program, tensors, bundle:
		return name
	}
	return ""
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func run(ctx context.Context, p *scanner.Pass) error {
	head := make([]byte, min(headerBytes, p.Size))
	if n, err := p.ReadAt(head, 0); n < len(head) && !errors.Is(err, io.EOF) {
		return scanner.Errorf(scanner.Unreadable, 0, "reading: %v", err)
	}
	what := kind(head)
	h, err := readHeader(head, what, p.Size)
	if err != nil {
		return err
	}
	f := &file{ctx: ctx, p: p, header: h, b: flatbuf.New(p, min(h.size, p.Size), p.Budget), told: map[string]bool{}}
	defer f.b.Close()
	switch what {
	case program:
		return f.done(f.program())
	case tensors:
		return f.done(f.tensors())
	case bundle:
		return f.done(f.bundle())
	}
	return scanner.Errorf(scanner.Malformed, 0, "no identifier of ExecuTorch")
}
