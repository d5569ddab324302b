package scanner

import (
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// A Folder is a place around an artifact in which a loader may find more files: the
// folder on disk, or an archive.
type Folder struct {
	Where string // completes "it lies ...": "beside the model"
	Root  bool   // the root of a scan or of an archive, with the artifact in a folder below
	// Named lists what lies in a folder below, given by a slash path ("." is the folder
	// itself), and is called by a name, or by it and a dot and more. Of an archive, only
	// members that an analyzer watches, and the folders that they are in, are listed.
	Named func(dir, name string) []string
	// All lists everything that lies in a folder below, under the same restriction, sorted.
	// The names are shared: callers only read them.
	All func(dir string) []string
	// Stat looks at what lies at a slash path in the folder, and reports whether there
	// is something. Nil for archives: what is in them is analysed as it is.
	Stat func(path string) (Sibling, bool)
}

// A listing is what lies in a folder, by the part of the name before its first dot.
type listing map[string][]string

func (l listing) add(name string) {
	stem, _, _ := strings.Cut(name, ".")
	if !slices.Contains(l[stem], name) {
		l[stem] = append(l[stem], name)
	}
}

// all returns the names, sorted.
func (l listing) all() []string {
	var names []string
	for _, some := range l {
		names = append(names, some...)
	}
	slices.Sort(names)
	return names
}

// deferred is what runs when a whole top-level file was analysed.
type deferred struct {
	p *Pass
	f func() error
}

// Later has f run when everything in the top-level file was analysed, and all its
// members are known. It may report through the pass, and account for nothing.
func (p *Pass) Later(f func() error) { p.tree.later = append(p.tree.later, deferred{p, f}) }

// Around returns the folders around the artifact, the innermost first. They are
// complete only in Later.
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
	below := func(dir string) listing { return t.members()[path.Join(container+"!", folder, dir)] }
	return Folder{
		Where: "in the archive", Root: root,
		Named: func(dir, name string) []string { return below(dir)[name] },
		All: func(dir string) []string {
			key := path.Join(container+"!", folder, dir)
			if _, ok := t.sorted[key]; !ok {
				if t.sorted == nil {
					t.sorted = map[string][]string{}
				}
				t.sorted[key] = slices.Clip(below(dir).all())
			}
			return t.sorted[key]
		},
	}
}

// members returns the watched members by the folder in which they lie: the container,
// "!" and a path. It is made when all of them are known.
func (t *tree) members() map[string]listing {
	if t.listings != nil {
		return t.listings
	}
	t.listings = map[string]listing{}
	for _, member := range t.watched {
		container, name := "", member
		if i := strings.LastIndex(member, "!/"); i >= 0 {
			container, name = member[:i], member[i+2:]
		}
		root := container + "!"
		for at := path.Join(root, path.Clean("/"+name)); len(at) > len(root); at = path.Dir(at) {
			dir := path.Dir(at)
			if t.listings[dir] == nil {
				t.listings[dir] = listing{}
			}
			t.listings[dir].add(path.Base(at))
		}
	}
	return t.listings
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
	mu      sync.Mutex
	folders map[string]listing  // by absolute path
	sorted  map[string][]string // all names of those that were asked for
}

// all returns what lies in a folder of a tree, sorted. The names are shared.
func (l *listings) all(tree, dir string) []string {
	folder := l.of(tree, dir)
	key := filepath.Join(tree, dir)
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.sorted[key]; !ok {
		if l.sorted == nil {
			l.sorted = map[string][]string{}
		}
		l.sorted[key] = slices.Clip(folder.all())
	}
	return l.sorted[key]
}

// of returns what lies in a folder of a tree.
func (l *listings) of(tree, dir string) listing {
	key := filepath.Join(tree, dir)
	l.mu.Lock()
	defer l.mu.Unlock()
	folder, ok := l.folders[key]
	if !ok {
		folder = listing{}
		list, _ := entry{tree: tree, at: dir}.list() // what cannot be listed, a loader cannot find either
		for _, item := range list {
			folder.add(item.Name())
		}
		l.folders[key] = folder
	}
	return folder
}

// around returns the folders on disk around a file: its own, the one where the walk
// began that found it, and the root of its tree.
func (d *discovery) around(e entry) []Folder {
	own := filepath.Dir(e.name)
	folders := []Folder{d.folder(e.tree, own, "beside the model", false)}
	seen := map[string]bool{own: true}
	for _, root := range []string{filepath.Clean("./" + strings.TrimSuffix(e.name, filepath.FromSlash(e.rel))), "."} {
		if !seen[root] && filepath.IsLocal(root) {
			seen[root] = true
			folders = append(folders, d.folder(e.tree, root, "at the root of the scan", true))
		}
	}
	return folders
}

// folder returns a folder of a tree.
func (d *discovery) folder(tree, base, where string, root bool) Folder {
	below := func(dir string) listing { return d.listings.of(tree, filepath.Join(base, filepath.FromSlash(dir))) }
	return Folder{
		Where: where, Root: root,
		Named: func(dir, name string) []string { return below(dir)[name] },
		All:   func(dir string) []string { return d.listings.all(tree, filepath.Join(base, filepath.FromSlash(dir))) },
		Stat:  func(name string) (Sibling, bool) { return sibling(tree, base, name) },
	}
}
