package scanner

import (
	"path"
	"path/filepath"
	"strings"
	"sync"
)

// A Folder is a place around an artifact in which a loader may find more files: the
// folder on disk, or an archive.
type Folder struct {
	Where string // completes "it lies ...": "beside the model"
	Root  bool   // the root of a scan or of an archive, with the artifact in a folder below
	// Names lists what lies in a folder below, given by a slash path; "." is the
	// folder itself. Nil where there is no such folder, or it cannot be listed.
	Names func(dir string) []string
}

// deferred is what runs when a whole top-level file was analysed.
type deferred struct {
	p *Pass
	f func() error
}

// Later has f run when everything in the top-level file was analysed, and all its
// members are known. It may report through the pass, and account for nothing.
func (p *Pass) Later(f func() error) { p.tree.later = append(p.tree.later, deferred{p, f}) }

// Around returns the folders around the artifact, the innermost first. Of archives,
// they hold the members that an analyzer watches; they are complete only in Later.
func (p *Pass) Around() []Folder {
	var folders []Folder
	for at := p.Member; at != ""; {
		container, name := "", at
		if i := strings.LastIndex(at, "!/"); i >= 0 {
			container, name = at[:i], at[i+2:]
		}
		folders = append(folders, p.tree.inArchive(container, path.Dir(name), false))
		if path.Dir(name) != "." {
			folders = append(folders, p.tree.inArchive(container, ".", true))
		}
		at = container
	}
	return append(folders, p.tree.around...)
}

// inArchive returns a folder of a container in the file, "" for the file itself.
func (t *tree) inArchive(container, folder string, root bool) Folder {
	prefix := container
	if container != "" {
		prefix += "!/"
	}
	return Folder{Where: "in the archive", Root: root, Names: func(dir string) []string {
		wanted, names := path.Join(folder, dir), []string(nil)
		if t.budget.Step(int64(len(t.watched))) != nil {
			return nil // the budget says so itself
		}
		for _, name := range t.watched {
			if rest, ok := strings.CutPrefix(name, prefix); ok && path.Dir(path.Clean(rest)) == wanted {
				names = append(names, path.Base(rest))
			}
		}
		return names
	}}
}

// watch remembers a member that an analyzer wants to know of.
func (t *tree) watch(a *Artifact) {
	for _, an := range t.analyzers {
		if an.Watch != nil && an.Watch(a.Member) {
			if err := t.budget.Hold(int64(len(a.Member)) + 64); err != nil {
				t.gapError(a, nil, err)
				return
			}
			t.watched = append(t.watched, a.Member)
			return
		}
	}
}

// finally runs what waited for the whole file.
func (t *tree) finally() {
	for _, d := range t.later {
		if err := guarded(d.p.analyzer, d.f); err != nil {
			t.gapError(d.p.Artifact, nil, err)
			if t.spent(err) {
				return
			}
		}
	}
}

// listings remembers what lies in folders on disk. For concurrent use.
type listings struct {
	mu    sync.Mutex
	names map[string][]string // by absolute path
}

// around returns the folders on disk around a file: its own, the one where the walk
// began that found it, and the root of its tree.
func (d *discovery) around(e entry) []Folder {
	own := filepath.Dir(e.name)
	folders := []Folder{d.folder(e, own, "beside the model", false)}
	seen := map[string]bool{own: true}
	for _, root := range []string{filepath.Clean("./" + strings.TrimSuffix(e.name, filepath.FromSlash(e.rel))), "."} {
		if !seen[root] && filepath.IsLocal(root) {
			seen[root] = true
			folders = append(folders, d.folder(e, root, "at the root of the scan", true))
		}
	}
	return folders
}

// folder returns a folder of an entry's tree.
func (d *discovery) folder(e entry, base, where string, root bool) Folder {
	return Folder{Where: where, Root: root, Names: func(dir string) []string {
		at := entry{tree: e.tree, at: filepath.Join(base, filepath.FromSlash(dir))}
		key := filepath.Join(at.tree, at.at)
		d.listings.mu.Lock()
		defer d.listings.mu.Unlock()
		names, ok := d.listings.names[key]
		if !ok {
			list, _ := at.list() // what cannot be listed, a loader cannot find either
			for _, item := range list {
				names = append(names, item.Name())
			}
			d.listings.names[key] = names
		}
		return names
	}}
}
