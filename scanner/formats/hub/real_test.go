package hub_test

import (
	"testing"

	"github.com/modelsieve/modelsieve/internal/realtest"
	"github.com/modelsieve/modelsieve/scanner/formats"
)

// TestRealRepositories scans the repository files that the real libraries write for some
// hundred families of models: nothing may be found. It does so with every analyzer.
func TestRealRepositories(t *testing.T) {
	python, dir := realtest.Python(t, "transformers", "peft", "diffusers", "sentence_transformers"), t.TempDir()
	realtest.Run(t, python, "testdata/repositories.py", dir)
	realtest.Silent(t, formats.All(), dir, 500)
}

// TestClaims has earlier releases of transformers, PEFT, sentence-transformers and
// TorchServe load repositories that make them import, fetch, call and read what is not theirs.
func TestClaims(t *testing.T) {
	realtest.Claims(t, formats.All(), "testdata/claims.py", "transformers<5.3", "peft<0.21", "sentence-transformers<5", "kernels", "torch", "ts")
}
