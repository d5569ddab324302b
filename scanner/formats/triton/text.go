package triton

import "strings"

// A field is a name and a string of a message in the text format of protobuf, wherever in
// the message it stands.
type field struct {
	at    int64 // offset of the string
	name  string
	value string
}

// maxValue is how long a string of several literals may grow, in bytes.
const maxValue = 4 << 10

// parse finds the fields of a text that are strings or lists of them. It reads tokens, and
// asks for no grammar: what a stricter reader would refuse, it reads all the same.
func parse(text string) []field {
	var fields []field
	name, fresh := "", false // fresh: a name has no value yet
	end := 0                 // of the last string
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '#':
			line := strings.IndexByte(text[i:], '\n')
			if line < 0 {
				return fields
			}
			i += line
		case c == '"' || c == '\'':
			value, n := quoted(text[i:])
			if last := len(fields) - 1; !fresh && last >= 0 && strings.Trim(text[end:i], " \t\r\n") == "" && len(fields[last].value) < maxValue {
				fields[last].value += value // literals side by side are one
			} else {
				fields = append(fields, field{int64(i), name, value})
			}
			fresh = false
			i += n
			end = i
		case letter(c):
			n := 1
			for i+n < len(text) && letter(text[i+n]) {
				n++
			}
			name, fresh = text[i:i+n], true
			i += n
		default:
			i++
		}
	}
	return fields
}

// letter reports whether a character is one of names.
func letter(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// quoted returns a string in quotes and how many characters it takes. Escapes are octal,
// hexadecimal, or a character that stands for itself.
func quoted(text string) (value string, n int) {
	var out []byte
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == text[0]:
			return string(out), i + 1
		case c == '\\' && i+1 < len(text):
			b, width := escape(text[i+1:])
			out = append(out, b)
			i += width
		default:
			out = append(out, c)
		}
	}
	return string(out), len(text)
}

// escape returns what an escape behind its backslash stands for, and how many characters
// it takes.
func escape(text string) (b byte, width int) {
	digits, base, most, start := "01234567", byte(8), 3, 0
	if text[0] == 'x' || text[0] == 'X' {
		digits, base, most, start = "0123456789abcdef", 16, 2, 1
	}
	width = start
	for width < len(text) && width-start < most {
		d := strings.Index(digits, strings.ToLower(text[width:width+1]))
		if d < 0 {
			break
		}
		b = b*base + byte(d)
		width++
	}
	if width == start {
		return text[0], 1
	}
	return b, width
}
