package torch

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/cursor"
	"github.com/modelsieve/modelsieve/scanner/internal/picklenames"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// torch.load(weights_only=True), the default since 2.6, has an unpickler of its own that
// knows some opcodes and looks names up in a list (torch/_weights_only_unpickler.py).
// What each version allows stands in a table that tools/weightsonly/make.py writes.

//go:embed weightsonly.txt
var weightsOnlyText string

// An allowance says from which to which version something is allowed, as indexes.
type allowance struct{ from, to int }

// A weightsOnlyTable is the content of weightsonly.txt.
type weightsOnlyTable struct {
	versions []string
	allowed  map[string]allowance // by "op NAME" and "global PATH"
}

var weightsOnly = sync.OnceValue(func() *weightsOnlyTable {
	t := &weightsOnlyTable{allowed: map[string]allowance{}}
	for line := range strings.Lines(weightsOnlyText) {
		fields := strings.Fields(line)
		switch {
		case strings.HasPrefix(line, "# versions "):
			t.versions = fields[2:]
		case !strings.HasPrefix(line, "#") && len(fields) >= 3:
			a := allowance{from: slices.Index(t.versions, fields[2]), to: len(t.versions) - 1}
			if len(fields) > 3 {
				a.to = slices.Index(t.versions, fields[3])
			}
			t.allowed[fields[0]+" "+fields[1]] = a
		}
	}
	return t
})

// allows reports whether the version with an index allows something.
func (t *weightsOnlyTable) allows(what string, version int) bool {
	a, ok := t.allowed[what]
	return ok && a.from <= version && version <= a.to
}

// A weightsOnlyReader collects what a stream needs that some version may not allow.
type weightsOnlyReader struct {
	needs []string // "op NAME" and "global PATH", in order
	seen  map[string]bool
	stops []string // what no version allows
}

// need notes something that a version has to allow.
func (r *weightsOnlyReader) need(what string) {
	if !r.seen[what] && len(r.needs) < maxNeeds {
		r.seen[what] = true
		r.needs = append(r.needs, what)
	}
}

// maxNeeds is how many different things one file is said to need.
const maxNeeds = 1 << 12

// weightsOnlyOps are the opcodes that some version of the unpickler runs, with how many
// bytes follow; those where a length follows have the length's bytes below zero.
var weightsOnlyOps = map[byte]struct {
	name string
	n    int
}{
	'(': {"MARK", 0}, '.': {"STOP", 0}, 'G': {"BINFLOAT", 8}, 'J': {"BININT", 4}, 'K': {"BININT1", 1}, 'M': {"BININT2", 2}, 'N': {"NONE", 0},
	'Q': {"BINPERSID", 0}, 'R': {"REDUCE", 0}, 'U': {"SHORT_BINSTRING", -1}, 'X': {"BINUNICODE", -4}, ']': {"EMPTY_LIST", 0}, 'a': {"APPEND", 0}, 'b': {"BUILD", 0},
	'c': {"GLOBAL", 0}, 'e': {"APPENDS", 0}, 'h': {"BINGET", 1}, 'j': {"LONG_BINGET", 4}, 'q': {"BINPUT", 1}, 'r': {"LONG_BINPUT", 4}, 's': {"SETITEM", 0},
	't': {"TUPLE", 0}, 'u': {"SETITEMS", 0}, '}': {"EMPTY_DICT", 0}, ')': {"EMPTY_TUPLE", 0}, 0x80: {"PROTO", 1}, 0x81: {"NEWOBJ", 0}, 0x85: {"TUPLE1", 0},
	0x86: {"TUPLE2", 0}, 0x87: {"TUPLE3", 0}, 0x88: {"NEWTRUE", 0}, 0x89: {"NEWFALSE", 0}, 0x8a: {"LONG1", -1}, 0x8f: {"EMPTY_SET", 0},
}

// read goes through one stream as the unpickler would, to its STOP or to the first thing
// that no version knows.
func (r *weightsOnlyReader) read(at *cursor.Cursor, budget *scanner.Budget) error {
	for steps := int64(1); ; steps++ {
		if err := budget.Step(1); err != nil {
			return err
		}
		code, err := at.U8()
		if err != nil {
			return err
		}
		op, known := weightsOnlyOps[code]
		if !known {
			r.stops = append(r.stops, fmt.Sprintf("opcode 0x%02x", code))
			return nil
		}
		r.need("op " + op.name)
		if err := r.operand(at, code, op.n); err != nil || code == '.' {
			return err
		}
	}
}

// operand reads what follows an opcode.
func (r *weightsOnlyReader) operand(at *cursor.Cursor, code byte, n int) error {
	switch {
	case code == 'c':
		return r.global(at)
	case n == -1:
		length, err := at.U8()
		if err != nil {
			return err
		}
		return at.Skip(int64(length))
	case n == -4:
		length, err := at.U32()
		if err != nil {
			return err
		}
		return at.Skip(int64(length))
	}
	return at.Skip(int64(n))
}

