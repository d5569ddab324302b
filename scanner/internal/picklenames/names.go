// Package picklenames knows the names that pickles import: what is shown inert and
// for which use, what is known to be dangerous, and how the many spellings of one
// object come together.
//
// The tables under data are written by tools/vet from the real packages, several
// versions of each, and reviewed in diffs; reviewed.go holds the callables that were
// read by hand, each with the arguments for which it is inert. Names are listed one
// by one.
package picklenames

import (
	"embed"
	"slices"
	"strings"
	"sync"
)

// An Entry says for which uses a callable was shown inert.
type Entry struct {
	Class     bool     // a class: keeping a reference to it is inert
	Construct bool     // __new__, __setstate__ and the hooks by which an instance is compared are inert
	Plain     bool     // a class that is inert where it is made without arguments and given one dict: fetching an attribute that it lacks may do more
	Has       []string // of such a class: attributes that it has, so that fetching them runs nothing
	NoItems   bool     // of a class: append, extend, add, update or __setitem__ may do more than store
	NoSlots   bool     // of a class: setting attributes may do more than store, so slot state may
	NoGetters bool     // of a class: fetching an attribute of an instance may do more than look it up
	NoCalls   bool     // of a class: calling an instance may do more than compute
	Call      bool     // the call is inert with arguments of the Shape
	Enum      bool     // an enumeration: a call gives a member, which the whole process shares
	Tuple     bool     // a named tuple: it stores what __new__ gets
	Keep      bool     // a function that is inert when it is called later with any data
	Shape     Shape
}

// Unconditional reports whether a call is inert whatever data it gets.
func (e Entry) Unconditional() bool { return e.Keep || e.Class && e.Call && e.Shape.anyData() }

//go:embed data
var data embed.FS

// A table is what was found out of one package: a paragraph a module, sorted, with a line
// a name. Names are looked for in the text, because parsing it costs more than most scans.
type table struct {
	modules []string // each its path, then its names, each after a line break and a space
	part    bool     // names that are not listed may be of versions that were not looked at
}

// tables holds a function for each vetted package that reads its table when it is
// first asked. The table of the standard library is called stdlib.
var tables = sync.OnceValue(func() map[string]func() table {
	files, _ := data.ReadDir("data") // a test reads every table
	all := make(map[string]func() table, len(files))
	for _, f := range files {
		name := strings.TrimSuffix(f.Name(), ".txt")
		all[name] = sync.OnceValue(func() table { return newTable(string(file(name))) })
	}
	delete(all, stdlibList)
	delete(all, calledList)
	return all
})

// stdlibList is the file that lists the modules of the standard library; calledList, that
// with the methods that hooks of listed classes call.
const (
	stdlibList = "stdlib_modules"
	calledList = "called_methods"
)

// newTable returns the table with a text. Its first line says in which versions the package
// was looked at, and whether those are enough to know all its names: "# package whole
// version..." or "# package part version...".
func newTable(text string) table {
	paragraphs := strings.Split(strings.TrimSuffix(text, "\n"), "\n\n")
	fields := strings.Fields(paragraphs[0])
	return table{modules: paragraphs[1:], part: len(fields) > 2 && fields[2] == "part"}
}

// find returns what the line of a path says after its name: "letters evidence versions", or
// "= other path" where the package has the object under that one too.
func (t table) find(path string) (string, bool) {
	dot := max(strings.LastIndexByte(path, '.'), 0)
	at, ok := slices.BinarySearchFunc(t.modules, path[:dot], func(lines, module string) int {
		listed, _, _ := strings.Cut(lines, "\n")
		return strings.Compare(listed, module)
	})
	if !ok {
		return "", false
	}
	_, rest, ok := strings.Cut(t.modules[at], "\n "+path[dot+1:]+" ")
	says, _, _ := strings.Cut(rest, "\n")
	return says, ok
}

// row returns the letters of a path that was shown inert for some use, and the evidence.
func (t table) row(path string) (letters, evidence string, ok bool) {
	says, ok := t.find(path)
	letters, says, _ = strings.Cut(says, " ")
	evidence, _, _ = strings.Cut(says, " ")
	return letters, evidence, ok && letters != "=" && letters != leftOut
}

// leftOut stands in a row in the place of letters: the class was looked at, and is inert
// for no use.
const leftOut = "x"

// alias returns the canonical path of the object that has another one too.
func (t table) alias(path string) (string, bool) {
	says, _ := t.find(path)
	return strings.CutPrefix(says, "= ")
}

// file returns an embedded table.
func file(name string) []byte {
	text, _ := data.ReadFile("data/" + name + ".txt") // a test reads every table
	return text
}

// tableOf returns the table of the package that a path or module belongs to.
func tableOf(path string) (table, bool) {
	top, _, _ := strings.Cut(path, ".")
	if t := tables()[top]; t != nil && top != "stdlib" {
		return t(), true
	}
	if Stdlib(top) {
		return tables()["stdlib"](), true
	}
	return table{}, false
}

