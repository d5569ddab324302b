package xmlmodel

import (
	"fmt"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
)

const blank = " \t\r\n"

// A prolog is what stands before the root element.
type prolog struct {
	encoding  string
	root      string   // the root element; empty where none was found
	open      bool     // what was read is a prolog as far as it goes
	doctype   string   // the external part of a document type, as it is written
	externals []string // declarations of entities that are elsewhere
	internals []string // of others
}

// parse reads a text up to its first element.
func parse(text string) *prolog {
	p := &prolog{open: true}
	for {
		text = strings.TrimLeft(text, blank)
		switch {
		case strings.HasPrefix(text, "<?"):
			body, rest, ok := strings.Cut(text[2:], "?>")
			if !ok {
				return p
			}
			if strings.HasPrefix(body, "xml ") {
				p.encoding = strings.ToLower(attribute(body, "encoding"))
			}
			text = rest
		case strings.HasPrefix(text, "<!--"):
			_, rest, ok := strings.Cut(text[4:], "-->")
			if !ok {
				return p
			}
			text = rest
		case strings.HasPrefix(text, "<!DOCTYPE"):
			rest, ok := p.document(text[len("<!DOCTYPE"):])
			if !ok {
				return p
			}
			text = rest
		default:
			p.element(text)
			return p
		}
	}
}

// element reads the name of the root element.
func (p *prolog) element(text string) {
	rest, ok := strings.CutPrefix(text, "<")
	end := strings.IndexAny(rest, blank+"/>")
	p.open = text == "" || ok && end < 0 && len(rest) < 100
	if ok && end > 0 && end < 200 {
		p.root = rest[:end]
	}
}

// document reads a document type: where its external part is, and the declarations in it.
func (p *prolog) document(text string) (rest string, ok bool) {
	outside := ""
	for text != "" {
		switch c := text[0]; c {
		case '>':
			p.doctype = strings.Join(strings.Fields(outside), " ")
			return text[1:], true
		case '[':
			if text, ok = p.subset(text[1:]); !ok {
				return "", false
			}
		case '"', '\'':
			end := strings.IndexByte(text[1:], c)
			if end < 0 {
				return "", false
			}
			outside = extend(outside, text[:end+2])
			text = text[end+2:]
		default:
			n := strings.IndexAny(text, `>["'`)
			if n < 0 {
				return "", false
			}
			outside = extend(outside, text[:n])
			text = text[n:]
		}
	}
	return "", false
}

// extend appends up to a length that addresses do not reach.
func extend(text, more string) string {
	if len(text) > 4096 {
		return text
	}
	return text + more
}

// subset reads the declarations of a document type up to the closing bracket.
func (p *prolog) subset(text string) (rest string, ok bool) {
	for {
		at := strings.IndexAny(text, "]<")
		if at < 0 {
			return "", false
		}
		text = text[at:]
		switch {
		case text[0] == ']':
			return text[1:], true
		case strings.HasPrefix(text, "<!--"):
			_, text, ok = strings.Cut(text[4:], "-->")
		case strings.HasPrefix(text, "<?"):
			_, text, ok = strings.Cut(text[2:], "?>")
		default:
			text, ok = p.declaration(text)
		}
		if !ok {
			return "", false
		}
	}
}

// maxDeclarations is how many are kept of each kind.
const maxDeclarations = 20

// declaration reads one, up to the > that is in no quotes.
func (p *prolog) declaration(text string) (rest string, ok bool) {
	quote := byte(0)
	for i := range len(text) {
		switch c := text[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			p.entity(strings.Fields(text[:i]))
			return text[i+1:], true
		}
	}
	return "", false
}

// entity remembers a declaration where it is one of an entity.
func (p *prolog) entity(words []string) {
	if len(words) < 3 || words[0] != "<!ENTITY" {
		return
	}
	shown := strings.Join(words, " ") + ">"
	if words[1] == "%" {
		words = words[1:]
	}
	list := &p.internals
	if len(words) > 2 && slices.Contains([]string{"SYSTEM", "PUBLIC"}, words[2]) {
		list = &p.externals
	}
	if len(*list) < maxDeclarations {
		*list = append(*list, shown)
	}
}

// encodings are how the names of encodings begin that are ASCII where markup is.
var encodings = []string{"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-", "windows-125", "utf-16", "utf-32", "ucs-2", "ucs-4", "gb", "big5", "euc-", "shift_jis", "koi8-"}

// report reports what a parser would do before it comes to the model.
func (p *prolog) report(pass *scanner.Pass) {
	at := scanner.Span{Length: min(pass.Size, 64)}
	external := p.externals
	if _, address, ok := strings.Cut(p.doctype, " "); ok && !strings.Contains(address, "www.dmg.org/") {
		external = append(external, "<!DOCTYPE "+p.doctype+">")
	}
	if len(external) > 0 {
		pass.Report(ruleEntity, at, scanner.Detail{
			Message:  fmt.Sprintf("The model has parsers open what is not in it: %s", scanner.Clean(external[0], 160)),
			Evidence: external,
		})
	}
	if len(p.internals) > 0 {
		pass.Report(modelrules.Malformed, at, scanner.Detail{
			Message:  "The model declares entities, which no library does that writes models: they can hide content, and grow without limit.",
			Evidence: p.internals,
		})
	}
	if !slices.ContainsFunc(encodings, func(e string) bool { return strings.HasPrefix(p.encoding, e) }) && p.encoding != "" {
		pass.Gap(scanner.Unsupported, at, "the XML is in the encoding %q", scanner.Clean(p.encoding, 40))
	}
}

// attribute returns the value of an attribute of a declaration.
func attribute(text, name string) string {
	_, rest, ok := strings.Cut(text, name)
	rest = strings.TrimLeft(rest, blank+"=")
	if !ok || rest == "" || rest[0] != '"' && rest[0] != '\'' {
		return ""
	}
	value, _, _ := strings.Cut(rest[1:], rest[:1])
	return value
}
