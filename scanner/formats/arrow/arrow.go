// Package arrow reads the schemas of Arrow files, streams and Feather files
// (https://arrow.apache.org/docs/format/Columnar.html) and of Parquet files
// (https://parquet.apache.org/docs/file-format/): metadata of schemas have made readers
// unpickle, and instantiate classes. Columns are never read.
package arrow

import (
	"bytes"
	"context"
	"encoding/binary"

	"github.com/modelsieve/modelsieve/scanner"
)

// Analyzer reads schemas of Arrow and Parquet.
var Analyzer = &scanner.Analyzer{
	Name: "arrow",
	Doc: `Arrow, Feather and Parquet files

What the metadata of the schema make a reader do is reported: pickled extension
types, serialized R objects, classes of Java. Columns are data.`,
	Rules: []*scanner.Rule{ruleExtension, ruleClass},
	Match: match,
	Run:   run,
}

var ruleExtension = &scanner.Rule{
	ID:       "arrow-python-extension",
	Title:    "Arrow schema carries a pickled extension type",
	Severity: scanner.Critical,
	Why: "A field of the schema has an extension type that is a pickle. Releases of pyarrow before 14.0.1 unpickle it while they read the file, " +
		"whatever columns are asked for.",
	Fix: "Do not read the file with an old pyarrow. Write it again without the extension type, or with a type that is registered by its name.",
	CWE: 502, Refs: []string{"https://nvd.nist.gov/vuln/detail/CVE-2023-47248", "https://arrow.apache.org/docs/python/extending_types.html"},
}

var ruleClass = &scanner.Rule{
	ID:       "parquet-avro-java-class",
	Title:    "Avro schema instantiates Java classes",
	Severity: scanner.High,
	Why: "The Avro schema in the file's metadata names a Java class of which parquet-avro makes instances, up to release 1.15.1 of any class " +
		"on the class path, with a text from the file as argument.",
	Fix: "Do not read the file with parquet-avro before 1.15.2. Write it again without java-class properties.",
	CWE: 502, Refs: []string{"https://nvd.nist.gov/vuln/detail/CVE-2025-30065", "https://nvd.nist.gov/vuln/detail/CVE-2025-46762"},
}

const (
	fileMagic    = "ARROW1"
	parquetMagic = "PAR1"
	sealedMagic  = "PARE"
)

func match(h *scanner.Head) scanner.Claim {
	switch {
	case len(h.Prefix) < 12:
		return scanner.No
	case bytes.HasPrefix(h.Prefix, []byte(fileMagic+"\x00\x00")):
		return scanner.Sure
	case bytes.HasSuffix(h.Suffix, []byte(parquetMagic)), bytes.HasPrefix(h.Prefix, []byte(parquetMagic)), bytes.HasSuffix(h.Suffix, []byte(sealedMagic)):
		return parquetClaim(h)
	case streamStart(h.Prefix) > 0:
		return scanner.Maybe
	}
	return scanner.No
}

// parquetClaim is sure where both ends agree, as readers want it to be.
func parquetClaim(h *scanner.Head) scanner.Claim {
	head, tail := string(h.Prefix[:4]), string(h.Suffix[len(h.Suffix)-4:])
	if head == tail {
		return scanner.Sure
	}
	return scanner.Maybe
}

const continuation = 0xffffffff

// streamStart returns where the first message of a stream starts, behind its length, or 0
// where it starts none.
func streamStart(b []byte) int64 {
	if len(b) < 12 {
		return 0
	}
	n := binary.LittleEndian.Uint32(b[4:])
	if binary.LittleEndian.Uint32(b) == continuation && n >= 16 && n < 1<<30 && n%8 == 0 {
		return 8
	}
	return 0
}

func run(ctx context.Context, p *scanner.Pass) error {
	head := make([]byte, min(12, p.Size))
	if n, err := p.ReadAt(head, 0); n < len(head) {
		return scanner.Errorf(scanner.Unreadable, 0, "reading: %v", err)
	}
	r := &reader{ctx: ctx, p: p, told: map[string]bool{}}
	switch {
	case bytes.HasPrefix(head, []byte(fileMagic)):
		return r.file()
	case streamStart(head) > 0:
		return r.stream(0)
	}
	return r.parquet()
}

// A reader reads one file.
type reader struct {
	ctx  context.Context
	p    *scanner.Pass
	told map[string]bool
	err  error // what ends the reading: a budget that is spent
}

// note remembers an error, and says it where reading can go on.
func (r *reader) note(err error) {
	if err = r.p.GapOf(err); err != nil {
		r.err = err
	}
}
