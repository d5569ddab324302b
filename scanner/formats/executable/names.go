package executable

import (
	"path"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/lazyregexp"
)

// dataSuffixes are endings of models, besides those of scanner.ModelNamed, under which no
// honest file is a program.
var dataSuffixes = []string{
	".arrow", ".bst", ".caffemodel", ".feather", ".ggml", ".litertlm", ".mlmodel", ".mojo", ".msgpack", ".onnx.data", ".orbax",
	".params", ".parquet", ".pb", ".pdiparams", ".pdmodel", ".pdopt", ".pdparams", ".pmml", ".pte", ".rda", ".rdata", ".t7", ".task",
}

// weightsName matches files that end in .bin and are called as weights are. Other .bin
// files are firmware and whatever else.
var weightsName = lazyregexp.New(`(^|[._-])(model|weights|ggml|adapter|checkpoint|tokenizer|embeddings?)([._-].*)?\.bin$`)

// modelName reports whether a file's name says that it is a model. For a script fewer
// names do: templates of scripts are ordinary, and so are tasks of build tools.
func modelName(name string, script bool) bool {
	name = strings.ToLower(path.Base(strings.ReplaceAll(name, `\`, "/")))
	switch {
	case strings.HasPrefix(name, "@"), script && strings.Contains(name, ".jinja"): // bytes that are left over have no name
		return false
	case scanner.ModelNamed(name), weightsName().MatchString(name):
		return true
	}
	return !script && slices.ContainsFunc(dataSuffixes, func(s string) bool { return strings.HasSuffix(name, s) })
}

// sourceName reports whether a name is one of source code, which may start with "#!".
func sourceName(name string) bool {
	return slices.Contains([]string{".py", ".sh", ".bash", ".r", ".jl", ".pl", ".rb", ".lua", ".js"}, strings.ToLower(path.Ext(name)))
}

// bringsCode are endings of containers that are made to bring code, which may be native.
var bringsCode = []string{".engine", ".mar", ".plan", ".pt2", ".trt"}

// container returns the rule for a program in a container whose name says that it is a
// model, or nil where no name on the way says so.
func container(a *scanner.Artifact) *scanner.Rule {
	parts := append([]string{a.Path}, strings.Split(a.Member, "!/")...)
	var rule *scanner.Rule
	for _, part := range parts[:len(parts)-1] {
		switch name := strings.ToLower(part); {
		case slices.Contains(bringsCode, path.Ext(name)):
			return ruleEmbedded
		case modelName(name, false):
			rule = ruleMasquerading
		}
	}
	return rule
}

// Members that only archives of weights have.
const (
	torchMember = "data.pkl"
	kerasMember = "model.weights.h5"
	nemoMember  = "model_weights.ckpt"
)

// marks reports whether a member says what kind its archive is of.
func marks(member string) bool {
	base := member[strings.LastIndexByte(member, '/')+1:]
	return base == torchMember || base == kerasMember || base == nemoMember
}

// weights reports whether one of the archives around a program is of weights.
func weights(folders []scanner.Folder) bool {
	for _, f := range folders {
		if f.Where != "in the archive" {
			return false // the folders on disk follow
		}
		for _, at := range []string{".", ".."} {
			for _, member := range []string{torchMember, kerasMember, nemoMember} {
				stem, _, _ := strings.Cut(member, ".")
				if slices.Contains(f.Named(at, stem), member) {
					return true
				}
			}
		}
	}
	return false
}
