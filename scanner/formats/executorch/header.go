package executorch

import (
	"encoding/binary"

	"github.com/modelsieve/modelsieve/scanner"
)

// headerBytes is how long the FlatBuffer's own header and the longest extended one are.
const headerBytes = 8 + 40

// A header says where the FlatBuffer ends and where the segments begin.
type header struct {
	size int64 // of the file up to the end of the FlatBuffer
	base int64 // of the segments; 0: there are none
}

// readHeader reads the extended header. Old programs, and those without segments, have none.
func readHeader(head []byte, what string, size int64) (header, error) {
	if len(head) < 8+8 {
		return header{size: size}, nil
	}
	magic, n := string(head[8:12]), binary.LittleEndian.Uint32(head[12:])
	at, least := 16, uint32(24)
	switch {
	case what == program && magic == "eh00": // length, size, base, size of the segments
	case what == tensors && magic == "FH01": // length, offset, size, base, size of the segments
		at, least = 24, 40
	default:
		return header{size: size}, nil
	}
	if n < least || len(head) < at+16 {
		return header{}, scanner.Errorf(scanner.Malformed, 8, "an extended header of %d bytes", n)
	}
	length, base := binary.LittleEndian.Uint64(head[at:]), binary.LittleEndian.Uint64(head[at+8:])
	if what == tensors { // the size does not count what lies before
		length += binary.LittleEndian.Uint64(head[16:])
	}
	if length > uint64(size) || base > 1<<62 {
		return header{}, scanner.Errorf(scanner.Truncated, 8, "a FlatBuffer of %d bytes and segments from offset %d, but the file has %d bytes", length, base, size)
	}
	return header{int64(length), int64(base)}, nil
}
