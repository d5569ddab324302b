// Package torch7 reads what torch.save of Torch7, the one for Lua, writes in binary
// (https://github.com/torch/torch7/blob/master/doc/serialization.md, File.lua): values one
// in the other, each with its type in front. Tensors are passed over.
package torch7

import (
	"context"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/cursor"
)

// Analyzer reads files of Torch7.
var Analyzer = &scanner.Analyzer{
	Name: "torch7",
	Doc: `Torch7 models (.t7, .th, .net)

Functions in them are bytecode of Lua, which loading rebuilds.`,
	Rules: []*scanner.Rule{ruleBytecode},
	Match: match,
	Run:   run,
}

var ruleBytecode = &scanner.Rule{
	ID:       "lua-bytecode",
	Title:    "Torch7 file contains Lua functions",
	Severity: scanner.High,
	Why: "The file holds functions as bytecode. Loading rebuilds them with all that they refer to, and the interpreter does not verify bytecode: " +
		"crafted instructions leave it while they run.",
	Fix: "Do not load the file in Lua. Use the weights alone, converted by somebody you trust.",
	CWE: 502, Refs: []string{"https://github.com/torch/torch7/blob/master/doc/serialization.md", "https://cwe.mitre.org/data/definitions/502.html"},
}

// Types of values (File.lua).
const (
	null, number, text, table, object, boolean = 0, 1, 2, 3, 4, 5
	function, legacyFunction, recursive        = 6, 7, 8
)

// match goes by the name and by the first value: an object of a class, or a table, is how
// models start.
func match(h *scanner.Head) scanner.Claim {
	name := strings.ToLower(h.Name())
	named := strings.HasSuffix(name, ".t7") || strings.HasSuffix(name, ".th") || strings.HasSuffix(name, ".net")
	if len(h.Prefix) < 12 {
		return scanner.No
	}
	kind, index := binary.LittleEndian.Uint32(h.Prefix), binary.LittleEndian.Uint32(h.Prefix[4:])
	versioned := len(h.Prefix) > 15 && string(h.Prefix[8:14]) == "\x03\x00\x00\x00V "
	switch {
	case kind == object && index == 1 && versioned:
		return scanner.Sure
	case named && kind >= table && kind <= recursive && kind != boolean && index == 1:
		return scanner.Maybe
	}
	return scanner.No
}

func run(_ context.Context, p *scanner.Pass) error {
	r := &reader{p: p, c: cursor.New(p, 0, p.Size), seen: map[uint32]bool{}}
	defer func() { p.Budget.Release(int64(len(r.seen)) * seenBytes) }()
	err := r.value(0)
	p.Analysed(0, r.c.Offset())
	return err
}

const (
	maxDepth  = 2000
	maxText   = 256
	seenBytes = 48
)

// A reader reads values.
type reader struct {
	p         *scanner.Pass
	c         *cursor.Cursor
	seen      map[uint32]bool // objects by their number: the second time, only that stands there
	functions int
}

// value reads one value.
func (r *reader) value(depth int) error {
	at := r.c.Offset()
	if err := r.p.Budget.Step(1); err != nil {
		return err
	}
	kind, err := r.c.U32()
	if err != nil {
		return err
	}
	if depth > maxDepth {
		return scanner.Errorf(scanner.OverLimit, at, "values are nested more than %d deep", maxDepth)
	}
	switch kind {
	case null:
		return nil
	case number:
		return r.c.Skip(8)
	case boolean:
		return r.c.Skip(4)
	case text:
		_, err := r.text()
		return err
	case function:
		return r.function(at, depth)
	case table, object, legacyFunction, recursive:
		return r.numbered(kind, at, depth)
	}
	return scanner.Errorf(scanner.Malformed, at, "a value of type %d", kind)
}

