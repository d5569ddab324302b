package pickle

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/picklenames"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
	"github.com/modelsieve/modelsieve/scanner/internal/pycode"
)

// Functions and classes that have no module to import them from travel as code
// objects: by the arguments of types.CodeType, or as marshal writes them. What their
// bytecode mentions is listed beside the finding. It clears nothing: code can compute
// any name while it runs. What clears code is that it is known (known.go).

// makesCode are the callables that make a code object of their arguments.
var makesCode = map[string]bool{"types.CodeType": true, "dill._dill._create_code": true}

// unmarshals are the callables that make a code object of bytes.
var unmarshals = map[string]bool{"marshal.loads": true, "dill._dill._unmarshal": true}

const (
	maxCodeValues = 1 << 16 // values that the code objects of one finding are made of
	maxCodeTotal  = 1 << 20 // values that are looked at for code in one stream
	maxCodeUnits  = 1 << 22 // instructions and names that are looked at in one stream
	maxCodeSearch = 4       // how deep in arguments code objects are looked for
	maxMentioned  = 24      // names of each kind that a message has

	maxShownString = 80 // bytes of a string constant that is shown
)

// A codeReader finds the code objects in values of the machine.
type codeReader struct {
	payload
	seen  map[picklevm.Value]pycode.Value
	left  int
	codes []*pycode.Code
	bytes [][]byte // streams of marshal
}

// codeMentions returns what the code mentions that is found in values, nil where
// there is no code. The error is that of the budget.
func (j *judge) codeMentions(at int64, values ...picklevm.Value) (*mentions, error) {
	most := min(maxCodeValues, maxCodeTotal-j.codeValues)
	r := &codeReader{payload: payload{j: j}, seen: map[picklevm.Value]pycode.Value{}, left: most}
	defer func() {
		j.codeValues += most - max(r.left, 0)
		j.p.Budget.Release(r.held)
	}()
	for _, v := range values {
		if err := r.find(v, 0); err != nil {
			return nil, err
		}
	}
	return j.listCode(at, r.codes, r.bytes)
}

// listCode lists code objects and streams of marshal.
func (j *judge) listCode(at int64, codes []*pycode.Code, streams [][]byte) (*mentions, error) {
	if len(codes) == 0 && len(streams) == 0 {
		return nil, nil
	}
	var spent error // of the budget, not of the code
	limits := pycode.Limits{Units: max(1, maxCodeUnits-j.codeUnits), Step: func(n int64) error {
		j.codeUnits += n
		spent = j.p.Budget.Step(n + 1)
		return spent
	}}
	m := &mentions{imports: map[string]bool{}, names: map[string]bool{}, strings: map[string]bool{}, regular: true}
	if len(codes) > 0 {
		listing, err := pycode.List(codes, limits)
		m.add(listing, err)
	}
	for _, b := range streams {
		listing, err := pycode.Read(b, limits)
		m.add(listing, err)
	}
	j.inspectCode(m, at)
	return m, spent
}

