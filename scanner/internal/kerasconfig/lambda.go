package kerasconfig

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/jsontree"
	"github.com/modelsieve/modelsieve/scanner/internal/picklenames"
	"github.com/modelsieve/modelsieve/scanner/internal/pycode"
	"github.com/modelsieve/modelsieve/scanner/internal/pyliteral"
)

// slots are the parts of a Lambda layer that may be functions.
var slots = []string{"function", "output_shape", "mask"}

// lambda looks for bytecode in an object: that of a "__lambda__", and that which a
// "..._type" beside it calls a lambda, as Keras 1 and 2 write it. A Lambda layer by
// another name, such as that of a subclass, is written alike.
func (w *Walker) lambda(o *object) error {
	for _, class := range o.classes {
		if !class.Is("__lambda__") {
			continue
		}
		if err := w.python(o.node, code(o.configs)); err != nil {
			return err
		}
	}
	layer := slices.ContainsFunc(o.classes, func(n jsontree.Node) bool {
		return n.Is("Lambda") || strings.HasSuffix(n.Text(), ">Lambda")
	})
	if layer {
		for _, config := range o.configs {
			if err := w.slots(config, true); err != nil {
				return err
			}
		}
	}
	return w.slots(o.node, false)
}

// slots looks at the functions of a Lambda layer's config. Where it is not known to be
// one, only what calls itself a lambda is taken for one.
func (w *Walker) slots(config jsontree.Node, layer bool) error {
	for _, slot := range slots {
		typed := false
		for kind := range config.All(slot + "_type") {
			typed = typed || kind.Is("lambda")
		}
		if !typed && !layer {
			continue
		}
		for value := range config.All(slot) {
			if !typed && isSource(value) {
				w.Gap(scanner.Malformed, w.span(value), "the function of a Lambda layer is neither a name nor bytecode")
			}
			if !typed && !isDump(value) {
				continue
			}
			if err := w.python(value, code([]jsontree.Node{value})); err != nil {
				return err
			}
		}
	}
	return nil
}

// isDump reports whether a value is a function as func_dump of Keras writes it: code,
// defaults and closure in a list.
func isDump(n jsontree.Node) bool {
	var first jsontree.Node
	for i, item := range n.Items() {
		if i == 0 {
			first = item
		}
	}
	return first.Kind() == jsontree.String || n.Get("class_name").Is("__tuple__")
}

// isSource reports whether a value is text that is no name. No loader that was tried takes
// it for a function: Keras 3.15 and tf_keras 2.21 refuse it.
func isSource(n jsontree.Node) bool {
	return n.Kind() == jsontree.String && strings.ContainsAny(n.Text(), "(: ")
}

// code returns the text of a function's code: the first text in it.
func code(values []jsontree.Node) string {
	for _, value := range values {
		for n := range value.Nodes() {
			if n.Kind() == jsontree.String && !n.Key().Is("class_name") {
				return n.Text()
			}
		}
	}
	return ""
}

// beginnings are the first characters of bytecode: of the letter c, with or without a
// flag, as base64, as it stands, or escaped.
const beginnings = "4Yc\\\xc3"

// text looks for bytecode in a text that stands anywhere.
func (w *Walker) text(n jsontree.Node) error {
	if raw := n.Raw(); len(raw) < 40 || strings.IndexByte(beginnings, raw[1]) < 0 {
		return nil
	}
	text := n.Text()
	if head := unpack(text[:min(len(text), 60)]); len(head) < 20 || !isCode(head) || w.told[mark(text)] {
		return nil
	}
	if list, err := pycode.Read(unpack(text), pycode.Limits{Step: w.Budget.Step}); err != nil || len(list.Functions) == 0 {
		return nil // chance
	}
	return w.python(n, text)
}

// isCode reports whether a stream of marshal begins as a code object does.
func isCode(stream []byte) bool {
	return len(stream) > 4 && stream[0]&0x7f == 'c' && stream[2]|stream[3]|stream[4] == 0
}

// mark is what keeps a code from being reported twice.
func mark(text string) string {
	return "code " + text[:min(len(text), 1<<10)] + strconv.Itoa(len(text))
}

// unpack decodes a code as func_load of Keras does: as base64, or else as it stands.
func unpack(text string) []byte {
	if stream, err := pyliteral.Base64(text); err == nil && isCode(stream) {
		return stream
	}
	stream := make([]byte, 0, len(text))
	for _, r := range text {
		stream = append(stream, byte(r)) // raw_unicode_escape, where characters are bytes
	}
	return stream
}

// python reports bytecode and says what it mentions.
func (w *Walker) python(n jsontree.Node, text string) error {
	if !w.once(mark(text)) {
		return nil
	}
	cost := 2 * int64(len(text))
	if err := w.Budget.Hold(cost); err != nil {
		return err
	}
	defer w.Budget.Release(cost)
	stream := unpack(text)
	list, readErr := pycode.Read(stream, pycode.Limits{Step: w.Budget.Step})
	message := "Building the model runs Python bytecode that the file carries: " + summary(list, readErr) + "."
	d := scanner.Detail{Message: message, Evidence: evidence(list), Identity: []string{text}}
	if place := w.place(n); place != "" {
		d.Evidence = append([]string{"at " + place}, d.Evidence...)
	}
	w.Report(ruleLambda, w.span(n), d)
	return w.Budget.Step(int64(len(stream) / 16))
}

// summary says what is known of a code in a clause.
func summary(list *pycode.Listing, err error) string {
	if len(list.Functions) == 0 {
		return "a function in a form that could not be read"
	}
	f := list.Functions[0]
	text := fmt.Sprintf("the function %s", scanner.Clean(f.Name, 60))
	if len(list.Releases) > 0 {
		text += " of CPython " + list.Releases[len(list.Releases)-1]
	}
	if err != nil {
		text += ", which could be read in part"
	}
	return text + danger(list)
}

// evaluating are the builtins of Python that a function of a layer has no use for.
var evaluating = []string{"__import__", "compile", "eval", "exec", "getattr", "globals", "open"}

// danger says in a clause what a code mentions that is known to be dangerous.
func danger(list *pycode.Listing) string {
	for _, path := range list.Dotted {
		dot := strings.LastIndexByte(path, '.')
		d, bad := picklenames.Dangerous(picklenames.Canonical(path[:max(dot, 0)], path[dot+1:]))
		if bad && dot > 0 {
			return fmt.Sprintf("; it mentions %s, which %s", scanner.Clean(path, 80), d.Text)
		}
	}
	for _, name := range evaluating {
		if slices.Contains(list.Names, name) {
			return "; it mentions " + name
		}
	}
	return ""
}

// shown is how many names of each kind are evidence.
const shown = 24

// evidence lists what a code mentions.
func evidence(list *pycode.Listing) []string {
	var lines []string
	for i, f := range list.Functions {
		if i < 4 {
			lines = append(lines, fmt.Sprintf("function %s, from %s line %d", f.Name, f.File, f.Line))
		}
	}
	var imports []string
	for _, i := range list.Imports {
		imports = append(imports, strings.TrimSuffix(i.Module+"."+i.Name, "."))
	}
	for _, part := range []struct {
		what  string
		names []string
	}{{"imports", imports}, {"mentions", list.Dotted}, {"names", list.Names}, {"texts", list.Strings}} {
		if len(part.names) > 0 {
			lines = append(lines, part.what+" "+strings.Join(part.names[:min(len(part.names), shown)], ", "))
		}
	}
	return lines
}
