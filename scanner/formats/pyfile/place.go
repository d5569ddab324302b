package pyfile

import (
	"path"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/lazyregexp"
)

// A place says what a file is to the model that it lies beside.
type place int

const (
	elsewhere place = iota // it lies beside no model
	below                  // a loader runs it where something names it
	beside                 // as below, and what is hidden counts in any case
	loaded                 // loaders import it
)

// loadedName matches the names of files that loaders import or run: those that the
// libraries write and look for.
var loadedName = lazyregexp.New(`^((modeling|modelling|configuration|tokenization|processing|image_processing|video_processing|feature_extraction|pipeline|` +
	`generation)(_.*)?|(custom_)?(handler|pipeline|generate|tokenizer|processor)|hubconf|inference|service|loader|model|config|__init__)\.py$`)

// configs are files by which a folder is known to hold a model, besides the models.
var configs = []string{
	"adapter_config.json", "generation_config.json", "mlmodel", "model_index.json", "modules.json", "preprocessor_config.json", "processor_config.json",
	"tokenizer_config.json",
}

// Records of archives that bring their code along, and of models inside of archives.
const (
	servedRecord  = "MAR-INF"              // TorchServe: the folder of its manifest
	packageRecord = ".data/extern_modules" // torch.package
	nemoRecord    = "model_config.yaml"
)

// tritonConfig lies in the folder of a model for Triton, whose versions have folders of
// their own, with the model.py of the Python backend.
const tritonConfig = "config.pbtxt"

// records are files by which an archive is known to bring code, or to hold packages.
var records = []string{"METADATA", "PKG-INFO", "MANIFEST.json", "extern_modules", nemoRecord, tritonConfig, "config.json"}

// watch has members known by which an archive is known to hold a model, or packages.
func watch(member string) bool {
	name := member[strings.LastIndexByte(member, '/')+1:]
	return strings.HasSuffix(name, ".py") || slices.Contains(records, name) || isModel(name)
}

// isModel reports whether a name is that of a model or of a file beside one.
func isModel(name string) bool {
	return scanner.ModelNamed(name) || slices.Contains(configs, strings.ToLower(name)) ||
		strings.HasSuffix(name, ".safetensors.index.json") || strings.HasSuffix(name, ".bin.index.json")
}

// hasModel reports whether one of the names is a model's or of a file beside one. Among
// installed packages, the ending of PyTorch is that of lists of paths.
func hasModel(names []string) bool {
	lists := isPackages(names)
	return slices.ContainsFunc(names, func(name string) bool { return isModel(name) && !(lists && path.Ext(name) == pathSuffix) })
}

// placeOf tells what a file is to what lies around it. Of an archive it knows all only
// when the whole file was analysed.
func placeOf(p *scanner.Pass) place {
	folders := p.Around()
	if len(folders) == 0 {
		return elsewhere
	}
	if p.Member != "" && bringsCode(p, folders) {
		return loaded
	}
	name := strings.ToLower(p.Name())
	here := folders[0].All(".")
	switch {
	case loadedName().MatchString(name) && holdsModel(&folders[0], "."), name == "model.py" && slices.Contains(folders[0].All(".."), tritonConfig):
		return loaded
	case hasModel(here):
		return beside
	case inCodeFolder(p, &folders[0]):
		return loaded
	case slices.Contains(here, "config.json"), holdsModel(&folders[0], ".."), hasModel(folders[0].All("../..")):
		return below
	}
	return elsewhere
}

// holdsModel reports whether a folder holds a model, or the configuration of one.
func holdsModel(f *scanner.Folder, dir string) bool {
	all := f.All(dir)
	return hasModel(all) || slices.Contains(all, "config.json")
}

// bringsCode reports whether the archive is one whose code its loader runs.
func bringsCode(p *scanner.Pass, folders []scanner.Folder) bool {
	own := p.Member[strings.LastIndex(p.Member, "!/")+1:]
	top, _, below := strings.Cut(strings.TrimPrefix(own, "/"), "/")
	root := folders[0]
	if below {
		root = folders[1]
	}
	return has(root, servedRecord+"/MANIFEST.json") || has(root, nemoRecord) || has(root, packageRecord) || below && has(root, top+"/"+packageRecord)
}

// has reports whether there is something at a path in a folder.
func has(f scanner.Folder, at string) bool {
	return slices.Contains(f.All(path.Dir(at)), path.Base(at))
}

// inCodeFolder reports whether this is the folder "code" or "custom_generate" of a model
// (MLflow, SageMaker, transformers).
func inCodeFolder(p *scanner.Pass, own *scanner.Folder) bool {
	switch folderOf(p.Artifact) {
	case "code":
		return slices.ContainsFunc(own.All(".."), isModel)
	case "custom_generate":
		return holdsModel(own, "..")
	}
	return false
}
