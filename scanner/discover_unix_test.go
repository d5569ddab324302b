//go:build unix

package scanner_test

import (
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/modelsieve/modelsieve/scanner"
)

// What is no regular file is never opened, and counts where it is named or goes by
// a model's name.
func TestDiscoverSpecial(t *testing.T) {
	r := newRepository(t, "a.pt")
	r.must(syscall.Mkfifo(r.path("pipe.pt"), 0o644))
	r.must(syscall.Mkfifo(r.path("pipe"), 0o644))
	r.link("pipe", "link.pt")
	l, err := net.Listen("unix", r.path("socket.pkl"))
	r.must(err)
	defer l.Close()
	for want, args := range map[string][]string{
		"a.pt link.pt!unreadable pipe.pt!unreadable socket.pkl!unreadable": {"."},
		"pipe!unreadable": {"pipe"},
	} {
		got, err := r.discover(scanner.Selection{Args: args})
		if err != nil || got != want {
			t.Errorf("%q: got %q, %v\nwant %q", args, got, err, want)
		}
	}
	got, err := r.discover(scanner.Selection{Args: []string{"/dev/null"}})
	if err != nil || !strings.HasPrefix(got, "/dev/null=") || !strings.HasSuffix(got, "!unreadable") {
		t.Errorf("a device: %q, %v", got, err)
	}
}

// A named pipe that takes a file's place does not stop the scan.
func TestDiscoverLatePipe(t *testing.T) {
	r := newRepository(t, "a.pt")
	targets, err := scanner.Discover(t.Context(), scanner.Selection{Dir: r.root, Root: r.root, Args: []string{"a.pt"}})
	r.must(err)
	r.must(syscall.Unlink(r.path("a.pt")))
	r.must(syscall.Mkfifo(r.path("a.pt"), 0o644))
	done := make(chan string)
	go func() { done <- r.describe(&targets[0]) }()
	select {
	case got := <-done:
		if got != "a.pt!open" {
			t.Errorf("got %q", got)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("opening the named pipe waits for a writer")
	}
}
