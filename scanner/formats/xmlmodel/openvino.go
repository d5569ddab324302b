package xmlmodel

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
)

// An ir is OpenVINO's IR, whose layers are looked at, also those in the bodies of loops
// (https://docs.openvino.ai/2025/documentation/openvino-ir-format.html). Constants lie in
// the file of the same name that ends in .bin.
type ir struct {
	p      *scanner.Pass
	custom []string
	first  int64
	end    uint64 // of the constants
	endAt  int64
	told   map[string]bool
}

// maxTag is how long a tag may be, in bytes.
const maxTag = 64 << 10

var errTag = errors.New("a tag that is too long")

// openvino walks the tags of an IR.
func openvino(p *scanner.Pass) error {
	m := &ir{p: p, told: map[string]bool{}}
	r := &tags{r: bufio.NewReaderSize(io.NewSectionReader(p, 0, p.Size), maxTag)}
	for {
		tag, at, err := r.next()
		if err == nil {
			err = p.Budget.Step(1)
		}
		if err != nil {
			return m.done(err, at)
		}
		name, rest := tag, ""
		if i := strings.IndexAny(tag, blank); i >= 0 {
			name, rest = tag[:i], tag[i:]
		}
		switch name {
		case "layer":
			m.layer(at, value(rest, "type"), value(rest, "version"))
		case "data":
			m.data(at, value(rest, "offset"), value(rest, "size"))
		}
	}
}

// done reports what was found.
func (m *ir) done(err error, at int64) error {
	if len(m.custom) > 0 {
		slices.Sort(m.custom)
		m.p.Report(modelrules.CustomCode, scanner.Span{Offset: m.first}, scanner.Detail{
			Message:  fmt.Sprintf("The model has %d kinds of layers that OpenVINO does not: they need a library that the application registers.", len(m.custom)),
			Evidence: m.custom,
		})
	}
	m.p.Later(func() error { m.weights(); return nil })
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case errors.Is(err, errTag):
		return scanner.Errorf(scanner.Malformed, at, "a tag of XML is longer than %d bytes, or does not end", maxTag)
	}
	return err
}

// layer notes a layer of a set that OpenVINO does not bring.
func (m *ir) layer(at int64, kind, version string) {
	number, opset := strings.CutPrefix(version, "opset")
	if _, err := strconv.Atoi(number); opset && err == nil || version == "" || m.told[kind] || len(m.custom) >= 100 {
		return
	}
	m.told[kind] = true
	if len(m.custom) == 0 {
		m.first = at
	}
	m.custom = append(m.custom, version+"."+kind)
}

// data notes where a constant ends.
func (m *ir) data(at int64, offset, size string) {
	if offset == "" || size == "" {
		return
	}
	from, err1 := strconv.ParseUint(offset, 10, 64)
	n, err2 := strconv.ParseUint(size, 10, 64)
	end, carry := bits.Add64(from, n, 0)
	if err1 != nil || err2 != nil || carry != 0 {
		m.malformed(at, fmt.Sprintf("a constant of %s bytes at offset %s", scanner.Clean(size, 40), scanner.Clean(offset, 40)))
		return
	}
	if end > m.end {
		m.end, m.endAt = end, at
	}
}

// weights compares the constants with the file in which they lie, if that is here. One
// of a few bytes stands for another.
func (m *ir) weights() {
	const pointer = 512
	stem, xml := strings.CutSuffix(m.p.Name(), ".xml")
	folders := m.p.Around()
	if !xml || len(folders) == 0 || folders[0].Stat == nil {
		return
	}
	if bin, ok := folders[0].Stat(stem + ".bin"); ok && bin.Size > pointer && m.end > uint64(bin.Size) {
		m.malformed(m.endAt, fmt.Sprintf("a constant ends at byte %d of %q, which has %d", m.end, scanner.Clean(stem+".bin", 80), bin.Size))
	}
}

func (m *ir) malformed(at int64, text string) {
	if m.told[text] || len(m.told) > 1000 {
		return
	}
	m.told[text] = true
	m.p.Report(modelrules.Malformed, scanner.Span{Offset: at}, scanner.Detail{Message: "The model contradicts itself: " + text + ".", Evidence: []string{text}})
}

// tags reads the tags of XML, without what stands between them.
type tags struct {
	r  *bufio.Reader
	at int64
}

// next returns what stands between < and >, and where. Comments are passed over.
func (t *tags) next() (tag string, at int64, err error) {
	for {
		if err := t.skip('<'); err != nil {
			return "", t.at, err
		}
		at = t.at
		if head, _ := t.r.Peek(3); string(head) == "!--" {
			if err := t.comment(); err != nil {
				return "", at, err
			}
			continue
		}
		tag, err = t.tag()
		return tag, at, err
	}
}

// skip reads up to and with a byte.
func (t *tags) skip(c byte) error {
	for {
		part, err := t.r.ReadSlice(c)
		t.at += int64(len(part))
		if !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}

// comment reads to the end of a comment.
func (t *tags) comment() error {
	for last := ""; ; {
		part, err := t.r.ReadSlice('>')
		t.at += int64(len(part))
		tail := last + string(part[max(0, len(part)-3):])
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
		if strings.HasSuffix(tail, "-->") {
			return nil
		}
		last = tail[max(0, len(tail)-3):]
	}
}

// tag reads to the > that stands in no quotes.
func (t *tags) tag() (string, error) {
	var b strings.Builder
	for quote := byte(0); b.Len() < maxTag; {
		c, err := t.r.ReadByte()
		if err != nil {
			return "", errTag
		}
		t.at++
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return b.String(), nil
		}
		b.WriteByte(c)
	}
	return "", errTag
}

// value returns the value of an attribute of a tag.
func value(text, name string) string {
	for text != "" {
		key, rest, ok := strings.Cut(text, "=")
		rest = strings.TrimLeft(rest, blank)
		if !ok || rest == "" || rest[0] != '"' && rest[0] != '\'' {
			return ""
		}
		v, after, _ := strings.Cut(rest[1:], rest[:1])
		if strings.Trim(key, blank+"/") == name {
			return v
		}
		text = after
	}
	return ""
}
