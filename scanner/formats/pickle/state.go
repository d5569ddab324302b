package pickle

import (
	"fmt"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/picklenames"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// Build implements picklevm.Observer: the state of an object is set.
func (j *judge) Build(target, state picklevm.Value, at int64) (resume int64, err error) {
	j.programBuild(target, state)
	if j.isShared(target) {
		j.reportWrite(target, "sets the state of", at, state)
		return 0, nil
	}
	switch target.Kind() {
	case picklevm.KindCall, picklevm.KindInstance:
	case picklevm.KindPersistent:
		j.reportPersistent(target, "sets the state of", at)
		return 0, nil
	default:
		return 0, nil // no loader sets the state of plain data
	}
	j.judgeState(target, state, at)
	j.judgeTemplate(target, state, at)
	j.judgeFormula(target, state, at)
	j.judgeShape(target, state, at)
	j.judgeStateValue(state, at)
	j.judgeOddState(target, state, at)
	j.keepContent(j.classOf(target), target, state)
	if j.m.Flags(target)&flagBuilt != 0 {
		j.m.SetFlags(target, flagRebuilt)
	}
	j.m.SetFlags(target, flagBuilt)
	class := j.classOf(target)
	if err := j.judgeOwn(class, target, state, at); err != nil {
		return 0, err
	}
	return j.buildOf(class, target, state, at)
}

// buildOf does what the state of certain classes asks for.
func (j *judge) buildOf(class target, target, state picklevm.Value, at int64) (resume int64, err error) {
	switch {
	case class.path == "numpy.dtype":
		j.judgeComputedDtype(target, state, at)
		j.judgeDtype(target, state, at)
	case class.path == "functools.partial":
		j.partials[target] = state
	case isArrayWrapper(class.path): // an array takes its place
		return j.splice(target, state, at)
	case class.path == polarsFrame, class.path == polarsSeries:
		j.judgePolars(class, target, state, at)
	case class.path == "pynndescent.pynndescent_.NNDescent":
		j.judgeIndex(target, state, at)
	case class.path == "torch.ScriptObject":
		j.judgeScriptObject(class, target, state, at)
	case isFileWrapper(class.path):
		j.openedFile(class, target, state, at)
	case isFrame(class.path):
		j.judgeFrame(class, target, state, at)
	}
	if j.arms(state) {
		j.m.SetFlags(target, flagArmed)
	}
	return 0, nil
}

// judgeComputedDtype reports a dtype whose sizes or flags are not numbers in the stream:
// whether they contradict each other cannot be said.
func (j *judge) judgeComputedDtype(target, state picklevm.Value, at int64) {
	for i := dtypeSize; i < dtypeFlags+1; i++ {
		switch v := j.m.Item(state, i); v.Kind() {
		case picklevm.KindCall, picklevm.KindInstance, picklevm.KindGlobal, picklevm.KindPersistent:
			j.say(ruleForgedDtype, j.at(at), scanner.Detail{
				Message:  "Loading this pickle makes a NumPy dtype whose sizes or flags are computed, so that it cannot be said whether bytes of the file are taken for memory addresses.",
				Evidence: []string{j.render(target, 100), j.render(state, 300)},
				Identity: []string{j.identity(j.m.Item(target, 1), state)},
			})
			return
		default: // a number, as NumPy writes it
		}
	}
}

// isShared reports whether a value is something that the stream did not make: a
// global, a class behind an old persistent id of torch, or an attribute that was
// fetched from one.
func (j *judge) isShared(v picklevm.Value) bool {
	switch v.Kind() {
	case picklevm.KindGlobal:
		return true
	case picklevm.KindPersistent:
		return j.persistentCallee(v).unresolved == ""
	default:
		return j.m.Flags(v)&(flagFetched|flagShared) != 0
	}
}

// classOf returns the class that an instance, or the result of a call, is of as
// far as the callable tells.
func (j *judge) classOf(v picklevm.Value) target {
	t := j.callee(j.m.Item(v, 0))
	if v.Kind() != picklevm.KindCall {
		return t
	}
	if i := classArgument(t); i >= 0 {
		if class := j.m.Item(j.m.Item(v, 1), i-len(t.bound)); class.Kind() == picklevm.KindGlobal {
			return j.targetOf(class)
		}
	}
	return t
}

// classArgument returns which argument of a helper is the class of what it makes, or -1.
func classArgument(t target) int {
	switch {
	case t.path == "copyreg._reconstructor":
		return 0
	case !t.listed || t.entry.Class:
		return -1
	case t.path == "torch._tensor._rebuild_from_type_v2", t.path == "fastai.torch_core._rebuild_from_type":
		return 1
	case len(t.entry.Shape.Args) > 0 && t.entry.Shape.Args[0].Kind == picklenames.Class:
		return 0
	}
	return -1
}

// judgeState looks for attributes that Python or a loader would call.
func (j *judge) judgeState(target, state picklevm.Value, at int64) {
	dict, slots := state, picklevm.Value(0)
	if state.Kind() == picklevm.KindTuple && j.m.Len(state) == 2 {
		dict, slots = j.m.Item(state, 0), j.m.Item(state, 1)
	}
	if j.m.Flags(dict)&flagHooked != 0 && !j.keepsNames(target, dict) || j.m.Flags(slots)&flagHooked != 0 || j.shadows(target, dict) || j.shadows(target, slots) {
		j.reportHook(target, state, at)
	}
	items, _, loose := j.m.Items(slots)
	if len(items) > 0 && j.classOf(target).entry.NoSlots {
		j.reportHooks(target, "sets attributes of", at, slots)
	}
	for i := 0; slots.Kind() == picklevm.KindDict && i+1 < len(items); i += 2 {
		if name, ok := j.m.Str(items[i]); ok && name == "__class__" {
			j.reportClassSwitch(target, items[i+1], at)
		} else if !ok {
			loose = true
		}
	}
	if slots.Kind() == picklevm.KindDict && loose && !j.astray() {
		j.reportHook(target, state, at)
	}
}

// reportHooks reports that an instance of a listed class is made to run methods that
// were not shown inert.
func (j *judge) reportHooks(target picklevm.Value, does string, at int64, what ...picklevm.Value) {
	class := j.classOf(target)
	evidence := []string{class.path}
	for _, v := range what {
		evidence = append(evidence, j.render(v, 200))
	}
	j.p.Report(ruleUnlistedCall, j.at(at), scanner.Detail{
		Message: fmt.Sprintf("Loading this pickle %s an instance of %s, whose methods for that were not shown to be inert.%s",
			does, class.quoted(), class.spelling()),
		Evidence: evidence,
		Identity: []string{class.path, does, j.identity(what...)},
		Name:     class.path, Use: scanner.UseCall,
	})
}

// reportClassSwitch reports slot state that replaces the class of an object.
func (j *judge) reportClassSwitch(target, class picklevm.Value, at int64) {
	j.say(ruleStateHijack, j.at(at), scanner.Detail{
		Message:  fmt.Sprintf("Loading this pickle turns an instance of %s into one of another class.", j.classOf(target).quoted()),
		Evidence: []string{"__class__ = " + j.render(class, 200)},
		Identity: []string{j.classOf(target).path, j.identity(class)},
		Name:     j.classOf(target).path,
	})
}

// sharedTarget returns the target of something that isShared.
func (j *judge) sharedTarget(v picklevm.Value) target {
	switch v.Kind() {
	case picklevm.KindGlobal:
		return j.targetOf(v)
	case picklevm.KindPersistent:
		return j.persistentCallee(v)
	default:
		return target{path: j.render(v, 120)}
	}
}

// reportWrite reports a change of something that the stream did not make.
func (j *judge) reportWrite(target picklevm.Value, does string, at int64, what ...picklevm.Value) {
	t := j.sharedTarget(target)
	if t.unresolved != "" && j.accidental(t, at) {
		return // bytes of an array that name an extension by a number
	}
	if target.Kind() == picklevm.KindGlobal {
		j.judged[target] = scanner.UseCall
	}
	var shown []string
	for _, v := range what {
		shown = append(shown, j.render(v, 200))
	}
	j.say(ruleGlobalWrite, j.at(at), scanner.Detail{
		Message:  fmt.Sprintf("Loading this pickle %s %s, which the whole process shares.%s", does, t.quoted(), t.spelling()),
		Evidence: append([]string{t.path}, shown...),
		Identity: []string{t.path, does, j.identity(what...)},
		Name:     t.path,
	})
}

// plainArguments reports whether arguments of __new__ are such that a class
// nobody vetted stays in the plain shape: none, or numbers, None, booleans, enums
// and tuples of those.
func (j *judge) plainArguments(c picklevm.Call) bool {
	if c.Kwargs != 0 && j.m.Len(c.Kwargs) > 0 {
		return false
	}
	items, _, _ := j.m.Items(c.Args)
	return c.Args.Kind() == picklevm.KindTuple && j.allNumbers(items, 0)
}

// allNumbers reports whether values are numbers, None, booleans, enum members, or
// tuples of those.
func (j *judge) allNumbers(items []picklevm.Value, depth int) bool {
	for _, v := range items {
		switch v.Kind() {
		case picklevm.KindNone, picklevm.KindBool, picklevm.KindInt, picklevm.KindBigInt, picklevm.KindFloat:
		case picklevm.KindTuple:
			inner, _, _ := j.m.Items(v)
			if depth > 8 || !j.allNumbers(inner, depth+1) {
				return false
			}
		case picklevm.KindCall:
			if !j.isEnumMember(v) {
				return false
			}
		default: // strings, bytes and what the stream made
			return false
		}
	}
	return true
}

// isEnumMember reports whether a value came from a call shown inert with one
// literal, as enum members do.
func (j *judge) isEnumMember(v picklevm.Value) bool {
	args := j.m.Item(v, 1)
	return j.m.Flags(v)&flagInert != 0 && j.m.Len(args) == 1 && j.m.Item(args, 0).IsPlain() && j.classOf(v).isClass()
}

// judgeShape reports an instance of a class that nobody vetted that leaves the
// plain shape: more of its methods run than __new__ and one __setstate__ with a
// dict.
func (j *judge) judgeShape(target, state picklevm.Value, at int64) {
	flags := j.m.Flags(target)
	switch {
	case flags&flagUnknown == 0:
	case flags&flagBuilt != 0:
		j.reportShape(target, "sets its state twice", at)
	case state.Kind() != picklevm.KindDict:
		j.reportShape(target, "sets a state that is no dict", at)
	}
}

// reportShape reports what an instance of a class that nobody vetted is made to do.
func (j *judge) reportShape(v picklevm.Value, does string, at int64) {
	t := j.classOf(v)
	j.say(ruleUnknownCall, j.at(at), scanner.Detail{
		Message: fmt.Sprintf("Loading this pickle makes an instance of %s, %s, and %s: its methods run.%s",
			t.quoted(), t.kind(), does, t.spelling()),
		Evidence: []string{t.path, does},
		Name:     t.path, Use: scanner.UseCall,
	})
}
