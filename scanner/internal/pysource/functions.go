package pysource

import (
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"compress/zlib"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"io"
	"strings"
	"unicode/utf8"
)

// decoders are functions that turn text or bytes into bytes.
var decoders = map[path]func([]byte) ([]byte, bool){
	"base64.b64decode": fromBase64, "base64.standard_b64decode": fromBase64, "base64.urlsafe_b64decode": fromBase64, "base64.decodebytes": fromBase64,
	"base64.decodestring": fromBase64, "binascii.a2b_base64": fromBase64, "base64.b32decode": fromBase32, "base64.b16decode": fromHex,
	"binascii.unhexlify": fromHex, "binascii.a2b_hex": fromHex, "builtins.bytes.fromhex": fromHex, "builtins.bytearray.fromhex": fromHex,
	"zlib.decompress": inflate, "gzip.decompress": gunzip, "bz2.decompress": bunzip,
}

func fromBase64(b []byte) ([]byte, bool) {
	b = bytes.Map(func(r rune) rune {
		switch {
		case r == '-':
			return '+'
		case r == '_':
			return '/'
		case r == '+' || r == '/' || r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z':
			return r
		}
		return -1
	}, b)
	out, err := base64.RawStdEncoding.DecodeString(string(b))
	return out, err == nil
}

func fromBase32(b []byte) ([]byte, bool) {
	out, err := base32.StdEncoding.DecodeString(strings.ToUpper(string(b)))
	return out, err == nil
}

func fromHex(b []byte) ([]byte, bool) {
	out, err := hex.DecodeString(strings.Join(strings.Fields(string(b)), ""))
	return out, err == nil
}

func inflate(b []byte) ([]byte, bool) {
	z, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, false
	}
	return all(z)
}

func gunzip(b []byte) ([]byte, bool) {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, false
	}
	return all(z)
}

func bunzip(b []byte) ([]byte, bool) { return all(bzip2.NewReader(bytes.NewReader(b))) }

// all reads to the end where that is not too much.
func all(from io.Reader) ([]byte, bool) {
	out, err := io.ReadAll(io.LimitReader(from, maxText+1))
	return out, err == nil && len(out) <= maxText
}

// fold works out a call of a function outside the file whose arguments are constants.
// Nil means that it cannot.
func (r *runner) fold(p path, args []actual) values {
	if len(args) == 0 {
		return nil
	}
	if decode := decoders[p]; decode != nil {
		return r.mapText(first(args), func(text string) (value, bool) {
			if !r.charge(2 * maxText / 64) { // a decoder may give much more than it gets
				return nil, false
			}
			out, ok := decode([]byte(text))
			return byteString(out), ok && r.charge(len(out))
		})
	}
	switch string(p) {
	case "codecs.decode", "codecs.encode":
		if len(args) > 1 {
			codec, _ := only[string](args[1].values)
			return r.recode(first(args), codec)
		}
	case "builtins.chr", "builtins.unichr":
		if n, ok := only[integer](first(args)); ok && n >= 0 && n <= utf8.MaxRune {
			return values{string(rune(n))}
		}
	case "builtins.ord":
		return ordinal(first(args))
	case "builtins.str", "builtins.bytes", "builtins.bytearray", "builtins.list", "builtins.tuple", "builtins.reversed", "builtins.int":
		return r.convert(string(p[len("builtins."):]), first(args))
	}
	for _, kind := range []path{"builtins.str.", "builtins.bytes."} {
		if name, ok := strings.CutPrefix(string(p), string(kind)); ok && len(first(args)) == 1 {
			return r.methodCall(&method{first(args)[0], name}, args[1:])
		}
	}
	return nil
}

// mapText works out a function for every text or bytes among values.
func (r *runner) mapText(vs values, f func(string) (value, bool)) values {
	var out values
	for _, v := range vs {
		if text, ok := textValue(v); ok {
			if v, ok := f(text); ok {
				out = union(out, values{v})
			}
		}
	}
	return out
}

// recode works out a codec from text to text.
func (r *runner) recode(vs values, codec string) values {
	codec = strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(codec))
	var decode func([]byte) ([]byte, bool)
	switch codec {
	case "rot13":
		return r.mapText(vs, func(text string) (value, bool) { return strings.Map(rot13, text), r.charge(len(text)) })
	case "hex", "hexcodec":
		decode = fromHex
	case "base64", "base64codec":
		decode = fromBase64
	case "zlib", "zip", "zlibcodec":
		decode = inflate
	case "bz2", "bz2codec":
		decode = bunzip
	default:
		return r.mapText(vs, func(text string) (value, bool) { return text, true })
	}
	return r.mapText(vs, func(text string) (value, bool) {
		out, ok := decode([]byte(text))
		return byteString(out), ok && r.charge(len(out))
	})
}

func rot13(c rune) rune {
	switch {
	case c >= 'a' && c <= 'z':
		return 'a' + (c-'a'+13)%26
	case c >= 'A' && c <= 'Z':
		return 'A' + (c-'A'+13)%26
	}
	return c
}

func ordinal(vs values) values {
	if len(vs) == 1 {
		if text, ok := textValue(vs[0]); ok && text != "" {
			c, n := utf8.DecodeRuneInString(text)
			if n == len(text) {
				return values{integer(c)}
			}
		}
	}
	return nil
}

