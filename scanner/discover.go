package scanner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// A Selection is what to scan.
type Selection struct {
	Dir  string // working directory, absolute; reports show paths relative to it
	Root string // repository root, absolute; RepoPath is relative to it
	// Args are positional arguments: names of what exists, else patterns. They
	// are relative to Dir. A directory is walked.
	Args []string
	// Files are names too, never patterns.
	Files []string
	// Include, where not empty, keeps the files that match one of its patterns;
	// Exclude drops files and whole directories. A pattern may match the path from
	// Root, or the path from the argument that led to the file: what a directory is
	// walked for, what is behind the fixed part of a pattern, the last name of a file.
	Include, Exclude []string
}

// Discover finds the files of a selection, each once, sorted by path. It opens no
// file. What cannot be read or followed is a target too, with the reason.
//
// Directories are walked without following links, and only what is called .git
// is skipped. A link to a regular file in the same tree is scanned under its own
// name; the tree is the working directory, for arguments outside it the repository
// root, and elsewhere the argument's own directory.
//
// An error names the argument that does not exist, matches nothing, or is not a
// pattern.
func Discover(ctx context.Context, s Selection) ([]Target, error) {
	for _, p := range slices.Concat(s.Include, s.Exclude) {
		if !doublestar.ValidatePattern(p) {
			return nil, fmt.Errorf("%q is not a valid pattern", p)
		}
	}
	d := &discovery{Selection: s, seen: map[string]bool{}, listings: listings{folders: map[string]listing{}}}
	for _, arg := range s.Args {
		found, err := d.literal(ctx, arg)
		if err == nil && !found {
			err = d.pattern(ctx, arg)
		}
		if err != nil {
			return nil, err
		}
	}
	for _, name := range s.Files {
		found, err := d.literal(ctx, name)
		if err == nil && !found {
			err = fmt.Errorf("%q: no such file or directory", name)
		}
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(d.targets, func(a, b Target) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.RepoPath, b.RepoPath))
	})
	return d.targets, nil
}

// FindRoot returns the root of the repository that an absolute directory is in: the
// nearest one upwards that has a .git, else GITHUB_WORKSPACE where dir is inside it,
// else dir itself.
func FindRoot(dir string, getenv func(string) string) string {
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Lstat(filepath.Join(at, ".git")); err == nil {
			return at
		}
		if at == filepath.Dir(at) {
			break
		}
	}
	if workspace := getenv("GITHUB_WORKSPACE"); filepath.IsAbs(workspace) {
		if _, ok := within(workspace, dir); ok {
			return filepath.Clean(workspace)
		}
	}
	return dir
}

// within returns an absolute path relative to a directory, if it lies in it.
func within(dir, path string) (string, bool) {
	rel, err := filepath.Rel(dir, path)
	return rel, err == nil && filepath.IsLocal(rel)
}

// A discovery collects the targets of one selection.
type discovery struct {
	Selection
	seen     map[string]bool // absolute paths of the targets
	listings listings
	targets  []Target
}

// literal adds what an argument names. It reports false where that does not exist.
func (d *discovery) literal(ctx context.Context, arg string) (found bool, err error) {
	if arg == "" {
		return false, fmt.Errorf("an argument is empty: %q", arg)
	}
	e := d.entry(arg)
	switch _, err := os.Lstat(e.path()); {
	case errors.Is(err, fs.ErrPermission):
		d.refuse(e, "the file cannot be looked at: %v", reason(err))
		return true, nil
	case err != nil:
		return false, nil
	}
	at, info, refused := e.resolve()
	if refused != nil {
		d.add(e, refused)
		return true, nil
	}
	e.at = at
	switch {
	case info.IsDir():
		e.rel = ""
		return true, d.walk(ctx, e, nil)
	case info.Mode().IsRegular():
		d.add(e, nil)
	default:
		d.refuse(e, "%s, not a regular file", kindOf(info.Mode()))
	}
	return true, nil
}

// pattern adds what a pattern matches below its fixed part.
func (d *discovery) pattern(ctx context.Context, arg string) error {
	slashed := filepath.ToSlash(arg)
	if !doublestar.ValidatePattern(slashed) {
		return fmt.Errorf("%q does not exist and is not a valid pattern", arg)
	}
	if !strings.ContainsAny(slashed, "*?[{") {
		return fmt.Errorf("%q: no such file or directory", arg)
	}
	fixed, rest := doublestar.SplitPattern(slashed)
	m := &matcher{pattern: rest}
	e := d.entry(filepath.FromSlash(fixed))
	if at, info, refused := e.resolve(); refused == nil && info.IsDir() {
		e.at, e.rel = at, ""
		if err := d.walk(ctx, e, m); err != nil {
			return err
		}
	}
	if !m.matched {
		return fmt.Errorf("%q matches no file", arg)
	}
	return nil
}

// A matcher is a pattern on a walk, over paths from the walk's start.
type matcher struct {
	pattern string
	matched bool // at least once
}

// match reports whether a path matches.
func (m *matcher) match(rel string) bool {
	ok := doublestar.MatchUnvalidated(m.pattern, rel)
	m.matched = m.matched || ok
	return ok
}

// mayMatchBelow reports whether something in a directory might match.
func (m *matcher) mayMatchBelow(rel string) bool {
	if strings.Contains(m.pattern, "**") || strings.Contains(m.pattern, "{") {
		return true
	}
	return strings.Count(rel, "/") < strings.Count(m.pattern, "/")
}

// add adds a target, unless it is filtered out.
func (d *discovery) add(e entry, refused *Error) {
	if !d.excluded(e) && (len(d.Include) == 0 || d.matches(d.Include, e)) {
		d.put(e, refused)
	}
}

// put adds a target, once.
func (d *discovery) put(e entry, refused *Error) {
	if d.seen[e.path()] {
		return
	}
	d.seen[e.path()] = true
	d.targets = append(d.targets, Target{Path: CleanPath(d.show(e)), RepoPath: d.repoPath(e), Open: e.open, Around: d.around(e), Refused: refused})
}

// refuse adds a target that cannot be read.
func (d *discovery) refuse(e entry, format string, args ...any) {
	d.add(e, Errorf(Unreadable, 0, format, args...))
}

// excluded reports whether a pattern excludes a file or a directory.
func (d *discovery) excluded(e entry) bool { return d.matches(d.Exclude, e) }

// matches reports whether one of the patterns matches.
func (d *discovery) matches(patterns []string, e entry) bool {
	for _, p := range patterns {
		if doublestar.MatchUnvalidated(p, d.repoPath(e)) || doublestar.MatchUnvalidated(p, e.rel) {
			return true
		}
	}
	return false
}

// show returns an entry's path as reports show it, not yet cleaned.
func (d *discovery) show(e entry) string {
	rel, err := filepath.Rel(d.Dir, e.path())
	if err != nil || e.absolute && !filepath.IsLocal(rel) {
		rel = e.path()
	}
	return filepath.ToSlash(rel)
}

// repoPath returns an entry's path from the repository root.
func (d *discovery) repoPath(e entry) string {
	rel, err := filepath.Rel(d.Root, e.path())
	if err != nil {
		rel = e.path()
	}
	return filepath.ToSlash(rel)
}

// kindOf names what is not a regular file.
func kindOf(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "something else"
}
