package torchscript

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/lazyregexp"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
	"github.com/modelsieve/modelsieve/scanner/internal/pysource"
)

// namespaces are those of operators and classes that PyTorch and its sister packages
// register: torch._C._jit_get_all_schemas() of torch 2.15, and what earlier releases had.
var namespaces = []string{
	"_c10d_functional", "_c10d_functional_autograd", "_caffe2", "_dtensor", "_native", "_nnapi", "_quantized", "_test", "aten", "c10d", "caffe2",
	"cuda", "dist_c10d", "dist_rpc", "export", "fbgemm", "inductor", "inductor_prims", "metal", "metal_prepack", "mkl", "mkldnn", "mkldnn_prepacked",
	"mtia", "onednn", "onnx", "prepacked", "prim", "prims", "profiler", "quantization", "quantized", "rnn", "rngprims", "sparse", "static_runtime",
	"symm_mem", "torchaudio", "torchtext", "torchvision", "vulkan", "vulkan_prepack", "xnnpack",
}

func known(namespace string) bool { return slices.Contains(namespaces, namespace) }

// customClass matches the name of a class of C++ code.
var customClass = lazyregexp.New(`__torch__\.torch\.classes\.(\w{1,80})\.(\w{1,80})`)

// A finder collects what a file needs from elsewhere.
type finder struct {
	p      *scanner.Pass
	custom map[string]int64 // by name: where it stands first
}

// report reports what the code calls.
func report(p *scanner.Pass, source *pysource.Source, raw string) {
	f := &finder{p, map[string]int64{}}
	for i := range source.Calls {
		for _, path := range source.Calls[i].Paths {
			f.call(&source.Calls[i], path)
		}
	}
	for _, m := range customClass().FindAllStringSubmatchIndex(raw, -1) {
		if !known(raw[m[2]:m[3]]) {
			f.needs("torch.classes."+raw[m[2]:m[3]]+"."+raw[m[4]:m[5]], int64(m[0]))
		}
	}
	f.reportCustom()
}

// call judges a call under one of its names.
func (f *finder) call(c *pysource.Call, path string) {
	parts := strings.Split(path, ".")
	last := parts[len(parts)-1]
	aten := parts[0] == "torch" || parts[0] == "ops" && len(parts) > 2 && parts[1] == "aten"
	switch {
	case len(parts) < 2:
	case aten && last == "save":
		f.file(ruleWrite, c, path, "writes a file")
	case aten && (last == "from_file" || len(parts) > 3 && parts[len(parts)-2] == "from_file"):
		f.file(ruleRead, c, path, "reads a file, and may create or change it")
	case parts[0] == "ops" && len(parts) > 2 && (!known(parts[1]) || parts[1] == "prim" && strings.Contains(last, "PythonOp")):
		f.needs(path, c.At)
	}
}

// file reports a call that reaches a file.
func (f *finder) file(r *scanner.Rule, c *pysource.Call, path, does string) {
	which := ""
	for _, a := range c.Args {
		if len(a.Strings) > 0 {
			which = fmt.Sprintf(" (%q)", scanner.Clean(a.Strings[0], 160))
			break
		}
	}
	when := fmt.Sprintf("Running %s of this TorchScript module", cmp.Or(scanner.Clean(c.In, 120), "the code"))
	if c.In == "__setstate__" || strings.HasSuffix(c.In, ".__setstate__") {
		when = "Loading this file with torch.jit.load"
	}
	f.p.Report(r, scanner.Span{Offset: c.At, Length: c.End - c.At}, scanner.Detail{
		Message:  fmt.Sprintf("%s calls %s, which %s%s.", when, scanner.Clean(path, 80), does, which),
		Evidence: []string{c.Text}, Name: path, Use: scanner.UseCall,
	})
}

// needs notes something that the code uses and PyTorch does not have.
func (f *finder) needs(name string, at int64) {
	if first, ok := f.custom[name]; !ok || at < first {
		f.custom[name] = at
	}
}

// maxNamed is how many names one finding lists.
const maxNamed = 200

// reportCustom reports everything that the file needs from elsewhere at once.
func (f *finder) reportCustom() {
	var names []string
	first := int64(-1)
	for name, at := range f.custom {
		names = append(names, name)
		if first < 0 || at < first {
			first = at
		}
	}
	if len(names) == 0 {
		return
	}
	slices.Sort(names)
	f.p.Report(modelrules.CustomCode, scanner.Span{Offset: first}, scanner.Detail{
		Message:  fmt.Sprintf("The code uses %d operators or classes that PyTorch does not have: torch.jit.load fails unless a library registered them.", len(names)),
		Evidence: names[:min(len(names), maxNamed)], Identity: names,
	})
}
