package pycode

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

const (
	maxDotted  = 1024 // bytes of a dotted name; longer ones end there
	maxAliases = 8    // imports that one name may stand for
)

// A scan walks the bytecode of one code object. It looks at neighbours only, in the
// order in which they stand: what compilers write for "a.b.c", for imports and for
// the names that these bind.
type scan struct {
	*lister
	c *Code

	root, path string  // the name that was loaded last, and its attributes: "os", ".path"
	consts     []Value // the constants just pushed, two at most
	module     string  // of the import that is under way, with its leading dots
	listed     bool    // it has a from-list
	bound      string  // what the next store gives a name to: "os.path"
	owed       int64   // units for the names that were made since the last instruction
}

// run walks all instructions. Arguments that count past what is there name nothing.
func (s *scan) run(r *release) error {
	high := int64(0)
	for at := 0; at < len(s.c.code); {
		in := r.decode(s.c.code, at, uint32(high))
		at, high = in.next, 0
		if in.cut {
			break
		}
		if in.kind == opExtended {
			high = in.arg
		}
		if err := s.step(in); err != nil {
			return err
		}
	}
	s.load("")
	return s.spend(s.owed)
}

// step looks at one instruction.
func (s *scan) step(in instruction) error {
	name := s.operand(in)
	if err := s.spend(1 + textCost(name) + s.owed); err != nil {
		return err
	}
	s.owed = 0
	switch in.kind {
	case opCache, opShuffle, opExtended:
	case opConst:
		s.push(s.c.consts.at(in.arg))
	case opSmallInt:
		s.push(in.arg)
	case opLoad, opLoadLocal, opLoadPair, opLoadCell:
		s.load(name)
	case opAttr:
		s.attribute(name)
	case opStore, opStoreLocal, opStorePair, opStoreCell:
		s.store(name)
	case opStoreLoad:
		s.store(name)
		s.load(cut(nth(s.c.locals, in.arg&15)))
	case opImport:
		return s.importName(name)
	case opImportFrom:
		s.importFrom(name)
	default:
		s.load("")
	}
	return nil
}

// operand is the name that the argument of an instruction means. Of two it is the
// one on top of the stack.
func (s *scan) operand(in instruction) string {
	switch in.kind {
	case opLoadLocal, opStoreLocal:
		return cut(nth(s.c.locals, in.arg))
	case opLoadPair:
		return cut(nth(s.c.locals, in.arg&15))
	case opStorePair, opStoreLoad:
		return cut(nth(s.c.locals, in.arg>>4&15))
	case opLoadCell, opStoreCell:
		return cut(nth(s.c.cells, in.arg))
	default:
		if in.usesName() {
			return cut(s.c.names.text(in.arg))
		}
		return ""
	}
}

// cut ends a name where no dotted name goes on.
func cut(name string) string { return name[:min(len(name), maxDotted)] }

// push keeps the last two constants.
func (s *scan) push(v Value) {
	consts := append(s.consts, v)
	s.load("")
	s.consts = consts[max(0, len(consts)-2):]
}

// load ends what was under way and begins a dotted name; an empty one is none.
func (s *scan) load(name string) {
	if s.path != "" {
		s.dot(s.root + s.path)
		for _, target := range s.aliases[s.root] {
			s.dot(target + s.path)
		}
	}
	s.root, s.path, s.consts = name, "", nil
	s.module, s.listed, s.bound = "", false, ""
}

// attribute adds to the dotted name. In Python 2 it may be part of an import.
func (s *scan) attribute(name string) {
	switch {
	case name == "":
		s.load("")
	case s.bound != "" && !s.listed:
		s.bound = join(s.bound, name)
	case s.root != "" && len(s.path)+len(name) < maxDotted:
		s.path += "." + name
	default:
		s.load("")
	}
}

// store gives a name to what was imported. The module stays: more may be taken from it.
func (s *scan) store(name string) {
	if s.bound == "" {
		s.load("")
		return
	}
	known := s.aliases[name]
	if name != "" && name != s.bound && len(known) < maxAliases && !slices.Contains(known, s.bound) {
		s.aliases[name] = append(known, s.bound)
	}
	s.bound = ""
}

// importName lists an import and begins the binding of its names.
func (s *scan) importName(module string) error {
	consts := s.consts
	s.load("")
	im := Import{Module: module, Opaque: true}
	var list *Tuple
	if len(consts) == 2 {
		level, known := consts[0].(int64)
		list, _ = consts[1].(*Tuple)
		im.Level, im.Opaque = level, !known || consts[1] != nil && list == nil
	}
	s.module = strings.Repeat(".", int(min(max(im.Level, 0), 16))) + module
	s.listed = list.size() > 0
	if !s.listed {
		s.imports[im] = true
		s.bound, _, _ = strings.Cut(s.module, ".")
		if im.Level > 0 {
			s.bound = s.module
		}
		return nil
	}
	return s.fromList(im, list)
}

// fromList lists an import for each name of its from-list.
func (s *scan) fromList(im Import, list *Tuple) error {
	for i := range list.size() {
		from := im
		from.Name = cut(list.text(i))
		if err := s.spend(1 + textCost(from.Name) + s.owed); err != nil {
			return err
		}
		s.owed = 0
		from.Opaque = im.Opaque || from.Name == ""
		s.imports[from] = true
		s.fromModule(from.Name)
	}
	return nil
}

// fromModule lists a name that is taken from the module under way.
func (s *scan) fromModule(name string) {
	if name != "*" && name != "" {
		s.dot(join(s.module, name))
	}
}

// importFrom binds what is taken from a module; of "import a.b as c", which has no
// from-list, it takes b from a.
func (s *scan) importFrom(name string) {
	switch {
	case s.listed:
		s.bound = join(s.module, name)
		s.fromModule(name)
	case s.bound != "":
		s.bound = join(s.bound, name)
	}
}

// join puts a dot between, unless the module is only dots.
func join(module, name string) string {
	if len(module)+len(name) > maxDotted {
		return module
	}
	if strings.HasSuffix(module, ".") {
		return module + name
	}
	return module + "." + name
}

// dot lists a dotted name. What it costs is paid with the next instruction.
func (s *scan) dot(name string) {
	s.owed += textCost(name)
	if !s.dotted[name] {
		s.dotted[name] = true
		s.owed += int64(len(name))
	}
}

// sortedImports orders imports by their text.
func sortedImports(set map[Import]bool) []Import {
	return slices.SortedFunc(maps.Keys(set), func(a, b Import) int {
		return cmp.Or(cmp.Compare(a.Module, b.Module), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Level, b.Level), opaqueOrder(a, b))
	})
}

// opaqueOrder puts what is known first.
func opaqueOrder(a, b Import) int {
	switch {
	case a.Opaque == b.Opaque:
		return 0
	case b.Opaque:
		return -1
	}
	return 1
}
