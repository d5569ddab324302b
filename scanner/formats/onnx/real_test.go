package onnx_test

import (
	"testing"

	"github.com/modelsieve/modelsieve/internal/realtest"
)

// TestRealModels scans models as onnx and onnxruntime write them, and such as make
// loaders read other files.
func TestRealModels(t *testing.T) { realtest.Models(t, analyzers, "testdata/models.py", "onnx") }
