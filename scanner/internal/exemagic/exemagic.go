// Package exemagic tells programs from other content: not by two bytes, which tensors
// have by chance, but by as much of a header as a system would check before it runs it.
package exemagic

import (
	"bytes"
	"encoding/binary"
	"io"
	"slices"
)

// HeadBytes is how many bytes of the beginning Kind wants.
const HeadBytes = 512

// Kind names what kind of program starts with some bytes, at the beginning of r: "an ELF
// program or library". It returns "" where it is none.
func Kind(head []byte, r io.ReaderAt) string {
	switch {
	case APE(head):
		return "a program of the Cosmopolitan kind (APE)"
	case elf(head):
		return "an ELF program or library"
	case pe(head, r):
		return "a Windows program or library (PE)"
	case machO(head):
		return "a macOS program or library (Mach-O)"
	case bytes.HasPrefix(head, []byte("\x00asm\x01\x00\x00\x00")):
		return "a WebAssembly module"
	case len(head) >= 8 && bytes.HasPrefix(head, []byte("dex\n03")) && head[7] == 0:
		return "an Android program (dex)"
	case Script(head) != "":
		return "a script for " + Script(head)
	}
	return ""
}

// apeMagics start programs that run on several systems (the specification is
// https://justine.lol/ape.html).
var apeMagics = []string{"MZqFpD='", "jartsr='", "APEDBG='"}

// APE reports whether bytes start a program of the Cosmopolitan kind, such as a llamafile.
func APE(head []byte) bool {
	return slices.ContainsFunc(apeMagics, func(m string) bool { return bytes.HasPrefix(head, []byte(m)) })
}

// Machines that programs are made for (elf.h and the PE specification).
var (
	elfMachines = []uint16{2, 3, 4, 8, 20, 21, 22, 40, 42, 43, 50, 62, 83, 92, 93, 94, 164, 183, 243, 247, 252, 258} // not of graphics cards, which engines hold
	peMachines  = []uint16{0x14c, 0x1c0, 0x1c2, 0x1c4, 0x200, 0x5032, 0x5064, 0x6232, 0x6264, 0x8664, 0xaa64, 0xa641, 0xa64e}
	machCPUs    = []uint32{7, 7 | 1<<24, 12, 12 | 1<<24, 12 | 1<<25, 18, 18 | 1<<24}
)

// elf checks the identification, type, machine, version and size of an ELF header.
func elf(head []byte) bool {
	if len(head) < 52 || string(head[:4]) != "\x7fELF" || head[6] != 1 {
		return false
	}
	var order binary.ByteOrder = binary.LittleEndian
	if head[5] == 2 {
		order = binary.BigEndian
	}
	sizes := map[byte]uint16{1: 52, 2: 64}
	at := map[byte]int{1: 40, 2: 52}[head[4]]
	kind, machine, version := order.Uint16(head[16:]), order.Uint16(head[18:]), order.Uint32(head[20:])
	return head[5] >= 1 && head[5] <= 2 && at > 0 && len(head) >= at+2 && order.Uint16(head[at:]) == sizes[head[4]] &&
		kind >= 1 && kind <= 4 && version == 1 && slices.Contains(elfMachines, machine)
}

// pe follows the offset in an MZ header to the PE header.
func pe(head []byte, r io.ReaderAt) bool {
	if len(head) < 64 || string(head[:2]) != "MZ" {
		return false
	}
	at := int64(binary.LittleEndian.Uint32(head[60:]))
	var b [24]byte
	if at > 1<<20 {
		return false
	}
	if n, _ := r.ReadAt(b[:], at); n < len(b) { // what is cut off, no system runs
		return false
	}
	return string(b[:4]) == "PE\x00\x00" && slices.Contains(peMachines, binary.LittleEndian.Uint16(b[4:]))
}

// machO checks magic, processor and type, or the table of a file for several processors.
func machO(head []byte) bool {
	if len(head) < 28 {
		return false
	}
	order, known := map[string]binary.ByteOrder{
		"\xfe\xed\xfa\xce": binary.BigEndian, "\xfe\xed\xfa\xcf": binary.BigEndian,
		"\xce\xfa\xed\xfe": binary.LittleEndian, "\xcf\xfa\xed\xfe": binary.LittleEndian,
	}[string(head[:4])]
	if known {
		kind := order.Uint32(head[12:])
		return slices.Contains(machCPUs, order.Uint32(head[4:])) && kind >= 1 && kind <= 12
	}
	n := binary.BigEndian.Uint32(head[4:]) // a Java class has its version here, at least 45
	return string(head[:4]) == "\xca\xfe\xba\xbe" && n > 0 && n < 20 && slices.Contains(machCPUs, binary.BigEndian.Uint32(head[8:]))
}

// Script returns the interpreter that a first line names, or "".
func Script(head []byte) string {
	rest, ok := bytes.CutPrefix(head, []byte("#!"))
	if !ok {
		return ""
	}
	line, _, whole := bytes.Cut(rest, []byte("\n"))
	line = bytes.Trim(line, " \t\r")
	if !whole && len(head) >= HeadBytes || !bytes.HasPrefix(line, []byte("/")) {
		return ""
	}
	for _, c := range line {
		if c < 0x20 && c != '\t' || c == 0x7f {
			return ""
		}
	}
	return string(line)
}
