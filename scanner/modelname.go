package scanner

import (
	"path"
	"strings"

	"github.com/modelsieve/modelsieve/scanner/internal/lazyregexp"
)

// modelSuffixes are the endings by which people and loaders know a model file. An
// unclaimed, empty or broken file with one of them is a gap wherever it lies.
var modelSuffixes = []string{
	".cbm", ".ckpt", ".dill", ".gguf", ".h5", ".hdf5", ".jinja", ".joblib", ".keras", ".mar", ".nemo", ".npy", ".npz",
	".onnx", ".pickle", ".pkl", ".pt", ".pt2", ".pth", ".ptl", ".rds", ".safetensors", ".skops", ".tflite", ".ubj",
}

// compressionSuffixes may follow a model's name.
var compressionSuffixes = []string{".bz2", ".gz", ".lz4", ".lzma", ".xz", ".z", ".zst"}

// hubName matches the file names under which model hubs and libraries keep models
// whose ending alone says nothing.
var hubName = lazyregexp.New(`^(mlmodel|saved_model\.(pb|pbtxt|cpb)|(training_args|optimizer|scheduler|random_states.*)\.bin|` +
	`(.*[_-])?(pytorch|adapter|diffusion_pytorch|open_clip_pytorch|flax)_model([_.-].*)?\.(bin|msgpack))$`)

// ModelNamed reports whether a file name, its outer compression suffix removed,
// is one that a model goes by.
func ModelNamed(name string) bool {
	name = strings.ToLower(path.Base(strings.ReplaceAll(name, `\`, "/")))
	for _, s := range compressionSuffixes {
		if rest, ok := strings.CutSuffix(name, s); ok {
			name = rest
			break
		}
	}
	for _, s := range modelSuffixes {
		if strings.HasSuffix(name, s) {
			return true
		}
	}
	return (strings.Contains(name, "model") || strings.HasSuffix(name, ".bin")) && hubName().MatchString(name)
}
