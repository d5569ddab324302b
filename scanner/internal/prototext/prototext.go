// Package prototext turns protobuf messages that are written as text into their binary
// form, as far as a schema goes, so that what walks the one walks the other
// (https://protobuf.dev/reference/protobuf/textformat-spec/).
package prototext

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"strconv"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/cursor"
)

// A Message is the fields of a message that are kept, by their names. Others are
// parsed and dropped. An extension, or the content of an Any, goes by its name in
// brackets.
type Message map[string]*Field

// A Field is a field that is kept: a message, a text, or a number.
type Field struct {
	Number  int32
	Message *Message         // of a message; nil: it is none
	Text    bool             // a string, or bytes
	Enum    map[string]int64 // of a number: names that stand for one
}

// maxDepth is how deep messages may nest; decoders stop at 100.
const maxDepth = 128

// maxText is how long a text may be that is read, in bytes.
const maxText = 256 << 20

// Stream hands on what a text means, as a member that the analyzer named format reads.
// Of the schemas, the first counts of which the text has a field.
func Stream(ctx context.Context, p *scanner.Pass, format string, schemas ...*Message) error {
	if p.Size > maxText {
		return scanner.Errorf(scanner.OverLimit, 0, "a text of %d bytes, more than the %d that are read", p.Size, maxText)
	}
	if err := p.Budget.Hold(2 * p.Size); err != nil {
		return err
	}
	defer p.Budget.Release(2 * p.Size)
	at := scanner.Span{Length: p.Size}
	return p.Stream(ctx, scanner.Member{Name: "as binary", Format: format}, at, func() (io.Reader, error) {
		text, err := cursor.New(p, 0, p.Size).Bytes(p.Size, maxText)
		if err != nil {
			return nil, err
		}
		var out []byte
		for _, schema := range schemas {
			if out, err = Binary(text, schema, p.Budget); len(out) > 0 {
				break
			}
		}
		return io.MultiReader(bytes.NewReader(out), failing{err}), nil
	})
}

// failing is the end of a reader, and the error there.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	return 0, io.EOF
}

// Binary returns the binary form of a text. Where the text is broken, it is the form of
// what stands before, and the error says where, as an offset in the text. A nil budget is
// one without limits, for short texts. The form may be
// longer than the text where that has many negative numbers, by up to six times.
func Binary(text []byte, schema *Message, budget *scanner.Budget) ([]byte, error) {
	p := parser{lexer: lexer{text: text}, budget: budget}
	p.next()
	out, err := p.fields(nil, schema, "")
	if err == nil && p.err != nil {
		err = p.err
	}
	return out, err
}

// A parser turns tokens into bytes.
type parser struct {
	lexer
	budget *scanner.Budget
	depth  int
}

// step spends the budget.
func (p *parser) step() error {
	if p.budget == nil {
		return nil
	}
	return p.budget.Step(1)
}

// fail makes an error at the token.
func (p *parser) fail(format string, args ...any) error {
	if p.err != nil {
		return p.err
	}
	return scanner.Errorf(scanner.Malformed, int64(p.at), format, args...)
}

// fields parses fields up to the token that ends the message; "" is the end of the text.
func (p *parser) fields(out []byte, schema *Message, end string) ([]byte, error) {
	if p.depth++; p.depth > maxDepth {
		return out, p.fail("messages are nested more than %d deep", maxDepth)
	}
	defer func() { p.depth-- }()
	for p.token != end || p.kind == quoted {
		if p.kind == nothing {
			return out, scanner.Errorf(scanner.Truncated, int64(p.at), "the text ends within a message")
		}
		if err := p.step(); err != nil {
			return out, err
		}
		var err error
		if out, err = p.field(out, schema); err != nil {
			return out, err
		}
		for p.kind == symbol && (p.token == ";" || p.token == ",") {
			p.next()
		}
	}
	p.next()
	return out, p.err
}

// field parses a field: its name, and one value or a list of some.
func (p *parser) field(out []byte, schema *Message) ([]byte, error) {
	name, err := p.name()
	if err != nil {
		return out, err
	}
	var f *Field
	if schema != nil {
		f = (*schema)[name]
	}
	if p.is(":") {
		p.next()
	}
	if !p.is("[") {
		return p.value(out, f)
	}
	for p.next(); !p.is("]"); {
		if err := p.step(); err != nil {
			return out, err
		}
		if out, err = p.value(out, f); err != nil {
			return out, err
		}
		if p.is(",") {
			p.next()
		}
	}
	p.next()
	return out, p.err
}

// name parses the name of a field.
func (p *parser) name() (string, error) {
	if p.kind == word {
		name := p.token
		p.next()
		return name, nil
	}
	if !p.is("[") {
		return "", p.fail("no field starts with %q", scanner.Clean(p.token, 20))
	}
	var name strings.Builder
	for ; !p.is("]"); p.next() {
		if p.kind == nothing || p.kind == quoted {
			return "", p.fail("the name of an extension does not end")
		}
		name.WriteString(p.token)
	}
	p.next()
	return name.String() + "]", nil
}

// value parses a value of a field, which is dropped where f is nil.
func (p *parser) value(out []byte, f *Field) ([]byte, error) {
	switch {
	case p.is("{"), p.is("<"):
		return p.message(out, f)
	case p.kind == quoted:
		text := p.strings()
		if f != nil && f.Text {
			out = appendBytes(out, f.Number, text)
		}
		return out, p.err
	case p.kind == word, p.is("-"):
		return p.scalar(out, f)
	}
	return out, p.fail("%q stands where a value should", scanner.Clean(p.token, 20))
}

// message parses a message.
func (p *parser) message(out []byte, f *Field) ([]byte, error) {
	end := "}"
	if p.token == "<" {
		end = ">"
	}
	p.next()
	var schema *Message
	if f != nil {
		schema = f.Message
	}
	inner, err := p.fields(nil, schema, end)
	if f != nil && f.Message != nil {
		out = appendBytes(out, f.Number, inner)
	}
	return out, err
}

// appendBytes appends a field that has a length.
func appendBytes(out []byte, number int32, content []byte) []byte {
	out = binary.AppendUvarint(out, uint64(number)<<3|2)
	return append(binary.AppendUvarint(out, uint64(len(content))), content...)
}

// strings parses literals that stand side by side: one string.
func (p *parser) strings() []byte {
	var text []byte
	for p.kind == quoted && p.err == nil {
		text = append(text, p.token...)
		p.next()
	}
	return text
}

// scalar parses a number, or a name that stands for one.
func (p *parser) scalar(out []byte, f *Field) ([]byte, error) {
	sign := ""
	if p.is("-") {
		sign = "-"
		p.next()
	}
	token := p.token
	p.next()
	if f == nil || f.Text || f.Message != nil {
		return out, p.err
	}
	v, err := number(sign+token, f)
	if err != nil {
		return out, p.err // a float, or a name that is not kept
	}
	return binary.AppendUvarint(binary.AppendUvarint(out, uint64(f.Number)<<3), v), p.err
}

// number reads a number, in any of the notations of C.
func number(token string, f *Field) (uint64, error) {
	if v, ok := f.Enum[token]; ok {
		return uint64(v), nil
	}
	switch token {
	case "true", "True", "t":
		return 1, nil
	case "false", "False", "f":
		return 0, nil
	}
	if v, err := strconv.ParseUint(token, 0, 64); err == nil {
		return v, nil
	}
	v, err := strconv.ParseInt(token, 0, 64)
	return uint64(v), err
}
