// Package calltargets judges the callables that configurations name by a dotted path, as
// Hydra's "_target_" does, and finds the places where they stand.
//
// A path is judged under every way in which Python can take it apart, since an attribute
// of an innocent module may be another module: "logging.os.system". What is known to be
// dangerous is what package picklenames knows. Classes of the frameworks that models are
// made of are expected; what is neither is for people to read.
package calltargets

import (
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner/internal/picklenames"
)

// A Verdict says what a callable is.
type Verdict uint8

// The verdicts.
const (
	Inert    Verdict = iota + 1 // shown inert, or no path at all
	Expected                    // a class of a known framework
	Foreign                     // nobody vetted it
	Harmful                     // known to be dangerous
)

// A Judgement is what is known of a path.
type Judgement struct {
	Verdict Verdict
	Path    string // as it resolves: "os.system"
	Does    string // a clause that follows the name of a harmful callable: "starts a process or runs a shell command"
}

const maxParts = 64 // of a path

// Judge judges the callable at a dotted path, which may have a colon before the attribute.
func Judge(path string) Judgement {
	path = strings.ReplaceAll(strings.TrimSpace(path), ":", ".")
	parts := strings.Split(path, ".")
	switch {
	case len(parts) > maxParts:
		return Judgement{Verdict: Foreign, Path: path}
	case len(parts) == 1:
		return judgeWord(path)
	}
	if j, ok := judgeKnown(parts); ok {
		return j
	}
	if expected(parts) {
		return Judgement{Verdict: Expected, Path: path}
	}
	return Judgement{Verdict: Foreign, Path: path}
}

// judgeWord judges a path of one part. Where loaders find anything under it, it is a
// builtin.
func judgeWord(word string) Judgement {
	if d, ok := picklenames.Dangerous("builtins." + word); ok {
		return Judgement{Harmful, "builtins." + word, d.Text}
	}
	return Judgement{Verdict: Inert, Path: word}
}

// judgeKnown looks a path up under every reading.
func judgeKnown(parts []string) (Judgement, bool) {
	readings := readingsOf(parts)
	for _, r := range readings {
		if pure[r.path] {
			return Judgement{Verdict: Inert, Path: r.path}, true
		}
	}
	for _, r := range readings {
		if does, ok := harmful(r); ok {
			return Judgement{Harmful, r.path, does}, true
		}
	}
	for _, r := range readings {
		if entry, ok := picklenames.Lookup(r.path); ok && !r.hop && (entry.Class && ordinary(r.path) || entry.Unconditional() || entry.TakesOnlyData()) {
			return Judgement{Verdict: Inert, Path: r.path}, true
		}
	}
	return Judgement{}, false
}

// ordinary reports whether a class is of a framework or of Python itself: elsewhere the
// tables say what unpickling one does, and a configuration calls it.
func ordinary(path string) bool {
	root, _, _ := strings.Cut(path, ".")
	return frameworks[root] || picklenames.Stdlib(root)
}

// A reading is a path as it may resolve.
type reading struct {
	path string
	hop  bool // through a module that is an attribute of another
}

// readingsOf returns the paths that a path may resolve to: with each leading part as the
// module, and with each module of a vetted package in the middle as itself.
func readingsOf(parts []string) []reading {
	whole := strings.Join(parts, ".")
	readings := []reading{{path: whole}}
	for i := 1; i < len(parts); i++ {
		module, name := strings.Join(parts[:i], "."), strings.Join(parts[i:], ".")
		path := picklenames.Canonical(module, name)
		readings = append(readings, reading{path, hopped(path, whole)})
		if picklenames.Known(parts[i]) && i+1 < len(parts) {
			readings = append(readings, reading{picklenames.Canonical(parts[i], strings.Join(parts[i+1:], ".")), true})
		}
	}
	return readings
}

// hopped reports whether a path resolves to one that begins elsewhere and is a part of it.
func hopped(path, whole string) bool {
	return len(path) < len(whole) && strings.HasSuffix(whole, "."+path)
}

// ordinaryWords are modules of the standard library whose names people give to their own
// modules: what lies below one of these in another package is not taken for it.
var ordinaryWords = []string{"code", "commands", "platform", "test", "distutils", "idlelib", "antigravity", "site", "queue", "signal", "select"}

// harmful returns what a callable does where it is known to be dangerous.
func harmful(r reading) (does string, ok bool) {
	if does, ok := frameworkDangers[r.path]; ok {
		return does, true
	}
	danger, ok := picklenames.Dangerous(r.path)
	top, _, _ := strings.Cut(r.path, ".")
	if ok && r.hop && slices.Contains(ordinaryWords, top) {
		if _, all := picklenames.Dangerous(top + ".no_such_name"); all {
			return "", false
		}
	}
	return danger.Text, ok
}

// expected reports whether a path is that of a class, or of a function that makes one, in
// a framework.
func expected(parts []string) bool {
	middle, last := parts[1:len(parts)-1], parts[len(parts)-1]
	if slices.ContainsFunc(middle, func(part string) bool {
		return strings.HasPrefix(part, "__") || slices.Contains(unexpected, part) || picklenames.Stdlib(part) && !slices.Contains(domestic, part)
	}) {
		return false
	}
	switch root := parts[0]; {
	case functionsToo[root] || len(parts) > 2 && functionsToo[root+"."+parts[1]]:
		return !strings.HasPrefix(last, "__")
	case !frameworks[root]:
		return false
	case isClass(last) || slices.Contains(factories, strings.Join(parts, ".")):
		return true
	default: // a class method that makes an instance
		return len(middle) > 0 && isClass(middle[len(middle)-1]) && slices.Contains(makers, last)
	}
}

// isClass reports whether a name is spelled like that of a class.
func isClass(name string) bool {
	name = strings.TrimLeft(name, "_")
	return name != "" && name[0] >= 'A' && name[0] <= 'Z'
}