// find looks for code objects in a value and in what it was made from.
func (r *codeReader) find(v picklevm.Value, depth int) error {
	if r.left--; r.left < 0 || depth > maxCodeSearch || !v.IsNode() {
		return nil
	}
	if v.Kind() == picklevm.KindCall {
		callee := r.j.callee(r.j.m.Item(v, 0)).path
		switch {
		case makesCode[callee]:
			return r.addCode(v)
		case unmarshals[callee]:
			return r.addStream(v)
		}
	}
	items, _, _ := r.j.m.Items(v)
	if err := r.j.p.Budget.Step(int64(len(items)) + 1); err != nil {
		return err
	}
	for _, item := range items {
		if err := r.find(item, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// addCode takes the code object that a call makes.
func (r *codeReader) addCode(v picklevm.Value) error {
	made, err := r.value(v, 0)
	if code, ok := made.(*pycode.Code); ok && code != nil && !slices.Contains(r.codes, code) {
		r.codes = append(r.codes, code)
	}
	return err
}

// addStream takes the bytes that a call of marshal.loads reads.
func (r *codeReader) addStream(v picklevm.Value) error {
	content, err := r.decode(r.j.m.Item(r.j.m.Item(v, 1), 0), 0)
	if content != nil {
		r.bytes = append(r.bytes, content)
	}
	return err
}

// value returns a value of the machine as a constant of code.
func (r *codeReader) value(v picklevm.Value, depth int) (pycode.Value, error) {
	if made, ok := r.seen[v]; ok {
		return made, nil
	}
	if r.left--; r.left < 0 || depth > maxDataDepth {
		return nil, nil
	}
	if err := r.j.p.Budget.Step(1); err != nil {
		return nil, err
	}
	made, err := r.constant(v, depth)
	if v.IsNode() {
		r.seen[v] = made
	}
	return made, err
}

// constant returns a value that is not known yet.
func (r *codeReader) constant(v picklevm.Value, depth int) (pycode.Value, error) {
	switch v.Kind() {
	case picklevm.KindInt:
		return v.Int(), nil
	case picklevm.KindStr:
		if text, ok := r.j.m.Str(v); ok {
			return text, r.hold(int64(len(text)))
		}
	case picklevm.KindBytes, picklevm.KindByteArray:
		if content, err := r.literal(v); content != nil || err != nil {
			return content, err
		}
	case picklevm.KindTuple, picklevm.KindList, picklevm.KindFrozenSet, picklevm.KindSet:
		items, err := r.values(v, depth)
		return &pycode.Tuple{Items: items}, err
	case picklevm.KindCall:
		return r.made(v, depth)
	default: // None, floats and the like, of which a listing has no use
	}
	return nil, nil
}

// values returns the items of a value.
func (r *codeReader) values(v picklevm.Value, depth int) ([]pycode.Value, error) {
	items, _, _ := r.j.m.Items(v)
	var made []pycode.Value
	for _, item := range items {
		c, err := r.value(item, depth+1)
		if err != nil {
			return nil, err
		}
		made = append(made, c)
	}
	return made, nil
}

// made returns the code object or the bytes that a call makes.
func (r *codeReader) made(v picklevm.Value, depth int) (pycode.Value, error) {
	if !makesCode[r.j.callee(r.j.m.Item(v, 0)).path] {
		content, err := r.decode(v, depth)
		if content == nil || err != nil {
			return nil, err
		}
		return content, nil
	}
	args, err := r.values(r.j.m.Item(v, 1), depth)
	if err != nil {
		return nil, err
	}
	code, err := pycode.NewCode(args)
	if err != nil {
		return nil, nil // the loader fails there as well
	}
	return code, nil
}

// mentions are what code mentions.
type mentions struct {
	imports, names, strings map[string]bool

	broken  bool // not all of it could be read
	ready   bool // there is a code object
	regular bool // all of it is as compilers write it
}

// add adds a listing, and the error that it came with.
func (m *mentions) add(l *pycode.Listing, err error) {
	m.broken = m.broken || err != nil || l.Unknown > 0
	m.ready = m.ready || len(l.Functions) > 0
	m.regular = m.regular && l.Regular
	for _, text := range l.Strings {
		if text != "" && len(text) <= maxShownString {
			m.strings[text] = true
		}
	}
	for _, i := range l.Imports {
		name := strings.Repeat(".", max(0, int(min(i.Level, 8)))) + i.Module
		if i.Name != "" {
			name += "." + i.Name
		}
		if name != "" {
			m.imports[name] = true
		}
	}
	part := map[string]bool{}
	for _, name := range l.Dotted {
		if !m.imports[name] {
			m.names[name] = true
		}
		for hop := range strings.SplitSeq(name, ".") {
			part[hop] = true
		}
	}
	for _, name := range l.Names {
		if !part[name] {
			m.names[name] = true
		}
	}
}

// sentence says what the code mentions. It follows a message.
func (m *mentions) sentence() string {
	if m == nil || !m.ready {
		return ""
	}
	var parts []string
	if len(m.imports) > 0 {
		parts = append(parts, "imports "+strings.Join(worstFirst(m.imports), ", "))
	}
	if len(m.names) > 0 {
		parts = append(parts, "uses the names "+strings.Join(worstFirst(m.names), ", "))
	}
	switch {
	case len(parts) == 0 && !m.broken:
		return " Its code imports nothing and uses no names."
	case len(parts) == 0:
		return " Its code could not be listed."
	}
	text := " Its code " + strings.Join(parts, " and ") + "."
	if m.broken {
		text += " Not all of it could be listed."
	}
	return text
}

// evidence are the lines of evidence.
func (m *mentions) evidence() (lines []string) {
	if m == nil {
		return nil
	}
	if len(m.imports) > 0 {
		lines = append(lines, "code imports: "+strings.Join(worstFirst(m.imports), ", "))
	}
	if len(m.names) > 0 {
		lines = append(lines, "code names: "+strings.Join(worstFirst(m.names), ", "))
	}
	if len(m.strings) > 0 {
		quoted := map[string]bool{}
		for text := range m.strings {
			quoted[strconv.Quote(text)] = true
		}
		lines = append(lines, "code strings: "+strings.Join(worstFirst(quoted), ", "))
	}
	return lines
}

// isDangerousName reports whether a name that code mentions is known to be dangerous, by
// itself or as a builtin.
func isDangerousName(name string) bool {
	module, rest := split(name)
	if rest == "" {
		module, rest = "builtins", name
	}
	_, dangerous := picklenames.Dangerous(picklenames.Canonical(module, rest))
	return dangerous
}

// worstFirst returns names, the dangerous ones first, so many as a message has room for.
func worstFirst(set map[string]bool) []string {
	var worst, others []string
	for _, name := range slices.Sorted(maps.Keys(set)) {
		shown := scanner.Clean(name, 60)
		if isDangerousName(name) {
			worst = append(worst, shown)
		} else {
			others = append(others, shown)
		}
	}
	all := append(worst, others...)
	if len(all) > maxMentioned {
		all = append(all[:maxMentioned:maxMentioned], fmt.Sprintf("and %d more", len(all)-maxMentioned))
	}
	return all
}

// inspectCode notes what code imports and mentions, for inspection.
func (j *judge) inspectCode(m *mentions, at int64) {
	if !j.p.Inspecting() || !m.ready {
		return
	}
	for _, line := range m.evidence() {
		j.p.Program("# " + line)
	}
	names := maps.Clone(m.imports)
	for name := range m.names {
		for module := range m.imports {
			if strings.HasPrefix(name, module+".") {
				names[name] = true
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if j.codeNames[name] || strings.HasPrefix(name, ".") {
			continue
		}
		j.codeNames[name] = true
		module, rest := split(name)
		g := &picklevm.Global{Module: module, Name: rest, Protocol: picklevm.MaxProtocol, At: at}
		path := module
		if rest != "" {
			path = picklenames.Canonical(module, rest)
		}
		j.inspectImport(lookup(path, module), g, scanner.UseImport)
	}
}
