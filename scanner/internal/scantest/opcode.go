package scantest

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// An operand is how an opcode holds its argument.
type operand int

const (
	none     operand = iota
	uint1            // numbers
	uint2            //
	uint4            //
	uint8b           //
	int4             //
	long1            // two's complement behind its length
	long4            //
	float8           // big-endian
	line             // text as it stands
	lines            // two of them
	repr             // a quoted Python string
	rawUTF           // raw-unicode-escape
	counted1         // bytes behind their number
	counted4         //
	counted8         //
)

// An opcode is one of the 68 of protocols 0 to 5.
type opcode struct {
	code    byte
	operand operand
}

var opcodes = map[string]opcode{
	"INT": {'I', line}, "BININT": {'J', int4}, "BININT1": {'K', uint1}, "BININT2": {'M', uint2},
	"LONG": {'L', line}, "LONG1": {0x8a, long1}, "LONG4": {0x8b, long4},
	"STRING": {'S', repr}, "BINSTRING": {'T', counted4}, "SHORT_BINSTRING": {'U', counted1},
	"BINBYTES": {'B', counted4}, "SHORT_BINBYTES": {'C', counted1}, "BINBYTES8": {0x8e, counted8},
	"BYTEARRAY8": {0x96, counted8}, "NEXT_BUFFER": {0x97, none}, "READONLY_BUFFER": {0x98, none},
	"NONE": {'N', none}, "NEWTRUE": {0x88, none}, "NEWFALSE": {0x89, none},
	"UNICODE": {'V', rawUTF}, "SHORT_BINUNICODE": {0x8c, counted1}, "BINUNICODE": {'X', counted4},
	"BINUNICODE8": {0x8d, counted8}, "FLOAT": {'F', line}, "BINFLOAT": {'G', float8},
	"EMPTY_LIST": {']', none}, "APPEND": {'a', none}, "APPENDS": {'e', none}, "LIST": {'l', none},
	"EMPTY_TUPLE": {')', none}, "TUPLE": {'t', none}, "TUPLE1": {0x85, none}, "TUPLE2": {0x86, none},
	"TUPLE3": {0x87, none}, "EMPTY_DICT": {'}', none}, "DICT": {'d', none}, "SETITEM": {'s', none},
	"SETITEMS": {'u', none}, "EMPTY_SET": {0x8f, none}, "ADDITEMS": {0x90, none}, "FROZENSET": {0x91, none},
	"POP": {'0', none}, "DUP": {'2', none}, "MARK": {'(', none}, "POP_MARK": {'1', none},
	"GET": {'g', line}, "BINGET": {'h', uint1}, "LONG_BINGET": {'j', uint4},
	"PUT": {'p', line}, "BINPUT": {'q', uint1}, "LONG_BINPUT": {'r', uint4}, "MEMOIZE": {0x94, none},
	"EXT1": {0x82, uint1}, "EXT2": {0x83, uint2}, "EXT4": {0x84, int4},
	"GLOBAL": {'c', lines}, "STACK_GLOBAL": {0x93, none}, "REDUCE": {'R', none}, "BUILD": {'b', none},
	"INST": {'i', lines}, "OBJ": {'o', none}, "NEWOBJ": {0x81, none}, "NEWOBJ_EX": {0x92, none},
	"PROTO": {0x80, uint1}, "STOP": {'.', none}, "FRAME": {0x95, uint8b},
	"PERSID": {'P', line}, "BINPERSID": {'Q', none},
}

// assemble encodes an opcode with its argument.
func (o opcode) assemble(s *statement) ([]byte, error) {
	want := 1
	switch o.operand {
	case none:
		want = 0
	case lines:
		want = 2
	}
	if len(s.args) != want || s.block {
		return nil, fmt.Errorf("want %d arguments and no block", want)
	}
	out := []byte{o.code}
	switch o.operand {
	case none:
		return out, nil
	case line, lines:
		for _, arg := range s.args {
			out = append(append(out, arg.text...), '\n')
		}
		return out, nil
	case repr:
		return append(out, pythonRepr(s.args[0].text)+"\n"...), nil
	case rawUTF:
		return append(out, rawUnicodeEscape(s.args[0].text)+"\n"...), nil
	case counted1, counted4, counted8:
		return o.counted(out, s.args[0].text)
	case long1, long4:
		return o.long(out, s.args[0])
	case float8:
		v, err := strconv.ParseFloat(s.args[0].text, 64)
		return binary.BigEndian.AppendUint64(out, math.Float64bits(v)), err
	}
	return o.number(out, s.args[0].text)
}

// number appends an integer of fixed width.
func (o opcode) number(out []byte, text string) ([]byte, error) {
	bits := map[operand]int{uint1: 8, uint2: 16, uint4: 32, uint8b: 64}[o.operand]
	if o.operand == int4 {
		v, err := strconv.ParseInt(text, 0, 32)
		return binary.LittleEndian.AppendUint32(out, uint32(v)), err
	}
	v, err := strconv.ParseUint(text, 0, bits)
	return append(out, binary.LittleEndian.AppendUint64(nil, v)[:bits/8]...), err
}

// counted appends bytes behind their number.
func (o opcode) counted(out []byte, text string) ([]byte, error) {
	n := uint64(len(text))
	switch {
	case o.operand == counted1 && n > math.MaxUint8:
		return nil, fmt.Errorf("%d bytes do not fit", n)
	case o.operand == counted1:
		out = append(out, byte(n))
	case o.operand == counted4:
		out = binary.LittleEndian.AppendUint32(out, uint32(n))
	default:
		out = binary.LittleEndian.AppendUint64(out, n)
	}
	return append(out, text...), nil
}

// long appends an integer of any size, or the raw bytes of one.
func (o opcode) long(out []byte, arg argument) ([]byte, error) {
	counted := opcode{operand: counted1}
	if o.operand == long4 {
		counted.operand = counted4
	}
	if arg.quoted {
		return counted.counted(out, arg.text)
	}
	v, ok := new(big.Int).SetString(arg.text, 0)
	if !ok {
		return nil, fmt.Errorf("%q is not a number", arg.text)
	}
	return counted.counted(out, string(twosComplement(v)))
}

// twosComplement is pickle.encode_long: little-endian, as short as may be.
func twosComplement(v *big.Int) []byte {
	if v.Sign() == 0 {
		return nil
	}
	length := v.BitLen()/8 + 1
	if v.Sign() < 0 {
		v = new(big.Int).Add(v, new(big.Int).Lsh(big.NewInt(1), uint(8*length)))
	}
	b := v.FillBytes(make([]byte, length))
	if length > 1 && b[0] == 0xff && b[1] >= 0x80 {
		b = b[1:]
	}
	slices.Reverse(b)
	return b
}

// pythonRepr quotes a byte string as Python 2 does.
func pythonRepr(s string) string {
	var b strings.Builder
	b.WriteByte('\'')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\'' || c == '\\':
			b.WriteString(`\` + string(c))
		case c < 0x20 || c >= 0x7f:
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('\'')
	return b.String()
}

// rawUnicodeEscape encodes text as pickle does for UNICODE. Bytes that are not
// UTF-8 stay.
func rawUnicodeEscape(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n == 1:
			b.WriteByte(s[0])
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		case r > 0xff || strings.ContainsRune("\x00\n\r\\\x1a", r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteByte(byte(r)) // Latin-1
		}
		s = s[n:]
	}
	return b.String()
}
