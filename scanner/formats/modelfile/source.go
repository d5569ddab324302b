package modelfile

import (
	"fmt"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/archiverules"
)

// registries are those that Modelfiles commonly name: Ollama's own, and hubs of models.
var registries = []string{"ollama.com", "registry.ollama.ai", "hf.co", "huggingface.co", "modelscope.cn", "www.modelscope.cn"}

// source reports where weights or an adapter come from, if not from beside the file or
// from a registry that is known.
func source(p *scanner.Pass, c command, at scanner.Span) {
	what := map[string]string{"from": "the model", "adapter": "an adapter", "draft": "a draft model"}[c.name]
	switch host, remote := registry(c.value); {
	case remote:
		p.Report(ruleRegistry, at, scanner.Detail{
			Message:  fmt.Sprintf("Creating the model asks %q for %s.", scanner.Clean(host, 80), what),
			Evidence: []string{c.value},
		})
	case outside(c.value):
		p.Report(ruleOutside, at, scanner.Detail{
			Message:  fmt.Sprintf("Creating the model takes %s from %q, outside of the folder.", what, scanner.Clean(c.value, 160)),
			Evidence: []string{c.value},
		})
	}
}

const hostLetters = "abcdefghijklmnopqrstuvwxyz0123456789-_.:[]"

// registry returns the host that a name is pulled from, where that is none of those that
// are known. A name with a host has a point or a port in what stands before its first
// slash.
func registry(value string) (host string, remote bool) {
	lower := strings.ToLower(value)
	for _, scheme := range []string{"http://", "https://"} {
		if rest, ok := strings.CutPrefix(lower, scheme); ok {
			host, _, _ = strings.Cut(rest, "/")
			return host, scheme == "http://" || !known(host)
		}
	}
	host, _, found := strings.Cut(lower, "/")
	drive := len(host) == 2 && host[1] == ':'
	if !found || drive || host == "" || host[0] == '.' || !strings.ContainsAny(host, ".:") || strings.Trim(host, hostLetters) != "" {
		return "", false
	}
	return host, !known(host) && !strings.Contains(lower, `\`) && !file(lower)
}

// file reports whether a name is one of a file, and not of a model.
func file(lower string) bool {
	for _, ending := range []string{".gguf", ".bin", ".safetensors", ".ggml", ".pth", ".pt"} {
		if strings.HasSuffix(lower, ending) {
			return true
		}
	}
	return false
}

func known(host string) bool {
	for _, registry := range registries {
		if host == registry {
			return true
		}
	}
	return false
}

// outside reports whether a path leads out of the folder of the file, on any system. A
// tilde is somebody's home.
func outside(name string) bool {
	slashed := strings.ReplaceAll(name, `\`, "/")
	drive := len(name) > 1 && name[1] == ':' && (len(slashed) == 2 || slashed[2] == '/')
	return strings.HasPrefix(slashed, "/") || strings.HasPrefix(slashed, "~") || drive || archiverules.Climbs(name)
}
