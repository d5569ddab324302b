package onnx

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/lazyregexp"
	"github.com/modelsieve/modelsieve/scanner/internal/protowalk"
)

const (
	maxEntries = 64      // pairs of one tensor that are kept
	maxValue   = 4 << 10 // bytes of a value
)

// entry reads a pair of external_data.
func (m *model) entry(t *tensor, f protowalk.Field) error {
	e := entry{at: f.Whole()}
	err := m.w.Each(f.Span, func(g protowalk.Field) error {
		var err error
		switch {
		case g.Is(1, protowalk.Bytes):
			e.key, err = m.w.Head(g, maxValue)
		case g.Is(2, protowalk.Bytes):
			e.value, err = m.w.Head(g, maxValue)
		}
		return err
	})
	if len(t.entries) < maxEntries {
		t.entries = append(t.entries, e)
	} else {
		m.odd(t.at, fmt.Sprintf("a tensor has more than %d pairs of external data", maxEntries))
	}
	return err
}

// A place is where external data lie.
type place struct {
	location       string
	at             scanner.Span // of the location
	offset, length uint64
	sized          bool // length is known
}

// stored looks at where the data of a tensor lie.
func (m *model) stored(t *tensor) error {
	var where place
	for _, e := range t.entries {
		switch {
		case e.key == "location":
			where.location, where.at = e.value, e.at
			m.checkLocation(t, e)
		case e.key == "basepath":
			m.checkLocation(t, e)
		case e.key == "offset":
			where.offset, _ = m.number(t, e)
		case e.key == "length":
			where.length, where.sized = m.number(t, e)
		case e.key == "checksum", strings.HasPrefix(e.key, "prepacked"): // the latter are onnxruntime's
		default:
			m.p.Report(ruleKey, e.at, scanner.Detail{
				Message: fmt.Sprintf("The external data of the tensor %q have a key %q, which sets an attribute of that name in loaders before onnx 1.21.",
					scanner.Clean(t.name, 60), scanner.Clean(e.key, 80)),
				Evidence: []string{e.key + "=" + e.value},
			})
		}
	}
	if want, ok := t.bytes(); ok && where.sized && where.length != want {
		m.odd(t.at, fmt.Sprintf("the tensor %q lies in %d bytes of a file, and its type and dimensions make %d", scanner.Clean(t.name, 80), where.length, want))
	}
	if where.location == "" {
		m.odd(t.at, fmt.Sprintf("the tensor %q is said to lie in another file, and none is named", scanner.Clean(t.name, 80)))
		return nil
	}
	return m.remember(where)
}

// number reads an offset or a length.
func (m *model) number(t *tensor, e entry) (uint64, bool) {
	n, err := strconv.ParseUint(e.value, 10, 63)
	if err != nil {
		m.odd(e.at.Offset, fmt.Sprintf("the %s of the external data of the tensor %q is %q", e.key, scanner.Clean(t.name, 60), scanner.Clean(e.value, 60)))
	}
	return n, err == nil
}

// checkLocation reports a path that leads out of the model's folder.
func (m *model) checkLocation(t *tensor, e entry) {
	how := leaves(e.value)
	if how == "" {
		return
	}
	m.p.Report(ruleTraversal, e.at, scanner.Detail{
		Message: fmt.Sprintf("Loading the model reads the tensor %q from %q, %s; saving it may write there.",
			scanner.Clean(t.name, 60), scanner.Clean(e.value, 140), how),
		Evidence: []string{e.value},
	})
}

var scheme = lazyregexp.New(`^[A-Za-z][A-Za-z0-9+.-]*:`)

// leaves says how a path leads out of the folder that it is relative to, on any system;
// "" where it does not.
func leaves(path string) string {
	slashed := strings.ReplaceAll(path, `\`, "/")
	switch {
	case strings.HasPrefix(path, "*/_ORT_"):
		return "by which onnxruntime means an address in its own memory"
	case strings.ContainsRune(path, 0):
		return "a path that ends early for some loaders"
	case strings.HasPrefix(slashed, "/"):
		return "an absolute path"
	case scheme().MatchString(path) && (len(path) > 1 && path[1] == ':' || strings.Contains(slashed, ":/")):
		return "a drive or a URL"
	}
	for part := range strings.SplitSeq(slashed, "/") {
		if strings.HasPrefix(part, "..") && strings.TrimRight(part, ". ") == "" {
			return "by way of a folder above"
		}
	}
	return ""
}
