package torchscript

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/flatbuf"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
)

// isMobile reports whether a file is a module as a FlatBuffer, which torch.jit.load takes
// under any name (torch/csrc/jit/serialization/mobile_bytecode.fbs).
func isMobile(head []byte) bool { return len(head) >= 8 && string(head[4:8]) == "PTMF" }

// Slots of the tables, by the order of their fields.
const (
	moduleExtra, moduleMethods, moduleState, moduleValues                    = 1, 2, 3, 4
	moduleStorages, moduleTypes, moduleSources                               = 6, 7, 8
	fileName, fileContent                                                    = 0, 1
	valueKind, valueTable                                                    = 0, 1
	typeName, typeKind                                                       = 0, 1
	functionName, functionInstructions, functionOperators, functionConstants = 0, 1, 2, 3
	objectType                                                               = 0
	kindTensor, kindString, kindList, kindTuple, kindDict                    = 5, 6, 7, 8, 9 // of a value
	kindObject, kindInts, kindDoubles, kindBools, kindDevice, kindFunction   = 10, 11, 12, 13, 14, 16
	customType                                                               = 2 // of a type
	maxName                                                                  = 1 << 10
)

// A module is a file of this kind that is read.
type module struct {
	*finder
	ctx    context.Context
	b      *flatbuf.Buffer
	values flatbuf.Vector
	types  int
	stores int
	told   map[string]bool
}

// mobile reads such a module: its functions call operators by their names, and it carries
// its code as TorchScript besides.
func mobile(ctx context.Context, p *scanner.Pass) error {
	m := &module{finder: &finder{p, map[string]int64{}}, ctx: ctx, b: flatbuf.New(p, p.Size, p.Budget), told: map[string]bool{}}
	defer m.b.Close()
	root := m.b.Root()
	types, storages := root.Vector(moduleTypes, 4), root.Vector(moduleStorages, 4)
	m.values, m.types, m.stores = root.Vector(moduleValues, 4), types.Len(), storages.Len()
	if err := m.walk(root, types); err != nil {
		return err
	}
	for i := range storages.Len() {
		data := storages.Table(i).Vector(0, 1).Span()
		p.Data(data.Offset, data.Length)
	}
	if err := m.b.Err(); err != nil {
		return err
	}
	m.reportCustom()
	p.Data(0, m.b.End()) // schemas and types
	m.b.Each(func(s scanner.Span) { p.Analysed(s.Offset, s.Length) })
	return m.rest()
}

// walk looks at everything but the tensors.
func (m *module) walk(root flatbuf.Table, types flatbuf.Vector) error {
	for i := range types.Len() {
		m.class(types.Table(i))
	}
	for i := range m.values.Len() {
		if err := m.value(m.values.Table(i)); err != nil {
			return err
		}
	}
	m.indexes(root.At(), "a method", root.Vector(moduleMethods, 4), m.values.Len())
	m.index(root.At(), "the module's state", root.Uint(moduleState, 4, 0), m.values.Len())
	if err := m.files(root.Vector(moduleSources, 4), func(name string) scanner.Member {
		return scanner.Member{Name: "code/" + strings.ReplaceAll(name, ".", "/") + ".py", Format: analyzerName}
	}); err != nil {
		return err
	}
	return m.files(root.Vector(moduleExtra, 4), func(name string) scanner.Member { return scanner.Member{Name: "extra/" + name} })
}

// files hands on the files in the module.
func (m *module) files(list flatbuf.Vector, member func(name string) scanner.Member) error {
	for i := range list.Len() {
		t := list.Table(i)
		name, content := t.Text(fileName, maxName), t.Vector(fileContent, 1).Span()
		if err := m.b.Err(); err != nil {
			return err
		}
		if !t.Once() || content.Length == 0 {
			continue
		}
		if err := m.p.Section(m.ctx, member(name), content.Offset, content.Length); err != nil {
			return err
		}
	}
	return m.b.Err()
}

// maxRest is how many bytes may lie behind what is read of a FlatBuffer.
const maxRest = 4 << 10

// rest hands on what lies behind the last that was read, where it is little enough to be
// names and numbers that nobody looked at.
func (m *module) rest() error {
	at := m.b.End()
	if n := m.p.Size - at; n > 0 && n <= maxRest {
		return m.p.Section(m.ctx, scanner.Member{Name: "rest"}, at, n)
	}
	return nil
}

