// Package msgpack reads MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md)
// as Flax saves parameters in it (flax/serialization.py): maps, arrays as an extension type.
// There is no code in it, but for arrays of objects as msgpack-numpy writes them, which are
// pickles in a value: those are handed on. All values are walked, so that what is broken, or
// stands behind them, is told.
package msgpack

import (
	"context"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/cursor"
)

// Analyzer reads MessagePack files of models.
var Analyzer = &scanner.Analyzer{
	Name:  "msgpack",
	Doc:   "Parameters of Flax and others in MessagePack (.msgpack)\n\nThe format holds no code. Arrays are passed over as data, pickles in values handed on.",
	Match: match,
	Run:   run,
}

// match goes by the name: nearly any byte may start a value. The outermost is a map.
func match(h *scanner.Head) scanner.Claim {
	if !strings.Contains(strings.ToLower(h.Name()), ".msgpack") || len(h.Prefix) == 0 {
		return scanner.No
	}
	switch c := h.Prefix[0]; {
	case c&0xf0 == 0x80, c == 0xde, c == 0xdf:
		return scanner.Maybe
	}
	return scanner.No
}

// maxNesting is how deep values may nest.
const maxNesting = 200

func run(ctx context.Context, p *scanner.Pass) error {
	r := &reader{ctx: ctx, p: p, c: cursor.NewNear(p, 0, p.Size, 4096)}
	err := r.values(1, 0)
	p.Analysed(0, r.c.Offset())
	return err
}

// A reader walks values.
type reader struct {
	ctx context.Context
	p   *scanner.Pass
	c   *cursor.Cursor
}

// values walks n values.
func (r *reader) values(n int64, depth int) error {
	if depth > maxNesting {
		return scanner.Errorf(scanner.OverLimit, r.c.Offset(), "values are nested more than %d deep", maxNesting)
	}
	if n > r.c.Remaining() { // each takes a byte
		return scanner.Errorf(scanner.Truncated, r.c.Offset(), "%d values, with %d bytes left", n, r.c.Remaining())
	}
	for range n {
		if err := r.p.Budget.Step(1); err != nil {
			return err
		}
		if err := r.value(depth); err != nil {
			return err
		}
	}
	return nil
}

// fixed are how many bytes follow a type that has no length, from 0xc0 on; -1 where it has one.
var fixed = [...]int64{
	0, -1, 0, 0, -1, -1, -1, -1, -1, -1, 4, 8, 1, 2, 4, 8, // nil, (unused), booleans, bin, ext, floats, unsigned
	1, 2, 4, 8, 2, 3, 5, 9, 17, -1, -1, -1, -1, -1, -1, -1, // signed, extensions of fixed length, str, array, map
}

// value walks one value.
func (r *reader) value(depth int) error {
	at := r.c.Offset()
	kind, err := r.c.U8()
	if err != nil {
		return err
	}
	switch {
	case kind < 0x80 || kind >= 0xe0:
		return nil
	case kind < 0x90:
		return r.values(2*int64(kind&0xf), depth+1)
	case kind < 0xa0:
		return r.values(int64(kind&0xf), depth+1)
	case kind < 0xc0:
		return r.bytes(int64(kind & 0x1f))
	case kind == 0xc1:
		return scanner.Errorf(scanner.Malformed, at, "a value of the type 0xc1, which does not exist")
	case fixed[kind-0xc0] >= 0:
		return r.c.Skip(fixed[kind-0xc0])
	}
	return r.sized(kind, depth)
}

// widths are how many bytes the lengths of types take.
var widths = map[byte]int64{
	0xc4: 1, 0xc5: 2, 0xc6: 4, 0xc7: 1, 0xc8: 2, 0xc9: 4, 0xd9: 1, 0xda: 2, 0xdb: 4, 0xdc: 2, 0xdd: 4, 0xde: 2, 0xdf: 4,
}

// sized walks a value whose length follows.
func (r *reader) sized(kind byte, depth int) error {
	b, err := r.c.Bytes(widths[kind], 4)
	if err != nil {
		return err
	}
	var wide [8]byte
	copy(wide[8-len(b):], b)
	n := int64(binary.BigEndian.Uint64(wide[:]))
	switch kind {
	case 0xc7, 0xc8, 0xc9: // an extension, with its type
		return r.c.Skip(n + 1)
	case 0xdc, 0xdd:
		return r.values(n, depth+1)
	case 0xde, 0xdf:
		return r.values(2*n, depth+1)
	}
	return r.bytes(n)
}

// minPickle is the shortest pickle that can call something, in bytes.
const minPickle = 8

// bytes passes over a string or bytes, and hands on what begins as a pickle does.
func (r *reader) bytes(n int64) error {
	at := r.c.Offset()
	if n >= minPickle {
		head, err := r.c.Bytes(2, 2)
		if err != nil {
			return err
		}
		if head[0] == 0x80 && head[1] >= 2 && head[1] <= 5 { // PROTO
			if err := r.p.Section(r.ctx, scanner.Member{Name: fmt.Sprintf("@%d", at)}, at, n); err != nil {
				return err
			}
		}
		n -= 2
	}
	return r.c.Skip(n)
}