// text reads a string, no more than maxText bytes of it.
func (r *reader) text() (string, error) {
	at := r.c.Offset()
	n, err := r.c.U32()
	if err != nil {
		return "", err
	}
	if int64(n) > r.c.Remaining() {
		return "", scanner.Errorf(scanner.Truncated, at, "a string of %d bytes, with %d left", n, r.c.Remaining())
	}
	b, err := r.c.Bytes(min(int64(n), maxText), maxText)
	if err == nil {
		err = r.c.Skip(int64(n) - int64(len(b)))
	}
	return string(b), err
}

// numbered reads a value that may be referred to again.
func (r *reader) numbered(kind uint32, at int64, depth int) error {
	index, err := r.c.U32()
	if err != nil || r.seen[index] {
		return err
	}
	if err := r.p.Budget.Hold(seenBytes); err != nil {
		return err
	}
	r.seen[index] = true
	switch kind {
	case table:
		return r.table(depth)
	case object:
		return r.object(depth)
	}
	return r.function(at, depth)
}

// function reads bytecode and what it refers to.
func (r *reader) function(at int64, depth int) error {
	code, err := r.text()
	if err != nil {
		return err
	}
	kind := "bytecode"
	switch {
	case strings.HasPrefix(code, "\x1bLJ"):
		kind = "bytecode of LuaJIT"
	case strings.HasPrefix(code, "\x1bLua"):
		kind = "bytecode of Lua"
	}
	if r.functions++; r.functions <= 100 {
		r.p.Report(ruleBytecode, scanner.Span{Offset: at, Length: r.c.Offset() - at}, scanner.Detail{
			Message: fmt.Sprintf("The model holds a function as %s, which torch.load rebuilds.", kind), Evidence: []string{kind}, Identity: []string{code},
		})
	}
	return r.value(depth + 1)
}

// table reads keys and values.
func (r *reader) table(depth int) error {
	n, err := r.c.U32()
	if err != nil {
		return err
	}
	for range n {
		for range 2 {
			if err := r.value(depth + 1); err != nil {
				return err
			}
		}
	}
	return nil
}

// object reads the version and class of an object, and what the class writes.
func (r *reader) object(depth int) error {
	class, err := r.text()
	if err == nil && strings.HasPrefix(class, "V ") { // older files have the class alone
		class, err = r.text()
	}
	switch {
	case err != nil:
		return err
	case strings.HasPrefix(class, "torch.") && strings.HasSuffix(class, "Tensor"):
		return r.tensor(depth)
	case strings.HasPrefix(class, "torch.") && strings.HasSuffix(class, "Storage"):
		return r.storage(class)
	}
	return r.value(depth + 1)
}

// tensor reads dimensions, sizes, strides and offset, and the storage behind them.
func (r *reader) tensor(depth int) error {
	n, err := r.c.U32()
	if err != nil {
		return err
	}
	if err := r.c.Skip(int64(n)*16 + 8); err != nil {
		return err
	}
	return r.value(depth + 1)
}

// widths are how many bytes elements take, by what stands in the name of a storage.
var widths = map[string]int64{"Byte": 1, "Char": 1, "Short": 2, "Half": 2, "Int": 4, "Float": 4, "Double": 8, "Long": 8}

// storage passes over the elements of a storage, on a processor or on a graphics card.
func (r *reader) storage(class string) error {
	at := r.c.Offset()
	n, err := r.c.U64()
	if err != nil {
		return err
	}
	element := strings.TrimPrefix(strings.TrimSuffix(strings.TrimPrefix(class, "torch."), "Storage"), "Cuda")
	width := widths[element]
	if element == "" { // torch.CudaStorage
		width = 4
	}
	if width == 0 {
		return scanner.Errorf(scanner.Unsupported, at, "a storage of the class %q", scanner.Clean(class, 80))
	}
	if n > uint64(r.c.Remaining()/width) {
		return scanner.Errorf(scanner.Truncated, at, "%d elements of %d bytes, with %d bytes left", n, width, r.c.Remaining())
	}
	r.p.Data(r.c.Offset(), int64(n)*width)
	return r.c.Skip(int64(n) * width)
}
