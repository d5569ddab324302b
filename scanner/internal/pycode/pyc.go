package pycode

import (
	"encoding/binary"
	"errors"
	"slices"

	"github.com/modelsieve/modelsieve/scanner"
)

// magics are the first magic numbers of each release, without the line break that
// follows them in the file; the last one begins what is not known here.
var magics = []struct {
	from    uint16
	release *release
	header  int // bytes before the stream
}{
	{3360, &cpython36, 12},
	{3390, &cpython37, 16},
	{3400, &cpython38, 16},
	{3420, &cpython39, 16},
	{3430, &cpython310, 16},
	{3450, &cpython311, 16},
	{3500, &cpython312, 16},
	{3550, &cpython313, 16},
	{3600, &cpython314, 16},
	{3650, nil, 0},
	{62200, &cpython27, 8},
	{62212, nil, 0},
}

// ReadPyc lists a .pyc file, whose first bytes name the release. It is Read in
// everything else; offsets in errors are those in the file.
func ReadPyc(file []byte, limits Limits) (*Listing, error) {
	if len(file) < 4 || file[2] != '\r' || file[3] != '\n' {
		return new(Listing), scanner.Errorf(scanner.Unrecognized, 0, "not a .pyc file")
	}
	magic := binary.LittleEndian.Uint16(file)
	var known *release
	var header int
	for _, m := range magics {
		if magic >= m.from {
			known, header = m.release, m.header
		}
	}
	only := layoutOf(known)
	if only == nil {
		return new(Listing), scanner.Errorf(scanner.Unsupported, 0, "the bytecode of a Python that is not known here (magic number %d)", magic)
	}
	if len(file) < header {
		return new(Listing), scanner.Errorf(scanner.Truncated, 0, "the header of a .pyc file has %d bytes, not %d", header, len(file))
	}
	listing, err := read(file[header:], []*layout{only}, limits)
	var input *scanner.Error
	if errors.As(err, &input) {
		input.At.Offset += int64(header)
	}
	return listing, err
}

// layoutOf returns the layout of a release with no other release, nil for a release
// that is nil.
func layoutOf(r *release) *layout {
	for _, l := range layouts {
		if slices.Contains(l.releases, r) {
			only := *l
			only.releases = []*release{r}
			return &only
		}
	}
	return nil
}
