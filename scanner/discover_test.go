package scanner_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner"
)

// A repository is a directory tree for discovery: sub/ is the working directory.
type repository struct {
	t    *testing.T
	root string
}

func newRepository(t *testing.T, files ...string) *repository {
	t.Helper()
	r := &repository{t, t.TempDir()}
	for _, name := range files {
		r.write(name)
	}
	return r
}

func (r *repository) path(name string) string { return filepath.Join(r.root, filepath.FromSlash(name)) }

// write makes a file that holds its own name.
func (r *repository) write(name string) {
	r.t.Helper()
	r.must(os.MkdirAll(filepath.Dir(r.path(name)), 0o755))
	r.must(os.WriteFile(r.path(name), []byte(name), 0o644))
}

func (r *repository) link(target, name string) {
	r.t.Helper()
	if err := os.Symlink(filepath.FromSlash(target), r.path(name)); err != nil {
		if runtime.GOOS == "windows" {
			r.t.Skip("SKIPPED: this system does not let us make links: ", err)
		}
		r.t.Fatal(err)
	}
}

func (r *repository) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// discover lists what is found, each as its path, a different path in the
// repository, why it is refused, and a link's other content.
func (r *repository) discover(s scanner.Selection) (string, error) {
	r.t.Helper()
	s.Root = r.root
	if s.Dir == "" {
		s.Dir = r.root
	}
	targets, err := scanner.Discover(context.Background(), s)
	var lines []string
	for i := range targets {
		lines = append(lines, r.describe(&targets[i]))
	}
	return strings.Join(lines, " "), err
}

func (r *repository) describe(target *scanner.Target) string {
	line := target.Path
	if target.RepoPath != target.Path {
		line += "=" + target.RepoPath
	}
	if target.Refused != nil {
		return line + "!" + string(target.Refused.Reason)
	}
	f, size, err := target.Open()
	if err != nil {
		var refused *scanner.Error
		if !errors.As(err, &refused) {
			r.t.Errorf("%s: the error is %T: %v", target.Path, err, err)
		}
		return line + "!open"
	}
	defer f.Close()
	content := make([]byte, size)
	if _, err := f.ReadAt(content, 0); err != nil {
		r.t.Errorf("%s: %v", target.Path, err)
	}
	if string(content) != target.RepoPath {
		line += "->" + string(content)
	}
	return line
}

