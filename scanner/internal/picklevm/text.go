package picklevm

import (
	"bytes"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"
)

// lineLiteral reads INT, LONG, FLOAT, STRING and UNICODE.
func (m *Machine) lineLiteral(op byte) error {
	line, ok, err := m.in.line()
	if err != nil {
		return err
	}
	if !ok {
		return m.in.need(1)
	}
	switch op {
	case opString:
		if _, quoted := unquote(line); !quoted && len(line) < maxLine {
			return m.malformed("a string without quotes")
		}
		return m.literal(KindStr)
	case opUnicode:
		return m.literal(KindStr)
	case opFloat:
		return m.float(line)
	}
	return m.integer(op, line)
}

// float checks the text of FLOAT, which is as repr writes it.
func (m *Machine) float(line []byte) error {
	text := cutNUL(line)
	if _, err := strconv.ParseFloat(string(text), 64); err == nil && len(text) == len(line) && !bytes.ContainsAny(text, "_xXpP") {
		return m.literal(KindFloat)
	}
	lenient := strings.ReplaceAll(strings.TrimSpace(string(text)), "_", "")
	if _, err := strconv.ParseFloat(lenient, 64); err != nil && !strings.Contains(err.Error(), "out of range") {
		return m.malformed("a float that is no number")
	}
	m.obs.Anomaly(AnomalyNumber, m.opAt, "a float spelt as only some unpicklers read it")
	return m.literal(KindFloat)
}

// integer reads the text of INT and LONG.
func (m *Machine) integer(op byte, line []byte) error {
	if len(line) >= maxLine {
		m.obs.Anomaly(AnomalyCost, m.opAt, "a number of more than 65536 digits, which takes Python minutes or which it refuses")
		return m.literal(KindBigInt)
	}
	if string(line) == "00" || string(line) == "01" {
		return m.push(valueBool(line[1] == '1'))
	}
	if checkedOut := bytes.TrimSuffix(line, []byte("\r")); !bytes.HasSuffix(checkedOut, []byte("L")) {
		line = checkedOut // all unpicklers ignore what a checkout with CRLF adds
	}
	if n, err := strconv.ParseInt(strings.TrimSuffix(string(line), "L"), 10, 48); err == nil && plainDecimal(line) {
		return m.push(valueInt(n))
	}
	if plainDecimal(line) {
		return m.literal(KindBigInt)
	}
	text := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(string(cutNUL(line))), "L"))
	if !numeric(text) && (op != opInt || len(line) == 0 || line[0] != 0) { // strtol takes an empty text for 0
		return m.malformed("a number that no unpickler reads")
	}
	m.obs.Anomaly(AnomalyNumber, m.opAt, "a number spelt as only some unpicklers read it")
	return m.literal(KindBigInt)
}

// cutNUL cuts text at the first NUL, as the C unpickler's number parsers do.
func cutNUL(line []byte) []byte {
	text, _, _ := bytes.Cut(line, []byte{0})
	return text
}

