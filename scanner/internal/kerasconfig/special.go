package kerasconfig

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/jsontree"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
	"github.com/modelsieve/modelsieve/scanner/internal/pyliteral"
)

// special looks at the classes that do more than compute.
func (w *Walker) special(ctx context.Context, o *object, class jsontree.Node) error {
	name := class.Text()
	name = name[strings.LastIndexByte(name, '>')+1:]
	for _, config := range o.configs {
		w.vocabulary(config)
		switch name {
		case "TorchModuleWrapper":
			if err := w.torch(ctx, config); err != nil {
				return err
			}
		case "TFSMLayer":
			w.savedModel(o.node, config)
		case "KerasLayer":
			w.hub(o.node, config)
		case "TFOpLambda", "SlicingOpLambda", "ClassMethod", "InstanceMethod", "InstanceProperty":
			w.symbols(config)
		case "TensorFlowOpLayer":
			w.nodeDef(config)
		}
	}
	return nil
}

// pathKeys are the keys whose value is a path where it is a text.
var pathKeys = []string{"vocabulary", "merges"}

// vocabulary looks for terms that are in a file.
func (w *Walker) vocabulary(config jsontree.Node) {
	for _, key := range pathKeys {
		for value := range config.All(key) {
			if path := value.Text(); path != "" {
				w.report(ruleVocabulary, value, fmt.Sprintf("Building the model reads the %s from %q, a file or URL that the model names.",
					key, scanner.Clean(path, 160)), path)
			}
		}
	}
}

// torch hands on the module that a layer holds: base64, or before Keras 3.11 bytes as they
// are.
func (w *Walker) torch(ctx context.Context, config jsontree.Node) error {
	for value := range config.All("module") {
		text, plain := value.Text(), false
		if value.Kind() == jsontree.Object {
			text, plain = value.Get("config").Get("value").Text(), true
		}
		if text == "" {
			continue
		}
		w.report(ruleTorch, value, "Building the model unpickles a torch module that stands in the config, without restrictions.",
			fmt.Sprintf("a pickle in %d characters", len(text)))
		if err := w.unpickled(ctx, text, plain); err != nil {
			return err
		}
	}
	return nil
}

// unpickled hands on what torch.load is given.
func (w *Walker) unpickled(ctx context.Context, text string, plain bool) error {
	if err := w.Budget.Hold(int64(len(text))); err != nil {
		return err
	}
	defer w.Budget.Release(int64(len(text)))
	open := func() (io.Reader, error) { return strings.NewReader(text), nil }
	if !plain {
		text = pyliteral.Base64Letters(text)
		open = func() (io.Reader, error) {
			return base64.NewDecoder(base64.RawStdEncoding, strings.NewReader(text)), nil
		}
	}
	return w.Stream(ctx, scanner.Member{Name: "TorchModuleWrapper.pt"}, scanner.Span{}, open)
}

// savedModel tells what a layer loads.
func (w *Walker) savedModel(n, config jsontree.Node) {
	path := config.Get("filepath").Text()
	w.report(ruleSavedModel, n, fmt.Sprintf("Building the model loads the SavedModel at %q and takes its graph over.", scanner.Clean(path, 160)), path)
}

// hub tells what the layer of TensorFlow Hub loads.
func (w *Walker) hub(n, config jsontree.Node) {
	if handle := config.Get("handle").Text(); handle != "" && w.once("handle "+handle) {
		w.report(modelrules.CustomCode, n, fmt.Sprintf("Building the model loads the SavedModel behind %q with TensorFlow Hub.",
			scanner.Clean(handle, 160)), handle)
	}
}

// symbolKeys name a function of TensorFlow.
var symbolKeys = []string{"function", "cls_symbol"}

// symbols judges the function of TensorFlow that a layer of Keras 2 calls.
func (w *Walker) symbols(config jsontree.Node) {
	for _, key := range symbolKeys {
		for value := range config.All(key) {
			if symbol := value.Text(); acts(symbol) {
				w.report(ruleInternal, value, fmt.Sprintf("Building the model calls tf.%s with arguments from the file.", scanner.Clean(symbol, 120)), symbol)
			}
		}
	}
}

// files are parts of TensorFlow that reach files, processes or Python.
var files = []string{
	"saved_model", "gfile", "train", "profiler", "sysconfig", "load_library", "load_op_library", "py_function", "py_func",
	"numpy_function", "distribute", "estimator", "lite", "resource_loader", "flags", "app", "user_ops", "tpu", "data",
}

// acts reports whether a symbol of TensorFlow does more than compute.
func acts(symbol string) bool {
	steps := strings.Split(symbol, ".")
	for len(steps) > 1 && slices.Contains([]string{"compat", "v1", "v2"}, steps[0]) {
		steps = steps[1:]
	}
	last := steps[len(steps)-1]
	switch {
	case slices.Contains(files, steps[0]), steps[0] == "raw_ops" && OpActs(last):
		return true
	case steps[0] == "io":
		return !strings.HasPrefix(last, "decode") && !strings.HasPrefix(last, "encode") && !strings.HasPrefix(last, "parse") &&
			last != "serialize_tensor" && last != "extract_jpeg_shape" && last != "is_jpeg"
	case steps[0] == "keras":
		return len(steps) > 2 && !slices.Contains(modelling, steps[1]) && !isClass(last)
	}
	return slices.Contains([]string{"read_file", "write_file", "matching_files", "create_file_writer", "enable_dump_debug_info"}, last)
}

// opParts are parts of the names of operations that reach files, processes or Python.
var opParts = []string{"File", "Save", "Restore", "PyFunc", "Dataset", "Debug", "Rpc", "ImmutableConst", "Summary", "Checkpoint", "LoadAndRemap", "Reader", "Writer", "Compile"}

// OpActs reports whether a name is that of an operation of TensorFlow that may do more
// than compute, as far as names tell.
func OpActs(op string) bool {
	return slices.ContainsFunc(opParts, func(part string) bool { return strings.Contains(op, part) })
}

// nodeDef judges the operation that a layer of TensorFlow 2.0 to 2.3 holds as text.
func (w *Walker) nodeDef(config jsontree.Node) {
	for value := range config.All("node_def") {
		text := value.Raw()
		for _, part := range opParts {
			if strings.Contains(text, part) {
				w.report(ruleInternal, value, "Building the model adds an operation to its graph that may do more than compute.", scanner.Clean(value.Text(), 300))
				break
			}
		}
	}
}