// global reads the two lines of a GLOBAL.
func (r *weightsOnlyReader) global(at *cursor.Cursor) error {
	module, err := line(at)
	if err != nil {
		return err
	}
	name, err := line(at)
	if err != nil {
		return err
	}
	module, name = picklenames.FixImport(module, name)
	r.need("global " + module + "." + name)
	return nil
}

// maxLine is how long a line of a name may be.
const maxLine = 1 << 12

// line reads to the end of a line.
func line(at *cursor.Cursor) (string, error) {
	var text []byte
	for {
		c, err := at.U8()
		switch {
		case err != nil:
			return "", err
		case c == '\n':
			return string(text), nil
		case len(text) >= maxLine:
			return "", scanner.Errorf(scanner.OverLimit, at.Offset(), "a name longer than %d bytes", maxLine)
		}
		text = append(text, c)
	}
}

// refuse notes something that the unpickler does not do in any version.
func (c *collector) refuse(what string) {
	if len(c.refused) < maxNeeds && !slices.Contains(c.refused, what) {
		c.refused = append(c.refused, what)
	}
}

// madeBy returns the name of the global that made a value, where it is one that some
// version of the unpickler allows.
func (c *collector) madeBy(v picklevm.Value) (string, bool) {
	callable := c.m.Item(v, 0)
	if callable.Kind() != picklevm.KindGlobal {
		return "", false
	}
	g := c.m.Global(callable)
	module, name := picklenames.FixImport(g.Module, g.Name)
	_, ok := weightsOnly().allowed["global "+module+"."+name]
	return module + "." + name, ok
}

// Build implements picklevm.Observer: the state of tensors, parameters and ordered
// dicts is set, and that of no other type that the unpickler knows.
func (c *collector) Build(target, _ picklevm.Value, _ int64) (int64, error) {
	name, known := c.madeBy(target)
	if known && !strings.HasPrefix(name, "torch.") && name != "collections.OrderedDict" {
		c.refuse("a state for " + name)
	}
	return 0, nil
}

// Mutate implements picklevm.Observer: items are added to dicts and lists, and to these two.
func (c *collector) Mutate(target picklevm.Value, _ []picklevm.Value, _ byte, _ int64) error {
	name, known := c.madeBy(target)
	if known && name != "collections.OrderedDict" && name != "collections.Counter" {
		c.refuse("items for " + name)
	}
	return nil
}

// answerWeightsOnly says by which versions a file of some pickles in a row is loaded.
func (c *collector) answerWeightsOnly(p *scanner.Pass, at *cursor.Cursor, streams int, stops ...string) error {
	if !p.Inspecting() {
		return nil
	}
	r := &weightsOnlyReader{seen: map[string]bool{}, stops: append(stops, c.refused...)}
	for range streams {
		if err := r.read(at, p.Budget); err != nil {
			return pickleError(err)
		}
	}
	if untyped := "torch.storage.UntypedStorage"; streams > 1 && r.seen["global "+untyped] {
		r.stops = append(r.stops, untyped+" in a legacy file") // torch asks it for its dtype
	}
	r.answer(p)
	return nil
}

// answer says, for each group of versions that agree, whether they load the file.
func (r *weightsOnlyReader) answer(p *scanner.Pass) {
	t := weightsOnly()
	for from := 0; from < len(t.versions); {
		stops := r.stopping(from)
		to := from
		for to+1 < len(t.versions) && isDefault(t.versions[to+1]) == isDefault(t.versions[from]) && slices.Equal(r.stopping(to+1), stops) {
			to++
		}
		p.Load(scanner.Load{Loader: "torch.load(weights_only=True)", Versions: t.span(from, to), Accepted: len(stops) == 0, Stops: stops})
		from = to + 1
	}
}

// stopping returns what the version with an index does not allow.
func (r *weightsOnlyReader) stopping(version int) []string {
	stops := slices.Clone(r.stops)
	for _, what := range r.needs {
		if !weightsOnly().allows(what, version) {
			kind, name, _ := strings.Cut(what, " ")
			if kind == "op" {
				name = "opcode " + name
			}
			stops = append(stops, name)
		}
	}
	return stops
}

// isDefault reports whether weights_only is the default of a version.
func isDefault(version string) bool {
	return !slices.Contains([]string{"1.13", "2.0", "2.1", "2.2", "2.3", "2.4", "2.5"}, version)
}

// span names versions from one to another as the table knows them.
func (t *weightsOnlyTable) span(from, to int) string {
	text := t.versions[from]
	switch {
	case to == len(t.versions)-1:
		text += " and newer"
	case t.versions[to] != text:
		text += " to " + t.versions[to]
	}
	if isDefault(t.versions[from]) {
		text += ", where it is the default"
	}
	return text
}
