package rdata

import (
	"fmt"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/archiverules"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
)

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