func TestDiscover(t *testing.T) {
	r := newRepository(t, "a.pt", "b.txt", "m[1].pkl", "sub/c.pt", "sub/d.bin", "sub/deep/e.pt", ".git/config", ".git/x.pt",
		"other/.git", "other/f.pt", ".hidden/g.pt")
	for _, c := range []struct {
		name string
		s    scanner.Selection
		want string
	}{
		{"everything", scanner.Selection{Args: []string{"."}},
			".hidden/g.pt a.pt b.txt m[1].pkl other/f.pt sub/c.pt sub/d.bin sub/deep/e.pt"},
		{"nothing", scanner.Selection{}, ""},
		{"file", scanner.Selection{Args: []string{"a.pt"}}, "a.pt"},
		{"unclean", scanner.Selection{Args: []string{"./sub/../a.pt"}}, "a.pt"},
		{"directory", scanner.Selection{Args: []string{"sub"}}, "sub/c.pt sub/d.bin sub/deep/e.pt"},
		{"once", scanner.Selection{Args: []string{"sub", "sub/c.pt", "s*/*.pt"}, Files: []string{"sub/c.pt"}}, "sub/c.pt sub/d.bin sub/deep/e.pt"},
		{"literal-first", scanner.Selection{Args: []string{"m[1].pkl"}}, "m[1].pkl"},
		{"files", scanner.Selection{Files: []string{"m[1].pkl", "b.txt"}}, "b.txt m[1].pkl"},
		{"star", scanner.Selection{Args: []string{"*.pt"}}, "a.pt"},
		{"star-in-directory", scanner.Selection{Args: []string{"sub/*.pt"}}, "sub/c.pt"},
		{"star-for-directory", scanner.Selection{Args: []string{"s*"}}, "sub/c.pt sub/d.bin sub/deep/e.pt"},
		{"two-stars", scanner.Selection{Args: []string{"**/*.pt"}}, ".hidden/g.pt a.pt other/f.pt sub/c.pt sub/deep/e.pt"},
		{"braces", scanner.Selection{Args: []string{"{sub/deep,other}/*.pt"}}, "other/f.pt sub/deep/e.pt"},
		{"escaped", scanner.Selection{Args: []string{`m\[1\].*`}}, "m[1].pkl"},
		{"git-named", scanner.Selection{Args: []string{".git/x.pt"}}, ".git/x.pt"},
		{"include-from-root", scanner.Selection{Args: []string{"."}, Include: []string{"sub/*"}}, "sub/c.pt sub/d.bin"},
		{"include-from-argument", scanner.Selection{Args: []string{"sub"}, Include: []string{"deep/*"}}, "sub/deep/e.pt"},
		{"include-name", scanner.Selection{Args: []string{"sub/c.pt", "sub/d.bin"}, Include: []string{"*.bin"}}, "sub/d.bin"},
		{"exclude", scanner.Selection{Args: []string{"."}, Exclude: []string{"**/*.pt"}}, "b.txt m[1].pkl sub/d.bin"},
		{"exclude-directory", scanner.Selection{Args: []string{"."}, Exclude: []string{"sub/deep", ".hidden/**", "other"}},
			"a.pt b.txt m[1].pkl sub/c.pt sub/d.bin"},
		{"exclude-all", scanner.Selection{Args: []string{"a.pt"}, Exclude: []string{"**"}}, ""},
		{"exclude-beats-include", scanner.Selection{Args: []string{"."}, Include: []string{"*.pt"}, Exclude: []string{"a.*"}}, ""},
		{"from-below", scanner.Selection{Dir: r.path("sub"), Args: []string{"."}},
			"c.pt=sub/c.pt d.bin=sub/d.bin deep/e.pt=sub/deep/e.pt"},
		{"beside", scanner.Selection{Dir: r.path("sub"), Args: []string{"../a.pt", "../o*/*.pt"}}, "../a.pt=a.pt ../other/f.pt=other/f.pt"},
		{"absolute-inside", scanner.Selection{Dir: r.path("sub"), Args: []string{r.path("sub/c.pt"), r.path("sub/deep")}},
			"c.pt=sub/c.pt deep/e.pt=sub/deep/e.pt"},
		{"absolute-outside", scanner.Selection{Dir: r.path("sub"), Args: []string{r.path("a.pt")}},
			filepath.ToSlash(r.path("a.pt")) + "=a.pt"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r.t = t
			got, err := r.discover(c.s)
			if err != nil || got != c.want {
				t.Errorf("got %q, %v\nwant %q", got, err, c.want)
			}
		})
	}
}

