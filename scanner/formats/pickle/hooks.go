package pickle

import (
	"fmt"
	"strings"
	"sync"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/picklenames"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// hookNames are attributes that Python, unpicklers, loaders and hooks of listed classes call
// on objects that they get, besides those with two underscores: DATA_METHODS of
// tools/vet/rule.py are among them.
var hookNames = sync.OnceValue(func() map[string]bool {
	return wordSet("append extend add update items keys values forward predict transform to_dict get setdefault pop popitem clear copy " +
		"discard insert index count sort reverse format join split rsplit splitlines strip lstrip rstrip startswith endswith " +
		"lower upper replace title encode decode isidentifier removeprefix removesuffix partition rpartition find isdigit astype " +
		"reshape ravel flatten tolist item view fill sum min max mean any all transpose setflags dim size numel clone detach cpu " +
		"contiguous requires_grad_ is_floating_point most_common union difference intersection issubset issuperset fromkeys " +
		"as_integer_ratio bit_length is_integer hex total_seconds toordinal appendleft extendleft group groups groupdict span " +
		"unsqueeze squeeze as_subclass stride storage_offset scatter_")
})

// Pair implements picklevm.Observer: a dict, perhaps the state of an instance,
// gets a value that may be callable.
func (j *judge) Pair(dict, key, value picklevm.Value, at int64) {
	if !j.mayBeHook(key) && !j.mayShadow(dict, key) {
		return
	}
	if name, _ := j.m.Str(key); name == "__wrapped__" && j.m.Flags(value)&flagInert != 0 {
		return // inspect goes on to it, and calls nothing
	}
	if j.mayRun(value) {
		if j.m.Flags(dict)&(flagState|flagHooked) == flagState { // an instance may have kept the dict
			j.reportLateHook(dict, key, value, at)
		}
		j.m.SetFlags(dict, flagHooked)
	}
}

// mayShadow reports whether a dict that is the state of an instance already gets a key that
// is the name of a method which hooks of some listed class call.
func (j *judge) mayShadow(dict, key picklevm.Value) bool {
	name, ok := j.m.Str(key)
	return ok && j.m.Flags(dict)&flagState != 0 && picklenames.IsCalledSomewhere(name)
}

// mayRun reports whether a value may do something when it is called.
func (j *judge) mayRun(v picklevm.Value) bool {
	if !picklevm.MayBeCallable(v) || j.uncalled(v) {
		return false
	}
	if !j.astray() {
		return true
	}
	t := j.callee(v)
	return t.dangerous || t.code
}

// mayBeHook reports whether a key is the name of a method that is called by itself, or
// one that is computed.
func (j *judge) mayBeHook(key picklevm.Value) bool {
	switch name, ok := j.m.Str(key); {
	case ok && name == "__orig_class__": // a note of typing of how the instance was spelt: nothing calls it
		return false
	case ok:
		return hookNames()[name] || strings.HasPrefix(name, "__") && strings.HasSuffix(name, "__")
	default: // a call may give a string, or something equal to one
		return !j.astray() && (key.Kind() == picklevm.KindCall || key.Kind() == picklevm.KindInstance)
	}
}

// reportLateHook reports a callable that comes under the name of a method into a dict
// that is the state of an instance already.
func (j *judge) reportLateHook(dict, key, value picklevm.Value, at int64) {
	j.say(ruleGlobalWrite, j.at(at), scanner.Detail{
		Message:  "Loading this pickle puts a callable where Python looks for a method, into the state that an instance was given before.",
		Evidence: []string{j.render(key, 80) + ": " + j.render(value, 200)},
		Identity: []string{j.identity(dict, key, value)},
	})
}

// harmless reports whether a value does nothing when it is called, or cannot be.
func (j *judge) harmless(v picklevm.Value) bool {
	if v.Kind() == picklevm.KindGlobal {
		t := j.targetOf(v)
		return t.listed && t.entry.Unconditional()
	}
	return j.isKnown(v) || j.isDatum(v) && j.classOf(v).path != "functools.partial"
}

// shadows reports whether a state gives an instance of a listed class a callable in the
// place of a method that its class's __setstate__, __hash__ or the like call.
func (j *judge) shadows(target, state picklevm.Value) bool {
	if state.Kind() != picklevm.KindDict || j.astray() {
		return false
	}
	class := j.classOf(target).path
	items, _, _ := j.m.Items(state)
	for i := 0; i+1 < len(items); i += 2 {
		if name, ok := j.m.Str(items[i]); ok && picklevm.MayBeCallable(items[i+1]) && picklenames.IsCalledMethod(class, name) && j.mayRun(items[i+1]) && !j.makesDict(items[i+1]) {
			return true
		}
	}
	return false
}

// makesDict reports whether a value is the class dict, which graphs of networkx keep as the
// factory of their attributes.
func (j *judge) makesDict(v picklevm.Value) bool {
	return v.Kind() == picklevm.KindGlobal && j.targetOf(v).path == "builtins.dict"
}

// reportHook reports a callable that an instance is given in place of a method.
func (j *judge) reportHook(target, state picklevm.Value, at int64) {
	class := j.classOf(target)
	j.say(ruleGlobalWrite, j.at(at), scanner.Detail{
		Message:  fmt.Sprintf("Loading this pickle puts a callable where Python looks for a method of an instance of %s.", class.quoted()),
		Evidence: []string{j.render(state, 400)},
		Identity: []string{class.path, j.identity(state)},
		Name:     class.path,
	})
}
