package arrow

import (
	"encoding/base64"
	"encoding/binary"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/cursor"
	"github.com/modelsieve/modelsieve/scanner/internal/flatbuf"
)

// parquet reads the footer of a Parquet file: its metadata, the length of them, the magic.
func (r *reader) parquet() error {
	b := make([]byte, 8)
	if n, _ := r.p.ReadAt(b, r.p.Size-8); n < len(b) {
		return scanner.Errorf(scanner.Truncated, 0, "a Parquet file of %d bytes", r.p.Size)
	}
	n := int64(binary.LittleEndian.Uint32(b))
	at := r.p.Size - 8 - n
	switch string(b[4:]) {
	case sealedMagic:
		return &scanner.Error{Reason: scanner.Encrypted, At: scanner.Span{Length: r.p.Size}, Text: "the footer of the Parquet file is encrypted"}
	case parquetMagic:
	default:
		return scanner.Errorf(scanner.Truncated, r.p.Size, "the Parquet file has no footer")
	}
	if at < 4 {
		return scanner.Errorf(scanner.Truncated, r.p.Size-8, "a footer of %d bytes in a file of %d", n, r.p.Size)
	}
	r.p.Data(0, at)
	t := &thrift{r: r, c: cursor.New(r.p, at, n)}
	if err := t.file(); err != nil {
		return err
	}
	r.p.Analysed(at, n+8)
	return r.err
}

// Types of the compact protocol (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md).
const (
	thriftStop, thriftTrue, thriftFalse, thriftByte = 0, 1, 2, 3
	thriftI16, thriftI32, thriftI64, thriftDouble   = 4, 5, 6, 7
	thriftBinary, thriftList, thriftSet             = 8, 9, 10
	thriftStruct, thriftUUID                        = 12, 13
)

// A thrift walks a structure of the compact protocol.
type thrift struct {
	r *reader
	c *cursor.Cursor
}

// file walks FileMetaData.
func (t *thrift) file() error {
	const metadata = 5
	return t.fields(0, func(id int64, kind byte) error {
		if id != metadata || kind != thriftList {
			return t.value(kind, 0)
		}
		n, element, err := t.list()
		for range n {
			if err == nil && element == thriftStruct {
				err = t.pair()
			} else if err == nil {
				err = t.value(element, 0)
			}
		}
		return err
	})
}

// pair walks a KeyValue and judges it.
func (t *thrift) pair() error {
	at := t.c.Offset()
	var key, value string
	err := t.fields(0, func(id int64, kind byte) error {
		if kind != thriftBinary {
			return t.value(kind, 0)
		}
		n, err := t.length()
		if err != nil {
			return err
		}
		b, err := t.c.Bytes(n, maxValue)
		switch id {
		case 1:
			key = string(b)
		case 2:
			value = string(b)
		}
		return err
	})
	if err != nil {
		return err
	}
	if key == "ARROW:schema" {
		return t.r.encoded(value, at)
	}
	t.r.pair(key, func() string { return value }, at)
	return nil
}

// encoded reads the schema of Arrow that Parquet keeps in base64.
func (r *reader) encoded(value string, at int64) error {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimRight(value, "\x00"))
	if err != nil {
		return scanner.Errorf(scanner.Malformed, at, "the schema of Arrow in the metadata: %v", err)
	}
	start := 8
	if streamStart(raw) == 0 {
		start = 4
	}
	if len(raw) < start {
		return scanner.Errorf(scanner.Malformed, at, "a schema of Arrow of %d bytes", len(raw))
	}
	b := flatbuf.New(strings.NewReader(string(raw[start:])), int64(len(raw)-start), r.p.Budget)
	defer b.Close()
	root := b.Root()
	r.schema(root.Table(messageHeader), at)
	if b.Err() != nil {
		return scanner.Errorf(scanner.Malformed, at, "the schema of Arrow in the metadata is broken")
	}
	return nil
}

// fields calls f with the number and type of every field of a structure, to walk its value.
func (t *thrift) fields(depth int, f func(id int64, kind byte) error) error {
	if depth > maxNesting {
		return scanner.Errorf(scanner.OverLimit, t.c.Offset(), "structures are nested more than %d deep", maxNesting)
	}
	for id := int64(0); ; {
		head, err := t.c.U8()
		if err != nil || head == thriftStop {
			return err
		}
		if err := t.r.p.Budget.Step(1); err != nil {
			return err
		}
		id += int64(head >> 4)
		if head>>4 == 0 {
			n, err := t.varint()
			if err != nil {
				return err
			}
			id = int64(n>>1) ^ -int64(n&1)
		}
		if err := f(id, head&0xf); err != nil {
			return err
		}
	}
}

// value walks a value.
func (t *thrift) value(kind byte, depth int) error {
	switch kind {
	case thriftTrue, thriftFalse:
		return nil
	case thriftByte:
		return t.c.Skip(1)
	case thriftI16, thriftI32, thriftI64:
		_, err := t.varint()
		return err
	case thriftDouble:
		return t.c.Skip(8)
	case thriftUUID:
		return t.c.Skip(16)
	case thriftBinary:
		n, err := t.length()
		if err != nil {
			return err
		}
		return t.c.Skip(n)
	case thriftList, thriftSet:
		n, element, err := t.list()
		if err != nil {
			return err
		}
		return t.elements(n, element, depth)
	case thriftStruct:
		return t.fields(depth+1, func(_ int64, kind byte) error { return t.value(kind, depth+1) })
	}
	return scanner.Errorf(scanner.Malformed, t.c.Offset(), "a value of type %d in the footer", kind)
}

// elements walks the elements of a list, where a boolean takes a byte.
func (t *thrift) elements(n int64, kind byte, depth int) error {
	if kind == thriftTrue || kind == thriftFalse {
		return t.c.Skip(n)
	}
	if depth > maxNesting {
		return scanner.Errorf(scanner.OverLimit, t.c.Offset(), "lists are nested more than %d deep", maxNesting)
	}
	for range n {
		if err := t.r.p.Budget.Step(1); err != nil {
			return err
		}
		if err := t.value(kind, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// list reads the number and type of a list's elements.
func (t *thrift) list() (int64, byte, error) {
	head, err := t.c.U8()
	if err != nil {
		return 0, 0, err
	}
	n := int64(head >> 4)
	if n == 15 {
		n, err = t.length()
	}
	if n > t.c.Remaining() {
		err = scanner.Errorf(scanner.Truncated, t.c.Offset(), "a list of %d, with %d bytes left", n, t.c.Remaining())
	}
	return n, head & 0xf, err
}

// length reads a length and compares it with what is left.
func (t *thrift) length() (int64, error) {
	at := t.c.Offset()
	n, err := t.varint()
	if err == nil && n > uint64(t.c.Remaining()) {
		err = scanner.Errorf(scanner.Truncated, at, "a length of %d, with %d bytes left", n, t.c.Remaining())
	}
	return int64(n), err
}

// varint reads a number of at most ten bytes.
func (t *thrift) varint() (uint64, error) {
	var v uint64
	for shift := 0; shift < 70; shift += 7 {
		c, err := t.c.U8()
		if err != nil {
			return 0, err
		}
		v |= uint64(c&0x7f) << shift
		if c < 0x80 {
			return v, nil
		}
	}
	return 0, scanner.Errorf(scanner.Malformed, t.c.Offset(), "a number of more than ten bytes")
}