// class notes a class of C++ code.
func (m *module) class(t flatbuf.Table) {
	if !t.Once() || t.Uint(typeKind, 1, 0) != customType {
		return
	}
	name := t.Text(typeName, maxName)
	if found := customClass().FindStringSubmatch(name); found != nil && !known(found[1]) {
		m.needs("torch.classes."+found[1]+"."+found[2], t.At())
	}
}

// value looks at what a value refers to, and at the functions among them.
func (m *module) value(t flatbuf.Table) error {
	if !t.Once() {
		return m.b.Err()
	}
	switch t.Uint(valueKind, 1, 0) { // others are numbers, which are no tables
	case kindFunction:
		m.function(t.Table(valueTable))
	case kindObject:
		inner := t.Table(valueTable)
		m.index(inner.At(), "the class of an object", inner.Uint(objectType, 4, 0), m.types)
	case kindTensor:
		inner := t.Table(valueTable)
		m.index(inner.At(), "the storage of a tensor", inner.Uint(0, 4, 0), m.stores)
	case kindString, kindDevice, kindBools:
		t.Table(valueTable).Vector(0, 1)
	case kindList, kindTuple, kindDict:
		t.Table(valueTable).Vector(0, 4)
	case kindInts, kindDoubles:
		t.Table(valueTable).Vector(0, 8)
	}
	return m.b.Err()
}

// function judges the operators that a function calls.
func (m *module) function(t flatbuf.Table) {
	if !t.Once() {
		return
	}
	t.Vector(functionInstructions, 8)
	constants := t.Vector(functionConstants, 4)
	m.indexes(t.At(), "a constant of a function", constants, m.values.Len())
	operators := t.Vector(functionOperators, 4)
	for i := range operators.Len() {
		o := operators.Table(i)
		name := o.Text(0, maxName)
		if m.b.Err() != nil {
			return
		}
		if act, ok := acts[name]; ok {
			m.acts(o.At(), name, act, t.Text(functionName, maxName), m.texts(constants))
		} else if namespace, _, _ := strings.Cut(name, "::"); !known(namespace) {
			m.needs(name, o.At())
		}
	}
}

// texts returns the strings among the constants of a function: paths, where it has any.
func (m *module) texts(constants flatbuf.Vector) []string {
	var found []string
	for i := range min(constants.Len(), 64) {
		n := constants.Uint(i)
		if n >= uint64(m.values.Len()) {
			continue
		}
		if t := m.values.Table(int(n)); t.Uint(valueKind, 1, 0) == kindString {
			found = append(found, t.Table(valueTable).Text(0, maxName))
		}
	}
	return found
}

// indexes compares numbers with how many there are.
func (m *module) indexes(at int64, what string, list flatbuf.Vector, count int) {
	for i := range list.Len() {
		if n := list.Uint(i); n >= uint64(count) {
			m.index(at, what, n, count)
			return
		}
	}
}

// index compares a number with how many there are.
func (m *module) index(at int64, what string, n uint64, count int) {
	text := fmt.Sprintf("%s is number %d, of which there are %d", what, n, count)
	if n < uint64(count) || m.b.Err() != nil || m.told[text] || len(m.told) > maxNamed {
		return
	}
	m.told[text] = true
	m.p.Report(modelrules.Malformed, scanner.Span{Offset: at}, scanner.Detail{
		Message:  "The module contradicts itself: " + text + ". Loaders without checks read outside of their memory.",
		Evidence: []string{text},
	})
}

// An act is what an operator does that reaches a file.
type act struct {
	rule *scanner.Rule
	does string
}

// acts are those operators, by the names under which modules for mobiles have them.
var acts = map[string]act{
	"aten::save":      {ruleWrite, "writes a file"},
	"aten::from_file": {ruleRead, "reads a file, and may create or change it"},
}

// acts reports an operator that reaches a file.
func (f *finder) acts(at int64, name string, a act, function string, texts []string) {
	when := "Running the module"
	switch {
	case strings.HasSuffix(function, ".__setstate__"):
		when = "Loading this file with torch.jit.load"
	case function != "":
		when = "Running " + scanner.Clean(function, 120) + " of this TorchScript module"
	}
	which := ""
	if len(texts) > 0 {
		which = fmt.Sprintf(" (%q)", scanner.Clean(texts[0], 160))
	}
	f.p.Report(a.rule, scanner.Span{Offset: at}, scanner.Detail{
		Message:  fmt.Sprintf("%s calls %s, which %s%s.", when, name, a.does, which),
		Evidence: slices.DeleteFunc(slices.Concat([]string{name, function}, texts), func(s string) bool { return s == "" }), Name: name, Use: scanner.UseCall,
	})
}
