package pickle

import (
	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// Mutate implements picklevm.Observer: items are added to what is no list, dict
// or set of the stream.
func (j *judge) Mutate(target picklevm.Value, items []picklevm.Value, op byte, at int64) error {
	j.programMutate(target, items, op)
	j.changes(target)
	switch {
	case j.isShared(target):
		j.reportWrite(target, "adds to", at, items...)
		return nil
	case target.Kind() == picklevm.KindPersistent:
		j.reportPersistent(target, "adds items to", at)
	case j.m.Flags(target)&flagUnknown != 0:
		j.reportShape(target, "adds items to it", at)
	case target.Kind() == picklevm.KindByteArray || j.classOf(target).path == "array.array":
		j.converts(items, at)
	case j.classOf(target).entry.NoItems:
		j.reportHooks(target, "adds items to", at, items...)
	}
	switch op {
	case 's', 'u':
		return j.mutatePairs(target, items, at)
	case opAddItems:
		return j.mutateSet(items, at)
	}
	return nil
}

// opAddItems is ADDITEMS.
const opAddItems = 0x90

// mutateSet looks at members that an instance is given by add.
func (j *judge) mutateSet(items []picklevm.Value, at int64) error {
	for _, v := range items {
		if err := j.Hash(v, at); err != nil {
			return err
		}
	}
	return nil
}

// converts reports instances of classes that nobody vetted that are made numbers of.
func (j *judge) converts(items []picklevm.Value, at int64) {
	for _, v := range items {
		if j.m.Flags(v)&flagUnknown != 0 {
			j.reportShape(v, "uses it as a number", at)
		}
	}
}

// judgeStateValue looks at what a state consists of: the unpickler in Python asks an
// instance for its truth value and its items.
func (j *judge) judgeStateValue(state picklevm.Value, at int64) {
	parts := []picklevm.Value{state}
	if state.Kind() == picklevm.KindTuple && j.m.Len(state) == 2 {
		parts = append(parts, j.m.Item(state, 0), j.m.Item(state, 1))
	}
	for _, v := range parts {
		if j.m.Flags(v)&flagUnknown != 0 {
			j.reportShape(v, "uses it as the state of another", at)
		}
		j.m.SetFlags(v, flagState)
	}
}

// reportPersistent reports what is done to an object behind a persistent id.
func (j *judge) reportPersistent(v picklevm.Value, does string, at int64) {
	j.say(ruleUnresolved, j.at(at), scanner.Detail{
		Message:  "Loading this pickle " + does + " an object behind a persistent id, so that it cannot be said what runs.",
		Evidence: []string{j.render(v, 200)}, Identity: []string{does, j.identity(v)},
	})
}

// Persistent implements picklevm.Observer: the loader turns an id into an object. It
// compares and prints what the id consists of. torch's ids name storages, which are
// data, or classes with their source.
func (j *judge) Persistent(_, id picklevm.Value, at int64) error {
	items, _, _ := j.m.Items(id)
	for _, v := range append(items, id) {
		if j.m.Flags(v)&flagUnknown != 0 {
			j.reportShape(v, "hands it to the loader as an id", at)
		}
	}
	return nil
}

// mutatePairs looks at keys and values that an instance is given by __setitem__.
func (j *judge) mutatePairs(target picklevm.Value, items []picklevm.Value, at int64) error {
	for i := 0; i+1 < len(items); i += 2 {
		if err := j.Hash(items[i], at); err != nil {
			return err
		}
		j.Pair(target, items[i], items[i+1], at)
		j.judgeClassItem(target, items[i], items[i+1], at)
	}
	return nil
}

// Hash implements picklevm.Observer: a value becomes a key or a member, so that
// its __hash__ and __eq__ run.
func (j *judge) Hash(v picklevm.Value, at int64) error {
	return j.hash(v, at, 0)
}

// hash looks into tuples and frozensets, once each.
func (j *judge) hash(v picklevm.Value, at int64, depth int) error {
	switch v.Kind() {
	case picklevm.KindInstance, picklevm.KindCall:
		if j.m.Flags(v)&flagUnknown != 0 {
			j.reportShape(v, "uses it as a key", at)
		}
		if j.m.Flags(v)&flagFetched != 0 {
			j.say(ruleUnresolved, j.at(at), scanner.Detail{
				Message:  "Loading this pickle uses an attribute of another object as a key, so that it cannot be said whose __hash__ runs.",
				Evidence: []string{j.render(v, 200)}, Identity: []string{j.identity(v)},
			})
		}
	case picklevm.KindTuple, picklevm.KindFrozenSet:
		if j.m.Flags(v)&flagHashed != 0 {
			return nil
		}
		j.m.SetFlags(v, flagHashed)
		items, _, _ := j.m.Items(v)
		if err := j.p.Budget.Step(int64(len(items))); err != nil || depth > 1000 {
			return err
		}
		for _, item := range items {
			if err := j.hash(item, at, depth+1); err != nil {
				return err
			}
		}
	default: // plain data
	}
	return nil
}
