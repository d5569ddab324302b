package scanner

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// A Sibling is a file on disk that a model names.
type Sibling struct {
	Size int64 // bytes; -1 where nothing is there, or nothing that may be opened
	// Link is the first symbolic link on the way to it, from the folder, and To is
	// where that one leads, as it stands there. Empty where there is none.
	Link, To string
	// At is where the file lies with links resolved, from the root of the tree.
	// Empty where that is not known, or outside of the tree.
	At string
	// Names is how many names the file has (hard links); 0 where the system does not say.
	Names uint64
}

// sibling looks at what lies at a slash path in a folder of a tree. It opens nothing.
func sibling(tree, base, name string) (Sibling, bool) {
	at := path.Join(filepath.ToSlash(base), name)
	if !filepath.IsLocal(filepath.FromSlash(at)) {
		return Sibling{}, false
	}
	root, err := os.OpenRoot(tree)
	if err != nil {
		return Sibling{}, false
	}
	defer root.Close()
	s := Sibling{Size: -1}
	if !s.links(root, filepath.ToSlash(base), name) {
		return Sibling{}, false
	}
	info, err := root.Stat(filepath.FromSlash(at))
	if err != nil || !info.Mode().IsRegular() {
		return s, true
	}
	s.Size, s.Names = info.Size(), names(info)
	s.At = resolved(tree, at)
	return s, true
}

// links fills in the first link on the way, and reports whether something is there.
func (s *Sibling) links(root *os.Root, base, name string) bool {
	at := ""
	for part := range strings.SplitSeq(path.Clean(name), "/") {
		at = path.Join(at, part)
		full := filepath.FromSlash(path.Join(base, at))
		info, err := root.Lstat(full)
		if err != nil {
			return s.Link != ""
		}
		if info.Mode()&fs.ModeSymlink != 0 && s.Link == "" {
			s.Link = at
			s.To, _ = root.Readlink(full) // a finding says at least that it is a link
		}
	}
	return true
}

// resolved returns where a file lies below its tree, links resolved.
func resolved(tree, at string) string {
	top, err := filepath.EvalSymlinks(tree)
	if err != nil {
		return ""
	}
	full, err := filepath.EvalSymlinks(filepath.Join(tree, filepath.FromSlash(at)))
	if err != nil {
		return ""
	}
	rel, ok := within(top, full)
	if !ok {
		return ""
	}
	return filepath.ToSlash(rel)
}
