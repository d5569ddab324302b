package arrow

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/flatbuf"
	"github.com/modelsieve/modelsieve/scanner/internal/jsontree"
)

// Slots of the tables (format/Message.fbs, Schema.fbs, File.fbs).
const (
	messageKind, messageHeader, messageMetadata     = 1, 2, 4
	kindSchema                                      = 1
	schemaFields, schemaMetadata                    = 1, 2
	fieldChildren, fieldMetadata                    = 5, 6
	footerSchema, footerMetadata                    = 1, 4
	pairKey, pairValue                              = 0, 1
	maxValue                                        = 64 << 20 // bytes of metadata that are looked at
	maxKey                                          = 256
	extensionName, extensionMetadata, pickledByName = "ARROW:extension:name", "ARROW:extension:metadata", "arrow.py_extension_type"
)

// file reads an Arrow file: a stream behind the magic, and a footer with the schema again.
func (r *reader) file() error {
	const tail = 4 + len(fileMagic)
	b := make([]byte, tail)
	if _, err := r.p.ReadAt(b, max(0, r.p.Size-int64(tail))); err != nil && r.p.Size < int64(tail) {
		return scanner.Errorf(scanner.Truncated, 0, "an Arrow file of %d bytes", r.p.Size)
	}
	n := int64(binary.LittleEndian.Uint32(b))
	if string(b[4:]) != fileMagic || n > r.p.Size-int64(tail)-8 {
		return scanner.Errorf(scanner.Truncated, r.p.Size, "the Arrow file has no footer")
	}
	at := r.p.Size - int64(tail) - n
	err := r.tables(at, n, func(root flatbuf.Table) {
		r.schema(root.Table(footerSchema), at)
		r.pairs(root.Vector(footerMetadata, 4), at)
	})
	if err != nil {
		return err
	}
	return r.stream(8)
}

// stream reads the first message of a stream, which has the schema. What follows is data.
func (r *reader) stream(at int64) error {
	b := make([]byte, 8)
	if n, _ := r.p.ReadAt(b, at); n < len(b) {
		return scanner.Errorf(scanner.Truncated, at, "a message without its length")
	}
	n, start := int64(binary.LittleEndian.Uint32(b[4:])), at+8
	if binary.LittleEndian.Uint32(b) != continuation { // as before version 0.15
		n, start = int64(binary.LittleEndian.Uint32(b)), at+4
	}
	if n > r.p.Size-start {
		return scanner.Errorf(scanner.Truncated, at, "a message of %d bytes, with %d left", n, r.p.Size-start)
	}
	kind := uint64(0)
	err := r.tables(start, n, func(root flatbuf.Table) {
		if kind = root.Uint(messageKind, 1, 0); kind == kindSchema {
			r.schema(root.Table(messageHeader), start)
			r.pairs(root.Vector(messageMetadata, 4), start)
		}
	})
	if err == nil && kind != kindSchema {
		return scanner.Errorf(scanner.Malformed, start, "the first message is no schema")
	}
	r.p.Data(0, r.p.Size)
	return errors.Join(err, r.err)
}

// tables reads the FlatBuffer that takes n bytes from an offset on.
func (r *reader) tables(at, n int64, read func(flatbuf.Table)) error {
	b := flatbuf.New(io.NewSectionReader(r.p, at, n), n, r.p.Budget)
	defer b.Close()
	read(b.Root())
	r.p.Analysed(at, n)
	return b.Err()
}

// schema reads the fields of a schema and its metadata.
func (r *reader) schema(s flatbuf.Table, at int64) {
	if !s.Once() {
		return
	}
	r.pairs(s.Vector(schemaMetadata, 4), at)
	r.fields(s.Vector(schemaFields, 4), at, 0)
}

// maxNesting is how deep fields may nest.
const maxNesting = 200

// fields reads fields and those inside of them.
func (r *reader) fields(list flatbuf.Vector, at int64, depth int) {
	for i := range list.Len() {
		f := list.Table(i)
		if !f.Once() || depth > maxNesting {
			continue
		}
		r.extension(r.pairs(f.Vector(fieldMetadata, 4), at), at+f.At())
		r.fields(f.Vector(fieldChildren, 4), at, depth+1)
	}
}