// plainDecimal reports whether a number is spelt as Python writes it.
func plainDecimal(line []byte) bool {
	digits := bytes.TrimPrefix(bytes.TrimSuffix(line, []byte("L")), []byte("-"))
	if len(digits) == 0 || digits[0] == '0' && len(digits) > 1 {
		return false
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// numeric reports whether text is a number to some unpickler: in base 10, or with
// a prefix, in octal as C writes it, with underscores.
func numeric(text string) bool {
	text = strings.ReplaceAll(text, "_", "")
	if _, ok := new(big.Int).SetString(text, 0); ok {
		return true
	}
	_, ok := new(big.Int).SetString(text, 10)
	return ok
}

// parseIndex reads a memo index as Python's int does. Indexes of 2**64 and more
// share one.
func parseIndex(line []byte) (uint64, bool) {
	text := strings.ReplaceAll(strings.TrimSpace(string(line)), "_", "")
	n, ok := new(big.Int).SetString(strings.TrimPrefix(text, "+"), 10)
	if !ok || n.Sign() < 0 || len(line) > 64 {
		return 0, false
	}
	if !n.IsUint64() {
		return 1<<64 - 1, true
	}
	return n.Uint64(), true
}

func extName(code uint64) string { return strconv.FormatUint(code, 10) }

// maxWord is how long a string may be to be remembered as a possible name, and
// maxWords how many are: names come early in a stream.
const (
	maxWord  = 120
	maxWords = 1 << 16
)

// remember keeps a string that may be a name, so that it need not be read again.
func (m *Machine) remember(text []byte) {
	if len(m.words) < maxWords && isWord(text) {
		m.words[m.opAt] = string(text)
	}
}

// isWord reports whether text is spelt like a dotted name.
func isWord(text []byte) bool {
	for _, c := range text {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '.') {
			return false
		}
	}
	return len(text) > 0
}

// unquote removes the quotes of a STRING. Python 2 also takes blanks behind them.
func unquote(line []byte) ([]byte, bool) {
	line = bytes.TrimRight(line, " \t\r")
	if len(line) < 2 || line[0] != line[len(line)-1] || line[0] != '\'' && line[0] != '"' {
		return nil, false
	}
	return line[1 : len(line)-1], true
}

// unescape decodes the backslash escapes of a STRING, as codecs.escape_decode.
func unescape(s []byte) string {
	if bytes.IndexByte(s, '\\') < 0 {
		return string(s)
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		if s[i] != '\\' || i+1 == len(s) {
			out = append(out, s[i])
			i++
			continue
		}
		b, n := escape(s[i+1:])
		out = append(out, b...)
		i += 1 + n
	}
	return string(out)
}

var simpleEscapes = map[byte]string{
	'\n': "", '\\': `\`, '\'': `'`, '"': `"`, 'a': "\a", 'b': "\b", 'f': "\f", 'n': "\n", 'r': "\r", 't': "\t", 'v': "\v",
}

// escape decodes what follows a backslash and says how many bytes it takes.
func escape(s []byte) (string, int) {
	if text, ok := simpleEscapes[s[0]]; ok {
		return text, 1
	}
	if s[0] == 'x' && len(s) >= 3 {
		if b, err := strconv.ParseUint(string(s[1:3]), 16, 8); err == nil {
			return string([]byte{byte(b)}), 3
		}
	}
	n := 0
	for n < 3 && n < len(s) && s[n] >= '0' && s[n] <= '7' {
		n++
	}
	if n > 0 {
		b, _ := strconv.ParseUint(string(s[:n]), 8, 16) // octal digits, checked above
		return string([]byte{byte(b)}), n
	}
	return `\` + string(s[:1]), 1
}

// rawUnicode decodes the argument of UNICODE: \u and \U escapes, latin-1 elsewhere.
// Lone surrogates become their three-byte form.
func rawUnicode(s []byte) string {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		if s[i] == '\\' && i+1 < len(s) && (s[i+1] == 'u' || s[i+1] == 'U') {
			n := 4
			if s[i+1] == 'U' {
				n = 8
			}
			if i+2+n <= len(s) {
				if r, err := strconv.ParseUint(string(s[i+2:i+2+n]), 16, 32); err == nil {
					out = appendRune(out, rune(r))
					i += 2 + n
					continue
				}
			}
		}
		out = utf8.AppendRune(out, rune(s[i]))
		i++
	}
	return string(out)
}

// appendRune appends a rune, a surrogate as Python's surrogatepass does.
func appendRune(out []byte, r rune) []byte {
	if r >= 0xd800 && r <= 0xdfff {
		return append(out, 0xe0|byte(r>>12), 0x80|byte(r>>6)&0x3f, 0x80|byte(r)&0x3f)
	}
	return utf8.AppendRune(out, r)
}
