package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// A progress shows on a terminal how far a long scan is. The zero value shows
// nothing.
type progress struct {
	w       io.Writer
	started time.Time

	mu    sync.Mutex
	shown time.Time
}

// Nothing is shown of scans that end within showAfter; a bar is drawn anew at most
// once in showEvery.
const (
	showAfter = 500 * time.Millisecond
	showEvery = 100 * time.Millisecond
	barWidth  = 30
)

// newProgress returns a bar for a mode: auto, always or never.
func newProgress(env *environment, mode string) *progress {
	if mode == "never" || mode == "auto" && !isTerminal(env.stderr) {
		return &progress{}
	}
	return &progress{w: env.stderr, started: time.Now()}
}

// update draws the bar. It is called from several goroutines.
func (p *progress) update(done, total int) {
	if p.w == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if now.Sub(p.started) < showAfter || now.Sub(p.shown) < showEvery {
		return
	}
	p.shown = now
	filled := barWidth * done / max(total, 1)
	fmt.Fprintf(p.w, "\r[%s%s] %d of %d files", strings.Repeat("#", filled), strings.Repeat(".", barWidth-filled), done, total)
}

// clear removes the bar.
func (p *progress) clear() {
	if p.w != nil && !p.shown.IsZero() {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
