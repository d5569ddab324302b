package safetensors

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"slices"
	"strconv"

	"github.com/modelsieve/modelsieve/scanner"
)

// bitsOf is how many bits an element of a type takes (safetensors/src/tensor.rs, Dtype).
var bitsOf = map[string]uint64{
	"BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8,
	"U16": 16, "I16": 16, "F16": 16, "BF16": 16, "U32": 32, "I32": 32, "F32": 32, "U64": 64, "I64": 64, "F64": 64, "C64": 64,
	"F4": 4, "F6_E2M3": 6, "F6_E3M2": 6,
}

// A tensor is what the header says of one.
type tensor struct {
	name       string
	at         int64 // offset of its entry in the file
	begin, end uint64
}

// A header reads the JSON object in front of the tensors.
type header struct {
	p       *scanner.Pass
	d       *json.Decoder
	names   map[string]bool
	tensors []tensor
	before  map[string]bool // what was reported already
	held    int64           // charged to the budget
}

// entryBytes is what an entry is charged for, besides its name.
const entryBytes = 128

// newHeader returns a reader of the header's text.
func newHeader(p *scanner.Pass, text []byte) *header {
	h := &header{p: p, d: json.NewDecoder(bytes.NewReader(text)), names: map[string]bool{}, before: map[string]bool{}}
	h.d.UseNumber()
	return h
}

// hold charges memory until close.
func (h *header) hold(n int64) error {
	err := h.p.Budget.Hold(n)
	if err == nil {
		h.held += n
	}
	return err
}

// close gives the charged memory back.
func (h *header) close() { h.p.Budget.Release(h.held) }

// parse reads the header. An error means that it is no JSON object of the kind.
func (h *header) parse(text []byte) error {
	if !bytes.HasPrefix(text, []byte("{")) {
		h.broken(lengthBytes, "the header does not start with {")
	}
	if at := loneSurrogate(text); at >= 0 {
		h.broken(lengthBytes+int64(at), "half a character is escaped")
	}
	if err := h.object(h.entry); err != nil {
		return h.failed(err)
	}
	if rest := bytes.Trim(text[h.d.InputOffset():], " "); len(rest) > 0 {
		h.broken(h.at(), "bytes follow the header's object")
	}
	return nil
}

// failed turns an error of the JSON into one of the input.
func (h *header) failed(err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return scanner.Errorf(scanner.Malformed, h.at(), "the header is no JSON: %v", err)
	}
	return err
}

// at is the offset in the file of what is read next.
func (h *header) at() int64 { return lengthBytes + h.d.InputOffset() }

// errShape ends a header that is JSON of another kind.
func (h *header) errShape(want string) error {
	return scanner.Errorf(scanner.Malformed, h.at(), "the header has something else where %s belongs", want)
}

// object reads an object and calls value for each of its keys, to read what is
// behind it.
func (h *header) object(value func(key string) error) error {
	if t, err := h.d.Token(); err != nil || t != json.Delim('{') {
		return cmp.Or(err, h.errShape("an object"))
	}
	for h.d.More() {
		t, err := h.d.Token()
		if err != nil {
			return err
		}
		if err := h.p.Budget.Step(1); err != nil {
			return err
		}
		if err := value(t.(string)); err != nil {
			return err
		}
	}
	_, err := h.d.Token()
	return err
}

// entry reads a tensor's entry, or the metadata.
func (h *header) entry(name string) error {
	if err := h.hold(int64(len(name)) + entryBytes); err != nil {
		return err
	}
	if h.names[name] {
		h.broken(h.at(), fmt.Sprintf("the name %q stands there twice", scanner.Clean(name, 80)))
	}
	h.names[name] = true
	if name == "__metadata__" {
		return h.object(func(string) error { return h.text() })
	}
	return h.tensor(name)
}

// text reads a string.
func (h *header) text() error {
	t, err := h.d.Token()
	if err != nil {
		return err
	}
	if _, ok := t.(string); !ok {
		return h.errShape("a string")
	}
	return nil
}

