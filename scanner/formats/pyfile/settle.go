package pyfile

import (
	"path"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/pysource"
)

// settle reports what counts for a file in a place, and says whether the file is one of
// a model at all.
func (f *file) settle(at place) bool {
	if r := f.played(); r != nil {
		f.p.Report(r.rule, scanner.Span{Offset: r.at}, scanner.Detail{Message: r.says, Evidence: []string{f.p.Name(), r.name}, Name: r.name, Use: scanner.UseImport})
		at = loaded
	}
	switch at {
	case elsewhere:
		return false
	case loaded:
		f.p.Certain()
		f.loaded(func(*hit) bool { return true })
	case beside:
		f.hit(f.alone)
		f.p.WhenNamed(func() { f.loaded(func(h *hit) bool { return !f.alone(h) }) })
	case below:
		f.p.WhenNamed(func() { f.loaded(func(*hit) bool { return true }) })
	}
	return true
}

// alone reports whether a call counts beside a model whether a loader runs the file or not.
func (f *file) alone(h *hit) bool { return h.hidden || f.defines }

// loaded reports what counts for a file that a loader imports: calls that counts picks,
// what is not understood, and that its imports are loaded, too.
func (f *file) loaded(counts func(*hit) bool) {
	f.hit(counts)
	for _, problem := range f.problems {
		f.p.Gap(scanner.Malformed, scanner.Span{Offset: problem.At}, "Python that is not understood: %s", scanner.Clean(problem.Text, 160))
	}
	folders := f.p.Around()
	if len(folders) == 0 {
		return
	}
	for _, file := range f.imports {
		if f.p.Budget.Step(1) != nil {
			return
		}
		stem, _, _ := strings.Cut(path.Base(file), ".")
		if slices.Contains(folders[0].Named(path.Dir(file), stem), path.Base(file)) {
			f.p.Names(file)
		}
	}
}

// hit reports the calls that counts picks.
func (f *file) hit(counts func(*hit) bool) {
	for i := range f.hits {
		if h := &f.hits[i]; counts(h) {
			f.p.Report(ruleExec, h.at, scanner.Detail{Message: h.does, Evidence: []string{h.text}, Name: h.name, Use: scanner.UseCall})
		}
	}
}

// importsOf returns the files, from the folder of a source, that its imports may find
// there: loaders copy what a relative import names, and handlers and served models find
// modules of their folder by their names.
func importsOf(source *pysource.Source) []string {
	var files []string
	for _, i := range source.Imports {
		module := strings.TrimLeft(i.Module, ".")
		folder := "."
		if dots := len(i.Module) - len(module); dots > 1 {
			folder = strings.Repeat("../", min(dots, 8)-1)
		}
		at := path.Join(folder, strings.ReplaceAll(module, ".", "/"))
		files = append(files, at+".py", at+"/__init__.py")
		if i.Name != "" && i.Name != "*" {
			files = append(files, path.Join(at, i.Name)+".py")
		}
	}
	slices.Sort(files)
	return slices.Compact(files)
}
