package pysource

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf8"
)

// cookie matches the comment that declares an encoding (PEP 263).
var cookie = regexp.MustCompile(`^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)`)

var blankLine = regexp.MustCompile(`^[ \t\f]*(#.*)?$`)

// singleBytes are prefixes of encodings that have ASCII in their lower half and one
// byte for each character: only the text in strings is not what it seems.
var singleBytes = []string{"latin", "iso_8859_", "iso8859_", "l1", "cp125", "windows_125", "koi8", "mac_", "8859"}

// text is a decoded source.
type text struct {
	string
	skipped int64  // bytes of a byte order mark
	single  bool   // one byte of the file for each character
	problem string // why it is not what Python reads
}

// decode turns the bytes of a source into text, as the tokenizer of Python does.
func decode(src []byte) text {
	rest, marked := bytes.CutPrefix(src, []byte("\xef\xbb\xbf"))
	t := text{}
	if marked {
		t.skipped = 3
	}
	name := declared(rest)
	switch {
	case name == "" || name == "utf_8" || strings.HasPrefix(name, "utf_8_") || name == "utf8" || name == "u8":
		t.string = string(rest)
		if !utf8.Valid(rest) {
			t.problem = "the text is not UTF-8"
		}
	case name == "ascii" || name == "us_ascii":
		t.string = string(rest)
		if !isASCII(rest) {
			t.problem = "the text is not ASCII, as it declares"
		}
	case singleByte(name):
		t.single = true
		t.string = widen(rest)
	default:
		t.string = string(rest)
		if !asciiIsItself(name) || !isASCII(rest) {
			t.problem = "the encoding that it declares is not read here"
		}
	}
	return t
}

// declared returns the normalised encoding that one of the first two lines names, or "".
func declared(src []byte) string {
	for range 2 {
		line, rest, _ := bytes.Cut(src[:min(len(src), 4096)], []byte("\n"))
		line = bytes.TrimRight(line, "\r")
		if i := bytes.IndexByte(line, '\r'); i >= 0 {
			rest, line = line[i+1:], line[:i]
		}
		if m := cookie.FindSubmatch(line); m != nil {
			return strings.ReplaceAll(strings.ToLower(string(m[1])), "-", "_")
		}
		if !blankLine.Match(line) {
			return ""
		}
		src = rest
	}
	return ""
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

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
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