// tensor reads type, shape and place of a tensor.
func (h *header) tensor(name string) error {
	t := tensor{name: name, at: h.at()}
	var dtype string
	var shape, offsets []uint64
	seen := map[string]bool{}
	err := h.object(func(key string) (err error) {
		if seen[key] {
			h.broken(t.at, fmt.Sprintf("the tensor %q has %q twice", scanner.Clean(name, 80), scanner.Clean(key, 40)))
		}
		seen[key] = true
		switch key {
		case "dtype":
			token, err := h.d.Token()
			if text, ok := token.(string); ok {
				dtype = text
				return err
			}
			return cmp.Or(err, h.errShape("a type"))
		case "shape":
			shape, err = h.numbers()
		case "data_offsets":
			offsets, err = h.numbers()
		default:
			h.broken(t.at, fmt.Sprintf("the tensor %q has a key %q", scanner.Clean(name, 80), scanner.Clean(key, 40)))
			err = h.d.Decode(new(json.RawMessage))
		}
		return err
	})
	if err != nil {
		return err
	}
	if len(offsets) != 2 || !seen["dtype"] || !seen["shape"] {
		return h.errShape("a tensor with dtype, shape and data_offsets")
	}
	t.begin, t.end = offsets[0], offsets[1]
	h.tensors = append(h.tensors, t)
	h.check(&t, dtype, shape)
	return nil
}

// maxDims is how many dimensions are read.
const maxDims = 1 << 10

// numbers reads a list of numbers that are not negative.
func (h *header) numbers() ([]uint64, error) {
	if t, err := h.d.Token(); err != nil || t != json.Delim('[') {
		return nil, cmp.Or(err, h.errShape("a list"))
	}
	var list []uint64
	for h.d.More() {
		t, err := h.d.Token()
		if err != nil {
			return nil, err
		}
		number, _ := t.(json.Number)
		n, err := strconv.ParseUint(string(number), 10, 64)
		if err != nil || len(list) == maxDims {
			return nil, h.errShape("a list of sizes")
		}
		list = append(list, n)
	}
	_, err := h.d.Token()
	return list, err
}

// check compares a tensor's size with its type and shape.
func (h *header) check(t *tensor, dtype string, shape []uint64) {
	name := scanner.Clean(t.name, 80)
	size, known := bitsOf[dtype]
	if !known {
		h.broken(t.at, fmt.Sprintf("the tensor %q has the type %q, which readers do not know", name, scanner.Clean(dtype, 40)))
		return
	}
	for _, n := range shape {
		hi, lo := bits.Mul64(size, n)
		if hi != 0 {
			h.broken(t.at, fmt.Sprintf("the shape of the tensor %q overflows", name))
			return
		}
		size = lo
	}
	if t.end < t.begin || size%8 != 0 || t.end-t.begin != size/8 {
		h.broken(t.at, fmt.Sprintf("the tensor %q takes bytes %d to %d, but its type and shape %d bits", name, t.begin, t.end, size))
	}
}

// account accounts for the tensors behind the header, at an offset in the file. They
// lie one behind the other and fill the file. Other bytes are left to the engine.
func (h *header) account(base int64) {
	slices.SortStableFunc(h.tensors, func(a, b tensor) int { return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.end, b.end)) })
	size, at := uint64(h.p.Size-base), uint64(0)
	for i := range h.tensors {
		t := &h.tensors[i]
		switch name := scanner.Clean(t.name, 80); {
		case t.end > size || t.begin > t.end:
			h.p.Gap(scanner.Truncated, scanner.Span{Offset: t.at}, "the tensor %q ends at byte %d of the data, of which there are %d", name, t.end, size)
		case t.begin < at:
			h.broken(t.at, fmt.Sprintf("the tensor %q overlaps with another", name))
		case t.begin > at:
			h.broken(t.at, fmt.Sprintf("%d bytes before the tensor %q belong to none", t.begin-at, name))
		}
		if t.begin < size && t.end > t.begin {
			h.p.Data(base+int64(t.begin), int64(min(t.end, size)-t.begin))
		}
		at = max(at, min(t.end, size))
	}
	if at < size {
		h.broken(base+int64(at), fmt.Sprintf("%d bytes follow the last tensor", size-at))
	}
}

// broken reports a rule of the format that the file breaks, each kind of breach and
// place once.
func (h *header) broken(at int64, what string) {
	if h.before[what] {
		return
	}
	h.before[what] = true
	h.p.Report(ruleMalformed, scanner.Span{Offset: at}, scanner.Detail{
		Message: "The safetensors file breaks a rule of its format: " + what + ".", Evidence: []string{what},
	})
}
