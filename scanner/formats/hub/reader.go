package hub

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/archiverules"
	"github.com/modelsieve/modelsieve/scanner/internal/calltargets"
	"github.com/modelsieve/modelsieve/scanner/internal/conftree"
	"github.com/modelsieve/modelsieve/scanner/internal/jsontree"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
)

// A reader goes through one file.
type reader struct {
	ctx   context.Context
	p     *scanner.Pass
	name  string      // of the file, in lower case
	known bool        // something of a model is in it
	refs  []reference // classes whose code a repository holds
}

// read looks at every key of the file.
func (r *reader) read(root jsontree.Node) error {
	objects := false // that are built from paths
	for n := range root.Nodes() {
		if err := r.p.Budget.Step(1); err != nil {
			return err
		}
		key := n.Key()
		if !key.Exists() {
			continue
		}
		name := key.Text()
		objects = objects || slices.Contains(calltargets.Markers, name) || name == "target"
		r.known = r.known || slices.Contains(names[r.name], name) || slices.Contains(codeKeys, name)
		if err := r.member(name, n); err != nil {
			return err
		}
	}
	r.lists(root)
	if !objects {
		return nil
	}
	return r.objects(root)
}

// objects reports on callables that the file names by path, as Hydra's configurations do.
func (r *reader) objects(root jsontree.Node) error {
	const cost = 200 // bytes, about, a node
	count := int64(0)
	for range root.Nodes() {
		count += cost
	}
	if err := r.p.Budget.Hold(count); err != nil {
		return err
	}
	defer r.p.Budget.Release(count)
	found, err := calltargets.Report(r.p, conftree.FromJSON(root))
	r.known = r.known || found
	return err
}

// member looks at one member of an object.
func (r *reader) member(key string, n jsontree.Node) error {
	switch key {
	case "auto_map", "custom_pipelines":
		r.references(key, n)
	case "_attn_implementation_internal", "_experts_implementation_internal", "_attn_implementation", "attn_implementation", "experts_implementation",
		"_experts_implementation":
		r.kernel(key, n)
	case "trust_remote_code":
		if n.True() {
			r.known = true
			modelrules.ReportTrust(r.p, n.Span())
		}
	case "chat_template":
		return r.templates(n)
	case "auto_mapping":
		r.adapter(n)
	case "megatron_core":
		r.megatron(n)
	case "weight_map":
		r.weights(n)
	case "activation_function", "activation_fn", "sbert_ce_default_activation_function", "tokenizer_class":
		r.class(n, "sentence-transformers")
	case "types":
		if !n.Parent().Get("structure").Exists() {
			break // any schema has types
		}
		for _, value := range n.Members() {
			r.class(value, "the Router of sentence-transformers")
		}
	case "handler":
		r.handler(n)
	case "serializedFile", "modelFile", "requirementsFile", "configFile", "extraFiles":
		r.manifest(n)
	}
	return nil
}

// lists looks at the two files whose classes stand in places and not under keys.
func (r *reader) lists(root jsontree.Node) {
	switch r.name {
	case "modules.json":
		for _, module := range root.Items() {
			for value := range module.All("type") {
				r.class(value, "SentenceTransformer")
			}
			for value := range module.All("path") {
				archiverules.ReportPath(r.p, value.Span(), "modules.json takes a part of the model from", value.Text())
			}
		}
	case "model_index.json":
		r.pipeline(root)
	}
}

// kernel reports a kernel that is fetched from a hub. Words like "sdpa" name one that is
// built in.
func (r *reader) kernel(key string, n jsontree.Node) {
	for value := range n.Nodes() {
		text := value.Text()
		if value.Kind() != jsontree.String || !strings.Contains(text, "/") {
			continue
		}
		r.known = true
		r.p.Report(ruleKernel, value.Span(), scanner.Detail{
			Message: fmt.Sprintf("Loading the model with transformers from August 2025 to before 5.3.0 fetches the kernel %q and runs its code, "+
				"without trust_remote_code (%q).", scanner.Clean(text, 120), key),
			Evidence: []string{key, text}, Name: text, Use: scanner.UseImport,
		})
	}
}

// adapter reports a library that PEFT imports to find the class of the base model.
func (r *reader) adapter(n jsontree.Node) {
	for library := range n.All("parent_library") {
		name := library.Text()
		root, _, _ := strings.Cut(name, ".")
		if library.Kind() != jsontree.String || slices.Contains(adapterLibraries, root) && !harmful(name, n.Get("base_model_class").Text()) {
			continue
		}
		r.adapterImport(library, name, "the library of the base model")
	}
}

// harmful reports whether a class of a library is known to be dangerous.
func harmful(library, class string) bool {
	return calltargets.Judge(library+"."+class).Verdict == calltargets.Harmful
}

// adapterLibraries are the libraries whose models PEFT adapts, as its own list has them
// (peft/auto.py).
var adapterLibraries = []string{"diffusers", "peft", "sentence_transformers", "timm", "torch", "torchvision", "transformers", "trl"}

