package scanner

import (
	"fmt"
	"path"
)

// maxNamed is how many other files the content of one top-level file may name, and how
// much of it may wait to be named.
const maxNamed = 10_000

// relations are what one top-level file says of others: which files its loader runs, and
// what is to be reported of parts of it if a loader runs those.
type relations struct {
	named    []string // places of files that a loader runs
	waiting  []waiting
	waits    int  // findings and gaps that wait
	overflow bool // more than maxNamed
}

// A waiting is what counts only if a file that is loaded names the one at a place.
type waiting struct {
	place string
	results
	named []string // what it names in turn
}

// Names says that a loader runs the file at a slash path from the artifact's folder along
// with the artifact. What WhenNamed has for that file counts then.
func (p *Pass) Names(file string) {
	t := p.tree
	if len(t.named) >= maxNamed {
		t.tooMany(p.Artifact)
		return
	}
	t.named = append(t.named, path.Join(path.Dir(t.place(p.Artifact)), file))
}

// tooMany records once that relations were not kept.
func (t *tree) tooMany(a *Artifact) {
	if !t.overflow {
		t.overflow = true
		t.gap(a, OverLimit, Span{}, fmt.Sprintf("more than %d relations to other files: the rest is not followed", maxNamed))
	}
}

// WhenNamed has f report what counts only if another file of the scan, one that is loaded,
// names the artifact, in the same folder or a folder around. f runs at once.
func (p *Pass) WhenNamed(f func()) {
	t := p.tree
	own, named := t.results, t.named
	t.results, t.named = results{}, nil
	defer func() {
		w := waiting{t.place(p.Artifact), t.results, t.named}
		t.results, t.named = own, named
		if t.waits += 1 + len(w.findings) + len(w.gaps); t.waits > maxNamed {
			t.tooMany(p.Artifact)
			return
		}
		t.waiting = append(t.waiting, w)
	}()
	f()
}

// place returns where an artifact lies, for others to name it.
func (t *tree) place(a *Artifact) string {
	if a.Member == "" {
		return t.repoPath
	}
	return t.repoPath + "!/" + a.Member
}

// resolve adds what waits for a name to the results of its file, where a file that is
// loaded names it: at once, or by way of others that are named.
func resolve(all []fileResult) {
	loaded := map[string]bool{}
	var queue []string
	name := func(places []string) {
		for _, place := range places {
			if !loaded[place] {
				loaded[place] = true
				queue = append(queue, place)
			}
		}
	}
	byPlace := map[string][][2]int{} // the file, and which of those that wait in it
	for i := range all {
		name(all[i].named)
		for j := range all[i].waiting {
			place := all[i].waiting[j].place
			byPlace[place] = append(byPlace[place], [2]int{i, j})
		}
	}
	for len(queue) > 0 {
		place := queue[0]
		queue = queue[1:]
		for _, at := range byPlace[place] {
			file := &all[at[0]]
			w := &file.waiting[at[1]]
			file.findings = append(file.findings, w.findings...)
			file.gaps = append(file.gaps, w.gaps...)
			name(w.named)
		}
	}
}
