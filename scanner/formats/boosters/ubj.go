package boosters

import (
	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/cursor"
)

// ubjWidths are how many bytes numbers take, by their type.
var ubjWidths = map[byte]int64{'i': 1, 'U': 1, 'I': 2, 'l': 4, 'L': 8, 'd': 4, 'D': 8}

// maxNesting is how deep values may nest.
const maxNesting = 200

// A ubj walks a UBJSON text.
type ubj struct {
	p *scanner.Pass
	c *cursor.Cursor
}

// value walks one value with its type in front.
func (u *ubj) value(depth int) error {
	kind, err := u.c.U8()
	if err != nil {
		return err
	}
	return u.typed(kind, depth)
}

// typed walks the value of a type.
func (u *ubj) typed(kind byte, depth int) error {
	at := u.c.Offset()
	if err := u.p.Budget.Step(1); err != nil {
		return err
	}
	if width, ok := ubjWidths[kind]; ok {
		return u.c.Skip(width)
	}
	switch {
	case depth > maxNesting:
		return scanner.Errorf(scanner.OverLimit, at, "values are nested more than %d deep", maxNesting)
	case kind == 'Z' || kind == 'N' || kind == 'T' || kind == 'F':
		return nil
	case kind == 'C':
		return u.c.Skip(1)
	case kind == 'S' || kind == 'H':
		return u.text()
	case kind == '[' || kind == '{':
		return u.container(kind, depth)
	}
	return scanner.Errorf(scanner.Malformed, at, "a value of type %q in the UBJSON", kind)
}

// text passes over a string or a key.
func (u *ubj) text() error {
	n, err := u.length()
	if err != nil {
		return err
	}
	return u.c.Skip(n)
}

// length reads a number with its type in front, and compares it with what is left.
func (u *ubj) length() (int64, error) {
	at := u.c.Offset()
	kind, err := u.c.U8()
	if err != nil {
		return 0, err
	}
	width, ok := ubjWidths[kind]
	if !ok || kind == 'd' || kind == 'D' {
		return 0, scanner.Errorf(scanner.Malformed, at, "a length of type %q in the UBJSON", kind)
	}
	b, err := u.c.Bytes(width, 8)
	if err != nil {
		return 0, err
	}
	var n uint64
	for _, c := range b {
		n = n<<8 | uint64(c)
	}
	if n > uint64(u.c.Remaining()) {
		return 0, scanner.Errorf(scanner.Truncated, at, "a length of %d, with %d bytes left", n, u.c.Remaining())
	}
	return int64(n), nil
}

// container walks a list or an object, which may say its number of values and their type
// in advance.
func (u *ubj) container(kind byte, depth int) error {
	all, count, err := u.announced()
	if err != nil {
		return err
	}
	if width := ubjWidths[all]; kind == '[' && width > 0 && count >= 0 {
		if count > u.c.Remaining()/width {
			return scanner.Errorf(scanner.Truncated, u.c.Offset(), "%d numbers, with %d bytes left", count, u.c.Remaining())
		}
		return u.c.Skip(count * width)
	}
	end := map[byte]byte{'[': ']', '{': '}'}[kind]
	for i := int64(0); count < 0 || i < count; i++ {
		next, err := u.c.Peek(1)
		if err != nil {
			return err
		}
		if count < 0 && next[0] == end {
			return u.c.Skip(1)
		}
		if err := u.member(kind, all, depth); err != nil {
			return err
		}
	}
	return nil
}

// member walks one value of a container, with its key in an object.
func (u *ubj) member(kind, all byte, depth int) error {
	if kind == '{' {
		if err := u.text(); err != nil {
			return err
		}
	}
	if all != 0 {
		return u.typed(all, depth+1)
	}
	return u.value(depth + 1)
}

// announced reads type and number of a container's values; 0 and -1 where it says none.
func (u *ubj) announced() (all byte, count int64, err error) {
	next, err := u.c.Peek(1)
	if err == nil && next[0] == '$' {
		if err = u.c.Skip(1); err == nil {
			all, err = u.c.U8()
		}
		if err == nil {
			next, err = u.c.Peek(1)
		}
		if err == nil && next[0] != '#' {
			err = scanner.Errorf(scanner.Malformed, u.c.Offset(), "a type of values without their number")
		}
	}
	if err != nil || next[0] != '#' {
		return all, -1, err
	}
	if err = u.c.Skip(1); err == nil {
		count, err = u.length()
	}
	return all, count, err
}