// Lookup returns what is known of the callable with a canonical path.
func Lookup(path string) (Entry, bool) {
	entry, ok := reviewed[path]
	if !ok {
		entry, ok = reviewedPackages[path]
	}
	if !ok {
		entry, ok = reviewedTensors[path]
	}
	t, _ := tableOf(path)
	letters, evidence, listed := t.row(path)
	if !listed {
		entry.NoCalls = true // as far as anybody knows
		return entry, ok
	}
	generated := entryOf(letters)
	generated.Enum, generated.Tuple = evidence == "enum", generated.Call && evidence == "namedtuple"
	if generated.Class && generated.Call && !generated.Enum && !generated.Tuple {
		generated.Shape = values // exceptions and compiled classes go through what they get
	}
	if !ok {
		return generated, true
	}
	entry.Class = entry.Class || generated.Class
	entry.Construct = entry.Construct || generated.Construct
	entry.NoGetters, entry.NoCalls = entry.NoGetters || generated.NoGetters, entry.NoCalls || generated.NoCalls
	entry.Enum = entry.Enum || generated.Enum
	return entry, true
}

// entryOf turns the letters of a row into an entry: n for construction, with d for
// calls with data, I and A where items or attributes are not inert to set, G where
// attributes are not inert to fetch, and C where instances are not inert to call; s for
// functions that may be kept, p for the helper by which a Cython class is unpickled,
// m for the one by which a Keras model is, c for constants and classes that are only
// referred to.
func entryOf(letters string) Entry {
	switch letters {
	case "s":
		return Entry{Keep: true}
	case "c":
		return Entry{Class: true}
	case "m":
		return modelLoader
	case "p":
		return Entry{Call: true, Shape: Shape{Args: []Arg{listedClass, {Kind: Int}, {Kind: Any}}}}
	}
	e := Entry{
		Class: true, Construct: true, NoItems: strings.Contains(letters, "I"), NoSlots: strings.Contains(letters, "A"),
		NoGetters: strings.Contains(letters, "G"), NoCalls: strings.Contains(letters, "C"),
	}
	if strings.HasPrefix(letters, "nd") {
		e.Call, e.Shape = true, anyData
	}
	return e
}

// calledMethods returns a line for each package: its name, then the names of methods, with a
// blank before and behind each.
var calledMethods = sync.OnceValue(func() map[string]string {
	called := map[string]string{}
	for line := range strings.Lines(string(file(calledList))) {
		name, methods, _ := strings.Cut(strings.TrimSpace(line), " ")
		called[name] = " " + methods + " "
	}
	return called
})

// IsCalledMethod reports whether hooks of listed classes of the package that a class belongs
// to call a method of that name of their own instance. An attribute of an instance takes the
// place of its class's method.
func IsCalledMethod(class, name string) bool {
	top, _, _ := strings.Cut(class, ".")
	if Stdlib(top) {
		top = "stdlib"
	}
	return calls(calledMethods()[top], name)
}

// IsCalledSomewhere is IsCalledMethod for a class that is not known.
func IsCalledSomewhere(name string) bool {
	for _, methods := range calledMethods() {
		if calls(methods, name) {
			return true
		}
	}
	return false
}

// calls reports whether a name is among methods.
func calls(methods, name string) bool {
	return name != "" && !strings.Contains(name, " ") && strings.Contains(methods, " "+name+" ")
}

var stdlibModules = sync.OnceValue(func() map[string]bool { return words(stdlibList) })

// words returns the words of an embedded file as a set.
func words(name string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(string(file(name))) {
		set[w] = true
	}
	return set
}

// Stdlib reports whether a module belongs to the standard library of some
// supported Python.
func Stdlib(module string) bool {
	top, _, _ := strings.Cut(module, ".")
	return stdlibModules()[top]
}

// Known reports whether a module belongs to the standard library, or to a package of which
// some version was looked at.
func Known(module string) bool {
	_, ok := tableOf(module)
	return ok
}

// Vetted reports whether a path or module belongs to a package that was vetted in many
// versions or to the standard library, where a name that is not listed was left out on
// purpose; or whether just that name was looked at and left out.
func Vetted(path string) bool {
	t, ok := tableOf(path)
	if ok && t.part {
		says, _ := t.find(path)
		return strings.HasPrefix(says, leftOut+" ")
	}
	return ok
}

// TakesOnlyData reports whether a call takes plain values and listed classes only: no
// name, callable or pickle that decides what else runs.
func (e Entry) TakesOnlyData() bool {
	if !e.Call {
		return false
	}
	all := append(append([]Arg(nil), e.Shape.Args...), e.Shape.Opt...)
	if e.Shape.Rest != nil {
		all = append(all, *e.Shape.Rest)
	}
	return !slices.ContainsFunc(all, func(a Arg) bool {
		return !slices.Contains([]Kind{Any, Str, Int, Bytes, Class, Dtype, Storage, Literal, Made, Value, Types, Iterable, Pairs}, a.Kind)
	})
}
