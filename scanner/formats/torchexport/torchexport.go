// Package torchexport reads exported programs (torch.export, .pt2) and what AOTInductor
// packs with them: the JSON of a program, whose symbolic sizes and guards are Python that
// torch.export.load and ExportedProgram.module evaluate and whose inputs and outputs name
// modules that it imports, and the libraries that
// aoti_load_package opens (torch/_export/serde/schema.py, torch/export/pt2_archive).
//
// The pickles in such an archive are the pickle analyzer's: the deserialiser falls back to
// unpickling without limits.
package torchexport

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/exemagic"
	"github.com/modelsieve/modelsieve/scanner/internal/jsontree"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
)

// Analyzer reads members of .pt2 archives.
var Analyzer = &scanner.Analyzer{
	Name: "torchexport",
	Doc: `Programs of torch.export and packages of AOTInductor

Expressions that loading evaluates are checked to be arithmetic, operators that reach
files are reported, those that PyTorch lacks are named, and libraries that loading opens are reported.`,
	Rules: []*scanner.Rule{ruleExpression, ruleImport, modelrules.GraphFileIO, modelrules.NativeCode, modelrules.CustomCode, modelrules.NativeEngine},
	Match: match,
	Run:   run,
	Watch: func(member string) bool { return inductor(member) && native(strings.ToLower(member)) },
}

// compiled are the endings of what AOTInductor compiles for accelerators.
var compiled = []string{".cubin", ".fatbin", ".hsaco", ".spv"}

// match looks for the members of an archive, and for a program that lies by itself.
func match(h *scanner.Head) scanner.Claim {
	name := strings.ToLower(h.Name())
	switch {
	case h.Leftover:
	case path.Ext(name) == ".json" && isProgram(string(h.Prefix)):
		return scanner.Sure
	case path.Ext(name) == ".json" && (name == "serialized_exported_program.json" || strings.HasSuffix(strings.ToLower(path.Dir(h.Member)), "/models")):
		return scanner.Maybe
	case inductor(h.Member) && (native(name) || exemagic.Kind(h.Prefix[:min(len(h.Prefix), exemagic.HeadBytes)], h) != ""),
		inductor(h.Member) && (path.Ext(name) == source || slices.Contains(compiled, path.Ext(name))):
		return scanner.Sure
	}
	return scanner.No
}

// source is the ending of the code that a loader compiles where a package has no library.
const source = ".cpp"

// isProgram reports whether JSON starts as an exported program does.
func isProgram(prefix string) bool {
	return strings.Contains(prefix, `"graph_module"`) && strings.Contains(prefix, `"graph"`)
}

// inductor reports whether a member lies where AOTInductor puts what it compiled.
func inductor(member string) bool {
	return strings.Contains("/"+strings.ToLower(member), "/data/aotinductor/") || strings.Contains("/"+strings.ToLower(member), "/aotinductor/")
}

// native reports whether a name is that of a library that a loader opens.
func native(name string) bool {
	return slices.Contains([]string{".so", ".pyd", ".dll", ".dylib"}, path.Ext(name))
}

func run(_ context.Context, p *scanner.Pass) error {
	name := strings.ToLower(p.Name())
	if path.Ext(name) == ".json" {
		return program(p)
	}
	p.Data(0, p.Size)
	if path.Ext(name) == source {
		p.Later(func() error { compiles(p); return nil })
		return nil
	}
	if slices.Contains(compiled, path.Ext(name)) {
		p.Report(modelrules.NativeEngine, scanner.Span{}, scanner.Detail{
			Message:  fmt.Sprintf("Loading this package puts the compiled kernel %q on an accelerator.", scanner.Clean(p.Name(), 100)),
			Evidence: []string{p.Name()},
		})
		return nil
	}
	p.Report(modelrules.NativeCode, scanner.Span{}, scanner.Detail{
		Message: fmt.Sprintf("Loading this package with torch._inductor.aoti_load_package or load_pt2 opens the library %q: its constructors run at once.",
			scanner.Clean(p.Name(), 100)),
		Evidence: []string{p.Name()},
	})
	return nil
}

// compiles reports code that lies beside no library: the loader makes one of it, and the
// command for that is put together from a file of the package.
func compiles(p *scanner.Pass) {
	if around := p.Around(); len(around) > 0 && slices.ContainsFunc(around[0].All("."), func(name string) bool { return native(strings.ToLower(name)) }) {
		return
	}
	p.Report(modelrules.NativeCode, scanner.Span{}, scanner.Detail{
		Message: fmt.Sprintf("Loading this package with torch._inductor.aoti_load_package or load_pt2 compiles %q with a shell command made of flags in the "+
			"package, and opens the result.", scanner.Clean(p.Name(), 100)),
		Evidence: []string{p.Name()},
	})
}

// maxProgram is how long the JSON of a program may be, in bytes. It has no weights.
const maxProgram = 256 << 20

// program reads the JSON of a program.
func program(p *scanner.Pass) error {
	tree, broken, err := jsontree.Whole(p, maxProgram)
	if err != nil {
		return err
	}
	defer tree.Close()
	if broken == nil && !tree.Root().Get("graph_module").Exists() {
		return scanner.Errorf(scanner.Unrecognized, 0, "JSON, but no exported program")
	}
	j := judge{p: p}
	for n := range tree.Nodes() {
		if err := p.Budget.Step(1); err != nil {
			return err
		}
		if err := j.node(n); err != nil {
			return err
		}
	}
	j.finish()
	if broken != nil {
		return broken
	}
	p.Analysed(0, p.Size)
	return nil
}
