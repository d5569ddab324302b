package modelfile

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A command is one instruction: "FROM ./model.gguf".
type command struct {
	name  string // in small letters
	value string // without quotes
	// Where the value stands in the file.
	at, length int
}

// A problem is where Ollama would stop reading.
type problem struct {
	at   int
	text string
}

var names = []string{"adapter", "draft", "from", "license", "message", "parameter", "parser", "renderer", "requires", "system", "template"}

// parse reads commands. What was read before a problem is returned with it.
func parse(text string) ([]command, *problem) {
	var commands []command
	at := len(text) - len(strings.TrimPrefix(text, "\ufeff"))
	for {
		rest := strings.TrimLeft(text[at:], " \t\r\n")
		at = len(text) - len(rest)
		switch {
		case rest == "":
			return commands, nil
		case rest[0] == '#':
			at += length(rest, func(r rune) bool { return r != '\n' && r != '\r' })
			continue
		}
		c, end, wrong := one(text, at)
		if wrong != nil {
			return commands, wrong
		}
		commands = append(commands, c)
		at = end
	}
}

// one reads the command at an offset, and says where it ends. One character that cannot
// be printed may stand before it: Ollama takes it for the beginning of the word, and then
// drops it.
func one(text string, at int) (c command, end int, wrong *problem) {
	if r, size := utf8.DecodeRuneInString(text[at:]); !strconv.IsPrint(r) {
		at += size
	}
	word, next := leading(text, at, isAlpha)
	c.name = strings.ToLower(word)
	if !slices.Contains(names, c.name) {
		return c, at, &problem{min(at+len(word), len(text)), "a line that begins with no command"}
	}
	if next, wrong = blank(text, next); wrong != nil {
		return c, at, wrong
	}
	switch c.name {
	case "parameter":
		_, next = leading(text, next, func(r rune) bool { return isAlpha(r) || r >= '0' && r <= '9' || r == '_' })
		next, wrong = blank(text, next)
	case "message":
		var role string
		if role, next = leading(text, next, isAlpha); !slices.Contains([]string{"system", "user", "assistant"}, role) {
			return c, at, &problem{next, "a message of an unknown role"}
		}
		next, wrong = blank(text, next)
	}
	if wrong != nil {
		return c, at, wrong
	}
	end, wrong = c.read(text, next)
	return c, end, wrong
}

// leading reads characters of a kind.
func leading(text string, at int, kind func(rune) bool) (word string, next int) {
	n := length(text[at:], kind)
	return text[at : at+n], at + n
}

func length(text string, kind func(rune) bool) int {
	n := strings.IndexFunc(text, func(r rune) bool { return !kind(r) })
	if n < 0 {
		return len(text)
	}
	return n
}

func isAlpha(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' }

// blank moves over the space that must stand behind a word.
func blank(text string, at int) (next int, wrong *problem) {
	if at >= len(text) || text[at] != ' ' && text[at] != '\t' {
		return at, &problem{at, "a word without a space behind it"}
	}
	return at + 1, nil
}

// read reads a value. It ends with the line, unless quotes are open.
func (c *command) read(text string, at int) (end int, wrong *problem) {
	v := value{first: -1}
	c.at = at
	for at < len(text) {
		r, size := utf8.DecodeRuneInString(text[at:])
		if r == '\n' || r == '\r' {
			if inner, closed := v.unquoted(); closed {
				c.value, c.length = inner, at-c.at
				return at + size, nil
			}
		}
		v.add(r)
		at += size
	}
	inner, closed := v.unquoted()
	if !closed {
		return at, &problem{at, "quotes that are not closed"}
	}
	c.value, c.length = inner, at-c.at
	return at, nil
}

// A value is what was read of one.
type value struct {
	strings.Builder
	first, end int // without the space around it; -1 before there is something
}

// add takes a character. Those that cannot be printed are passed over, as Ollama does.
func (v *value) add(r rune) {
	switch {
	case strings.ContainsRune(" \t\r\n", r):
		v.WriteRune(r)
	case strconv.IsPrint(r):
		if v.first < 0 {
			v.first = v.Len()
		}
		v.WriteRune(r)
		v.end = v.Len()
	}
}

// unquoted takes the quotes off, and says whether all are closed.
func (v *value) unquoted() (inner string, closed bool) {
	if v.first < 0 {
		return "", true
	}
	text := v.String()[v.first:v.end]
	for _, quotes := range []string{`"""`, `"`} {
		if inner, quoted := strings.CutPrefix(text, quotes); quoted {
			return strings.CutSuffix(inner, quotes)
		}
	}
	return text, true
}
