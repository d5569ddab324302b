package gguf

import (
	"context"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/cursor"
)

// A file is one that is read.
type file struct {
	ctx   context.Context
	p     *scanner.Pass
	c     *cursor.Cursor
	order binary.ByteOrder
	wide  bool // lengths and counts take eight bytes; four in version 1

	alignment uint64
	seen      map[string]bool // keys and names
	held      int64           // charged to the budget
}

func newFile(ctx context.Context, p *scanner.Pass) *file {
	return &file{ctx: ctx, p: p, c: cursor.New(p, 0, p.Size), alignment: 32, seen: map[string]bool{}}
}

// Smallest entries, in bytes: a key, a type and a byte; a name, a number of dimensions,
// a type and an offset.
const (
	minPair   = 8 + 4 + 1
	minTensor = 8 + 4 + 4 + 8
)

// read reads the whole file but the tensors. head is its first eight bytes.
func (f *file) read(head []byte) error {
	f.order = binary.LittleEndian
	if binary.LittleEndian.Uint16(head[4:]) == 0 {
		f.order = binary.BigEndian
	}
	version := f.order.Uint32(head[4:])
	switch {
	case version < 1 || version > 3:
		return scanner.Errorf(scanner.Unsupported, 4, "version %d of GGUF", version)
	case version == 1:
		f.odd(4, "version 1, which no current loader reads")
	}
	f.wide = version > 1
	f.c.MoveTo(8)
	tensors, err := f.count("tensors", minTensor)
	if err != nil {
		return err
	}
	pairs, err := f.count("keys", minPair)
	if err != nil {
		return err
	}
	for range pairs {
		if err := f.pair(); err != nil {
			return err
		}
	}
	infos, err := f.tensors(tensors)
	if err != nil {
		return err
	}
	f.p.Analysed(0, f.c.Offset())
	f.account(infos)
	return nil
}

// count reads how many entries there are, each of which takes at least so many bytes.
func (f *file) count(what string, least uint64) (uint64, error) {
	at := f.c.Offset()
	n, err := f.size()
	if err != nil {
		return 0, err
	}
	if n > uint64(f.c.Remaining())/least {
		return 0, beyond(at, "%d %s, for which %d bytes are left", n, what, f.c.Remaining())
	}
	return n, nil
}

// size reads a length or a count.
func (f *file) size() (uint64, error) {
	if f.wide {
		b, err := f.c.Bytes(8, 8)
		if err != nil {
			return 0, err
		}
		return f.order.Uint64(b), nil
	}
	return f.u32()
}

// u32 reads a number of four bytes.
func (f *file) u32() (uint64, error) {
	b, err := f.c.Bytes(4, 4)
	if err != nil {
		return 0, err
	}
	return uint64(f.order.Uint32(b)), nil
}

// text finds a string and returns where it lies.
func (f *file) text() (scanner.Span, error) {
	at := f.c.Offset()
	n, err := f.size()
	if err != nil {
		return scanner.Span{}, err
	}
	if n > uint64(f.c.Remaining()) {
		return scanner.Span{}, beyond(at, "a string of %d bytes, with %d left", n, f.c.Remaining())
	}
	span := scanner.Span{Offset: f.c.Offset(), Length: int64(n)}
	return span, f.c.Skip(int64(n))
}

// name reads a string that is a key or a name, at most limit bytes of it.
func (f *file) name(what string, limit int64) (string, error) {
	span, err := f.text()
	if err != nil {
		return "", err
	}
	if span.Length > limit {
		f.odd(span.Offset, fmt.Sprintf("a %s of %d bytes, more than %d", what, span.Length, limit))
	}
	b := make([]byte, min(span.Length, limit))
	if n, err := f.p.ReadAt(b, span.Offset); n < len(b) {
		return "", scanner.Errorf(scanner.Unreadable, span.Offset, "reading: %v", err)
	}
	name := string(b)
	if err := f.p.Budget.Hold(int64(len(name)) + 64); err != nil {
		return "", err
	}
	f.held += int64(len(name)) + 64
	if name == "" || f.seen[what+" "+name] {
		f.odd(span.Offset, fmt.Sprintf("the %s %q is empty or stands there twice", what, scanner.Clean(name, 80)))
	}
	f.seen[what+" "+name] = true
	return name, nil
}

// Types of values (gguf_type in ggml/include/gguf.h).
const (
	typeString = 8
	typeArray  = 9
)

// valueBytes are how many bytes values of fixed size take, by their type.
var valueBytes = [...]int64{1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8}

// pair reads a key and its value.
func (f *file) pair() error {
	if err := f.p.Budget.Step(1); err != nil {
		return err
	}
	key, err := f.name("key", 1<<16-1)
	if err != nil {
		return err
	}
	kind, err := f.u32()
	if err != nil {
		return err
	}
	if key == "general.alignment" && kind == 4 {
		return f.readAlignment()
	}
	return f.value(key, kind, false)
}

// readAlignment reads what offsets are multiples of.
func (f *file) readAlignment() error {
	at := f.c.Offset()
	n, err := f.u32()
	if err != nil {
		return err
	}
	if n == 0 || n&(n-1) != 0 {
		return beyond(at, "an alignment of %d, which is no power of two", n)
	}
	f.alignment = n
	return nil
}

// value reads a value, or an element of an array.
func (f *file) value(key string, kind uint64, inArray bool) error {
	at := f.c.Offset()
	switch {
	case kind == typeString:
		span, err := f.text()
		if err != nil {
			return err
		}
		return f.template(key, span)
	case kind == typeArray && !inArray:
		return f.array(key)
	case kind >= uint64(len(valueBytes)) || kind == typeArray:
		return scanner.Errorf(scanner.Malformed, at, "the key %q has a value of type %d", scanner.Clean(key, 80), kind)
	}
	return f.c.Skip(valueBytes[kind])
}

// array reads an array. Numbers are passed over at once.
func (f *file) array(key string) error {
	kind, err := f.u32()
	if err != nil {
		return err
	}
	least := uint64(8)
	if kind < uint64(len(valueBytes)) && kind != typeString {
		least = uint64(max(valueBytes[kind], 1))
	}
	n, err := f.count("elements", least)
	if err != nil {
		return err
	}
	if kind < uint64(len(valueBytes)) && valueBytes[kind] > 0 {
		return f.c.Skip(int64(n) * valueBytes[kind])
	}
	for range n {
		if err := f.p.Budget.Step(1); err != nil {
			return err
		}
		if err := f.value(key, kind, true); err != nil {
			return err
		}
	}
	return nil
}

// template hands on a string that is a program: a chat template.
func (f *file) template(key string, span scanner.Span) error {
	if key != "tokenizer.chat_template" && !strings.HasPrefix(key, "tokenizer.chat_template.") {
		return nil
	}
	return f.p.Section(f.ctx, scanner.Member{Name: key + ".jinja"}, span.Offset, span.Length)
}
