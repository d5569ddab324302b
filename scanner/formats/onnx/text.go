package onnx

import (
	"bytes"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/lazyregexp"
	"github.com/modelsieve/modelsieve/scanner/internal/prototext"
	"github.com/modelsieve/modelsieve/scanner/internal/protowalk"
)

type (
	message = prototext.Message
	field   = prototext.Field
)

// modelText is a ModelProto that is written as text, as onnx.load reads it from files
// called .textproto, .prototxt and .pbtxt: what the walk over a binary one looks at.
var modelText = func() *message {
	tensor := message{
		"dims": {Number: 1}, "data_type": {Number: 2}, "name": {Number: 8, Text: true}, "raw_data": {Number: 9, Text: true},
		"external_data": {Number: 13, Message: &message{"key": {Number: 1, Text: true}, "value": {Number: 2, Text: true}}},
		"data_location": {Number: 14, Enum: map[string]int64{"EXTERNAL": 1, "DEFAULT": 0}},
	}
	sparse := message{"values": {Number: 1, Message: &tensor}, "indices": {Number: 2, Message: &tensor}, "dims": {Number: 3}}
	attribute := message{
		"name": {Number: 1, Text: true}, "i": {Number: 3}, "s": {Number: 4, Text: true}, "t": {Number: 5, Message: &tensor},
		"tensors": {Number: 10, Message: &tensor}, "sparse_tensor": {Number: 22, Message: &sparse}, "sparse_tensors": {Number: 23, Message: &sparse},
	}
	node := message{
		"op_type": {Number: 4, Text: true}, "attribute": {Number: 5, Message: &attribute}, "domain": {Number: 7, Text: true},
		"overload": {Number: 8, Text: true},
	}
	graph := message{
		"node": {Number: 1, Message: &node}, "name": {Number: 2, Text: true}, "initializer": {Number: 5, Message: &tensor},
		"sparse_initializer": {Number: 15, Message: &sparse},
	}
	attribute["g"] = &field{Number: 6, Message: &graph}
	attribute["graphs"] = &field{Number: 11, Message: &graph}
	function := message{
		"name": {Number: 1, Text: true}, "node": {Number: 7, Message: &node}, "domain": {Number: 10, Text: true},
		"attribute_proto": {Number: 11, Message: &attribute}, "overload": {Number: 13, Text: true},
	}
	return &message{
		"ir_version": {Number: 1}, "graph": {Number: 7, Message: &graph}, "functions": {Number: 25, Message: &function},
		"opset_import":  {Number: 8, Message: &message{"domain": {Number: 1, Text: true}, "version": {Number: 2}}},
		"training_info": {Number: 20, Message: &message{"initialization": {Number: 1, Message: &graph}, "algorithm": {Number: 2, Message: &graph}}},
	}
}()

// textStart matches the first field of a ModelProto that is written as text.
var textStart = lazyregexp.New(`^(\s|#.*\n)*(ir_version|producer_name|producer_version|domain|model_version|doc_string|graph|opset_import|metadata_props|` +
	`training_info|functions)\s*[:{<]`)

// matchText tells models that are written as text, by the first of them, and where that
// does not tell by the name.
func matchText(h *scanner.Head) scanner.Claim {
	if !textStart().Match(h.Prefix) {
		return scanner.No
	}
	b, _ := prototext.Binary(h.Prefix, modelText, nil) // it is cut off
	s := shape{w: protowalk.New(bytes.NewReader(b), int64(len(b)), nil), left: matchFields}
	_ = s.w.Each(scanner.Span{Length: int64(len(b))}, s.model)
	switch {
	case s.graph && s.version:
		return scanner.Sure
	case s.graph || strings.Contains(strings.ToLower(h.Name()), ".onnx"):
		return scanner.Maybe
	}
	return scanner.No
}

// isText reports whether a file is a model that is written as text.
func isText(a *scanner.Artifact) bool {
	b := make([]byte, 4<<10)
	n, _ := a.ReadAt(b, 0)
	return textStart().Match(b[:n])
}
