package hub

import (
	"fmt"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/archiverules"
	"github.com/modelsieve/modelsieve/scanner/internal/calltargets"
	"github.com/modelsieve/modelsieve/scanner/internal/jsontree"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
)

// A reference names a class whose code lies in a repository: "modeling_x.Model" in this
// one, "user/name--modeling_x.Model" in another.
type reference struct {
	text   string
	repo   string // "" for this one
	file   string // of Python: "modeling_x.py"
	loader string
	at     scanner.Span
}

// references collects what an auto_map names: texts, and lists of them with nulls.
func (r *reader) references(key string, n jsontree.Node) {
	loader := "transformers"
	for value := range n.Nodes() {
		under := value.Key()
		if key == "custom_pipelines" && (!under.Exists() || !under.Is("impl")) {
			continue
		}
		if value.Kind() == jsontree.String && value.Text() != "" {
			r.reference(value, value.Text(), loader)
		}
	}
}

// reference notes a class by where its code lies.
func (r *reader) reference(n jsontree.Node, text, loader string) {
	r.known = true
	repo, class, other := strings.Cut(text, "--")
	if !other {
		repo, class = "", text
	}
	module := class
	if i := strings.LastIndexByte(class, '.'); i > 0 {
		module = class[:i]
	}
	file := strings.ReplaceAll(module, ".", "/") + ".py"
	if strings.ContainsAny(module, `/\`) || strings.Contains(module, "..") {
		file = module + ".py"
		archiverules.ReportPath(r.p, n.Span(), "The configuration takes code from", file)
	}
	if !other {
		r.p.Names(file)
	}
	r.refs = append(r.refs, reference{text, repo, file, loader, n.Span()})
}

// pipeline looks at the parts of a diffusion pipeline: each is a library and a class in it.
func (r *reader) pipeline(root jsontree.Node) {
	for key, value := range root.Members() {
		if value.Kind() != jsontree.Array {
			continue
		}
		var pair []jsontree.Node
		for _, item := range value.Items() {
			pair = append(pair, item)
		}
		if len(pair) != 2 || pair[0].Kind() != jsontree.String || pair[1].Kind() != jsontree.String {
			continue
		}
		r.component(key.Text(), pair[0], pair[1])
	}
}

// component judges a part of a pipeline.
func (r *reader) component(part string, library, class jsontree.Node) {
	name := library.Text() + "." + class.Text()
	j := calltargets.Judge(name)
	switch {
	case part == "_class_name":
		r.reference(library, name, "DiffusionPipeline")
	case j.Verdict == calltargets.Harmful:
		r.harm(library, j)
	case j.Verdict == calltargets.Expected, j.Verdict == calltargets.Inert, slices.Contains(pipelineModules, library.Text()), strings.HasPrefix(library.Text(), "pipelines."):
	default:
		r.known = true
		file := part + "/" + library.Text() + ".py"
		archiverules.ReportPath(r.p, library.Span(), "The configuration takes code from", file)
		r.p.Names(file)
		r.refs = append(r.refs, reference{name, "", file, "DiffusionPipeline", library.Span()})
	}
}

// harm reports a part of a pipeline that is known to be dangerous.
func (r *reader) harm(at jsontree.Node, j calltargets.Judgement) {
	r.known = true
	r.p.Report(calltargets.Dangerous, at.Span(), scanner.Detail{
		Message:  fmt.Sprintf("Loading the pipeline with diffusers imports %q, which %s.", scanner.Clean(j.Path, 160), j.Does),
		Evidence: []string{j.Path}, Name: j.Path, Use: scanner.UseImport,
	})
}

// settle reports the references when it is known which files lie beside the configuration:
// one finding for the code of this repository, and one for each other repository.
func (r *reader) settle() {
	if len(r.refs) == 0 {
		return
	}
	refs, p := r.refs, r.p
	p.Later(func() error {
		folders := p.Around()
		var here, missing []reference
		others := map[string][]reference{}
		for _, ref := range refs {
			if err := p.Budget.Step(1); err != nil {
				return err
			}
			switch {
			case ref.repo != "":
				others[ref.repo] = append(others[ref.repo], ref)
			case present(folders, ref.file):
				here = append(here, ref)
			default:
				missing = append(missing, ref)
			}
		}
		flag := flagOf(folders)
		reportOthers(p, others, flag)
		reportHere(p, modelrules.RemoteCode, here, flag+" runs %s from this repository")
		reportHere(p, ruleMissingCode, missing, flag+" needs %s, which is not here, for its classes")
		return nil
	})
}

// present reports whether a file lies in the innermost folder.
func present(folders []scanner.Folder, file string) bool {
	if len(folders) == 0 {
		return false
	}
	dir, name := ".", file
	if i := strings.LastIndexByte(file, '/'); i >= 0 {
		dir, name = file[:i], file[i+1:]
	}
	stem, _, _ := strings.Cut(name, ".")
	return slices.Contains(folders[0].Named(dir, stem), name)
}

// flagOf says what makes a loader run the code. In a model of MLflow, nobody has to: it
// sets the flag for classes that transformers does not have (mlflow/transformers/model_io.py).
func flagOf(folders []scanner.Folder) string {
	for _, dir := range []string{".", "..", "../.."} {
		if len(folders) > 0 && slices.Contains(folders[0].Named(dir, "MLmodel"), "MLmodel") {
			return "trust_remote_code, which MLflow sets by itself,"
		}
	}
	return "trust_remote_code"
}

// reportOthers reports code from other repositories.
func reportOthers(p *scanner.Pass, others map[string][]reference, flag string) {
	for _, repo := range sortedKeys(others) {
		refs := others[repo]
		p.Report(modelrules.RemoteCode, refs[0].at, scanner.Detail{
			Message: fmt.Sprintf("Loading the model with %s and %s runs Python from another repository, %q; vLLM before 0.14.0 does so "+
				"without the flag.", refs[0].loader, flag, scanner.Clean(repo, 120)),
			Evidence: texts(refs),
		})
	}
}

// reportHere reports code of this repository, all of it in one finding.
func reportHere(p *scanner.Pass, rule *scanner.Rule, refs []reference, does string) {
	if len(refs) == 0 {
		return
	}
	var files []string
	for _, ref := range refs {
		files = append(files, fmt.Sprintf("%q", scanner.Clean(ref.file, 80)))
	}
	slices.Sort(files)
	files = slices.Compact(files)
	if len(files) > 4 {
		files = append(files[:4], "more")
	}
	p.Report(rule, refs[0].at, scanner.Detail{
		Message:  fmt.Sprintf("Loading the model with %s and %s.", refs[0].loader, fmt.Sprintf(does, strings.Join(files, ", "))),
		Evidence: texts(refs),
	})
}

// texts returns references as they stand in the file, each once.
func texts(refs []reference) []string {
	var all []string
	for _, ref := range refs {
		all = append(all, ref.text)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func sortedKeys(m map[string][]reference) []string {
	var keys []string
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
