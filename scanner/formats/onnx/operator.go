package onnx

import (
	"fmt"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/archiverules"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
)

// known are the domains whose operators come with onnx, with onnxruntime or with the
// libraries that export models, and are no code of the model's author.
var known = []string{
	"", "ai.onnx.ml", "ai.onnx.training", "ai.onnx.preview", "ai.onnx.preview.training", "ai.onnx.contrib", "com.microsoft", "com.microsoft.nchwc",
	"com.microsoft.nhwc", "com.microsoft.experimental", "com.microsoft.dml", "com.microsoft.nvfp4", "com.ms.internal.nhwc",
	"org.pytorch.aten", "pkg.onnxscript.torch_lib", "pkg.onnxscript.torch_lib.common", "org.pytorch._c10d_functional",
}

// custom reports whether operators of a domain come from elsewhere.
func custom(domain string) bool {
	return !slices.Contains(known, domain) && !strings.HasPrefix(domain, "com.ms.internal")
}

// attributes reads the values of a node by their names.
type attributes func() (map[string]attribute, error)

// operator looks at what the operator of a node does, besides computing.
func (m *model) operator(n *node, values attributes) error {
	if err := m.called(n); err != nil {
		return err
	}
	switch {
	case n.key.domain == "pyop" || n.key.domain == "ai.onnx.contrib" && (n.key.op == "PyOp" || n.key.op == "PyCustomOp"):
		return m.python(n, values, "module", "class_name")
	case strings.HasPrefix(n.key.domain, "com.microsoft") && (n.key.op == "PythonOp" || n.key.op == "PythonOpGrad"):
		return m.python(n, values, "func_name", "name")
	case strings.HasPrefix(n.key.domain, "com.microsoft") && n.key.op == "EPContext":
		return m.engine(n, values)
	}
	return nil
}

// python reports an operator that runs Python code, with the attributes that say which.
func (m *model) python(n *node, read attributes, keys ...string) error {
	values, err := read()
	evidence := []string{n.key.String()}
	for _, key := range keys {
		if a := values[key]; a.text != "" {
			evidence = append(evidence, key+"="+a.text)
		}
	}
	which := "that the process registers for it"
	if len(evidence) > 1 {
		which = "that it names (" + scanner.Clean(strings.Join(evidence[1:], ", "), 160) + ")"
	}
	m.p.Report(rulePython, n.at.Whole(), scanner.Detail{
		Message:  fmt.Sprintf("Running the model runs the operator %q, which calls Python code %s.", scanner.Clean(n.key.String(), 100), which),
		Evidence: evidence,
	})
	return err
}

// engine reports a graph that was compiled for an accelerator: in the node, or in a file
// that it names.
func (m *model) engine(n *node, read attributes) error {
	values, err := read()
	mode, cache := values["embed_mode"], values["ep_cache_context"]
	_, has := values["embed_mode"]
	what := fmt.Sprintf("%d bytes in the node", cache.bytes)
	if has && mode.number == 0 {
		what = cache.text
		archiverules.ReportPath(m.p, cache.at, "The compiled graph of an EPContext node is taken from", cache.text)
	}
	if cache.bytes > 0 {
		m.p.Report(modelrules.NativeEngine, n.at.Whole(), scanner.Detail{
			Message: fmt.Sprintf("The model holds a graph that was compiled for an accelerator, which its driver loads: %s.",
				scanner.Clean(what, 160)),
			Evidence: []string{"EPContext", what},
		})
	}
	return err
}

// maxNamed is how many operators a finding lists.
const maxNamed = 20

// reportCustom reports the operators that neither the model nor a known domain has, by
// domain.
func (m *model) reportCustom() {
	ops, first := map[string][]string{}, map[string]int64{}
	for k, at := range m.all {
		if m.functions[k] != nil || !custom(k.domain) || k.domain == "pyop" {
			continue
		}
		if old, seen := first[k.domain]; !seen || at < old {
			first[k.domain] = at
		}
		ops[k.domain] = append(ops[k.domain], k.op)
	}
	for domain, names := range ops {
		slices.Sort(names)
		names = slices.Compact(names)
		m.p.Report(modelrules.CustomCode, scanner.Span{Offset: first[domain]}, scanner.Detail{
			Message: fmt.Sprintf("The model needs operators of the domain %q, which a library has to register: %s.",
				scanner.Clean(domain, 100), scanner.Clean(strings.Join(names[:min(len(names), maxNamed)], ", "), 160)),
			Evidence: append([]string{domain}, names[:min(len(names), maxNamed)]...), Identity: append([]string{domain}, names...),
		})
	}
}
