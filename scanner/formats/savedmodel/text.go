package savedmodel

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

// texts are the messages that stand in files as text, as far as they are looked at: what
// the walks over binary ones look at.
var texts = func() []*message {
	types := map[string]int64{"DT_FLOAT": 1, "DT_INT32": 3, "DT_STRING": typeString, "DT_INT64": 9, "DT_BOOL": 10}
	tensor := message{
		"dtype": {Number: 1, Enum: types}, "tensor_content": {Number: 4, Text: true}, "string_val": {Number: 8, Text: true},
		"tensor_shape": {Number: 2, Message: &message{"dim": {Number: 2, Message: &message{"size": {Number: 1}}}}},
	}
	value, function := message{}, message{"name": {Number: 1, Text: true}}
	attributes := message{"key": {Number: 1, Text: true}, "value": {Number: 2, Message: &value}}
	function["attr"] = &field{Number: 2, Message: &attributes}
	value["s"] = &field{Number: 2, Text: true}
	value["tensor"] = &field{Number: 8, Message: &tensor}
	value["func"] = &field{Number: 10, Message: &function}
	value["list"] = &field{Number: 1, Message: &message{
		"s": {Number: 2, Text: true}, "tensor": {Number: 8, Message: &tensor}, "func": {Number: 9, Message: &function},
	}}
	node := message{
		"name": {Number: 1, Text: true}, "op": {Number: 2, Text: true}, "input": {Number: 3, Text: true}, "attr": {Number: 5, Message: &attributes},
	}
	signature := message{"name": {Number: 1, Text: true}, "input_arg": {Number: 2, Message: &message{"name": {Number: 1, Text: true}}}}
	graph := message{
		"node": {Number: 1, Message: &node},
		"library": {Number: 2, Message: &message{"function": {Number: 1, Message: &message{
			"signature": {Number: 1, Message: &signature}, "node_def": {Number: 3, Message: &node}, "attr": {Number: 5, Message: &attributes},
		}}}},
	}
	asset := message{"tensor_info": {Number: 1, Message: &message{"name": {Number: 1, Text: true}}}, "filename": {Number: 2, Text: true}}
	meta := message{
		"graph_def": {Number: 2, Message: &graph}, "asset_file_def": {Number: 6, Message: &asset},
		"collection_def": {Number: 4, Message: &message{"key": {Number: 1, Text: true}, "value": {Number: 2, Message: &message{
			"any_list": {Number: 5, Message: &message{"value": {Number: 1, Message: &message{
				"value": {Number: 2, Text: true}, "[type.googleapis.com/tensorflow.AssetFileDef]": {Number: 2, Message: &asset},
			}}}},
		}}}},
		"object_graph_def": {Number: 7, Message: objectsText()},
	}
	return []*message{{"saved_model_schema_version": {Number: 1}, "meta_graphs": {Number: 2, Message: &meta}}, &meta, &graph}
}()

// objectsText is a SavedObjectGraph.
func objectsText() *message {
	return &message{
		"nodes": {Number: 1, Message: &message{
			"user_object": {Number: 4, Message: &message{"identifier": {Number: 1, Text: true}, "metadata": {Number: 3, Text: true}}},
			"asset":       {Number: 5, Message: &message{}},
			"constant":    {Number: 9, Message: &message{"operation": {Number: 1, Text: true}}},
		}},
		"concrete_functions": {Number: 2, Message: &message{
			"key": {Number: 1, Text: true}, "value": {Number: 2, Message: &message{"bound_inputs": {Number: 2}}},
		}},
	}
}

// textStart matches the first field of a message that is written as text.
var textStart = lazyregexp.New(`^(\s|#.*\n)*(node|library|versions|meta_info_def|graph_def|saved_model_schema_version|meta_graphs)\s*[:{<]`)

// matchText tells graphs that are written as text.
func matchText(h *scanner.Head) scanner.Claim {
	if !textStart().Match(h.Prefix) {
		return scanner.No
	}
	for i, schema := range texts {
		b, _ := prototext.Binary(h.Prefix, schema, nil) // it is cut off
		s := &shape{w: protowalk.New(bytes.NewReader(b), int64(len(b)), nil), left: shapeFields}
		if readings[i].is(s, scanner.Span{Length: int64(len(b))}) {
			return scanner.Sure
		}
	}
	if strings.HasSuffix(strings.ToLower(h.Name()), ".pbtxt") {
		return scanner.Maybe
	}
	return scanner.No
}

// isText reports whether a file is a graph that is written as text.
func isText(a *scanner.Artifact) bool {
	b := make([]byte, 4<<10)
	n, _ := a.ReadAt(b, 0)
	return textStart().Match(b[:n])
}
