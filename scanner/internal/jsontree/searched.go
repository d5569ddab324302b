package jsontree

import "github.com/modelsieve/modelsieve/scanner"

// maxSearched is how much of a file is searched for keys before it is read.
const maxSearched = 1 << 20

// Searched returns the text in which an analyzer looks for the keys by which it tells its
// files: all of one, and both ends of one that is long. White space in front hides nothing.
func Searched(h *scanner.Head) string {
	if h.Size > maxSearched {
		return string(h.Prefix) + "\n" + string(h.Suffix)
	}
	raw := make([]byte, h.Size)
	n, _ := h.ReadAt(raw, 0) // what cannot be read, run reports
	return string(raw[:n])
}
