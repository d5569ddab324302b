package pyliteral

import (
	"encoding/base64"
	"strings"
)

// Base64 decodes as Python's base64.b64decode does. The error says that its letters are no
// base64.
func Base64(text string) ([]byte, error) {
	return base64.RawStdEncoding.DecodeString(Base64Letters(text))
}

// Base64Letters returns what base64.b64decode looks at: it passes over characters without
// a meaning, and ends where there is padding.
func Base64Letters(text string) string {
	text, _, _ = strings.Cut(text, "=")
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '+' || r == '/' {
			return r
		}
		return -1
	}, text)
}
