// Package tfops knows the operators of TensorFlow and what they do besides computing.
// Its tables are written by tools/tfops from the registry of the real package.
package tfops

import (
	"slices"
	"strings"
)

// A Class is what an operator does besides computing.
type Class uint8

// The classes.
const (
	None       Class = iota // it computes
	Write                   // writes a file
	Cache                   // writes a file, unless the name is empty
	Print                   // writes to a stream, or to a file where the stream is file://
	Debug                   // writes files or connects, as its URLs say; nothing where there are none
	Save                    // writes a checkpoint
	Restore                 // reads a checkpoint
	Read                    // reads a file
	Optional                // reads a file, unless the name is empty
	Descriptor              // reads a file, unless the name is empty or has a scheme
	Table                   // reads a file into a lookup table
	Network                 // connects, or listens
	Python                  // calls a function of the Python process
	Graph                   // runs a graph that is serialized in a value
	Mlir                    // runs a graph that is serialized as text
	Custom                  // calls native code by its name
	Engine                  // runs a compiled engine that it holds
)

// does says what operators of a class do that is reported. Printing and caching in memory
// are ordinary.
var does = map[Class]string{
	Write: "writes a file", Save: "writes a checkpoint", Debug: "writes files or connects to where its URLs say",
	Read: "reads a file", Restore: "reads a checkpoint", Table: "reads a file into a table",
	Optional: "reads a file", Descriptor: "reads a file",
	Network: "opens network connections", Python: "calls back into Python", Graph: "runs a graph that is hidden in a value",
	Mlir: "runs a graph that is hidden in a text", Custom: "calls native code by its name",
}

// Does says what operators of the class do beyond the graph, "" where that is nothing or
// ordinary.
func (c Class) Does() string { return does[c] }

// An Op is what is known of an operator.
type Op struct {
	Class Class
	// Input is the index of the input that names the file, the address or the graph;
	// -1 where none does. Attr is the attribute that does, or empty.
	Input int
	Attr  string
}

// Lookup returns what is known of an operator by its name; ok is false where no
// release of TensorFlow has it.
func Lookup(name string) (op Op, ok bool) {
	if op, ok := classified[name]; ok {
		return op, true
	}
	_, ok = slices.BinarySearch(names, name)
	return Op{Input: -1}, ok
}

// libraries are packages whose operators stand in many models, by how their names
// start.
var libraries = []struct{ prefix, library string }{
	{"Addons>", "tensorflow-addons"},
	{"IO>", "tensorflow-io"},
	{"TFRA>", "tensorflow-recommenders-addons"},
	{"SimpleML", "tensorflow-decision-forests"},
	{"Sentencepiece", "tensorflow-text"},
	{"Wordpiece", "tensorflow-text"},
	{"FastWordpiece", "tensorflow-text"},
	{"FastBert", "tensorflow-text"},
	{"RegexSplit", "tensorflow-text"},
	{"TFText>", "tensorflow-text"},
	{"TFTText", "tensorflow-text"},
	{"Horovod", "horovod"},
	{"AWS", "the Neuron SDK"},
	{"Neuron", "the Neuron SDK"},
}

// Library names the package that has an operator which TensorFlow does not have; empty
// where none is known.
func Library(name string) string {
	for _, l := range libraries {
		if strings.HasPrefix(name, l.prefix) {
			return l.library
		}
	}
	return ""
}

// Source reports whether an attribute of that name says, for some operator, which
// file, address or graph it is about.
func Source(attr string) bool { return sources[attr] }

// sources are the attributes that classified names.
var sources = func() map[string]bool {
	found := map[string]bool{}
	for _, op := range classified {
		if op.Attr != "" {
			found[op.Attr] = true
		}
	}
	return found
}()
