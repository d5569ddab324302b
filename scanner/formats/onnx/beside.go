package onnx

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
)

// A dataFile is a file that tensors lie in.
type dataFile struct {
	at   scanner.Span
	need uint64 // bytes: the end of the last tensor
	last uint64 // where that tensor starts
}

// remember takes over where a tensor lies.
func (m *model) remember(where place) error {
	if leaves(where.location) != "" {
		return nil
	}
	f := m.files[where.location]
	if f == nil {
		f = &dataFile{at: where.at}
		m.files[where.location] = f
		if err := m.hold(len(where.location) + entryBytes); err != nil {
			return err
		}
	}
	if end := where.offset + where.length; end >= f.need { // both are less than 1<<63
		f.need, f.last = end, where.offset
	}
	return nil
}

// lookBeside has the data files looked at, where the model lies on disk.
func (m *model) lookBeside() {
	if len(m.files) == 0 || m.p.Member != "" {
		return
	}
	p, files := m.p, m.files
	p.Later(func() error {
		around := p.Around()
		if len(around) == 0 || around[0].Stat == nil {
			return nil
		}
		own, _ := around[0].Stat(p.Name())
		names := make([]string, 0, len(files))
		for name := range files {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			if err := p.Budget.Step(64); err != nil {
				return err
			}
			if s, ok := around[0].Stat(strings.ReplaceAll(name, `\`, "/")); ok {
				m.checkFile(name, files[name], s, own)
			}
		}
		return nil
	})
}

// pointerBytes is how long a Git LFS pointer may be, which stands in the place of a data
// file that was not fetched. It is a gap of its own.
const pointerBytes = 1024

// checkFile compares a data file with what the model says of it.
func (m *model) checkFile(name string, f *dataFile, s, own scanner.Sibling) {
	switch {
	case s.Link != "" && !together(s, own):
		m.linked(name, f, fmt.Sprintf("the link %q to %q", scanner.Clean(s.Link, 100), scanner.Clean(s.To, 140)), s.To)
	case s.Names > 1 && own.Names == 1:
		m.linked(name, f, fmt.Sprintf("a hard link, one of %d names of the file", s.Names), "hard link")
	}
	if s.Size >= pointerBytes && f.need > uint64(s.Size) {
		m.odd(f.at.Offset, fmt.Sprintf("a tensor at offset %d of %q ends at %d, and the file has %d bytes", f.last, scanner.Clean(name, 80), f.need, s.Size))
	}
}

// together reports whether a data file and the model are links into the same folder, as
// in the cache of a model hub.
func together(s, own scanner.Sibling) bool {
	return own.Link != "" && own.At != "" && s.At != "" && path.Dir(s.At) == path.Dir(own.At)
}

// linked reports a data file that is a link.
func (m *model) linked(name string, f *dataFile, what, to string) {
	m.p.Report(ruleLink, f.at, scanner.Detail{
		Message:  fmt.Sprintf("Loading the model reads its data file %q through %s.", scanner.Clean(name, 100), what),
		Evidence: []string{name, to},
	})
}
