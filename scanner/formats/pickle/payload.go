package pickle

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/picklenames"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// A pickle may carry another one, as it is or encoded, and load it: what it carries is
// handed to the engine, so that the call inside is named. Whatever comes of that, the
// call that loads it is reported.

const (
	maxPayload      = 16 << 20 // bytes of one payload that are decoded
	maxPayloads     = 256      // payloads of one stream that calls load and that are followed
	maxLiterals     = 4096     // literals of one stream that are looked at without such a call
	maxPayloadDepth = 16       // decoding calls around one
)

// A payload is bytes that a stream carries in literals and decodes by calls.
type payload struct {
	j    *judge
	held int64 // charged to the budget
}

// decoders turn text into bytes. Compressed bytes show by themselves what they are, so
// those that decompress stand here without what they do.
var decoders = map[string]func([]byte) ([]byte, error){
	"base64.b64decode": unbase64, "base64.standard_b64decode": unbase64, "base64.urlsafe_b64decode": unbase64,
	"base64.decodebytes": unbase64, "binascii.a2b_base64": unbase64,
	"base64.b16decode": unhex, "binascii.unhexlify": unhex, "binascii.a2b_hex": unhex, "builtins.bytes.fromhex": unhex,
	"builtins.bytearray.fromhex": unhex,
	"builtins.bytes":             same, "builtins.bytearray": same, "io.BytesIO": same, "_io.BytesIO": same, "builtins.memoryview": same,
	"zlib.decompress": same, "gzip.decompress": same, "bz2.decompress": same, "lzma.decompress": same, "_bz2.decompress": same,
	"builtins.str.encode": same,
}

func same(b []byte) ([]byte, error) { return b, nil }

// unbase64 decodes both alphabets, with line breaks and with or without padding.
func unbase64(b []byte) ([]byte, error) {
	text := strings.NewReplacer("-", "+", "_", "/", "\n", "", "\r", "", " ", "", "=", "").Replace(string(b))
	return base64.RawStdEncoding.DecodeString(text)
}

func unhex(b []byte) ([]byte, error) {
	return hex.DecodeString(strings.Join(strings.Fields(string(b)), ""))
}

// followLoader hands what a call of a loader unpickles to the engine, where the stream
// itself carries it.
func (j *judge) followLoader(t target, c picklevm.Call) error {
	if t.danger.Effect != picklenames.Deserialize || j.m.Len(c.Args) == 0 || unmarshals[t.path] {
		return nil
	}
	if j.payloads >= maxPayloads {
		j.p.Gap(scanner.OverLimit, scanner.Span{Offset: c.At}, "more than %d pickles are loaded in this stream: this one was not followed", maxPayloads)
		return nil
	}
	p := payload{j: j}
	defer func() { j.p.Budget.Release(p.held) }()
	content, err := p.decode(j.m.Item(c.Args, 0), 0)
	if err != nil || len(content) < 2 {
		return err
	}
	if content, _, err = p.unwrap(content, maxPayload); err != nil || len(content) < 2 {
		return err
	}
	j.payloads++
	return j.hand(memberName("bytes", c.At), content)
}

// memberName names a payload by its encoding and its place.
func memberName(encoding string, at int64) string { return fmt.Sprintf("%s@%d", encoding, at) }

// hand hands bytes to the engine.
func (j *judge) hand(name string, content []byte) error {
	return j.p.Stream(j.ctx, scanner.Member{Name: name}, scanner.Span{}, func() (io.Reader, error) {
		return bytes.NewReader(content), nil
	})
}

// decode returns the bytes that a value is, nil where they are not known. The error is
// that of the budget.
func (p *payload) decode(v picklevm.Value, depth int) ([]byte, error) {
	switch v.Kind() {
	case picklevm.KindBytes, picklevm.KindByteArray, picklevm.KindStr:
		return p.literal(v)
	case picklevm.KindCall:
		if depth < maxPayloadDepth {
			return p.call(v, depth)
		}
	default: // nothing that bytes are made from
	}
	return nil, nil
}

// literal returns bytes, or the UTF-8 text of a string.
func (p *payload) literal(v picklevm.Value) ([]byte, error) {
	off, n, op, ok := p.j.m.Extent(v)
	switch {
	case !ok || n > maxPayload:
		return nil, nil
	case op == 'V' || op == 'S': // with escapes
		text, _ := p.j.m.Str(v)
		return []byte(text), nil
	}
	p.j.followed[off] = true
	return p.read(off, n)
}

// read reads a part of the stream.
func (p *payload) read(off, n int64) ([]byte, error) {
	if err := p.hold(n); err != nil {
		return nil, err
	}
	raw := make([]byte, n)
	if got, _ := p.j.p.ReadAt(raw, off); int64(got) < n {
		return nil, nil
	}
	return raw, nil
}

// call returns the bytes that a call decodes.
func (p *payload) call(v picklevm.Value, depth int) ([]byte, error) {
	t := p.j.callee(p.j.m.Item(v, 0))
	args, _, _ := p.j.m.Items(p.j.m.Item(v, 1))
	if len(args) == 0 {
		return nil, nil
	}
	content, err := p.decode(args[0], depth+1)
	if err != nil || content == nil {
		return nil, err
	}
	if err := p.hold(int64(len(content))); err != nil {
		return nil, err
	}
	decode := decoders[t.path]
	if t.path == "_codecs.encode" || t.path == "_codecs.decode" || t.path == "codecs.encode" || t.path == "codecs.decode" {
		decode = p.codec(args)
	}
	if decode == nil {
		return nil, nil
	}
	decoded, err := decode(content)
	if err != nil {
		return nil, nil // the loader fails there as well
	}
	if l, ok := layerOf(decoded); ok && strings.Contains(t.path, "decompress") {
		if r, err := l.open(decoded); err == nil {
			return p.readAll(r, maxPayload)
		}
	}
	return decoded, nil
}

// codec returns what a call of the codecs module with these arguments does.
func (p *payload) codec(args []picklevm.Value) func([]byte) ([]byte, error) {
	if len(args) < 2 {
		return same // UTF-8
	}
	name, _ := p.j.m.Str(args[1])
	switch strings.TrimSuffix(strings.ReplaceAll(strings.ToLower(name), "-", "_"), "_codec") {
	case "latin1", "latin_1", "iso_8859_1", "iso8859_1", "8859", "l1":
		return func(b []byte) ([]byte, error) { return io.ReadAll(&latin1Reader{r: bytes.NewReader(b)}) }
	case "base64", "base_64":
		return unbase64
	case "hex":
		return unhex
	case "utf8", "utf_8", "ascii", "us_ascii", "zlib", "zip", "bz2":
		return same
	}
	return nil
}

// hold charges bytes that are decoded.
func (p *payload) hold(n int64) error {
	err := p.j.p.Budget.Hold(n)
	if err == nil {
		p.held += n
	}
	return err
}
