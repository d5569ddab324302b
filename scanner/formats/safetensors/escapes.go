package safetensors

import (
	"bytes"
	"strconv"
	"unicode/utf16"
)

// loneSurrogate returns the offset of an escape in a JSON text that stands for half a
// character, -1 where there is none. The reference reader refuses it; other readers put
// something else in its place, so that two names may become one.
func loneSurrogate(text []byte) int {
	for at := 0; ; {
		i := bytes.IndexByte(text[at:], '\\')
		if i < 0 {
			return -1
		}
		at += i
		unit, ok := unitAt(text[at:])
		switch {
		case !ok:
			at += 2
		case !utf16.IsSurrogate(unit):
			at += len(`\u0000`)
		default:
			second, _ := unitAt(text[at+len(`\u0000`):])
			if utf16.DecodeRune(unit, second) == '\ufffd' {
				return at
			}
			at += 2 * len(`\u0000`)
		}
		if at >= len(text) {
			return -1
		}
	}
}

// unitAt reads the escape of a unit of UTF-16.
func unitAt(text []byte) (unit rune, ok bool) {
	if len(text) < len(`\u0000`) || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	return rune(n), err == nil
}
