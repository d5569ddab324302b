package scantest

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
)

// parseBeside reads a beside section: the files that lie around every input.
func parseBeside(text string) ([]scanner.Folder, error) {
	files := map[string]scanner.Sibling{}
	for line := range strings.Lines(text) {
		var name string
		var s scanner.Sibling
		if _, err := fmt.Sscan(line, &name, &s.Size, &s.Names); err != nil {
			return nil, fmt.Errorf("%q: %w", line, err)
		}
		if _, to, ok := strings.Cut(strings.TrimSpace(line), " -> "); ok {
			s.Link, s.To, s.At = name, to, path.Clean(to)
		}
		files[name] = s
	}
	return []scanner.Folder{{
		Where: "beside the model",
		Named: func(string, string) []string { return nil },
		All: func(dir string) []string {
			var names []string
			for name := range files {
				if path.Dir(name) == path.Clean(dir) {
					names = append(names, path.Base(name))
				}
			}
			slices.Sort(names)
			return names
		},
		Stat: func(name string) (scanner.Sibling, bool) {
			s, ok := files[path.Clean(name)]
			return s, ok
		},
	}}, nil
}
