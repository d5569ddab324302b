package rdata

import (
	"fmt"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
)

// promise reads one: its environment, its value where it has one, its expression.
func (r *reader) promise(flags int64, in place, depth int) error {
	at := r.c.Offset()
	if flags&hasAttributes != 0 {
		if err := r.item(hidden, depth+1); err != nil {
			return err
		}
	}
	if flags&hasTag != 0 {
		if err := r.tag(depth); err != nil {
			return err
		}
	}
	value, err := r.number()
	if err != nil {
		return err
	}
	if err := r.typed(value, in, depth+1); err != nil {
		return err
	}
	outer := r.words
	r.words = &words{}
	err = r.item(hidden, depth+1)
	if value&0xff == unbound {
		r.judge(at, in)
	}
	r.words = outer
	return err
}

// Words are the names and strings that an expression consists of, in their order.
type words struct {
	list   []string
	called []bool // it is the function of a call
	next   int    // how many of those that come next are
}

const maxWords = 24

// call says that the function of a call comes next. In nil words, it is lost.
func (w *words) call() {
	if w != nil {
		w.next = 1
	}
}

// add adds one. In nil words, it is lost.
func (w *words) add(s string) {
	if w == nil || len(w.list) >= maxWords {
		return
	}
	w.list, w.called = append(w.list, s), append(w.called, w.next > 0)
	w.next = max(0, w.next-1)
	if w.called[len(w.called)-1] && (s == "::" || s == ":::") {
		w.next = 2 // the package and its function
	}
}

// acts are functions of R that start processes, load code, open connections or delete.
var acts = []string{
	"system", "system2", "shell", "shell.exec", "pipe", "dyn.load", "library.dynam", "source", "sys.source", "download.file", "url",
	"socketConnection", "unlink", "file.remove", "py_run_string", "py_run_file", "process",
}

// acts reports whether an expression calls such a function.
func (w *words) acts() bool {
	for i, s := range w.list {
		if w.called[i] && slices.Contains(acts, s) {
			return true
		}
	}
	return false
}

// judge reports a promise that was not evaluated yet. Environments of functions hold such
// promises: there only what it does is reported.
func (r *reader) judge(at int64, in place) {
	if !in.value && !r.words.acts() {
		return
	}
	shown := strings.Join(r.words.list, " ")
	message := fmt.Sprintf("Reading the object in R before 4.4.0 makes a promise, and its expression runs when the object is looked at: %s.", scanner.Clean(shown, 120))
	if !in.value {
		message = fmt.Sprintf("An environment of the object holds a promise, and its expression runs when its variable is used: %s.", scanner.Clean(shown, 120))
	}
	r.p.Report(rulePromise, scanner.Span{Offset: at}, scanner.Detail{Message: message, Evidence: []string{shown}})
}
