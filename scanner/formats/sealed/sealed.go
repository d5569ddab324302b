// Package sealed recognises containers and compressors that this scanner cannot
// open, so that what is in them is a gap and not ignored.
package sealed

import (
	"context"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
)

// Analyzer recognises what cannot be opened.
var Analyzer = &scanner.Analyzer{
	Name:  "sealed",
	Doc:   "Containers that cannot be opened\n\n7z, RAR, cabinets, encrypted files and compressors without a reader here: each is a gap.",
	Match: match,
	Run:   run,
}

// A seal is the magic of something that is not opened.
type seal struct {
	magic  string
	kind   string
	reason scanner.Reason
}

var seals = []seal{
	{"7z\xbc\xaf\x27\x1c", "7z archive", scanner.Unsupported},
	{"Rar!\x1a\x07", "RAR archive", scanner.Unsupported},
	{"LZIP\x01", "lzip file", scanner.Unsupported},
	{"\x1f\x9d\x90", "file of compress (.Z)", scanner.Unsupported},
	{"\xff\x06\x00\x00sNaPpY", "snappy frame", scanner.Unsupported},
	{"\x02\x21\x4c\x18", "legacy lz4 file", scanner.Unsupported},
	{"MSCF\x00\x00\x00\x00", "cabinet", scanner.Unsupported},
	{"Salted__", "file encrypted by OpenSSL", scanner.Encrypted},
	{"age-encryption.org/v1", "file encrypted by age", scanner.Encrypted},
	{"-----BEGIN PGP MESSAGE-----", "PGP message", scanner.Encrypted},
}

// sealOf returns the seal on some bytes.
func sealOf(prefix []byte) *seal {
	for i := range seals {
		if strings.HasPrefix(string(prefix[:min(len(prefix), 32)]), seals[i].magic) {
			return &seals[i]
		}
	}
	return nil
}

func match(h *scanner.Head) scanner.Claim {
	if sealOf(h.Prefix) != nil {
		return scanner.Sure
	}
	return scanner.No
}

func run(_ context.Context, p *scanner.Pass) error {
	prefix := make([]byte, min(p.Size, 32))
	if _, err := p.ReadAt(prefix, 0); err != nil && int64(len(prefix)) < p.Size {
		return scanner.Errorf(scanner.Unreadable, 0, "reading: %v", err)
	}
	s := sealOf(prefix)
	if s == nil {
		return scanner.Errorf(scanner.Unrecognized, 0, "no kind of container that is known and not opened")
	}
	return &scanner.Error{Reason: s.reason, At: scanner.Span{Length: p.Size}, Text: "a " + s.kind + ", which this scanner cannot open"}
}