func TestDiscoverErrors(t *testing.T) {
	r := newRepository(t, "a.pt", "sub/b.pt", ".git/x.pt")
	for _, c := range []struct {
		name string
		s    scanner.Selection
		want string
	}{
		{"missing", scanner.Selection{Args: []string{"no.pt"}}, `"no.pt": no such file`},
		{"missing-among-others", scanner.Selection{Args: []string{"a.pt", "sub/no.pt"}}, `"sub/no.pt": no such file`},
		{"below-a-file", scanner.Selection{Args: []string{"a.pt/b.pt"}}, `"a.pt/b.pt": no such file`},
		{"matches-nothing", scanner.Selection{Args: []string{"*.gguf"}}, `"*.gguf" matches no file`},
		{"matches-nothing-here", scanner.Selection{Args: []string{"no/*.pt"}}, `"no/*.pt" matches no file`},
		{"matches-only-git", scanner.Selection{Args: []string{"**/x.pt"}}, `"**/x.pt" matches no file`},
		{"bad-pattern", scanner.Selection{Args: []string{"a[.pt"}}, `"a[.pt" does not exist and is not a valid pattern`},
		{"bad-include", scanner.Selection{Args: []string{"a.pt"}, Include: []string{"{a"}}, `"{a" is not a valid pattern`},
		{"bad-exclude", scanner.Selection{Args: []string{"a.pt"}, Exclude: []string{"[]"}}, `"[]" is not a valid pattern`},
		{"file-is-no-pattern", scanner.Selection{Files: []string{"*.pt"}}, `"*.pt": no such file`},
		{"empty", scanner.Selection{Args: []string{""}}, `empty`},
		{"nul", scanner.Selection{Args: []string{"a\x00.pt"}}, `"a\x00.pt": no such file`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := r.discover(c.s); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestDiscoverLinks(t *testing.T) {
	r := newRepository(t, "tree/a.bin", "tree/dir/b.pt", "tree/.git/x.pt", "tree/.git/annex/objects/k", "outside.pt")
	r.link("a.bin", "tree/inside.pt")
	r.link("inside.pt", "tree/twice.pt")
	r.link(r.path("tree/a.bin"), "tree/absolute.pt")
	r.link("../a.bin", "tree/dir/up.txt")
	r.link("../outside.pt", "tree/out.pt")
	r.link("../outside.pt", "tree/out.txt")
	r.link("nowhere", "tree/dangling.pt")
	r.link("nowhere", "tree/dangling.txt")
	r.link("loop.pt", "tree/loop.pt")
	r.link(".git/x.pt", "tree/git.pt")
	r.link(".git/annex/objects/k", "tree/annex.pt")
	r.link(".git/annex/objects/gone", "tree/annex-gone.pt")
	r.link("dir", "tree/dirlink")
	r.link("dir", "tree/dirlink.pt")
	r.link(".", "tree/dir/self")
	r.link("../tree", "tree/around")
	r.link(".git", "tree/gitlink")
	tree := r.path("tree")
	const regular = "a.bin=tree/a.bin absolute.pt=tree/absolute.pt->tree/a.bin annex-gone.pt=tree/annex-gone.pt!pointer " +
		"annex.pt=tree/annex.pt!pointer dangling.pt=tree/dangling.pt!pointer dir/b.pt=tree/dir/b.pt dir/up.txt=tree/dir/up.txt->tree/a.bin " +
		"dirlink.pt=tree/dirlink.pt!unreadable git.pt=tree/git.pt!unreadable inside.pt=tree/inside.pt->tree/a.bin " +
		"loop.pt=tree/loop.pt!unreadable out.pt=tree/out.pt!unreadable twice.pt=tree/twice.pt->tree/a.bin"
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"walk", []string{"."}, regular},
		{"pattern", []string{"d*"}, "dangling.pt=tree/dangling.pt!pointer dir/b.pt=tree/dir/b.pt dir/up.txt=tree/dir/up.txt->tree/a.bin " +
			"dirlink.pt=tree/dirlink.pt!unreadable"},
		{"inside", []string{"inside.pt", "twice.pt"}, "inside.pt=tree/inside.pt->tree/a.bin twice.pt=tree/twice.pt->tree/a.bin"},
		{"named", []string{"out.txt", "dangling.txt"}, "dangling.txt=tree/dangling.txt!pointer out.txt=tree/out.txt!unreadable"},
		{"directory", []string{"dirlink"}, "dirlink/b.pt=tree/dirlink/b.pt->tree/dir/b.pt dirlink/up.txt=tree/dirlink/up.txt->tree/a.bin"},
		{"through-directory", []string{"dirlink/b.pt"}, "dirlink/b.pt=tree/dirlink/b.pt->tree/dir/b.pt"},
		{"through-out", []string{"around/a.bin"}, "around/a.bin=tree/around/a.bin->tree/a.bin"},
		{"through-git", []string{"gitlink/x.pt"}, "gitlink/x.pt=tree/gitlink/x.pt!unreadable"},
		{"git-itself", []string{"gitlink"}, "gitlink=tree/gitlink!unreadable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r.t = t
			got, err := r.discover(scanner.Selection{Dir: tree, Args: c.args})
			if err != nil || got != c.want {
				t.Errorf("got  %q, %v\nwant %q", got, err, c.want)
			}
		})
	}
}

