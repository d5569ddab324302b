package pycode

import (
	"maps"
	"slices"

	"github.com/modelsieve/modelsieve/scanner"
)

// A lister collects what code objects mention.
type lister struct {
	limits Limits
	units  int64

	codes    []*Code
	seen     map[any]bool // each *Code and *Tuple is walked once: references share them
	imports  map[Import]bool
	names    map[string]bool
	dotted   map[string]bool
	strings  map[string]bool
	omitted  map[string]bool
	releases map[string]bool
	// aliases are what imports made of a name, over all code objects: scopes are not
	// told apart.
	aliases map[string][]string
}

// List lists code objects and those in their constants. With an error, which is
// that of a limit, there is still a listing, never nil.
func List(codes []*Code, limits Limits) (*Listing, error) {
	l := &lister{
		limits: limits.withDefaults(), seen: map[any]bool{}, aliases: map[string][]string{}, imports: map[Import]bool{},
		names: map[string]bool{}, dotted: map[string]bool{}, strings: map[string]bool{}, omitted: map[string]bool{}, releases: map[string]bool{},
	}
	regular, err := l.list(codes)
	out := &Listing{
		Regular: regular, Omitted: len(l.omitted), Imports: sortedImports(l.imports),
		Names: sorted(l.names), Dotted: sorted(l.dotted), Strings: sorted(l.strings),
	}
	for _, c := range l.codes {
		out.Functions = append(out.Functions, c.Function)
		out.Unknown += c.unknown
	}
	for _, layout := range slices.Backward(layouts) {
		for _, r := range layout.releases {
			if l.releases[r.name] {
				out.Releases = append(out.Releases, r.name)
			}
		}
	}
	return out, err
}

// list fills the lister and reports whether the bytecode is regular.
func (l *lister) list(codes []*Code) (bool, error) {
	for _, c := range codes {
		if err := l.collect(c); err != nil {
			return false, err
		}
	}
	for _, c := range l.codes {
		if err := l.prepare(c); err != nil {
			return false, err
		}
	}
	return l.disassemble()
}

// spend charges n units.
func (l *lister) spend(n int64) error {
	if l.units += n; l.units > l.limits.Units {
		return scanner.Errorf(scanner.OverLimit, 0, "code objects: more than %d instructions and names", l.limits.Units)
	}
	return l.limits.Step(n)
}

// textCost is how many units it costs to look at a text.
func textCost(s string) int64 { return int64(len(s)) / 16 }

// collect finds the code objects and strings from one value on.
func (l *lister) collect(root *Code) error {
	stack := []Value{root}
	for len(stack) > 0 {
		v := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if err := l.spend(1); err != nil {
			return err
		}
		switch v := v.(type) {
		case string:
			if err := l.addString(v); err != nil {
				return err
			}
		case []byte:
			if err := l.addString(string(v)); err != nil {
				return err
			}
		case *Tuple:
			if v != nil && l.first(v) {
				stack = slices.Grow(stack, len(v.Items))
				for _, item := range slices.Backward(v.Items) {
					stack = append(stack, item)
				}
			}
		case *Code:
			if v != nil && l.first(v) {
				l.codes = append(l.codes, v)
				stack = append(stack, v.consts)
			}
		}
	}
	return nil
}

// first reports whether a pointer is met for the first time.
func (l *lister) first(pointer any) bool {
	if l.seen[pointer] {
		return false
	}
	l.seen[pointer] = true
	return true
}

// addString lists a constant, if there is room.
func (l *lister) addString(s string) error {
	switch {
	case l.strings[s]:
	case len(l.strings) < l.limits.Strings:
		l.strings[s] = true
	default:
		l.omitted[s] = true
	}
	return l.spend(textCost(s))
}

// namesOf is a tuple of names, kept apart from the same tuple among the constants.
type namesOf struct{ *Tuple }

// prepare lists the names of a code object and orders its variables.
func (l *lister) prepare(c *Code) error {
	if c.names != nil && l.first(namesOf{c.names}) {
		for _, v := range c.names.Items {
			s, ok := v.(string)
			if err := l.spend(1 + textCost(s)); err != nil {
				return err
			}
			if ok {
				l.names[s] = true
			} else {
				c.unknown++
			}
		}
	}
	if len(c.locals) < 2 {
		return nil
	}
	return l.mergeVariables(c)
}

// mergeVariables puts local variables, cells and free variables in the order in
// which the bytecode counts them: a cell that is a local variable as well has one
// place.
func (l *lister) mergeVariables(c *Code) error {
	merged, known := new(Tuple), map[string]bool{}
	for i, t := range c.locals {
		for j := range t.size() {
			name := t.text(j)
			if err := l.spend(1 + textCost(name)); err != nil {
				return err
			}
			if i == 0 || name == "" || !known[name] {
				merged.Items = append(merged.Items, name)
			}
			known[name] = true
		}
	}
	c.locals = []*Tuple{merged}
	c.cells = c.locals
	return nil
}

// disassemble walks the bytecode under every release of its layout that it is
// regular in, or, where there is none, under all of them.
func (l *lister) disassemble() (bool, error) {
	regular := true
	for _, group := range byLayout(l.codes) {
		var fit []*release
		for _, r := range group[0].layout.releases {
			ok, err := l.fits(r, group)
			if err != nil {
				return false, err
			}
			if ok {
				fit = append(fit, r)
			}
		}
		if fit == nil {
			regular, fit = false, group[0].layout.releases
		}
		for _, r := range fit {
			l.releases[r.name] = true
			if err := l.walk(r, group); err != nil {
				return false, err
			}
		}
	}
	return regular, nil
}

// byLayout groups code objects, in the order in which the layouts first occur.
func byLayout(codes []*Code) [][]*Code {
	var groups [][]*Code
	at := map[*layout]int{}
	for _, c := range codes {
		i, ok := at[c.layout]
		if !ok {
			i = len(groups)
			at[c.layout] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], c)
	}
	return groups
}

// walk disassembles code objects under a release.
func (l *lister) walk(r *release, codes []*Code) error {
	for _, c := range codes {
		s := &scan{lister: l, c: c}
		if err := s.run(r); err != nil {
			return err
		}
	}
	return nil
}

// fits reports whether all code objects are regular under a release.
func (l *lister) fits(r *release, codes []*Code) (bool, error) {
	for _, c := range codes {
		if err := l.spend(int64(len(c.code))/2 + 1); err != nil {
			return false, err
		}
		if !r.regular(c) {
			return false, nil
		}
	}
	return true, nil
}

// regular reports whether a compiler of the release may have written the bytecode:
// its opcodes, caches and indexes are right. Bytecode that is not known is.
func (r *release) regular(c *Code) bool {
	resumed, caches, high := !r.resumes() || len(c.code) == 0, uint8(0), int64(0)
	for at := 0; at < len(c.code); {
		in := r.decode(c.code, at, uint32(high))
		isCache := in.kind == opCache
		if in.cut || in.internal || in.kind == opUnknown || isCache != (caches > 0) {
			return false
		}
		if in.usesName() && in.arg >= c.names.size() && c.names != nil {
			return false
		}
		if in.usesConst() && in.arg >= c.consts.size() && c.consts != nil {
			return false
		}
		resumed = resumed || in.kind == opResume
		at, high = in.next, 0
		switch {
		case isCache:
			caches--
		case in.kind == opExtended:
			high = in.arg
		default:
			caches = in.caches
		}
	}
	return resumed && caches == 0
}

func sorted(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }
