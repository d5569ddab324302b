package scantest

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// maxAssembled is how many bytes a recipe may make; a repeat in a repeat is easily
// mistyped.
const maxAssembled = 256 << 20

// Assemble makes the bytes that a recipe describes. Files are looked for in
// testdata.
func Assemble(recipe string) ([]byte, error) {
	a := &assembler{file: testdataFile}
	return a.recipe(recipe)
}

// testdataFile reads a file that a recipe includes.
func testdataFile(name string) ([]byte, error) {
	return os.ReadFile(filepath.Join("testdata", filepath.FromSlash(name)))
}

// An assembler turns statements into bytes.
type assembler struct {
	file func(name string) ([]byte, error)
}

// recipe parses and assembles.
func (a *assembler) recipe(text string) ([]byte, error) {
	list, err := parse(text)
	if err != nil {
		return nil, err
	}
	return a.list(list, 0)
}

// list assembles statements; at is where their bytes start in the file or member.
func (a *assembler) list(list []statement, at int) ([]byte, error) {
	var out []byte
	for i := range list {
		s := &list[i]
		var b []byte
		var err error
		if s.word == "FRAME" && len(s.args) == 1 && s.args[0].text == "auto" {
			b, err = a.list(list[i+1:], at+len(out)+9)
			frame := append(binary.LittleEndian.AppendUint64([]byte{0x95}, uint64(len(b))), b...)
			return append(out, frame...), err
		}
		if b, err = a.statement(s, at+len(out)); err == nil && len(out)+len(b) > maxAssembled {
			err = fmt.Errorf("more than %d bytes", maxAssembled)
		}
		if err != nil {
			return nil, s.located(err)
		}
		out = append(out, b...)
	}
	return out, nil
}

// located adds the line to an error of a statement, unless one inside it did.
func (s *statement) located(err error) error {
	var inner *recipeError
	if errors.As(err, &inner) {
		return err
	}
	return &recipeError{s.line, fmt.Errorf("%s: %w", s.word, err)}
}

// statement assembles one statement.
func (a *assembler) statement(s *statement, at int) ([]byte, error) {
	if op, ok := opcodes[s.word]; ok {
		return op.assemble(s)
	}
	switch s.word {
	case "hex":
		return s.hex()
	case "text":
		return s.text()
	case "le16", "le32", "le64", "be16", "be32", "be64", "varint":
		return a.numbers(s, at)
	case "f32", "f64":
		return s.floats()
	case "zeros", "align":
		return s.fill(at)
	case "repeat", "truncate":
		return a.resize(s, at)
	case "patch":
		return a.patch(s, at)
	case "file":
		return a.include(s)
	case "deflate", "zlib", "gzip":
		return a.compressed(s)
	case "npy":
		return a.npy(s)
	case "zip":
		return a.zip(s)
	case "tar":
		return a.tar(s)
	}
	return nil, fmt.Errorf("no such statement or opcode")
}

// hex decodes its arguments.
func (s *statement) hex() ([]byte, error) {
	var digits strings.Builder
	for _, arg := range s.args {
		digits.WriteString(arg.text)
	}
	return hex.DecodeString(digits.String())
}

// text joins its arguments.
func (s *statement) text() ([]byte, error) {
	var out []byte
	for _, arg := range s.args {
		out = append(out, arg.text...)
	}
	return out, nil
}

// numbers encodes its arguments, or the length of its block before the block.
func (a *assembler) numbers(s *statement, at int) ([]byte, error) {
	if s.block {
		width := len(encode(s.word, 0)) // of a varint a guess; nothing aligned lies in one
		b, err := a.list(s.body, at+width)
		return append(encode(s.word, uint64(len(b))), b...), err
	}
	var out []byte
	for i := range s.args {
		v, err := s.number(i)
		if err != nil {
			return nil, err
		}
		out = append(out, encode(s.word, v)...)
	}
	return out, nil
}

