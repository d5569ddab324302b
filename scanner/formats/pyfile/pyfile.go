// Package pyfile reads the Python files that loading or serving a model runs: those of a
// model repository that configurations name (auto_map, custom_pipeline, handlers), and
// those in archives that bring their code along (TorchServe, torch.package, NeMo, MLflow).
//
// It is no linter. A file that lies beside no model is left alone. In one that a loader
// imports, or that defines a class of a model, what the import does is judged: processes,
// evaluated code, network. In another file beside a model only what is hidden counts,
// unless a configuration or a file that is imported names it.
//
// Which file a loader imports is told by its name, by what lies around it and, for the
// handlers of inference endpoints, scripts of data sets and loops of generation, by what
// it defines. Package hub says which configuration names code.
package pyfile

import (
	"context"
	"path"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
	"github.com/modelsieve/modelsieve/scanner/internal/pysource"
)

// Analyzer reads Python files of model repositories and archives.
var Analyzer = &scanner.Analyzer{
	Name: "python",
	Doc: `Python files that loading or serving a model runs

Files beside a model and inside of model archives are parsed; names are followed through
imports and aliases. What starts processes, evaluates text, opens connections or hides
such things as soon as the file is imported is reported. So are lines of such kind in lists of
paths of installed packages (.pth), which Python runs when it starts.`,
	Rules: []*scanner.Rule{ruleExec, ruleEndpoint, ruleDataset, modelrules.RemoteCode},
	Match: match,
	Run:   run,
	Watch: watch,
}

// match goes by the name. TorchScript is no Python.
func match(h *scanner.Head) scanner.Claim {
	name := strings.ToLower(h.Name())
	if _, ok := pathFile(h.Artifact); ok && !h.Leftover {
		return scanner.Maybe
	}
	if h.Leftover || path.Ext(name) != ".py" || strings.Contains(strings.ToLower(h.Member), "code/__torch__") {
		return scanner.No
	}
	return scanner.Maybe
}

func run(_ context.Context, p *scanner.Pass) error {
	if code, ok := pathFile(p.Artifact); ok {
		return runPathFile(p, code)
	}
	if p.Member != "" { // what else is in the archive is known later
		return read(p, func(f *file) error {
			p.Later(func() error { f.settle(placeOf(p)); return nil })
			return nil
		})
	}
	at := placeOf(p)
	if at == elsewhere && !mayPlay(p) {
		return scanner.Errorf(scanner.Unrecognized, 0, "a Python file that lies beside no model")
	}
	return read(p, func(f *file) error {
		if !f.settle(at) {
			return scanner.Errorf(scanner.Unrecognized, 0, "a Python file that no loader of models runs")
		}
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
	raw, err := p.Content()
	if err != nil {
		return err
	}
	source, err := pysource.Read(raw, p.Budget.Step)
	if err != nil {
		return err
	}
	if err := f(newFile(p, source)); err != nil {
		return err
	}
	p.Analysed(0, p.Size)
	return nil
}
