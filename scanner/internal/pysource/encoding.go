package pysource

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/modelsieve/modelsieve/scanner/internal/lazyregexp"
)

// cookie matches the comment that declares an encoding (PEP 263).
var cookie = lazyregexp.New(`^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)`)

var blankLine = lazyregexp.New(`^[ \t\f]*(#.*)?$`)

// singleBytes are prefixes of encodings that have ASCII in their lower half and one
// byte for each character: only the text in strings is not what it seems.
var singleBytes = []string{"latin", "iso_8859_", "iso8859_", "l1", "cp125", "windows_125", "koi8", "mac_", "8859"}

// text is a decoded source.
type text struct {
	string
	skipped int64  // bytes of a byte order mark
	single  bool   // one byte of the file for each character
	problem string // why it is not what Python reads
	wrong   int64  // where in the file that shows
}

// decode turns the bytes of a source into text, as the tokenizer of Python does.
func decode(src []byte) text {
	rest, marked := bytes.CutPrefix(src, []byte("\xef\xbb\xbf"))
	t := text{}
	if marked {
		t.skipped = 3
	}
	name, end := declared(rest)
	switch {
	case name == "" || name == "utf_8" || strings.HasPrefix(name, "utf_8_") || name == "utf8" || name == "u8":
		t.string = string(rest)
		if !utf8.Valid(rest) {
			t.problem, t.wrong = "the text is not UTF-8", t.skipped+invalid(rest)
		}
	case name == "ascii" || name == "us_ascii":
		t.string = string(rest)
		if !isASCII(rest) {
			t.problem, t.wrong = "the text is not ASCII, as it declares", t.skipped+beyondASCII(rest)
		}
	case singleByte(name):
		t.single = true
		t.string = widen(rest)
	default:
		t.string = string(rest)
		if !asciiIsItself(name) || !isASCII(rest) {
			t.problem, t.wrong = "the encoding that it declares is not read here", t.skipped+int64(min(len(rest)-1, max(0, end)))
		}
	}
	return t
}

// declared returns the normalised encoding that one of the first two lines names, or "",
// and where that line ends.
func declared(src []byte) (string, int) {
	at := 0
	for range 2 {
		line := src[at:min(len(src), at+4096)]
		if i := bytes.IndexAny(line, "\r\n"); i >= 0 {
			line = line[:i]
		}
		at += len(line)
		if m := cookie().FindSubmatch(line); m != nil {
			return strings.ReplaceAll(strings.ToLower(string(m[1])), "-", "_"), at
		}
		if !blankLine().Match(line) {
			return "", at
		}
		for _, end := range []string{"\r\n", "\n", "\r"} {
			if bytes.HasPrefix(src[at:], []byte(end)) {
				at += len(end)
				break
			}
		}
	}
	return "", at
}

func singleByte(name string) bool {
	for _, prefix := range singleBytes {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// asciiIsItself reports whether a text of ASCII characters means the same in an
// encoding of more than one byte.
func asciiIsItself(name string) bool {
	for _, prefix := range []string{"gb", "euc", "big5", "cp9", "cp8", "shift_jis", "sjis"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

func isASCII(b []byte) bool { return beyondASCII(b) == int64(len(b)) }

// beyondASCII returns the offset of the first byte that is not ASCII, or the length.
func beyondASCII(b []byte) int64 {
	for i, c := range b {
		if c >= utf8.RuneSelf {
			return int64(i)
		}
	}
	return int64(len(b))
}

// invalid returns the offset of the first byte that is not UTF-8.
func invalid(b []byte) int64 {
	at := 0
	for at < len(b) {
		r, n := utf8.DecodeRune(b[at:])
		if r == utf8.RuneError && n == 1 {
			break
		}
		at += n
	}
	return int64(at)
}

// widen makes a character of each byte.
func widen(b []byte) string {
	var s strings.Builder
	for _, c := range b {
		s.WriteRune(rune(c))
	}
	return s.String()
}

// offset turns a place in the text into one in the file.
func (t *text) offset(at int) int64 {
	if t.single {
		return t.skipped + int64(utf8.RuneCountInString(t.string[:at]))
	}
	return t.skipped + int64(at)
}

// A compatRange is a run of characters that stand for ASCII ones.
type compatRange struct {
	low, high rune
	text      string
}

// identifier returns the form under which Python knows a name.
func identifier(name string) string {
	ascii := true
	for i := range len(name) {
		ascii = ascii && name[i] < utf8.RuneSelf
	}
	if ascii {
		return name
	}
	var b strings.Builder
	for _, r := range name {
		b.WriteString(plain(r))
	}
	return b.String()
}

// plain returns what a character of an identifier stands for.
func plain(r rune) string {
	if r < utf8.RuneSelf {
		return string(r)
	}
	for low, high := 0, len(compat); low < high; {
		mid := (low + high) / 2
		switch c := compat[mid]; {
		case r < c.low:
			high = mid
		case r > c.high:
			low = mid + 1
		case len(c.text) > 1:
			return c.text
		default:
			return string(rune(c.text[0]) + r - c.low)
		}
	}
	return string(r)
}
