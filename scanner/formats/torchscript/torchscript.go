// Package torchscript reads the code in TorchScript archives, which torch.jit.load
// compiles and its interpreter runs without any Python: code/**.py in the zip file that
// torch.jit.save writes, also under .data/ts_code of a torch.package
// (torch/csrc/jit/docs/serialization.md).
//
// The language is a part of Python. Names that nothing binds are the interpreter's:
// "torch" and "ops" lead to its operators, whatever stands between "torch" and the last
// name. Of the operators that PyTorch itself registers, two reach the file system.
//
// Modules for mobiles hold the names of operators besides: in the member bytecode.pkl, or
// in a FlatBuffer that holds the whole module, which torch.jit.load takes as well.
package torchscript

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
	"github.com/modelsieve/modelsieve/scanner/internal/pysource"
)

// Analyzer reads code members of TorchScript archives.
var Analyzer = &scanner.Analyzer{
	Name: analyzerName,
	Doc: `TorchScript: the code in archives that torch.jit.save writes, and modules for mobiles

Each file is parsed, and names are followed to the operators that they call. Those
that write or read files are reported, and operators and classes that PyTorch lacks.`,
	Rules: []*scanner.Rule{ruleWrite, ruleRead, modelrules.CustomCode, modelrules.Malformed},
	Match: match,
	Run:   run,
	Watch: func(member string) bool { return slices.Contains(records, strings.ToLower(base(member))) },
}

const analyzerName = "torchscript"

// records are members that every TorchScript archive has.
var records = []string{"constants.pkl", "data.pkl"}

func base(member string) string { return member[strings.LastIndexByte(member, '/')+1:] }

// match looks for a member below a folder "code". The names of records are compared
// without regard to case, as miniz does.
func match(h *scanner.Head) scanner.Claim {
	if isMobile(h.Prefix) {
		return scanner.Sure
	}
	if h.Member == "" || h.Leftover {
		return scanner.No
	}
	name := strings.ToLower(own(h.Member))
	if base(name) == bytecodeName {
		return scanner.Sure
	}
	if !strings.HasSuffix(name, ".py") {
		return scanner.No
	}
	switch _, below, _ := strings.Cut("/"+name, "/code/"); {
	case strings.HasPrefix(below, "__torch__"):
		return scanner.Sure
	case below != "":
		return scanner.Maybe
	}
	return scanner.No
}

// own returns the name of a member in the innermost archive.
func own(member string) string { return member[strings.LastIndex(member, "!/")+1:] }

func run(ctx context.Context, p *scanner.Pass) error {
	head := make([]byte, min(p.Size, 8))
	if n, err := p.ReadAt(head, 0); n < len(head) && !errors.Is(err, io.EOF) {
		return scanner.Errorf(scanner.Unreadable, 0, "reading: %v", err)
	}
	switch {
	case isMobile(head):
		return mobile(ctx, p)
	case strings.ToLower(base(p.Member)) == bytecodeName:
		return bytecode(p)
	}
	return code(p)
}

// code reads a file of code.
func code(p *scanner.Pass) error {
	if p.Size > pysource.MaxSize {
		return scanner.Errorf(scanner.OverLimit, 0, "%d bytes of code, more than %d", p.Size, pysource.MaxSize)
	}
	held := pysource.HeldPerByte * p.Size
	if err := p.Budget.Hold(held); err != nil {
		return err
	}
	defer p.Budget.Release(held)
	raw, err := p.Content()
	if err != nil {
		return err
	}
	source, err := pysource.Read(raw, p.Budget.Step)
	if err != nil {
		return err
	}
	if importsTorch(source) && !strings.Contains(strings.ToLower(p.Member), "code/__torch__") {
		return scanner.Errorf(scanner.Unrecognized, 0, "a Python program, not TorchScript")
	}
	report(p, source, string(raw))
	for _, problem := range source.Problems {
		p.Gap(scanner.Malformed, scanner.Span{Offset: problem.At}, "TorchScript code that is not understood: %s", scanner.Clean(problem.Text, 160))
	}
	p.Analysed(0, p.Size)
	return nil
}

// importsTorch reports whether this is a program of Python, where "torch" has to be
// imported.
func importsTorch(source *pysource.Source) bool {
	return slices.ContainsFunc(source.Imports, func(i pysource.Import) bool {
		return i.Module == "torch" || strings.HasPrefix(i.Module, "torch.")
	})
}
