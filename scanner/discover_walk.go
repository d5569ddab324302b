package scanner

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// An entry is a file or directory under a tree that its links may not leave.
type entry struct {
	tree string // the tree's directory, absolute
	name string // below the tree, as reports show it
	at   string // below the tree, links resolved: what is opened
	rel  string // slash path from where the walk started; for globs
	// absolute is set where the argument was, so that reports show it so.
	absolute bool
}

// entry returns the entry of an argument.
func (d *discovery) entry(arg string) entry {
	path := arg
	if !filepath.IsAbs(arg) {
		path = filepath.Join(d.Dir, arg)
	}
	path = filepath.Clean(path)
	e := entry{rel: filepath.Base(path), absolute: filepath.IsAbs(arg)}
	for _, tree := range []string{d.Dir, d.Root} {
		if rel, ok := within(tree, path); ok {
			e.tree, e.name, e.at = tree, rel, rel
			return e
		}
	}
	e.tree, e.name = filepath.Dir(path), filepath.Base(path)
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		e.tree, e.name = path, "."
	}
	e.at = e.name
	return e
}

// path returns the entry's absolute path, links not resolved.
func (e entry) path() string { return filepath.Join(e.tree, e.name) }

// child returns an entry of the directory that e is.
func (e entry) child(name string) entry {
	c := e
	c.name, c.at, c.rel = filepath.Join(e.name, name), filepath.Join(e.at, name), name
	if e.rel != "" {
		c.rel = e.rel + "/" + name
	}
	return c
}

// walk adds what lies below a directory: everything, or what m matches.
func (d *discovery) walk(ctx context.Context, dir entry, m *matcher) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	list, err := dir.list()
	for _, item := range list {
		e := dir.child(item.Name())
		if item.Name() == ".git" || d.excluded(e) {
			continue
		}
		below := m
		if m != nil && m.match(e.rel) {
			below = nil
		}
		switch {
		case item.IsDir() && (below == nil || below.mayMatchBelow(e.rel)):
			if err := d.walk(ctx, e, below); err != nil {
				return err
			}
		case item.IsDir() || below != nil:
		case item.Type().IsRegular():
			d.add(e, nil)
		case item.Type()&fs.ModeSymlink != 0:
			d.link(e)
		case ModelNamed(e.name):
			d.refuse(e, "%s, not a regular file", kindOf(item.Type()))
		}
	}
	if err != nil { // whatever Include says: what lies in the directory is not known
		d.put(dir, Errorf(Unreadable, 0, "the directory cannot be listed: %v", reason(err)))
	}
	return nil
}

// link adds the regular file that a link in a walked directory leads to. Another
// link is a target where its name is a model's.
func (d *discovery) link(e entry) {
	at, info, refused := e.resolve()
	switch {
	case refused == nil && info.Mode().IsRegular():
		e.at = at
		d.add(e, nil)
	case !ModelNamed(e.name):
	case refused != nil:
		d.add(e, refused)
	case info.IsDir():
		d.refuse(e, "a link to a directory, which is not followed")
	default:
		d.refuse(e, "a link to %s, not to a regular file", kindOf(info.Mode()))
	}
}

// resolve follows the links on the way to an entry. Refused says why they lead to
// nothing that may be opened.
func (e entry) resolve() (at string, info fs.FileInfo, refused *Error) {
	tree, err := filepath.EvalSymlinks(e.tree)
	if err != nil {
		return "", nil, Errorf(Unreadable, 0, "%v", reason(err))
	}
	path, err := filepath.EvalSymlinks(filepath.Join(e.tree, e.at))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		target, _ := os.Readlink(e.path())
		return "", nil, Errorf(Pointer, 0, "a link to %q, which is not there", target)
	case err != nil:
		return "", nil, Errorf(Unreadable, 0, "the link cannot be followed: %v", reason(err))
	}
	at, ok := within(tree, path)
	switch inside, annex := gitDir(at); {
	case !ok:
		return "", nil, Errorf(Unreadable, 0, "a link that leads out of the scanned tree, and is not followed")
	case at == e.at: // no link at all
	case annex:
		return "", nil, Errorf(Pointer, 0, "a link into git-annex, which is not followed")
	case inside:
		return "", nil, Errorf(Unreadable, 0, "a link into a .git directory, which is not followed")
	}
	if info, err = os.Lstat(path); err != nil {
		return "", nil, Errorf(Unreadable, 0, "%v", reason(err))
	}
	return at, info, nil
}

// gitDir reports whether a path lies in a .git directory, and in its annex. File
// systems may not tell the cases of letters apart.
func gitDir(path string) (inside, annex bool) {
	parts := strings.Split(strings.ToLower(filepath.ToSlash(path)), "/")
	i := slices.Index(parts, ".git")
	return i >= 0, i >= 0 && i+1 < len(parts) && parts[i+1] == "annex"
}

// list reads the directory that the entry is, sorted by name. What was read before
// an error is returned with it.
func (e entry) list() ([]fs.DirEntry, error) {
	f, err := e.openIn()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	list, err := f.ReadDir(-1)
	slices.SortFunc(list, func(a, b fs.DirEntry) int { return cmp.Compare(a.Name(), b.Name()) })
	return list, err
}

// open opens the file that the entry is. It may have become something else since
// it was found.
func (e entry) open() (ReadAtCloser, int64, error) {
	f, err := e.openIn()
	if err != nil {
		return nil, 0, Errorf(Unreadable, 0, "the file cannot be opened: %v", reason(err))
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("no longer a regular file")
	}
	if err != nil {
		f.Close()
		return nil, 0, Errorf(Unreadable, 0, "the file cannot be read: %v", reason(err))
	}
	return f, info.Size(), nil
}

// openIn opens the entry without leaving its tree. It does not wait for a writer
// where a named pipe took the entry's place.
func (e entry) openIn() (*os.File, error) {
	root, err := os.OpenRoot(e.tree)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return root.OpenFile(e.at, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

// reason returns what the operating system says of an error, without the path.
func reason(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