// convert works out str, bytes, list, tuple, reversed and int.
func (r *runner) convert(to string, vs values) values {
	if len(vs) != 1 {
		return nil
	}
	switch to {
	case "int":
		return toInteger(vs[0])
	case "str":
		if text, ok := display(vs[0]); ok {
			return values{text}
		}
		return nil
	case "bytes", "bytearray":
		if text, ok := textValue(vs[0]); ok {
			return values{byteString(text)}
		}
	}
	list, ok := r.sequenceOf(vs)
	if !ok {
		return nil
	}
	if to == "bytes" || to == "bytearray" {
		return bytesOf(list)
	}
	out := &items{list: append([]values(nil), list...)}
	if to == "reversed" {
		for i, k := 0, len(out.list)-1; i < k; i, k = i+1, k-1 {
			out.list[i], out.list[k] = out.list[k], out.list[i]
		}
	}
	return values{out}
}

func toInteger(v value) values {
	switch v := v.(type) {
	case integer:
		return values{v}
	case string:
		if n, ok := numberValue(strings.TrimLeft(v, "0")).(integer); ok && len(v) < 20 {
			return values{n}
		}
	}
	return nil
}

// bytesOf makes bytes of numbers.
func bytesOf(list []values) values {
	out := make([]byte, 0, len(list))
	for _, item := range list {
		n, ok := only[integer](item)
		if !ok || n < 0 || n > 255 {
			return nil
		}
		out = append(out, byte(n))
	}
	return values{byteString(out)}
}

// methodCall works out a method of a constant.
func (r *runner) methodCall(m *method, args []actual) values {
	text, ok := textValue(m.of)
	if !ok {
		return r.listMethod(m, args)
	}
	wrap := func(s string) values {
		if len(s) > maxText || !r.charge(len(s)) {
			return nil
		}
		if _, isBytes := m.of.(byteString); isBytes {
			return values{byteString(s)}
		}
		return values{s}
	}
	switch m.name {
	case "join":
		return r.joined(text, first(args), wrap)
	case "decode", "encode":
		return r.coded(m, text, args)
	case "lower":
		return wrap(strings.ToLower(text))
	case "upper":
		return wrap(strings.ToUpper(text))
	case "strip":
		return wrap(strings.TrimSpace(text))
	case "hex":
		return wrapText(hex.EncodeToString([]byte(text)))
	case "format":
		if out, ok := braces(text, args); ok {
			return wrap(out)
		}
	case "replace":
		if len(args) >= 2 && len(args[0].values) == 1 && len(args[1].values) == 1 {
			from, ok1 := textValue(args[0].values[0])
			to, ok2 := textValue(args[1].values[0])
			if ok1 && ok2 && from != "" && len(text)/len(from)*len(to) <= maxText {
				return wrap(strings.ReplaceAll(text, from, to))
			}
		}
	case "split":
		return r.split(text, first(args), wrap)
	}
	return nil
}

func wrapText(s string) values { return values{s} }

// listMethod works out a method of a container.
func (r *runner) listMethod(m *method, args []actual) values {
	d, ok := m.of.(*items)
	if !ok {
		return nil
	}
	switch m.name {
	case "get", "pop":
		return r.item(d, first(args))
	case "values":
		return values{&items{list: d.list}}
	}
	return nil
}

// joined works out separator.join(items).
func (r *runner) joined(separator string, vs values, wrap func(string) values) values {
	list, ok := r.sequenceOf(vs)
	if !ok {
		return nil
	}
	var b strings.Builder
	for i, item := range list {
		if len(item) != 1 {
			return nil
		}
		text, ok := textValue(item[0])
		if !ok || b.Len()+len(text)+len(separator) > maxText {
			return nil
		}
		if i > 0 {
			b.WriteString(separator)
		}
		b.WriteString(text)
	}
	return wrap(b.String())
}

// coded works out decode and encode.
func (r *runner) coded(m *method, text string, args []actual) values {
	codec, ok := only[string](first(args))
	if ok && r.recodes(codec) {
		return r.recode(values{m.of}, codec)
	}
	if !r.charge(len(text)) {
		return nil
	}
	if m.name == "encode" {
		return values{byteString(text)}
	}
	return values{text}
}

func (r *runner) recodes(codec string) bool {
	codec = strings.ToLower(codec)
	return strings.HasPrefix(codec, "rot") || strings.HasPrefix(codec, "hex") || strings.HasPrefix(codec, "base64") || strings.HasPrefix(codec, "zlib") || strings.HasPrefix(codec, "bz2")
}

// split works out text.split(separator).
func (r *runner) split(text string, vs values, wrap func(string) values) values {
	parts := strings.Fields(text)
	if separator, ok := only[string](vs); ok && separator != "" {
		parts = strings.SplitN(text, separator, maxItems+1)
	} else if len(vs) > 0 {
		return nil
	}
	if len(parts) > maxItems || !r.charge(32*len(parts)) {
		return nil
	}
	out := &items{}
	for _, part := range parts {
		out.list = append(out.list, wrap(part))
	}
	return values{out}
}

// braces fills the fields of a format that are empty, numbers or names.
func braces(format string, args []actual) (string, bool) {
	var b strings.Builder
	for next := 0; ; {
		i := strings.IndexByte(format, '{')
		if i < 0 {
			b.WriteString(format)
			return b.String(), !strings.Contains(format, "}")
		}
		end := strings.IndexByte(format[i:], '}')
		if end < 0 || strings.HasPrefix(format[i:], "{{") || b.Len() > maxText {
			return "", false
		}
		b.WriteString(format[:i])
		a, ok := field(format[i+1:i+end], args, &next)
		if !ok {
			return "", false
		}
		b.WriteString(a)
		format = format[i+end+1:]
	}
}

// field returns the text for one field.
func field(name string, args []actual, next *int) (string, bool) {
	k := -1
	if name == "" {
		k = *next
		*next++
	} else if n, ok := numberValue(name).(integer); ok {
		k = int(n)
	}
	for i, a := range args {
		if (i == k && a.name == "" || a.name != "" && a.name == name) && len(a.values) == 1 {
			return display(a.values[0])
		}
	}
	return "", false
}