// pairs reads metadata, judges them one by one and returns those of extension types.
func (r *reader) pairs(list flatbuf.Vector, at int64) map[string]string {
	found := map[string]string{}
	for i := range list.Len() {
		pair := list.Table(i)
		if !pair.Once() {
			continue
		}
		key := pair.Text(pairKey, maxKey)
		switch value := pair.Vector(pairValue, 1).Span(); {
		case key == extensionName || key == extensionMetadata:
			found[key] = r.text(pair)
		case value.Length > 0:
			r.pair(key, func() string { return r.text(pair) }, at+value.Offset)
		}
	}
	return found
}

// text returns the value of a pair.
func (r *reader) text(pair flatbuf.Table) string {
	n := min(pair.Vector(pairValue, 1).Span().Length, maxValue)
	if r.p.Budget.Step(n) != nil || // values may be shared
		r.p.Budget.Hold(n) != nil {
		r.p.Gap(scanner.OverLimit, scanner.Span{}, "metadata of %d bytes were not read", n)
		return ""
	}
	defer r.p.Budget.Release(n)
	return pair.Text(pairValue, maxValue)
}

// extension judges the extension type of a field.
func (r *reader) extension(metadata map[string]string, at int64) {
	if metadata[extensionName] != pickledByName {
		return
	}
	if !r.told[pickledByName] {
		r.told[pickledByName] = true
		r.p.Report(ruleExtension, scanner.Span{Offset: min(at, r.p.Size)}, scanner.Detail{
			Message:  "A field of the schema has an extension type that is a pickle, which pyarrow before 14.0.1 loads when it reads the file.",
			Evidence: []string{extensionName + " = " + pickledByName}, Identity: []string{pickledByName, metadata[extensionMetadata]},
		})
	}
	r.part("extension.pkl", "pickle", metadata[extensionMetadata], at)
}

// pair judges metadata of a schema by their key.
func (r *reader) pair(key string, value func() string, at int64) {
	switch key {
	case "r": // of the arrow package for R: attributes, which it unserializes (CVE-2024-52338)
		r.part("r", "", value(), at)
	case "parquet.avro.schema", "avro.schema", "parquet.avro.read.schema":
		r.avro(value(), at)
	}
}

// part hands on bytes that stand in metadata, decoded.
func (r *reader) part(name, format, content string, at int64) {
	err := r.p.Stream(r.ctx, scanner.Member{Name: name, Format: format}, scanner.Span{Offset: min(at, r.p.Size)},
		func() (io.Reader, error) { return strings.NewReader(content), nil })
	if err != nil {
		r.err = err
	}
}

// plain are the packages whose classes parquet-avro makes instances of even now.
var plain = []string{"java.lang.", "java.math.", "java.util.", "java.net.URI", "java.io.File"}

// avro judges a schema of Avro: which classes of Java it names.
func (r *reader) avro(text string, at int64) {
	tree, err := jsontree.ParseText(text, min(at, r.p.Size), r.p.Budget)
	defer func() { tree.Close() }()
	r.note(err)
	for n := range tree.Nodes() {
		key := n.Key().Text()
		if n.Kind() != jsontree.String || key != "java-class" && key != "java-key-class" && key != "java-element-class" {
			continue
		}
		name := n.Text()
		if r.told[name] || ordinary(name) {
			continue
		}
		r.told[name] = true
		r.p.Report(ruleClass, scanner.Span{Offset: min(at, r.p.Size)}, scanner.Detail{
			Message:  fmt.Sprintf("The Avro schema of the file has parquet-avro make instances of %q.", scanner.Clean(name, 120)),
			Evidence: []string{key + " = " + name},
		})
	}
}

// ordinary reports whether a class is of the packages that hold values.
func ordinary(name string) bool {
	for _, prefix := range plain {
		if strings.HasPrefix(name, prefix) && !strings.Contains(name[len(prefix):], ".") {
			return true
		}
	}
	return false
}
