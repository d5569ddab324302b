package savedmodel

import (
	"fmt"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/lazyregexp"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
	"github.com/modelsieve/modelsieve/scanner/internal/tfops"
)

// judge looks at every node of every program.
func (f *file) judge() error {
	for _, p := range f.programs {
		p.link()
		for _, s := range p.scopes {
			for i := range s.nodes {
				if err := f.p.Budget.Step(1); err != nil {
					return err
				}
				if err := f.judgeNode(p, s, &s.nodes[i]); err != nil {
					return err
				}
			}
		}
		f.reportUnknown(p)
	}
	return nil
}

// An effect is what a node does, and what it does it to.
type effect struct {
	p  *program
	s  *scope
	n  *node
	op tfops.Op
	origin
}

// judgeNode reports what a node does besides computing.
func (f *file) judgeNode(p *program, s *scope, n *node) error {
	op, _ := tfops.Lookup(n.op)
	if p.functions[n.op] != nil && op.Class == tfops.None {
		return nil
	}
	if p.unknownOp(n.op) {
		if at, seen := p.unknown[n.op]; !seen || n.at.Offset < at {
			p.unknown[n.op] = n.at.Offset
		}
		return f.hold(entryBytes)
	}
	if op.Class == tfops.None {
		return nil
	}
	e := effect{p: p, s: s, n: n, op: op}
	var err error
	if op.Input >= 0 {
		e.origin, err = f.origin(p, s, n, op.Input)
	}
	for _, t := range n.texts {
		if t.attr != op.Attr {
			continue
		}
		text, readErr := f.w.Head(t.at, maxPath)
		e.texts = append(e.texts, text)
		if err == nil {
			err = readErr
		}
	}
	f.judgeEffect(&e)
	return err
}

// judgeEffect reports an effect by its class.
func (f *file) judgeEffect(e *effect) {
	switch e.op.Class {
	case tfops.Write:
		f.report(e, ruleWrite, "writes a file")
	case tfops.Cache:
		if !e.onlyTexts("") {
			f.report(e, ruleWrite, "writes a file")
		}
	case tfops.Print:
		if e.hasPrefix("file://") {
			f.report(e, ruleWrite, "writes a file")
		}
	case tfops.Debug:
		f.debug(e)
	case tfops.Save:
		if !e.callers() {
			f.report(e, ruleWrite, "writes a checkpoint to a path of its own")
		}
	case tfops.Restore:
		if !e.callers() {
			f.report(e, ruleRead, "reads a checkpoint from a path of its own")
		}
	case tfops.Read:
		if !e.assets() {
			f.report(e, ruleRead, "reads a file")
		}
	case tfops.Table:
		if !e.assets() && !e.callers() {
			f.report(e, ruleRead, "reads a file into a table")
		}
	case tfops.Optional, tfops.Descriptor:
		f.optional(e)
	case tfops.Network:
		f.report(e, ruleNetwork, "opens a connection")
	case tfops.Python:
		f.report(e, rulePython, "calls a Python function that the process has registered")
	case tfops.Graph, tfops.Mlir:
		f.report(e, ruleNested, "runs a graph that is serialized in a value")
	case tfops.Custom:
		f.report(e, modelrules.CustomCode, "calls native code by its name")
	case tfops.Engine:
		f.report(e, modelrules.NativeEngine, "runs a compiled engine")
	case tfops.None:
	}
	f.remote(e)
}

// debug reports operators that write or send what they get, as their URLs say.
func (f *file) debug(e *effect) {
	for _, url := range e.texts {
		switch {
		case strings.HasPrefix(url, "grpc://"):
			f.report(e, ruleNetwork, "sends what it computes")
		case url != "" && !strings.HasPrefix(url, "memcbk://"):
			f.report(e, ruleWrite, "writes what it computes to a file")
		}
	}
}

// optional reports operators that read a file only where one is named.
func (f *file) optional(e *effect) {
	for _, name := range e.texts {
		if name == "" || e.op.Class == tfops.Descriptor && (strings.HasPrefix(name, "local://") || strings.HasPrefix(name, "bytes://")) {
			continue
		}
		f.report(e, ruleRead, "reads a file")
		return
	}
}

