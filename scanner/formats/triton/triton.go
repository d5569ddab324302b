// Package triton reads the configuration of models for the Triton Inference Server,
// config.pbtxt (https://github.com/triton-inference-server/common/blob/main/protobuf/model_config.proto):
// which backend runs a model, and which libraries and files the server opens for it.
package triton

import (
	"context"
	"fmt"
	"slices"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/archiverules"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
)

// Analyzer reads configurations of Triton.
var Analyzer = &scanner.Analyzer{
	Name: "triton",
	Doc: `Model configurations of the Triton Inference Server (config.pbtxt)

Backends that run code from the model's folder, libraries of operators and paths that
leave the folder are reported.`,
	Rules: []*scanner.Rule{rulePython, modelrules.CustomCode, archiverules.Manifest},
	Match: match,
	Run:   run,
}

// marks are fields that stand in every configuration: one of them says what runs the model.
var marks = []string{"backend", "platform"}

func match(h *scanner.Head) scanner.Claim {
	if h.Name() != "config.pbtxt" {
		return scanner.No
	}
	fields := parse(string(h.Prefix))
	if h.Size > int64(len(h.Prefix)) || slices.ContainsFunc(fields, func(f field) bool { return slices.Contains(marks, f.name) }) {
		return scanner.Maybe
	}
	return scanner.No
}

// maxConfig is how long a configuration may be, in bytes.
const maxConfig = 4 << 20

func run(_ context.Context, p *scanner.Pass) error {
	if p.Size > maxConfig {
		return scanner.Errorf(scanner.OverLimit, 0, "a configuration of %d bytes, more than %d", p.Size, maxConfig)
	}
	if err := p.Budget.Hold(16 * p.Size); err != nil {
		return err
	}
	defer p.Budget.Release(16 * p.Size)
	if err := p.Budget.Step(p.Size); err != nil {
		return err
	}
	b, err := p.Content()
	if err != nil {
		return err
	}
	fields := parse(string(b))
	if !slices.ContainsFunc(fields, func(f field) bool { return slices.Contains(marks, f.name) }) {
		return scanner.Errorf(scanner.Unrecognized, 0, "no configuration of a model")
	}
	judge(p, fields)
	p.Analysed(0, p.Size)
	return nil
}

// builtin are the backends that come with the server and run no code of the model's folder.
var builtin = []string{
	"onnxruntime", "tensorrt", "tensorflow", "pytorch", "openvino", "dali", "fil", "identity", "repeat", "square", "ensemble", "tensorrtllm", "vllm",
}

// judge reports what a configuration has the server run and open. Environments and
// libraries are installed anywhere on honest servers; models are not.
func judge(p *scanner.Pass, fields []field) {
	key := "" // of the parameter that the next value belongs to
	for _, f := range fields {
		at := scanner.Span{Offset: f.at}
		switch {
		case f.name == "backend" && f.value == "python":
			python(p, at, "The server runs the Python file of the model's folder (model.py).", f.value)
		case f.name == "backend" && f.value != "" && !slices.Contains(builtin, f.value):
			custom(p, at, fmt.Sprintf("The server loads the library of the backend %q, which may lie in the model's folder.", scanner.Clean(f.value, 80)), f.value)
		case f.name == "key":
			key = f.value
		case f.name == "op_library_filename":
			custom(p, at, fmt.Sprintf("The server loads the library %q for the model.", scanner.Clean(f.value, 100)), f.value)
		case f.name == "string_value" && key == "EXECUTION_ENV_PATH":
			python(p, at, fmt.Sprintf("The server unpacks the environment %q and runs the model's code in it.", scanner.Clean(f.value, 100)), f.value)
		case f.name == "default_model_filename" || f.name == "model_filename":
			archiverules.ReportPath(p, at, "The configuration has the server open", f.value)
		}
	}
}

// python reports Python that the server runs.
func python(p *scanner.Pass, at scanner.Span, text, evidence string) {
	p.Report(rulePython, at, scanner.Detail{Message: text, Evidence: []string{evidence}})
}

// custom reports code from outside of the file.
func custom(p *scanner.Pass, at scanner.Span, text, evidence string) {
	p.Report(modelrules.CustomCode, at, scanner.Detail{Message: text, Evidence: []string{evidence}})
}
