// Package modelfile reads Modelfiles, by which Ollama makes models
// (https://docs.ollama.com/modelfile; ollama/parser/parser.go): where the weights and
// adapters come from, and the template, which is handed on.
//
// What the system prompt and the messages say is not judged, and parameters only set
// numbers and words at which a model stops.
package modelfile

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"path"
	"strings"
	"unicode/utf16"

	"github.com/modelsieve/modelsieve/scanner"
)

// Analyzer reads Modelfiles.
var Analyzer = &scanner.Analyzer{
	Name: "modelfile",
	Doc: `Modelfiles, by which Ollama makes models

Weights and adapters from outside of the folder, or from registries that Ollama does not
ask by itself, are reported. Templates are analysed as Go templates.`,
	Rules: []*scanner.Rule{ruleOutside, ruleRegistry},
	Match: match,
	Run:   run,
}

// match goes by the name: "Modelfile", "Modelfile.q4", "llama.modelfile".
func match(h *scanner.Head) scanner.Claim {
	name := strings.ToLower(h.Name())
	if !h.Leftover && (name == "modelfile" || strings.HasPrefix(name, "modelfile.") || path.Ext(name) == ".modelfile") {
		return scanner.Maybe
	}
	return scanner.No
}

const maxText = 4 << 20 // bytes

func run(ctx context.Context, p *scanner.Pass) error {
	if p.Size > maxText {
		return scanner.Errorf(scanner.OverLimit, 0, "a Modelfile of %d bytes, more than %d", p.Size, maxText)
	}
	held := 8*p.Size + 1
	if err := p.Budget.Hold(held); err != nil {
		return err
	}
	defer p.Budget.Release(held)
	raw, err := p.Content()
	if err != nil {
		return err
	}
	if err := p.Budget.Step(p.Size); err != nil {
		return err
	}
	t := decode(raw)
	commands, broken := parse(t.string)
	from := false
	for _, c := range commands {
		from = from || c.name == "from"
		if err := report(ctx, p, c, t.span(c.at, c.length)); err != nil {
			return err
		}
	}
	if len(commands) > 0 {
		p.Certain()
	}
	switch {
	case broken != nil:
		return scanner.Errorf(scanner.Malformed, t.span(broken.at, 0).Offset, "no Modelfile: %s", broken.text)
	case !from:
		return scanner.Errorf(scanner.Malformed, p.Size, "no Modelfile: it has no FROM")
	}
	p.Analysed(0, p.Size)
	return nil
}

// A text is that of a file.
type text struct {
	string
	wide bool // the file has it in UTF-16, behind a mark
	// How far spans were asked for, in the text and in the file. They are in order.
	at     int
	offset int64
}

// span returns where a part of the text lies in the file, behind those asked for before.
func (t *text) span(at, length int) scanner.Span {
	if !t.wide {
		return scanner.Span{Offset: int64(at), Length: int64(length)}
	}
	from := t.moved(at)
	return scanner.Span{Offset: from, Length: t.moved(at+length) - from}
}

// moved returns the offset in the file of one in the text.
func (t *text) moved(at int) int64 {
	for _, r := range t.string[t.at:at] {
		t.offset += 2 * int64(utf16.RuneLen(r))
	}
	t.at = at
	return t.offset
}

// decode returns the text of a file. A mark at its beginning may say that it is UTF-16.
func decode(raw []byte) *text {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(raw, []byte("\xff\xfe")):
		order = binary.LittleEndian
	case bytes.HasPrefix(raw, []byte("\xfe\xff")):
		order = binary.BigEndian
	default: // bytes that are no UTF-8 are read as one character each
		return &text{string: string(raw)}
	}
	units := make([]uint16, 0, len(raw)/2)
	for i := 2; i+1 < len(raw); i += 2 {
		units = append(units, order.Uint16(raw[i:]))
	}
	return &text{string: string(utf16.Decode(units)), wide: true, offset: 2}
}

// report judges one command, whose value lies at a place.
func report(ctx context.Context, p *scanner.Pass, c command, at scanner.Span) error {
	switch c.name {
	case "from", "adapter", "draft":
		source(p, c, at)
	case "template":
		template := []byte(c.value)
		return p.Stream(ctx, scanner.Member{Name: "template.gotmpl", Format: "gotemplate"}, at, func() (io.Reader, error) {
			return bytes.NewReader(template), nil
		})
	}
	return nil
}