// megatron reports a module that PEFT imports in the place of megatron.core.
func (r *reader) megatron(n jsontree.Node) {
	config := n.Parent().Get("megatron_config")
	if n.Kind() == jsontree.String && n.Text() != "megatron.core" && config.Exists() && config.Kind() != jsontree.Null {
		r.adapterImport(n, n.Text(), "the place of megatron.core")
	}
}

// adapterImport reports an import by PEFT.
func (r *reader) adapterImport(at jsontree.Node, name, as string) {
	r.known = true
	r.p.Report(ruleAdapterImport, at.Span(), scanner.Detail{
		Message: fmt.Sprintf("Loading this adapter imports %q as %s: PEFT before 0.21 without any check, later ones only from a list.",
			scanner.Clean(name, 160), as),
		Evidence: []string{name}, Name: name, Use: scanner.UseImport,
	})
}

// weights reports files with weights that lie elsewhere.
func (r *reader) weights(n jsontree.Node) {
	var seen []string
	for _, file := range n.Members() {
		name := file.Text()
		if file.Kind() != jsontree.String || len(seen) > 0 && seen[len(seen)-1] == name {
			continue
		}
		seen = append(seen[:0], name)
		r.known = true
		archiverules.ReportPath(r.p, file.Span(), "The index takes tensors from", name)
	}
}

// class judges a class that sentence-transformers imports by its path. A word without a
// point is none.
func (r *reader) class(n jsontree.Node, loader string) {
	text := n.Text()
	switch {
	case n.Kind() != jsontree.String || !strings.Contains(text, "."):
		return
	case strings.Contains(text, "--"):
		r.reference(n, text, loader)
		return
	}
	j := calltargets.Judge(text)
	switch j.Verdict {
	case calltargets.Harmful:
		r.known = true
		r.p.Report(calltargets.Dangerous, n.Span(), scanner.Detail{
			Message:  fmt.Sprintf("Loading the model with %s imports and calls %q, which %s.", loader, scanner.Clean(j.Path, 160), j.Does),
			Evidence: []string{text, j.Path}, Name: j.Path, Use: scanner.UseCall,
		})
	case calltargets.Foreign:
		r.reference(n, text, loader)
	case calltargets.Inert, calltargets.Expected:
	}
}

// templates hands chat templates on: one, or several by name.
func (r *reader) templates(n jsontree.Node) error {
	switch n.Kind() {
	case jsontree.String:
		return r.template(n, "chat_template")
	case jsontree.Array:
		for i, item := range n.Items() {
			for text := range item.All("template") {
				if err := r.template(text, fmt.Sprintf("chat_template[%d]", i)); err != nil {
					return err
				}
			}
		}
	case jsontree.Object:
		for key, text := range n.Members() {
			if err := r.template(text, "chat_template."+key.Text()); err != nil {
				return err
			}
		}
	case jsontree.Null, jsontree.Bool, jsontree.Number, jsontree.Missing:
	}
	return nil
}

// template hands one template on.
func (r *reader) template(n jsontree.Node, name string) error {
	if n.Kind() != jsontree.String {
		return nil
	}
	r.known = true
	text := []byte(n.Text())
	return r.p.Stream(r.ctx, scanner.Member{Name: name + ".jinja", Format: "jinja"}, n.Span(), func() (io.Reader, error) {
		return bytes.NewReader(text), nil
	})
}

// handler reports the Python file that a TorchServe archive runs. Words without an ending
// are handlers of its own (ts/torch_handler).
func (r *reader) handler(n jsontree.Node) {
	if r.name != "manifest.json" || n.Kind() != jsontree.String {
		return
	}
	r.known = true
	file, _, _ := strings.Cut(n.Text(), ":")
	archiverules.ReportPath(r.p, n.Span(), "The manifest takes its handler from", file)
	if path.Ext(file) == "" && slices.Contains(builtinHandlers, file) {
		return
	}
	r.p.Report(ruleHandler, n.Span(), scanner.Detail{
		Message:  fmt.Sprintf("TorchServe runs the handler %q from the archive on every worker.", scanner.Clean(n.Text(), 160)),
		Evidence: []string{n.Text()}, Name: n.Text(), Use: scanner.UseImport,
	})
}

var builtinHandlers = []string{"base_handler", "image_classifier", "image_segmenter", "object_detector", "text_classifier", "text_handler", "vision_handler"}

// manifest reports files of a TorchServe archive that lie outside of it.
func (r *reader) manifest(n jsontree.Node) {
	if r.name != "manifest.json" {
		return
	}
	for value := range n.Nodes() {
		if value.Kind() != jsontree.String {
			continue
		}
		r.known = true
		for file := range strings.SplitSeq(value.Text(), ",") {
			archiverules.ReportPath(r.p, value.Span(), "The manifest takes a file of the model from", strings.TrimSpace(file))
		}
	}
}
