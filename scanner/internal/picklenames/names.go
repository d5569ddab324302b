// Package picklenames knows the names that pickles import: what is shown inert and
// for which use, what is known to be dangerous, and how the many spellings of one
// object come together.
//
// The tables under data are written by tools/names from the real packages and
// reviewed in diffs; reviewed.go holds the callables that were read by hand, each
// with the arguments for which it is inert. Names are listed one by one.
package picklenames

import (
	"embed"
	"slices"
	"strings"
	"sync"
)

// An Entry says for which uses a callable was shown inert.
type Entry struct {
	Class     bool // a class: keeping a reference to it is inert
	Construct bool // __new__, __setstate__ and the methods by which a stream fills an instance are inert
	Call      bool // the call is inert with arguments of the Shape
	Keep      bool // a function that is inert when it is called later with any data
	Shape     Shape
}

// Unconditional reports whether a call is inert whatever data it gets.
func (e Entry) Unconditional() bool { return e.Keep || e.Class && e.Call && e.Shape.anyData() }

//go:embed data/*.txt
var data embed.FS

// tables are the generated tables, by top-level package.
var tables = map[string]func() map[string]string{
	"joblib": table("joblib"), "numpy": table("numpy"), "pandas": table("pandas"), "scipy": table("scipy"),
	"sklearn": table("sklearn"), "torch": table("torch"),
}

// stdlibTable is that of the standard library, othersTable that of packages which
// are not vetted as a whole.
var (
	stdlibTable = table("stdlib")
	othersTable = table("others")
)

// table returns a function that parses a table when it is first asked.
func table(name string) func() map[string]string {
	return sync.OnceValue(func() map[string]string {
		rows := map[string]string{}
		for line := range strings.Lines(file(name)) {
			path, kind, _ := strings.Cut(strings.TrimSpace(line), " ")
			rows[path] = kind
		}
		return rows
	})
}

// file returns an embedded table.
func file(name string) string {
	text, err := data.ReadFile("data/" + name + ".txt")
	if err != nil {
		return "" // a test reads every table
	}
	return string(text)
}

// Lookup returns what is known of the callable with a canonical path.
func Lookup(path string) (Entry, bool) {
	entry, ok := reviewed[path]
	top, _, _ := strings.Cut(path, ".")
	rows := othersTable
	switch t := tables[top]; {
	case t != nil:
		rows = t
	case Stdlib(top):
		rows = stdlibTable
	}
	kind, listed := rows()[path]
	if !listed {
		return entry, ok
	}
	generated := entryOf(kind)
	if !ok {
		return generated, true
	}
	entry.Class = entry.Class || generated.Class
	entry.Construct = entry.Construct || generated.Construct
	return entry, true
}

// entryOf turns the letters of a generated row into an entry: n for construction,
// d for calls with data, s for functions that may be kept, p for the helper by
// which a Cython class is unpickled, c for constants and classes that are only
// referred to.
func entryOf(kind string) Entry {
	switch kind {
	case "nd":
		return Entry{Class: true, Construct: true, Call: true, Shape: anyData}
	case "s":
		return Entry{Keep: true}
	case "c":
		return Entry{Class: true}
	case "p":
		return Entry{Call: true, Shape: Shape{Args: []Arg{listedClass, {Kind: Int}, {Kind: Any}}}}
	}
	return Entry{Class: true, Construct: true}
}

var stdlibModules = sync.OnceValue(func() map[string]bool {
	modules := map[string]bool{}
	for _, m := range strings.Fields(file("stdlib_modules")) {
		modules[m] = true
	}
	return modules
})

// Stdlib reports whether a module belongs to the standard library of some
// supported Python.
func Stdlib(module string) bool {
	top, _, _ := strings.Cut(module, ".")
	return stdlibModules()[top]
}

// closure are the packages that vetted ones always install, and helpers that
// belong to them: as reachable as they are.
var closure = []string{
	"cffi", "cycler", "dateutil", "filelock", "fsspec", "functorch", "jinja2", "markupsafe", "mpmath", "narwhals", "networkx",
	"pkg_resources", "pyarrow", "pytz", "setuptools", "six", "sympy", "threadpoolctl", "torchgen", "typing_extensions", "tzdata", "yaml",
}

// Vetted reports whether a module belongs to a vetted package or to the standard
// library: a name there that is not listed was left out on purpose.
func Vetted(module string) bool {
	top, _, _ := strings.Cut(module, ".")
	if tables[top] != nil || Stdlib(top) {
		return true
	}
	_, found := slices.BinarySearch(closure, top)
	return found
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
		return !slices.Contains([]Kind{Any, Str, Int, Bytes, Class, Dtype, Storage, Literal, Value, Types, Iterable}, a.Kind)
	})
}
