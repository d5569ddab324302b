package tflite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/flatbuf"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
	"github.com/modelsieve/modelsieve/scanner/internal/protowalk"
	"github.com/modelsieve/modelsieve/scanner/internal/tfops"
)

// flexPrefix is how the names of operators begin that the Flex delegate runs with the
// kernels of TensorFlow (tensorflow/lite/delegates/flex).
const flexPrefix = "Flex"

// foreign reports a custom operator, which is code outside of the model. Those of the
// delegates that come with the runtime are none.
func (m *model) foreign(c code) {
	if strings.HasPrefix(c.custom, flexPrefix) || m.told[c.custom] || len(m.told) >= maxTold {
		return
	}
	m.told[c.custom] = true
	m.p.Report(modelrules.CustomCode, scanner.Span{Offset: c.at}, scanner.Detail{
		Message:  fmt.Sprintf("The model needs the custom operator %q, which the application has to register.", scanner.Clean(c.custom, 100)),
		Evidence: []string{c.custom},
	})
}

// maxOptions is how long the options of a Flex operator may be, in bytes.
const maxOptions = 16 << 20

// flex judges an operator that the Flex delegate runs: the delegate goes by the node in
// the options, and the name in the table only chooses the delegate.
func (m *model) flex(name string, o op, options scanner.Span) error {
	kernel, ok := strings.CutPrefix(name, flexPrefix)
	if !ok {
		return nil
	}
	m.judge(kernel, o)
	if options.Length > maxOptions {
		m.p.Gap(scanner.OverLimit, options, "the options of the operator %q take more than %d bytes", scanner.Clean(name, 80), maxOptions)
		return nil
	}
	if err := m.p.Budget.Step(options.Length/64 + 1); err != nil {
		return err
	}
	if err := m.p.Budget.Hold(options.Length); err != nil {
		return err
	}
	defer m.p.Budget.Release(options.Length)
	raw := make([]byte, options.Length)
	if n, err := m.p.ReadAt(raw, options.Offset); n < len(raw) && !errors.Is(err, io.EOF) {
		return scanner.Errorf(scanner.Unreadable, options.Offset, "reading: %v", err)
	}
	return m.node(raw, options.Offset, o)
}

// node judges the node in the options of an operator: a FlexBuffer of the kernel's name
// and a NodeDef, which has the name that counts.
func (m *model) node(raw []byte, offset int64, o op) error {
	texts := flexTexts(raw)
	if len(texts) < 2 {
		m.p.Gap(scanner.Malformed, scanner.Span{Offset: offset, Length: int64(len(raw))}, "the options of a Flex operator hold no node of TensorFlow")
		return nil
	}
	m.judge(texts[0], o)
	const nodeOp = 2 // of NodeDef
	kernel := ""
	err := protowalk.New(strings.NewReader(texts[1]), int64(len(texts[1])), m.p.Budget).Each(
		scanner.Span{Length: int64(len(texts[1]))}, func(f protowalk.Field) error {
			if f.Is(nodeOp, protowalk.Bytes) {
				kernel = texts[1][f.Span.Offset:f.Span.End()]
			}
			return nil
		})
	var input *scanner.Error
	if errors.As(err, &input) {
		m.p.Gap(input.Reason, scanner.Span{Offset: offset}, "the node of a Flex operator: %s", input.Text)
		err = nil
	}
	m.judge(kernel, o)
	return err
}

// judge reports a kernel of TensorFlow that reaches beyond the model, unless whoever runs
// the graph chooses where to: training on a device saves checkpoints in this way.
func (m *model) judge(kernel string, o op) {
	known, _ := tfops.Lookup(kernel)
	what := known.Class.Does()
	if what == "" || m.told[flexPrefix+kernel] || o.given(known.Input) {
		return
	}
	m.told[flexPrefix+kernel] = true
	m.p.Report(modelrules.GraphFileIO, scanner.Span{Offset: o.at}, scanner.Detail{
		Message:  fmt.Sprintf("The model runs TensorFlow's %s, which %s, where the interpreter has the Flex delegate.", kernel, what),
		Evidence: []string{flexPrefix + kernel},
	})
}

// An op is an operator of a graph.
type op struct {
	at      int64
	inputs  flatbuf.Vector
	callers map[int64]bool // the inputs of the graph, where callers run it
}

// given reports whether an input of the operator is what a caller gives to the graph.
func (o *op) given(input int) bool {
	return input >= 0 && input < o.inputs.Len() && o.callers[o.inputs.Int(input)]
}

// Types of FlexBuffers (flatbuffers/flexbuffers.h).
const (
	flexKey, flexString, flexMap, flexVector, flexBlob = 4, 5, 9, 10, 25
)

// flexTexts returns the strings of the vector that a FlexBuffer is, up to the first
// element that is none: at most two.
func flexTexts(raw []byte) []string {
	if len(raw) < 3 {
		return nil
	}
	width, kind := int(raw[len(raw)-1]), raw[len(raw)-2]
	at := len(raw) - 2 - width
	if kind>>2 != flexVector && kind>>2 != flexMap {
		return nil
	}
	start, ok := flexFollow(raw, at, width)
	width = 1 << (kind & 3)
	n, sized := flexNumber(raw, start-width, width)
	if !ok || !sized || n > len(raw) || start+n*(width+1) > len(raw) {
		return nil
	}
	var texts []string
	for i := range min(n, 2) {
		text, ok := flexText(raw, start+i*width, width, raw[start+n*width+i])
		if !ok {
			break
		}
		texts = append(texts, text)
	}
	return texts
}

// flexText returns the string that an element of a vector refers to.
func flexText(raw []byte, at, width int, kind byte) (string, bool) {
	switch kind >> 2 {
	case flexKey, flexString, flexBlob:
	default:
		return "", false
	}
	start, ok := flexFollow(raw, at, width)
	width = 1 << (kind & 3)
	n, sized := flexNumber(raw, start-width, width)
	if !ok || !sized || n > len(raw)-start {
		return "", false
	}
	return string(raw[start : start+n]), true
}

// flexFollow returns where an offset of a FlexBuffer, which goes backwards, leads to.
func flexFollow(raw []byte, at, width int) (int, bool) {
	offset, ok := flexNumber(raw, at, width)
	return at - offset, ok && offset <= at
}

// flexNumber reads a number of 1, 2, 4 or 8 bytes that fits into an int.
func flexNumber(raw []byte, at, width int) (int, bool) {
	if width < 1 || width > 8 || width&(width-1) != 0 || at < 0 || at > len(raw)-width {
		return 0, false
	}
	var b [8]byte
	copy(b[:], raw[at:at+width])
	n := binary.LittleEndian.Uint64(b[:])
	return int(n), n <= 1<<40
}
