package rdata

import (
	"fmt"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/archiverules"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
)

// Types of items (src/include/Rinternals.h and serialize.c).
const (
	symbol, pairlist, closure, environment, promise, call = 1, 2, 3, 4, 5, 6
	special, builtin, char                                = 7, 8, 9
	logical, integer, reals, complexes, text, dots        = 10, 13, 14, 15, 16, 17
	list, expression, bytecode, pointer, weak, raw, s4    = 19, 20, 21, 22, 23, 24, 25

	altrep                                 = 238
	attrPairlist, attrCall                 = 239, 240
	repeatedUse, repeatedDefinition        = 243, 244
	persistent, packageEnv, namespaceEnv   = 247, 248, 249
	firstConstant, unbound, null, backward = 241, 252, 254, 255
)

const (
	hasAttributes = 1 << 9
	hasTag        = 1 << 10
)

const (
	maxDepth = 4000 // of items in each other, but not of a list that goes on
	maxText  = 200  // bytes of a string that are looked at
	refBytes = 32   // charged for what can be referred to
)

// A place is where an item stands.
type place struct {
	value bool // it is looked at where the object is: not in an environment or in code
}

var hidden = place{}

// item reads one item.
func (r *reader) item(in place, depth int) error {
	flags, err := r.number()
	if err != nil {
		return err
	}
	return r.typed(flags, in, depth)
}

// typed reads what follows the flags of an item.
func (r *reader) typed(flags int64, in place, depth int) error {
	if err := r.p.Budget.Step(1); err != nil {
		return err
	}
	if depth > maxDepth {
		return scanner.Errorf(scanner.OverLimit, r.c.Offset(), "objects are nested more than %d deep", maxDepth)
	}
	switch kind := flags & 0xff; kind {
	case pairlist, call, closure, promise, dots, attrPairlist, attrCall:
		return r.pairs(flags, in, depth)
	case backward:
		return r.reference(flags >> 8)
	case symbol:
		return r.symbol()
	case environment:
		return r.environment(depth)
	case persistent, packageEnv, namespaceEnv:
		return r.names()
	case special, builtin:
		_, err := r.bytes("a function's name", maxText)
		return err
	case altrep:
		return r.altrep(in, depth)
	default:
		if kind >= firstConstant && kind <= null {
			return nil
		}
		return r.vector(flags, in, depth)
	}
}

