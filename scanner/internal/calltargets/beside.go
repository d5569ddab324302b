package calltargets

import (
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
)

// weightStems are what files with weights are called, up to the first dot.
var weightStems = []string{
	"model", "pytorch_model", "adapter_model", "model_weights", "weights", "checkpoint", "consolidated", "diffusion_pytorch_model", "last", "best",
	"model_final", "tf_model", "flax_model", "open_clip_pytorch_model", "model-00001-of-00002", "model-00001-of-00003", "model-00001-of-00004",
	"pytorch_model-00001-of-00002", "MLmodel", "model_config", "embedding_model", "brain", "ckpt",
}

// weightSuffixes are how such files end.
var weightSuffixes = []string{
	".bin", ".safetensors", ".ckpt", ".pt", ".pth", ".nemo", ".h5", ".msgpack", ".onnx", ".pkl", ".joblib", ".keras", ".gguf", "MLmodel", "ckpt",
}

// BesideModel reports whether an artifact lies in an archive or beside weights. It knows
// all in [scanner.Pass.Later] only.
func BesideModel(p *scanner.Pass) bool {
	if p.Member != "" {
		return true
	}
	folders := p.Around()
	if len(folders) == 0 {
		return false
	}
	return slices.ContainsFunc(weightStems, func(stem string) bool {
		return slices.ContainsFunc(folders[0].Named(".", stem), func(name string) bool {
			return slices.ContainsFunc(weightSuffixes, func(suffix string) bool { return strings.HasSuffix(name, suffix) })
		})
	})
}
