package pickle

import (
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"compress/zlib"
	"io"

	"github.com/mikelolasagasti/xz"
	"github.com/ulikunitz/xz/lzma"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// maxLayers is how many encodings around a payload are taken off.
const maxLayers = 4

// maxDecoded is how many bytes are decoded in one artifact, besides those that the engine
// decodes.
const maxDecoded = 128 << 20

// maxWindow is how large the window of a decompressor may be, in bytes.
const maxWindow = 8 << 20

// A layer is one encoding.
type layer struct {
	name string
	cost int64 // steps, for the tables of a decompressor
	open func([]byte) (io.Reader, error)
}

// layerOf returns the encoding that content starts like, if any.
func layerOf(b []byte) (layer, bool) {
	switch encoding := picklevm.EncodingOf(b); encoding {
	case "base64":
		return layer{encoding, 1, func(b []byte) (io.Reader, error) { return whole(unbase64(b)) }}, true
	case "hex":
		return layer{encoding, 1, func(b []byte) (io.Reader, error) { return whole(unhex(b[:len(b)&^1])) }}, true
	case "zlib":
		return layer{encoding, 1 << 8, func(b []byte) (io.Reader, error) { return zlib.NewReader(bytes.NewReader(b)) }}, true
	case "gzip":
		return layer{encoding, 1 << 8, func(b []byte) (io.Reader, error) { return gzip.NewReader(bytes.NewReader(b)) }}, true
	case "bz2":
		return layer{encoding, 1 << 14, func(b []byte) (io.Reader, error) { return bzip2.NewReader(bytes.NewReader(b)), nil }}, true
	case "xz":
		return layer{encoding, 1 << 14, func(b []byte) (io.Reader, error) { return xz.NewReader(bytes.NewReader(b), maxWindow) }}, true
	case "lzma":
		return layer{encoding, 1 << 14, func(b []byte) (io.Reader, error) {
			return lzma.ReaderConfig{DictCap: maxWindow}.NewReader(bytes.NewReader(b))
		}}, true
	}
	return layer{}, false
}

// whole serves decoded bytes. What an encoding leaves over at its end does not matter.
func whole(b []byte, err error) (io.Reader, error) {
	if len(b) == 0 && err != nil {
		return nil, err
	}
	return bytes.NewReader(b), nil
}

// unwrap takes encodings off content, at most limit bytes of each. names are those that
// were taken off, the outermost first.
func (p *payload) unwrap(content []byte, limit int64) (inner []byte, names []string, err error) {
	for range maxLayers {
		l, ok := layerOf(content)
		if !ok {
			break
		}
		if err := p.j.p.Budget.Step(l.cost); err != nil {
			return nil, nil, err
		}
		r, openErr := l.open(content)
		if openErr != nil {
			break
		}
		if inner, err = p.readAll(r, limit); err != nil || len(inner) < 2 {
			return nil, nil, err
		}
		content, names = inner, append(names, l.name)
	}
	return content, names, nil
}

// readAll reads what a decoder gives before it fails or reaches a limit.
func (p *payload) readAll(r io.Reader, limit int64) ([]byte, error) {
	var out bytes.Buffer
	if limit > maxDecoded-p.j.decoded {
		p.j.unfollowed = true
		limit = max(0, maxDecoded-p.j.decoded)
	}
	defer func() { p.j.decoded += int64(out.Len()) }()
	for int64(out.Len()) < limit {
		n, err := io.CopyN(&out, r, min(limit-int64(out.Len()), 64<<10))
		if err := p.hold(2 * n); err != nil { // the buffer doubles
			return nil, err
		}
		if err := p.j.p.Budget.Step(n/256 + 1); err != nil {
			return nil, err
		}
		if err != nil {
			break // its end, or that of what a loader could read
		}
	}
	return out.Bytes(), nil
}

// carriesImport reports whether content is a pickle that may import something, itself
// or by what it carries, or a code object, for as far as its first bytes tell.
func carriesImport(prefix []byte, size int64) bool {
	probe := probeStream(prefix, size)
	return probe.imports || probe.open || probe.ran && probe.carries || picklevm.EncodingOf(prefix) == "marshal"
}

// followLiterals looks at the strings and bytes of the stream that may be pickles or
// code of their own: whoever stored them there meant to load them.
func (j *judge) followLiterals() error {
	for _, l := range j.literals {
		if j.followed[l.At] {
			continue
		}
		if err := j.followLiteral(l); err != nil {
			return err
		}
	}
	if j.unfollowed {
		j.p.Gap(scanner.OverLimit, scanner.Span{Offset: j.from}, "the strings and bytes in this stream that may be pickles are more than %d or decode to more than %d bytes: not all of them were looked at", maxLiterals, maxDecoded)
	}
	return nil
}

// prefixBytes is how much of a literal is probed.
const prefixBytes = 4 << 10

// followLiteral hands on a literal where it is a pickle that may import something.
func (j *judge) followLiteral(l picklevm.Literal) error {
	p := payload{j: j}
	defer func() { j.p.Budget.Release(p.held) }()
	prefix, err := p.read(l.At, min(l.Bytes, prefixBytes))
	if err != nil {
		return err
	}
	inner, _, err := p.unwrap(prefix, prefixBytes)
	if err != nil || !carriesImport(inner[:min(len(inner), prefixBytes)], max(int64(len(inner)), l.Bytes)) {
		return err
	}
	if l.Bytes > maxPayload {
		j.p.Gap(scanner.OverLimit, scanner.Span{Offset: l.At}, "%d bytes here may be a pickle, but no more than %d are looked at", l.Bytes, maxPayload)
		return nil
	}
	return p.handLiteral(l)
}

// handLiteral hands on all of a literal, without its encodings.
func (p *payload) handLiteral(l picklevm.Literal) error {
	raw, err := p.read(l.At, l.Bytes)
	if err != nil {
		return err
	}
	content, names, err := p.unwrap(raw, maxPayload+1)
	switch {
	case err != nil:
		return err
	case len(content) > maxPayload:
		p.j.p.Gap(scanner.OverLimit, scanner.Span{Offset: l.At}, "the bytes here decode to a pickle of more than %d bytes", maxPayload)
		return nil
	case picklevm.EncodingOf(content) == "marshal":
		return p.j.reportMarshalled(l.At, content)
	}
	p.j.active = true
	name := "raw"
	if len(names) > 0 {
		name = names[0]
	}
	return p.j.hand(memberName(name, l.At), content)
}

// reportMarshalled reports bytes that are a code object as marshal writes it.
func (j *judge) reportMarshalled(at int64, content []byte) error {
	m, err := j.listCode(at, nil, [][]byte{content})
	if err != nil || !m.ready || !m.regular || m.broken {
		return err
	}
	j.say(ruleEmbeddedCode, j.at(at), scanner.Detail{
		Message:  "This pickle carries compiled Python code in a string or bytes." + m.sentence(),
		Evidence: append([]string{"marshal: " + quoteRaw(content)}, m.evidence()...),
		Identity: []string{"marshal", string(content)},
	})
	return nil
}