// items reads n items.
func (r *reader) items(n int64, in place, depth int) error {
	for range n {
		if err := r.item(in, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// vector reads an item whose attributes follow it.
func (r *reader) vector(flags int64, in place, depth int) error {
	if err := r.content(flags&0xff, in, depth); err != nil || flags&hasAttributes == 0 {
		return err
	}
	return r.item(in, depth+1)
}

// content reads the elements of a vector, or what else there is of an item.
func (r *reader) content(kind int64, in place, depth int) error {
	widths := map[int64]int64{logical: 4, integer: 4, reals: 8, complexes: 16, raw: 1}
	switch kind {
	case char:
		s, err := r.bytes("a string", maxText)
		r.words.add(s)
		return err
	case logical, integer, reals, complexes, raw:
		n, err := r.length("a vector")
		if err != nil {
			return err
		}
		return r.skip(n, widths[kind], max(1, widths[kind]/8))
	case text, list, expression:
		n, err := r.length("a list")
		if err != nil {
			return err
		}
		return r.items(n, in, depth)
	case pointer:
		if err := r.refer(""); err != nil {
			return err
		}
		return r.items(2, hidden, depth)
	case weak:
		return r.refer("")
	case s4:
		return nil
	case bytecode:
		if _, err := r.number(); err != nil {
			return err
		}
		return r.code(depth)
	}
	return scanner.Errorf(scanner.Malformed, r.c.Offset(), "an item of type %d", kind)
}

// refer remembers what later items may refer to.
func (r *reader) refer(name string) error {
	n := int64(len(name)) + refBytes
	if err := r.p.Budget.Hold(n); err != nil {
		return err
	}
	r.held += n
	r.refs = append(r.refs, name)
	return nil
}

// reference reads a reference to an earlier item.
func (r *reader) reference(number int64) error {
	if number == 0 {
		var err error
		if number, err = r.number(); err != nil {
			return err
		}
	}
	if number < 1 || number > int64(len(r.refs)) {
		return scanner.Errorf(scanner.Malformed, r.c.Offset(), "a reference to item %d of %d", number, len(r.refs))
	}
	r.words.add(r.refs[number-1])
	return nil
}

// symbol reads a name.
func (r *reader) symbol() error {
	if _, err := r.number(); err != nil { // the flags of its string
		return err
	}
	name, err := r.bytes("a name", maxText)
	if err != nil {
		return err
	}
	r.words.add(name)
	return r.refer(name)
}

// names reads the strings by which an environment is found again.
func (r *reader) names() error {
	if _, err := r.number(); err != nil {
		return err
	}
	n, err := r.length("a list of names")
	if err != nil {
		return err
	}
	if err := r.items(n, hidden, 0); err != nil {
		return err
	}
	return r.refer("")
}

// environment reads one: what encloses it, its variables in two forms, attributes.
func (r *reader) environment(depth int) error {
	if _, err := r.number(); err != nil { // whether it is locked
		return err
	}
	if err := r.refer(""); err != nil {
		return err
	}
	return r.items(4, hidden, depth)
}

// pairs reads a list whose parts follow each other, code, or a promise: attributes, tag,
// value, and the rest of the list.
func (r *reader) pairs(flags int64, in place, depth int) error {
	for {
		kind := flags & 0xff
		if kind == promise {
			return r.promise(flags, in, depth)
		}
		inner := in
		if kind != pairlist && kind != attrPairlist {
			inner = hidden
		}
		if flags&hasAttributes != 0 {
			if err := r.item(inner, depth+1); err != nil {
				return err
			}
		}
		if flags&hasTag != 0 {
			if err := r.tag(depth); err != nil {
				return err
			}
		}
		if kind == call || kind == attrCall {
			r.words.call()
		}
		if err := r.item(inner, depth+1); err != nil {
			return err
		}
		next, err := r.number()
		if err != nil {
			return err
		}
		switch next & 0xff {
		case pairlist, call, closure, promise, dots, attrPairlist, attrCall:
			flags, in = next, inner
			if err := r.p.Budget.Step(1); err != nil {
				return err
			}
		default:
			return r.typed(next, inner, depth+1)
		}
	}
}

// tag reads the name of a list's part, or the environment of code. It is no part of an
// expression.
func (r *reader) tag(depth int) error {
	words := r.words
	r.words = nil
	err := r.item(hidden, depth+1)
	r.words = words
	return err
}

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

// altrep reads a vector in the form of a class of its own: the class, its state, attributes.
func (r *reader) altrep(in place, depth int) error {
	at := r.c.Offset()
	outer := r.words
	r.words = &words{}
	err := r.item(hidden, depth+1)
	class := r.words.list
	r.words = &words{}
	if err == nil {
		err = r.item(in, depth+1)
	}
	state := r.words.list
	if r.words = outer; err != nil {
		return err
	}
	r.class(at, class, state)
	return r.item(in, depth+1)
}

// class judges what a vector's own class does when it is read.
func (r *reader) class(at int64, class, state []string) {
	if len(class) < 2 {
		return
	}
	name := class[1] + "::" + class[0]
	switch {
	case strings.HasPrefix(name, "base::mmap_"):
		r.p.Report(archiverules.Manifest, scanner.Span{Offset: at}, scanner.Detail{
			Message:  "A vector of the object stands for a file on the machine that reads it, which is opened and mapped into memory.",
			Evidence: append([]string{name}, state...),
		})
	case class[1] != "base":
		r.p.Report(modelrules.CustomCode, scanner.Span{Offset: at}, scanner.Detail{
			Message:  fmt.Sprintf("A vector of the object is read by the package %q.", scanner.Clean(class[1], 80)),
			Evidence: []string{name},
		})
	}
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

// code reads bytecode: instructions, then constants.
func (r *reader) code(depth int) error {
	if depth > maxDepth {
		return scanner.Errorf(scanner.OverLimit, r.c.Offset(), "code is nested more than %d deep", maxDepth)
	}
	if err := r.item(hidden, depth+1); err != nil {
		return err
	}
	n, err := r.length("a list of constants")
	if err != nil {
		return err
	}
	for range n {
		kind, err := r.number()
		if err != nil {
			return err
		}
		if err := r.constant(kind, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// constant reads a constant of bytecode, whose type was read.
func (r *reader) constant(kind int64, depth int) error {
	switch kind {
	case bytecode:
		return r.code(depth + 1)
	case call, pairlist, repeatedDefinition, repeatedUse, attrCall, attrPairlist:
		return r.source(kind, depth+1)
	}
	return r.item(hidden, depth+1)
}

// source reads code that bytecode was made from.
func (r *reader) source(kind int64, depth int) error {
	if err := r.p.Budget.Step(1); err != nil {
		return err
	}
	if depth > maxDepth {
		return scanner.Errorf(scanner.OverLimit, r.c.Offset(), "code is nested more than %d deep", maxDepth)
	}
	var err error
	switch kind {
	case repeatedUse:
		_, err = r.number()
		return err
	case repeatedDefinition:
		if _, err = r.number(); err == nil {
			kind, err = r.number()
		}
	case call, pairlist, attrCall, attrPairlist:
	default:
		return r.item(hidden, depth+1)
	}
	if err == nil && (kind == attrCall || kind == attrPairlist) {
		err = r.item(hidden, depth+1)
	}
	if err == nil {
		err = r.tag(depth)
	}
	for range 2 {
		var inner int64
		if err == nil {
			inner, err = r.number()
		}
		if err == nil {
			err = r.source(inner, depth+1)
		}
	}
	return err
}
