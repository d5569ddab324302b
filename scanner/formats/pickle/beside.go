package pickle

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/picklenames"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// codeSuffixes are how files end that an import runs (importlib.machinery).
var codeSuffixes = []string{".py", ".pyw", ".pyc", ".so", ".pyd"}

// isCode reports whether a file is one that an import can run.
func isCode(name string) bool {
	return slices.ContainsFunc(codeSuffixes, func(suffix string) bool { return strings.HasSuffix(name, suffix) })
}

// compiledIn are modules that no file can take the place of: they are part of every
// interpreter (sys.builtin_module_names), or are what the program itself is.
var compiledIn = []string{
	"__main__", "_abc", "_ast", "_codecs", "_collections", "_functools", "_imp", "_io", "_locale", "_operator", "_signal", "_sre",
	"_stat", "_string", "_symtable", "_thread", "_tracemalloc", "_warnings", "_weakref", "atexit", "builtins", "errno",
	"faulthandler", "gc", "itertools", "marshal", "sys", "time",
}

// A moduleUse is a module that a stream imports.
type moduleUse struct {
	module string
	vetted bool
	path   string // of the name that is imported from it
	at     int64
}

// lookBeside has the modules that the stream imports looked up, when all members of
// the file are known, in the folders and archives around it.
func (j *judge) lookBeside() {
	var uses []moduleUse
	for i, g := range j.m.Globals() {
		module := g.Module
		if g.Protocol < 3 {
			module, _ = picklenames.FixImport(module, g.Name)
		}
		if top, _, _ := strings.Cut(module, "."); g.Computed || j.looked[module] || slices.Contains(compiledIn, top) {
			continue
		}
		j.looked[module] = true
		t := j.targetOf(picklevm.GlobalValue(i))
		uses = append(uses, moduleUse{module, t.vetted, t.path, g.At})
	}
	if len(uses) == 0 {
		return
	}
	p := j.p
	p.Later(func() error {
		folders := p.Around()
		for _, u := range uses {
			if err := p.Budget.Step(1); err != nil {
				return err
			}
			u.report(p, folders)
		}
		return nil
	})
}

// report reports the file that importing the module would run, where one lies around
// the pickle. A vetted module, which is installed, is shadowed only from the folder of
// the pickle, and as a whole.
func (u *moduleUse) report(p *scanner.Pass, folders []scanner.Folder) {
	parts := strings.Split(u.module, ".")
	if u.vetted {
		parts = parts[:1]
	}
	for _, folder := range folders {
		if u.vetted && folder.Root {
			continue
		}
		file := moduleFile(folder, parts)
		if file == "" {
			continue
		}
		does := fmt.Sprintf("imports %q, and the file %q %s answers to that name", scanner.Clean(u.path, 160), scanner.Clean(file, 160), folder.Where)
		if u.vetted {
			does += " before the real package"
		}
		p.Report(ruleCodeBeside, scanner.Span{Offset: u.at, Length: 1}, scanner.Detail{
			Message:  "Loading this pickle " + does + ": the import runs it.",
			Evidence: []string{u.module, file}, Name: u.path, Use: scanner.UseImport,
		})
		return
	}
}

// moduleFile returns the first file that importing a dotted module runs, as a path
// below a folder, or "".
func moduleFile(folder scanner.Folder, parts []string) string {
	dir := "."
	for _, part := range parts {
		if part == "" || strings.ContainsAny(part, `/\`) {
			return ""
		}
		names := folder.Named(dir, part)
		if file := answering(names, part); file != "" {
			return path.Join(dir, file)
		}
		if !slices.Contains(names, part) {
			return ""
		}
		dir = path.Join(dir, part)
		if file := answering(folder.Named(dir, "__init__"), "__init__"); file != "" {
			return path.Join(dir, file)
		}
	}
	return ""
}

// answering returns the file among names that holds a module: "net.py",
// "net.cpython-312-x86_64-linux-gnu.so".
func answering(names []string, module string) string {
	for _, name := range names {
		rest, ok := strings.CutPrefix(name, module+".")
		if !ok || !isCode(name) {
			continue
		}
		if native := strings.HasSuffix(name, ".so") || strings.HasSuffix(name, ".pyd"); native || !strings.Contains(rest, ".") {
			return name
		}
	}
	return ""
}