func TestDiscoverUnreadable(t *testing.T) {
	if runtime.GOOS == "windows" || os.Getuid() == 0 {
		t.Skip("SKIPPED: permissions do not bind this user")
	}
	r := newRepository(t, "closed/a.pt", "shut.pt", "open.pt")
	r.must(os.Chmod(r.path("closed"), 0))
	r.must(os.Chmod(r.path("shut.pt"), 0))
	t.Cleanup(func() { os.Chmod(r.path("closed"), 0o755) })
	got, err := r.discover(scanner.Selection{Args: []string{".", "closed/a.pt"}, Include: []string{"*.pt"}})
	if want := "closed!unreadable closed/a.pt!unreadable open.pt shut.pt!open"; err != nil || got != want {
		t.Errorf("got %q, %v\nwant %q", got, err, want)
	}
}

// Discover opens no file; what becomes of one before its turn is found out then.
func TestDiscoverLate(t *testing.T) {
	r := newRepository(t, "gone.pt", "dir.pt", "swapped.pt", "secret", "tree/out.pt")
	targets, err := scanner.Discover(context.Background(), scanner.Selection{Dir: r.root, Root: r.root, Args: []string{"*.pt", r.path("tree")}})
	r.must(err)
	for _, name := range []string{"gone.pt", "dir.pt", "tree/out.pt"} {
		r.must(os.Remove(r.path(name)))
	}
	r.must(os.Mkdir(r.path("dir.pt"), 0o755))
	outside := filepath.Join(t.TempDir(), "out.pt")
	r.must(os.WriteFile(outside, []byte("outside"), 0o644))
	r.link(outside, "tree/out.pt")
	report, err := scanner.Scan(context.Background(), targets, scanner.Config{})
	r.must(err)
	var got []string
	for _, g := range report.Gaps {
		got = append(got, fmt.Sprintf("%s %s", g.Path, g.Reason))
	}
	want := []string{"dir.pt unreadable", "gone.pt unreadable", "swapped.pt unrecognized", "tree/out.pt unreadable"}
	if !slices.Equal(got, want) {
		t.Errorf("gaps %q, want %q", got, want)
	}
	for _, g := range report.Gaps {
		if strings.Contains(g.Message, filepath.ToSlash(r.root)) {
			t.Errorf("the message names a path of this machine: %s", g.Message)
		}
	}
}

func TestDiscoverCancelled(t *testing.T) {
	r := newRepository(t, "a.pt")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := scanner.Discover(ctx, scanner.Selection{Dir: r.root, Root: r.root, Args: []string{"."}}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want that the context was cancelled", err)
	}
}

func TestDiscoverHostileNames(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("SKIPPED: not every file system takes such names")
	}
	r := newRepository(t, "new\nline.pt", "bad\xff.pt", "bidi\u202e.pt", "back\\slash.pt")
	got, err := r.discover(scanner.Selection{Args: []string{"."}})
	want := `back\slash.pt bad%FF.pt=` + "bad\xff.pt" + ` bidi\u202e.pt=` + "bidi\u202e.pt" + ` new\nline.pt=` + "new\nline.pt"
	if err != nil || got != want {
		t.Errorf("got %q, %v\nwant %q", got, err, want)
	}
}

func TestFindRoot(t *testing.T) {
	r := newRepository(t, "repo/.git/HEAD", "repo/a/b/x", "worktree/.git", "worktree/a/x", "plain/a/x")
	for _, c := range []struct{ name, dir, workspace, want string }{
		{"at-root", "repo", "", "repo"},
		{"below", "repo/a/b", "", "repo"},
		{"git-file", "worktree/a", "", "worktree"},
		{"workspace", "plain/a", "plain", "plain"},
		{"workspace-itself", "plain", "plain", "plain"},
		{"git-before-workspace", "repo/a", "repo/a", "repo"},
		{"other-workspace", "plain/a", "repo", "plain/a"},
		{"no-workspace", "plain/a", "", "plain/a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			getenv := func(name string) string {
				if name != "GITHUB_WORKSPACE" || c.workspace == "" {
					return ""
				}
				return r.path(c.workspace)
			}
			if got := scanner.FindRoot(r.path(c.dir), getenv); got != r.path(c.want) {
				t.Errorf("got %s, want %s", got, r.path(c.want))
			}
		})
	}
}
