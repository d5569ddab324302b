package picklenames

import (
	_ "embed"
	"strings"
)

// codes are the hashes of code objects to which functions of vetted packages compile, those
// alone that mention nothing that leads out of the data: tools/vet/codes.py.
//
//go:embed codes.txt
var codes string

// KnownCode returns the path of the function of a vetted package to whose code a hash belongs;
// such a function is inert when it is called later with any data. The hash is over the fields
// that decide what runs, in hexadecimal digits.
func KnownCode(hash string) (path string, ok bool) {
	_, rest, ok := strings.Cut(codes, "\n"+hash+" ")
	path, _, _ = strings.Cut(rest, " ")
	return path, ok
}
