package executorch

import (
	"fmt"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/flatbuf"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
)

// namespaces are those of the operators that come with ExecuTorch: its kernels, those of
// its extensions, and those of the backends in its repository.
var namespaces = []string{
	"aten", "cadence", "cortex_m", "dim_order_ops", "et_copy", "et_vk", "executorch_prim", "llama", "mlx", "prim", "quantized", "quantized_decomposed",
	"torchao", "triton",
}

// computed are delegates of ExecuTorch whose data are graphs and numbers.
var computed = []string{"MLXBackend", "NativeBackend", "VulkanBackend", "XnnpackBackend"}

// compiled are those whose data are compiled for a device.
var compiled = []string{
	"AotiBackend", "ArmBackend", "CadenceExecutorchBackend", "CoreAIBackend", "CoreMLBackend", "CudaBackend", "EnnBackend", "EthosUBackend", "MPSBackend",
	"MetalBackend", "NeuropilotBackend", "NeutronBackend", "OpenvinoBackend", "QnnBackend", "TOSABackend", "TensorRTBackend", "VgfBackend",
}

// operator notes an operator that ExecuTorch does not bring.
func (f *file) operator(t flatbuf.Table) {
	if !t.Once() {
		return
	}
	name := t.Text(0, maxName)
	if namespace, _, _ := strings.Cut(name, "::"); !slices.Contains(namespaces, namespace) {
		f.needs(t.At(), name)
	}
}

// needs notes what the application has to bring.
func (f *file) needs(at int64, name string) {
	if f.told["custom "+name] || len(f.custom) >= maxTold || f.b.Err() != nil {
		return
	}
	f.told["custom "+name] = true
	if len(f.custom) == 0 {
		f.customAt = at
	}
	f.custom = append(f.custom, name)
}

// reportCustom reports all of it at once.
func (f *file) reportCustom() {
	if len(f.custom) == 0 {
		return
	}
	slices.Sort(f.custom)
	f.p.Report(modelrules.CustomCode, scanner.Span{Offset: f.customAt}, scanner.Detail{
		Message:  fmt.Sprintf("The program needs %d operators or delegates that ExecuTorch does not have.", len(f.custom)),
		Evidence: f.custom,
	})
}

// delegate judges a BackendDelegate, and hands on its data.
func (f *file) delegate(t flatbuf.Table) error {
	if !t.Once() {
		return f.b.Err()
	}
	id := t.Text(delegateID, maxName)
	switch {
	case f.b.Err() != nil:
		return f.b.Err()
	case slices.Contains(compiled, id):
		f.engine(t.At(), id)
	case !slices.Contains(computed, id):
		f.needs(t.At(), id)
	}
	data := t.Table(delegateData)
	if data.Uint(dataLocation, 1, 0) != inSegment {
		return f.b.Err()
	}
	n := data.Uint(dataIndex, 4, 0)
	f.index(data.At(), "the segment of a delegate", int64(n), len(f.segments))
	if f.b.Err() != nil || n >= uint64(len(f.segments)) {
		return f.b.Err()
	}
	at := f.segments[n]
	f.segments[n] = scanner.Span{} // delegates of several methods share one
	if at.Length == 0 {
		return nil
	}
	return f.p.Section(f.ctx, scanner.Member{Name: fmt.Sprintf("%d-%s", n, id)}, at.Offset, at.Length)
}

// engine notes a delegate whose data are compiled for a device.
func (f *file) engine(at int64, id string) {
	if f.told[id] {
		return
	}
	f.told[id] = true
	f.p.Report(modelrules.NativeEngine, scanner.Span{Offset: at}, scanner.Detail{
		Message: fmt.Sprintf("The delegate %q runs what was compiled for a device.", id), Evidence: []string{id},
	})
}

// odd reports what no exporter writes, each text once.
func (f *file) odd(at int64, text string) {
	if f.told[text] || len(f.told) >= maxTold {
		return
	}
	f.told[text] = true
	f.p.Report(modelrules.Malformed, scanner.Span{Offset: at}, scanner.Detail{
		Message:  "The ExecuTorch file contradicts itself: " + text + ". Runtimes without checks read outside of their memory.",
		Evidence: []string{text},
	})
}
