// Package scantest runs the fixtures of a format and checks what every analyzer
// must keep, as analysistest does for analyzers of Go code.
//
// A test of a format is two lines:
//
//	func Test(t *testing.T)  { scantest.Run(t, []*scanner.Analyzer{gguf.Analyzer}) }
//	func Fuzz(f *testing.F)  { scantest.Fuzz(f, []*scanner.Analyzer{gguf.Analyzer}, gguf.Analyzer) }
//
// # Fixtures
//
// A fixture is a txtar archive testdata/NAME.txtar. Its comment says what it shows.
// Its sections are
//
//	input: NAME   a recipe; the bytes that it makes are scanned as a file NAME
//	part: NAME    a recipe that others include with "file NAME"
//	beside        lines "w.bin 4096 1" or "w.bin 4096 2 -> ../x": files on disk beside the
//	              inputs above, their size, their number of names, where a link leads
//	limits        lines "depth 3"; also members, expanded, held, steps (see [scanner.Limits])
//	want          the report; "go test -update" writes it
//	inspect       the inspection of every artifact; compared only where the section is there
//
// The want section has one line a file, with its verdict under the default policy,
// its formats and its coverage, and below it one line a finding or gap:
//
//	model.zip: findings (zip) 340 bytes: 296 analysed, 44 data, 0 unaccounted
//	  data.pkl @11+1 critical pickle-dangerous-call [call os.system]: the message
//	    | os.system('true')
//	  @200 gap truncated: the message
//
// In inputs, offsets are those that the fixture shows, since nothing in a recipe
// depends on the version of Go or of a library.
//
// # Recipes
//
// A recipe is a list of statements, one a line or separated by ";". A statement is
// a word, arguments and sometimes a block in braces. "#" starts a comment. An
// argument is a bare word or a string in Go syntax, "quoted\x00" or `raw`, where
// the raw one may have many lines. Numbers are in Go syntax too. The statements are
//
//	hex 80 04 95          bytes; spaces are free
//	text "GGUF"           the bytes of strings
//	le16 1 2              little-endian numbers; le32, le64, be16, be32, be64 alike
//	le64 { ... }          the length of the block as a number, then the block
//	varint 300            a protobuf number; "varint { ... }" prefixes a block with its length
//	f32 0.5               little-endian floats; f64 alike
//	zeros 16              bytes of value zero
//	align 32              zeros up to a multiple, counted from the start of the file or member
//	repeat 3 { ... }      the block three times
//	truncate 20 { ... }   the first 20 bytes of the block; "truncate -1" leaves off the last
//	patch 4 "\xff" { ... } the block with bytes at an offset replaced
//	file NAME             another input or part, or else a file in testdata
//	deflate { ... }       compressed; zlib alike, and "gzip name a.pkl { ... }"
//	npy ... { ... }       see below
//	zip { ... }           see below
//	tar { ... }           see below
//
// and the opcodes of pickles by their names in pickletools:
//
//	PROTO 4
//	FRAME auto            the frame holds the rest of the block
//	GLOBAL os system
//	SHORT_BINUNICODE "true"
//	TUPLE1
//	REDUCE
//	BININT1 3; LONG1 -255; LONG 5L; BINFLOAT 1.5; STRING "it's"; UNICODE "é"
//	STOP
//
// Lengths are right; a wrong one is written in hex. An argument that a stream holds
// as a line of text (INT, LONG, FLOAT, GET, PUT, PERSID, GLOBAL, INST) is written as
// it stands, so it may be nonsense; STRING quotes and UNICODE escapes as Python does.
// LONG1 and LONG4 take a quoted string as their raw bytes.
//
// # NumPy arrays
//
//	npy descr "<f8" shape "(3,)" fortran False { zeros 24 }
//	npy version 2.0 header "{'descr': ...}" { ... }
//
// A descr that starts with a bracket is written as it is, any other in quotes. The
// header is padded to 64 bytes.
//
// # Zip archives
//
//	zip {
//		member "a/data.pkl" stored { ... }
//		member "b" deflated local.name "c" central.crc 0 { ... }
//		member "c" method 12 size 900 { file "c.bz2" }
//		end comment "x"
//	}
//
// Without stored or deflated, the block is what is stored, and method says what it
// is. The fields version, flags, method, time, crc, csize (compressed), size, name
// and extra are set in both headers, or in one with the prefix "local." or
// "central."; central alone has comment, attrs and offset. More words: descriptor
// (sizes follow the data), zip64 (sizes in the extra field), only-local and
// only-central. The statement end is optional and sets entries, size, offset and
// comment of the end record, adds those of zip64, or leaves it off with none. Any
// other statement between the members adds its bytes where it stands.
//
// # Tar archives
//
//	tar { member "a.pkl" { ... }; member "b" type 2 link "../c" }
//
// A member may set type, link, mode, size, prefix, magic and checksum. "tar open"
// leaves off the two empty blocks at the end. Any other statement adds its bytes. The
// checksum is unsigned, signed, or what is written in its place.
package scantest
