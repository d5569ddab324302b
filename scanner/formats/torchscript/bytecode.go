package torchscript

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
)

// bytecodeName is the member that PyTorch's interpreter for mobiles runs in the place of
// the code: a pickle without imports, of names, numbers and texts.
const bytecodeName = "bytecode.pkl"

// maxBytecode is how much of it is read, in bytes.
const maxBytecode = 64 << 20

// bytecode judges the operators in bytecode.pkl. It is the pickle analyzer that reads the
// pickle; the names are found by their bytes, since the interpreter's unpickler calls
// nothing that could put one together.
func bytecode(p *scanner.Pass) error {
	if p.Size > maxBytecode {
		return scanner.Errorf(scanner.OverLimit, 0, "%d bytes of bytecode, more than %d", p.Size, maxBytecode)
	}
	if err := errors.Join(p.Budget.Step(p.Size/64+1), p.Budget.Hold(p.Size)); err != nil {
		return err
	}
	defer p.Budget.Release(p.Size)
	raw, err := p.Content()
	if err != nil {
		return err
	}
	f := &finder{p, map[string]int64{}}
	for at := 0; ; {
		i := bytes.Index(raw[at:], []byte("::"))
		if i < 0 {
			break
		}
		at += i
		f.operator(raw, at)
		at += 2
	}
	f.reportCustom()
	return nil
}

// operator judges the name in which "::" stands at an offset.
func (f *finder) operator(raw []byte, at int) {
	start := at
	for start > 0 && isWord(raw[start-1]) && at-start < maxName {
		start--
	}
	for name, a := range acts {
		namespace, _, _ := strings.Cut(name, "::")
		if from := at - len(namespace); from >= 0 && bytes.HasPrefix(raw[from:], []byte(name)) {
			f.acts(int64(from), name, a, "", nil)
			return
		}
	}
	if name := text(raw, start); isOperator(name) && !known(string(raw[start:at])) {
		f.needs(name, int64(start))
	}
}

// text returns the string of a pickle whose characters start at an offset, "" where none does.
func text(raw []byte, start int) string {
	const opcode, head = 'X', 5 // BINUNICODE
	if start < head || raw[start-head] != opcode {
		return ""
	}
	n := int(binary.LittleEndian.Uint32(raw[start-4:]))
	if n > maxName || n > len(raw)-start {
		return ""
	}
	return string(raw[start : start+n])
}

// isOperator reports whether a string may be the name of an operator: two words.
func isOperator(name string) bool {
	namespace, op, _ := strings.Cut(name, "::")
	return namespace != "" && op != "" && strings.IndexFunc(op, func(c rune) bool { return c > 'z' || !isWord(byte(c)) }) < 0
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
