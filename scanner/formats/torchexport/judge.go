package torchexport

import (
	"fmt"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/jsontree"
	"github.com/modelsieve/modelsieve/scanner/internal/lazyregexp"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
	"github.com/modelsieve/modelsieve/scanner/internal/pysource"
)

// A judge judges the texts of a program.
type judge struct {
	p      *scanner.Pass
	custom map[string]scanner.Span
}

// node judges one node of the JSON.
func (j *judge) node(n jsontree.Node) error {
	if n.Kind() != jsontree.String {
		return nil
	}
	key, list := n.Key(), n.Parent()
	if !key.Exists() && list.Exists() {
		key = list.Key()
	}
	if !key.Exists() {
		return nil
	}
	switch text := n.Text(); key.Text() {
	case "expr_str":
		if what := expression(text); what != "" {
			j.report(n, text, "Loading this program with torch.export.load evaluates a symbolic size that "+what)
		}
	case "guards_code":
		if what := j.guard(text); what != "" {
			j.report(n, text, "Making a module of this program runs a guard that "+what)
		}
	case "target":
		j.target(n, text)
	default:
		return j.spec(n, text, 1)
	}
	return nil
}

// report reports an expression.
func (j *judge) report(n jsontree.Node, text, does string) {
	j.p.Report(ruleExpression, n.Span(), scanner.Detail{Message: does + ".", Evidence: []string{text}})
}

// Symbolic sizes are what sympy.srepr and str give: numbers, names, operators and calls of
// sympy's classes. Only a few of these have text as their argument; any other makes an
// expression of it.
var (
	quoted     = lazyregexp.New(`\b(Symbol|Dummy|Float|Integer|Wild)\(['"][\w.+\-]{1,80}['"]`)
	arithmetic = lazyregexp.New(`^[\w\s.,+\-*/%()<>=!&|~^]*$`)
	attribute  = lazyregexp.New(`[\w)]\s*\.\s*[A-Za-z_]|\.\s*[A-Za-z_]\w*\s*\(`)
	exponent   = lazyregexp.New(`\b(\d+)\.(\d*[eE])`)
	called     = lazyregexp.New(`\b([A-Za-z_]\w*)\s*\(`)
)

// callable are builtins that act without text or attributes.
var callable = []string{
	"breakpoint", "compile", "delattr", "eval", "exec", "exit", "getattr", "globals", "help", "input", "locals", "lambdify", "open", "preview", "quit",
	"setattr", "sympify", "vars",
}

// expression says what a symbolic size does besides arithmetic, "" where that is nothing.
func expression(text string) string {
	plain := quoted().ReplaceAllString(text, "$1(x")
	switch {
	case len(text) > pysource.MaxSize:
		return "is too long to be one"
	case strings.Contains(plain, "__"):
		return "reaches for Python's internals"
	case !arithmetic().MatchString(plain):
		return "holds text or more than arithmetic"
	case attribute().MatchString(exponent().ReplaceAllString(plain, "$1$2")):
		return "reaches for attributes"
	}
	for _, m := range called().FindAllStringSubmatch(plain, -1) {
		if slices.Contains(callable, m[1]) {
			return fmt.Sprintf("calls %q", m[1])
		}
	}
	return ""
}

// asked are methods of tensors and functions that guards call.
var asked = lazyregexp.New(`^((.*\.)?(size|stride|storage_offset|dim|ndimension|numel|item|is_contiguous|sym_\w+)|math\.\w+|builtins\.(abs|bool|float|int|isinstance|len|max|min|` +
	`round|set|str|tuple|type)|[A-Z]\w*|torch\._(check|assert)\w*)$`)

// guard says what a guard does besides asking for sizes.
func (j *judge) guard(text string) string {
	if len(text) > pysource.MaxSize || strings.Contains(text, "__") {
		return "reaches for Python's internals"
	}
	source, err := pysource.Read([]byte(text), j.p.Budget.Step)
	if err != nil {
		return "" // the budget is spent, which the walk says
	}
	if len(source.Problems) > 0 || len(source.Imports) > 0 {
		return "is no expression"
	}
	for _, c := range source.Calls {
		for _, path := range c.Paths {
			if !asked().MatchString(path) {
				return fmt.Sprintf("calls %q", scanner.Clean(path, 80))
			}
		}
		if len(c.Paths) == 0 {
			return "calls what cannot be resolved"
		}
	}
	return ""
}

// namespaces are those of the operators that PyTorch and its sister packages register.
var namespaces = []string{
	"_c10d_functional", "_c10d_functional_autograd", "_quantized", "aten", "c10d", "fbgemm", "higher_order", "inductor", "inductor_prims", "mkl", "mkldnn",
	"onednn", "prim", "prims", "profiler", "quantization", "quantized", "quantized_decomposed", "rngprims", "sparse", "symm_mem", "torchao", "torchaudio",
	"torchvision", "xnnpack",
}

// files are the operators of PyTorch that reach files.
var files = map[string]string{
	"from_file": "maps a file into a tensor, and creates or changes it where it is to be shared", "save": "writes a file",
}

// file reports an operator that reaches a file.
func (j *judge) file(n jsontree.Node, text, does string) {
	evidence := []string{text}
	for value := range n.Parent().Get("inputs").Nodes() {
		if value.Kind() == jsontree.String && value.Key().Exists() && value.Key().Is("as_string") && len(evidence) < 10 {
			evidence = append(evidence, value.Text())
		}
	}
	which := ""
	if len(evidence) > 1 {
		which = fmt.Sprintf(": %q", scanner.Clean(evidence[1], 160))
	}
	j.p.Report(modelrules.GraphFileIO, n.Span(), scanner.Detail{
		Message:  fmt.Sprintf("Running this program calls %s, which %s%s.", scanner.Clean(text, 80), does, which),
		Evidence: evidence,
	})
}

// target judges an operator: one that reaches files is reported, one that PyTorch lacks noted.
func (j *judge) target(n jsontree.Node, text string) {
	parts := strings.Split(text, ".")
	if strings.HasPrefix(text, "torch") { // the loader follows attributes from there, whatever else the first name says
		for _, part := range parts[1:] {
			if does := files[part]; does != "" {
				j.file(n, text, does)
			}
		}
	}
	if len(parts) < 4 || parts[0] != "torch" || parts[1] != "ops" || slices.Contains(namespaces, parts[2]) {
		return
	}
	if j.custom == nil {
		j.custom = map[string]scanner.Span{}
	}
	name := strings.Join(parts[2:4], ".")
	if _, known := j.custom[name]; !known && len(j.custom) < 1000 {
		j.custom[name] = n.Span()
	}
}

// finish reports the operators that PyTorch lacks, at once.
func (j *judge) finish() {
	var names []string
	for name := range j.custom {
		names = append(names, name)
	}
	if len(names) == 0 {
		return
	}
	slices.Sort(names)
	j.p.Report(modelrules.CustomCode, j.custom[names[0]], scanner.Detail{
		Message:  fmt.Sprintf("The program uses %d operators that PyTorch does not have: loading it fails unless a library registered them.", len(names)),
		Evidence: names[:min(len(names), 100)], Identity: names,
	})
}