// encode encodes a number as a statement's word says.
func encode(word string, v uint64) []byte {
	switch word {
	case "le16":
		return binary.LittleEndian.AppendUint16(nil, uint16(v))
	case "le32":
		return binary.LittleEndian.AppendUint32(nil, uint32(v))
	case "le64":
		return binary.LittleEndian.AppendUint64(nil, v)
	case "be16":
		return binary.BigEndian.AppendUint16(nil, uint16(v))
	case "be32":
		return binary.BigEndian.AppendUint32(nil, uint32(v))
	case "be64":
		return binary.BigEndian.AppendUint64(nil, v)
	}
	return binary.AppendUvarint(nil, v)
}

// floats encodes its arguments.
func (s *statement) floats() ([]byte, error) {
	var out []byte
	for _, arg := range s.args {
		v, err := strconv.ParseFloat(arg.text, 64)
		if err != nil {
			return nil, err
		}
		if s.word == "f32" {
			out = append(out, encode("le32", uint64(math.Float32bits(float32(v))))...)
		} else {
			out = append(out, encode("le64", math.Float64bits(v))...)
		}
	}
	return out, nil
}

// fill makes zeros: a number of them, or up to a multiple.
func (s *statement) fill(at int) ([]byte, error) {
	n, err := s.count()
	if err != nil {
		return nil, err
	}
	if s.word == "align" {
		if n == 0 {
			return nil, fmt.Errorf("no multiple of 0")
		}
		n = (n - at%n) % n
	}
	return make([]byte, n), nil
}

// resize repeats or cuts its block.
func (a *assembler) resize(s *statement, at int) ([]byte, error) {
	b, err := a.list(s.body, at)
	if err != nil {
		return nil, err
	}
	if s.word == "repeat" {
		n, err := s.count()
		if err == nil && len(b)*n > maxAssembled {
			err = fmt.Errorf("more than %d bytes", maxAssembled)
		}
		if err != nil {
			return nil, err
		}
		return bytes.Repeat(b, n), nil
	}
	v, err := s.number(0)
	n := int(int64(v))
	if n < 0 {
		n += len(b)
	}
	if err == nil && (n < 0 || n > len(b)) {
		err = fmt.Errorf("the block has %d bytes", len(b))
	}
	if err != nil {
		return nil, err
	}
	return b[:n], nil
}

// patch replaces bytes of its block.
func (a *assembler) patch(s *statement, at int) ([]byte, error) {
	b, err := a.list(s.body, at)
	if err != nil {
		return nil, err
	}
	off, err := s.count()
	if err != nil {
		return nil, err
	}
	if len(s.args) != 2 || off+len(s.args[1].text) > len(b) {
		return nil, fmt.Errorf("want an offset and bytes inside the block of %d", len(b))
	}
	copy(b[off:], s.args[1].text)
	return b, nil
}

// include returns the bytes of another input or file.
func (a *assembler) include(s *statement) ([]byte, error) {
	if len(s.args) != 1 {
		return nil, fmt.Errorf("want one name")
	}
	return a.file(s.args[0].text)
}

// number reads an argument as a number of at most 64 bits, negative ones in two's
// complement.
func (s *statement) number(i int) (uint64, error) {
	if i >= len(s.args) {
		return 0, fmt.Errorf("a number is missing")
	}
	return parseNumber(s.args[i].text)
}

// parseNumber reads a number in Go syntax.
func parseNumber(text string) (uint64, error) {
	if strings.HasPrefix(text, "-") {
		v, err := strconv.ParseInt(text, 0, 64)
		return uint64(v), err
	}
	return strconv.ParseUint(text, 0, 64)
}

// count reads the first argument as a number of bytes or times.
func (s *statement) count() (int, error) {
	v, err := s.number(0)
	if err == nil && v > maxAssembled {
		err = fmt.Errorf("%d is too many", v)
	}
	return int(v), err
}

// options reads arguments that are flags or pairs of a key and a value.
func (s *statement) options(from int, flags, keys []string) (map[string]argument, error) {
	found := map[string]argument{}
	for i := from; i < len(s.args); i++ {
		key := s.args[i].text
		switch {
		case slices.Contains(flags, key):
			found[key] = argument{}
		case !slices.Contains(keys, key):
			return nil, fmt.Errorf("no such option: %q", key)
		case i+1 == len(s.args):
			return nil, fmt.Errorf("option %q has no value", key)
		default:
			i++
			found[key] = s.args[i]
		}
	}
	return found, nil
}
