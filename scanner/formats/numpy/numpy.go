// Package numpy reads .npy files: a header, then raw elements or one pickle.
//
// The layout is that of numpy/lib/format.py, versions 1.0 to 3.0. An .npz file is
// a zip archive of them, which the zip analyzer hands on.
package numpy

import (
	"context"
	"math/bits"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/cursor"
	"github.com/modelsieve/modelsieve/scanner/internal/npdtype"
	"github.com/modelsieve/modelsieve/scanner/internal/pyliteral"
)

// Analyzer reads .npy files.
var Analyzer = &scanner.Analyzer{
	Name: "numpy",
	Doc: `NumPy arrays (.npy)

Elements are accounted for as data and not read. An array of Python objects holds
one pickle, which is judged like any other.`,
	Rules: []*scanner.Rule{ruleObjects},
	Match: match,
	Run:   run,
}

var ruleObjects = &scanner.Rule{
	ID:       "numpy-object-array",
	Title:    "NumPy array stores Python objects",
	Severity: scanner.Medium,
	Why: "The elements are a pickle, which numpy.load reads only with allow_pickle=True and then runs. " +
		"Arrays of numbers or text do not need it.",
	Fix: "Save the array with a numeric or string dtype, so that it can be loaded without allow_pickle.",
	CWE: 502, Refs: []string{"https://nvd.nist.gov/vuln/detail/CVE-2019-6446", "https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html"},
}

const magic = "\x93NUMPY"

func match(h *scanner.Head) scanner.Claim {
	if len(h.Prefix) >= len(magic)+2 && string(h.Prefix[:len(magic)]) == magic {
		return scanner.Sure
	}
	return scanner.No
}

// maxHeader is how long a header may be. numpy.load takes 10,000 bytes unless it
// is told otherwise; arrays with thousands of named fields need more.
const maxHeader = 4 << 20

// A header is what stands before the elements.
type header struct {
	element npdtype.Type
	count   uint64 // elements
	at      int64  // where they start
}

func run(ctx context.Context, p *scanner.Pass) error {
	h, err := readHeader(p)
	if err != nil {
		return err
	}
	p.Analysed(0, h.at)
	left := p.Size - h.at
	if h.element.HasObject {
		p.Report(ruleObjects, scanner.Span{Offset: 0, Length: h.at}, scanner.Detail{
			Message:  "The array holds Python objects: numpy.load unpickles them when it is called with allow_pickle=True.",
			Evidence: []string{"dtype with objects"},
		})
		return p.Section(ctx, scanner.Member{Name: "objects.pkl", Format: "pickle"}, h.at, left)
	}
	hi, size := bits.Mul64(h.count, uint64(h.element.Size))
	if hi != 0 || size > uint64(left) {
		p.Data(h.at, left)
		return scanner.Errorf(scanner.Truncated, h.at, "%d elements of %d bytes, but %d bytes are left", h.count, h.element.Size, left)
	}
	p.Data(h.at, int64(size))
	return nil
}

// readHeader reads magic, version and the dict that describes the array.
func readHeader(p *scanner.Pass) (*header, error) {
	c := cursor.NewNear(p, 0, p.Size, 4096)
	start, err := c.Bytes(int64(len(magic))+2, 16)
	if err != nil {
		return nil, err
	}
	var length int64
	switch major := start[len(magic)]; major {
	case 1:
		n, err := c.U16()
		if err != nil {
			return nil, err
		}
		length = int64(n)
	case 2, 3:
		n, err := c.U32()
		if err != nil {
			return nil, err
		}
		length = int64(n)
	default:
		return nil, scanner.Errorf(scanner.Unsupported, int64(len(magic)), "version %d of the .npy format", major)
	}
	at := c.Offset()
	text, err := c.Bytes(length, maxHeader)
	if err != nil {
		return nil, err
	}
	return describe(string(text), at, at+length)
}

// describe reads the dict of a header that stands at an offset.
func describe(text string, at, end int64) (*header, error) {
	v, err := pyliteral.Parse(text)
	if err != nil {
		return nil, scanner.Errorf(scanner.Malformed, at, "the header is no Python literal: %v", err)
	}
	dict, ok := v.(pyliteral.Dict)
	if !ok {
		return nil, scanner.Errorf(scanner.Malformed, at, "the header is no dict")
	}
	descr, _ := dict.Get("descr")
	shape, _ := dict.Get("shape")
	h := &header{at: end}
	if h.element, err = npdtype.FromDescr(descr); err != nil {
		return nil, scanner.Errorf(scanner.Malformed, at, "the descr of the header: %v", err)
	}
	if h.count, err = npdtype.Count(shape); err != nil {
		return nil, scanner.Errorf(scanner.Malformed, at, "the shape of the header: %v", err)
	}
	return h, nil
}