var remoteURL = lazyregexp.New(`^(?i:https?|gs|s3|hdfs|webhdfs|viewfs|har|abfss?|az|oss|ftp|grpc)://`)

// remote reports file operators whose path is a URL.
func (f *file) remote(e *effect) {
	switch e.op.Class {
	case tfops.Write, tfops.Cache, tfops.Save, tfops.Restore, tfops.Read, tfops.Table, tfops.Optional:
		if slices.ContainsFunc(e.texts, remoteURL().MatchString) {
			f.report(e, ruleNetwork, "opens a URL")
		}
	default:
	}
}

// hasPrefix reports whether a text starts so.
func (e *effect) hasPrefix(prefix string) bool {
	return slices.ContainsFunc(e.texts, func(s string) bool { return strings.HasPrefix(s, prefix) })
}

// onlyTexts reports whether the value is a constant of this text.
func (e *effect) onlyTexts(want string) bool {
	return len(e.texts) > 0 && !e.caller && !e.asset && len(e.computed) == 0 &&
		!slices.ContainsFunc(e.texts, func(s string) bool { return s != want })
}

// assets reports whether the value is nothing but paths of assets.
func (e *effect) assets() bool {
	return e.asset && !e.caller && len(e.texts) == 0 && len(e.computed) == 0
}

// saverPart matches what savers add to the path that they are given, and the names that
// they use where they are given none.
var saverPart = lazyregexp.New(`^(model|checkpoint|/?part|\.part|_temp(_[0-9a-f]{32})?/part|-tf-[0-9]+)?$`)

// callers reports whether the value is a path that the caller gives, with no more than
// a saver adds.
func (e *effect) callers() bool {
	return len(e.computed) == 0 && !slices.ContainsFunc(e.texts, func(s string) bool { return !saverPart().MatchString(s) })
}

// report reports an effect.
func (f *file) report(e *effect, r *scanner.Rule, does string) {
	what := e.what()
	where := e.p.where
	if e.s.name != "" {
		where = fmt.Sprintf(" of the function %q%s", scanner.Clean(e.s.name, 60), e.p.where)
	}
	f.p.Report(r, e.n.at, scanner.Detail{
		Message: fmt.Sprintf("The operator %s %s (%s): node %q%s.", scanner.Clean(e.n.op, 60), does, scanner.Clean(strings.Join(what, ", "), 120),
			scanner.Clean(e.n.name, 40), where),
		Evidence: append([]string{e.n.op}, what...),
	})
}

// what names what the effect is on.
func (e *effect) what() []string {
	var out []string
	for _, s := range e.texts {
		switch e.op.Class {
		case tfops.Graph, tfops.Mlir, tfops.Engine:
			s = "a constant"
		case tfops.Save, tfops.Restore:
			if saverPart().MatchString(s) {
				continue
			}
		default:
		}
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	if e.caller {
		out = append(out, "what the caller gives")
	}
	if e.asset {
		out = append(out, "an asset")
	}
	out = append(out, e.computed...)
	if len(out) == 0 {
		out = append(out, "not named here")
	}
	return out
}

// reportUnknown reports the operators that TensorFlow does not have, by the library
// that may have them.
func (f *file) reportUnknown(p *program) {
	for name, at := range p.unknown {
		from := "a library that registers it has to be loaded"
		if l := tfops.Library(name); l != "" {
			from = "it comes with " + l
		}
		f.p.Report(modelrules.CustomCode, scanner.Span{Offset: at}, scanner.Detail{
			Message:  fmt.Sprintf("The graph has the operator %q, which TensorFlow does not have: %s.", scanner.Clean(name, 100), from),
			Evidence: []string{name},
		})
		if strings.HasPrefix(name, "IO>") {
			f.p.Report(ruleRead, scanner.Span{Offset: at}, scanner.Detail{
				Message:  fmt.Sprintf("The operator %q of tensorflow-io reads files or opens connections.", scanner.Clean(name, 100)),
				Evidence: []string{name},
			})
		}
	}
}
