// Package pyfile reads the Python files that loading or serving a model runs: those of a
// model repository that configurations name (auto_map, custom_pipeline, handlers), and
// those in archives that bring their code along (TorchServe, torch.package, NeMo, MLflow).
//
// It is no linter. A file that lies beside no model is left alone. In one that a loader
// imports, or that defines a class of a model, what the import does is judged: processes,
// evaluated code, network. In another file beside a model only what is hidden counts.
//
// Which file it is depends on its name and on what lies around it, not on the text of a
// configuration: a file that no configuration names today is one line away from being
// named. Package hub says which configuration names code.
package pyfile

import (
	"context"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/pysource"
)

// Analyzer reads Python files of model repositories and archives.
var Analyzer = &scanner.Analyzer{
	Name: "python",
	Doc: `Python files that loading or serving a model runs

Files beside a model and inside of model archives are parsed; names are followed through
imports and aliases. What starts processes, evaluates text, opens connections or hides
such things as soon as the file is imported is reported.`,
	Rules: []*scanner.Rule{ruleExec},
	Match: match,
	Run:   run,
	Watch: watch,
}

const cwe506 = "https://cwe.mitre.org/data/definitions/506.html"

var ruleExec = &scanner.Rule{
	ID:       "python-top-level-exec",
	Title:    "Model folder script executes commands on import",
	Severity: scanner.High,
	Why: "Loaders import this file to build the model, and with the import this runs: a process, code that is put together, or a " +
		"connection. Code that only defines a model does none of that.",
	Fix: "Do not load the model before it is clear what the file does. Move what is needed into a function that is called on purpose.",
	CWE: 506, Refs: []string{
		"https://huggingface.co/docs/transformers/main/en/models#custom-models", "https://docs.pytorch.org/docs/stable/package.html", cwe506,
	},
}

// match goes by the name. TorchScript is no Python.
func match(h *scanner.Head) scanner.Claim {
	name := strings.ToLower(h.Name())
	if h.Leftover || path.Ext(name) != ".py" || strings.Contains(strings.ToLower(h.Member), "code/__torch__") {
		return scanner.No
	}
	return scanner.Maybe
}

func run(_ context.Context, p *scanner.Pass) error {
	if p.Member == "" {
		if placeOf(p) == elsewhere {
			return scanner.Errorf(scanner.Unrecognized, 0, "a Python file that lies beside no model")
		}
		return read(p, func(f *file) error { f.report(placeOf(p)); return nil })
	}
	return read(p, func(f *file) error { // what else is in the archive is known later
		p.Later(func() error {
			if at := placeOf(p); at != elsewhere {
				f.report(at)
			}
			return nil
		})
		return nil
	})
}

// read parses the file and hands it to f.
func read(p *scanner.Pass, f func(*file) error) error {
	if p.Size > pysource.MaxSize {
		if p.Member == "" && placeOf(p) == loaded {
			p.Certain()
		}
		return scanner.Errorf(scanner.OverLimit, 0, "a Python file of %d bytes, more than %d", p.Size, pysource.MaxSize)
	}
	held := pysource.HeldPerByte * p.Size
	if err := p.Budget.Hold(held); err != nil {
		return err
	}
	defer p.Budget.Release(held)
	raw := make([]byte, p.Size)
	if n, err := p.ReadAt(raw, 0); int64(n) < p.Size && !errors.Is(err, io.EOF) {
		return scanner.Errorf(scanner.Unreadable, int64(n), "reading: %v", err)
	}
	source, err := pysource.Read(raw, p.Budget.Step)
	if err != nil {
		return err
	}
	p.Analysed(0, p.Size)
	return f(newFile(p, source))
}
