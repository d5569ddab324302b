package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
)

// A repository is a git work tree. Only git itself is run, on objects and on names;
// no hook, filter or program that a configuration names.
type repository struct {
	root string // absolute
}

// git runs git and returns what it prints.
func (g repository) git(ctx context.Context, args ...string) ([]byte, error) {
	fixed := []string{
		"-C", g.root, "-c", "safe.directory=" + g.root, "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null",
		"-c", "core.quotePath=false", "--no-optional-locks", "--literal-pathspecs", "--no-pager",
	}
	cmd := exec.CommandContext(ctx, "git", append(fixed, args...)...) //nolint:gosec // no shell, and what is not ours is a commit id or behind --
	var out, problem bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problem
	if err := cmd.Run(); err != nil {
		text := scanner.Clean(strings.TrimSpace(problem.String()), 300)
		return nil, fmt.Errorf("git %s: %w", args[0], errors.Join(err, errors.New(text)))
	}
	return out.Bytes(), nil
}

// commit returns the id of the commit that a revision names.
func (g repository) commit(ctx context.Context, rev string) (string, error) {
	out, err := g.git(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", rev+"^{commit}")
	if err != nil {
		return "", fmt.Errorf("%q is no commit in this repository: it may need a deeper clone (fetch-depth)", rev)
	}
	return strings.TrimSpace(string(out)), nil
}

// A changeSet says which files changed.
type changeSet struct {
	all   bool // what git thinks of content has changed: every file counts
	paths map[string]bool
}

// has reports whether a file, named from the root, changed.
func (c *changeSet) has(repoPath string) bool { return c.all || c.paths[repoPath] }

// below reports whether a file in a folder changed.
func (c *changeSet) below(folder string) bool {
	if c.has(folder) || folder == "." {
		return true
	}
	for p := range c.paths {
		if strings.HasPrefix(p, folder+"/") {
			return true
		}
	}
	return false
}

// changed returns the files that were added or changed since a revision: between the
// work tree and the last commit that it has in common with the revision, new files
// that git does not ignore included.
func (g repository) changed(ctx context.Context, rev string) (*changeSet, error) {
	base, err := g.commit(ctx, rev)
	if err != nil {
		return nil, err
	}
	if common, err := g.git(ctx, "merge-base", base, "HEAD"); err == nil {
		base = strings.TrimSpace(string(common))
	}
	diff, err := g.git(ctx, "diff", "--no-ext-diff", "--no-textconv", "--no-renames", "--name-only", "-z", "--diff-filter=d", base, "--")
	if err != nil {
		return nil, err
	}
	added, err := g.git(ctx, "ls-files", "-z", "--others", "--exclude-standard")
	if err != nil {
		return nil, err
	}
	c := &changeSet{paths: map[string]bool{}}
	for _, name := range strings.Split(string(diff)+string(added), "\x00") {
		if name == "" {
			continue
		}
		c.paths[name] = true
		if base := path.Base(name); base == ".gitattributes" || base == ".lfsconfig" {
			c.all = true
		}
	}
	return c, nil
}

// read returns a file as a revision has it, nil where it has none.
func (g repository) read(ctx context.Context, rev, repoPath string) ([]byte, error) {
	commit, err := g.commit(ctx, rev)
	if err != nil {
		return nil, err
	}
	entry, err := g.git(ctx, "ls-tree", "-z", commit, "--", repoPath)
	if err != nil || len(entry) == 0 {
		return nil, err
	}
	fields := strings.Fields(string(entry)) // mode, type, id, name
	if len(fields) < 3 || !strings.HasPrefix(fields[0], "100") {
		return nil, fmt.Errorf("%s is no regular file in %s", scanner.CleanPath(repoPath), rev)
	}
	return g.git(ctx, "cat-file", "blob", fields[2])
}
