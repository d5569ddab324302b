// Package hub reads the JSON files that stand beside the weights in a repository of a
// model hub: configurations of transformers, diffusers, PEFT, sentence-transformers and
// TorchServe. They name classes that a loader imports, repositories that it takes code
// from, files that it opens, and they hold chat templates, which are programs.
//
// Files are told by their name, and others by keys that name code. Keys count wherever
// they stand, since loaders hand parts of a configuration on to each other; of a key that
// stands twice every value counts. What a configuration means for the weights is not
// looked at.
package hub

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/archiverules"
	"github.com/modelsieve/modelsieve/scanner/internal/calltargets"
	"github.com/modelsieve/modelsieve/scanner/internal/jsontree"
	"github.com/modelsieve/modelsieve/scanner/internal/lazyregexp"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
)

// Analyzer reads the JSON files of model repositories.
var Analyzer = &scanner.Analyzer{
	Name: "hub",
	Doc: `JSON files of model repositories: transformers, diffusers, PEFT, sentence-transformers, TorchServe

What they make a loader import, from this repository or another, is reported with the
loader and its flag. Chat templates inside are analysed as templates. JSON that is no
file of a model is left alone.`,
	Rules: []*scanner.Rule{
		ruleKernel, modelrules.RemoteCode, ruleMissingCode, ruleAdapterImport, ruleHandler,
		calltargets.Dangerous, calltargets.Unknown, modelrules.CustomCode, modelrules.TrustFlag, archiverules.Manifest,
	},
	Match: match,
	Run:   run,
	Watch: watch,
}

// watch has the Python files known that configurations name, and models of MLflow.
func watch(member string) bool {
	return strings.HasSuffix(member, ".py") || path.Base(member) == "MLmodel"
}

// names are files of repositories, with the keys of which an honest one has some.
var names = map[string][]string{
	"config.json": {
		"model_type", "architectures", "auto_map", "transformers_version", "_class_name", "_attn_implementation", "_attn_implementation_internal",
		"_experts_implementation_internal", "in_features", "word_embedding_dimension", "custom_pipelines", "sentence_transformers",
	},
	"tokenizer_config.json":             {"tokenizer_class", "chat_template", "auto_map", "model_max_length", "added_tokens_decoder", "bos_token", "pad_token"},
	"processor_config.json":             {"processor_class", "auto_map", "chat_template", "image_processor"},
	"preprocessor_config.json":          {"feature_extractor_type", "image_processor_type", "processor_class", "auto_map", "do_resize"},
	"video_preprocessor_config.json":    {"video_processor_type", "processor_class", "auto_map", "do_resize"},
	"generation_config.json":            {"transformers_version", "eos_token_id", "_from_model_config"},
	"adapter_config.json":               {"peft_type", "base_model_name_or_path", "auto_mapping"},
	"model_index.json":                  {"_class_name", "_diffusers_version"},
	"modules.json":                      {"type", "idx"},
	"chat_template.json":                {"chat_template"},
	"scheduler_config.json":             {"_class_name", "_diffusers_version"},
	"config_sentence_transformers.json": {"__version__", "prompts", "similarity_fn_name", "model_type"},
	"router_config.json":                {"types", "structure", "parameters"},
	"wordembedding_config.json":         {"tokenizer_class", "update_embeddings"},
	"manifest.json":                     {"handler", "serializedFile", "modelFile"},
}

// codeKeys are keys that name code or hold a program, in JSON of any name.
var codeKeys = append([]string{
	"auto_map", "_attn_implementation_internal", "_experts_implementation_internal", "custom_pipelines", "chat_template", "trust_remote_code",
}, calltargets.Markers...)

var codeKey = lazyregexp.New(`"(` + strings.Join(codeKeys, "|") + `)"\s*:`)

const (
	maxSearched = 1 << 20  // bytes of a file of any name that are searched for keys
	maxText     = 64 << 20 // bytes of a file that is read
)

// match takes the files of repositories by name, sure where a key of theirs stands in
// them, and other JSON with a key that names code.
func match(h *scanner.Head) scanner.Claim {
	name := strings.ToLower(h.Name())
	if h.Leftover || path.Ext(name) != ".json" || strings.HasSuffix(name, ".safetensors.index.json") {
		return scanner.No
	}
	text := searched(h)
	switch keys, known := names[name]; {
	case known && slices.ContainsFunc(keys, func(key string) bool { return strings.Contains(text, `"`+key+`"`) }):
		return scanner.Sure
	case strings.HasSuffix(name, ".index.json") && strings.Contains(text, `"weight_map"`):
		return scanner.Sure
	case codeKey().MatchString(text):
		return scanner.Sure
	case known, strings.Contains(text, `\u00`), !isText(h.Prefix):
		return scanner.Maybe
	}
	return scanner.No
}

// searched returns the text in which keys are looked for.
func searched(h *scanner.Head) string {
	if h.Size > maxSearched {
		return string(h.Prefix) + "\n" + string(h.Suffix)
	}
	raw := make([]byte, h.Size)
	n, _ := h.ReadAt(raw, 0)
	return string(raw[:n])
}

// isText reports whether a file may be in UTF-8.
func isText(prefix []byte) bool { return !slices.Contains(prefix[:min(len(prefix), 8)], 0) }

func run(ctx context.Context, p *scanner.Pass) error {
	tree, broken, err := jsontree.Whole(p, maxText)
	if err != nil {
		return err
	}
	defer tree.Close()
	r := &reader{ctx: ctx, p: p, name: strings.ToLower(p.Name())}
	if err := r.read(tree.Root()); err != nil {
		return err
	}
	r.settle()
	switch {
	case broken != nil:
		return broken
	case !r.known:
		return scanner.Errorf(scanner.Unrecognized, 0, "JSON, but no file of a model")
	}
	p.Analysed(0, p.Size)
	return nil
}
