package pickle

import (
	"fmt"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/picklenames"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// judgeArguments reports a call of something that is inert only with certain
// arguments, where they are others.
func (j *judge) judgeArguments(t target, c picklevm.Call) (picklevm.Flags, error) {
	check := checker{j: j, call: c}
	ok, err := check.arguments(t)
	switch {
	case err != nil:
		return 0, err
	case ok && t.path == "builtins.getattr":
		j.judgeFetched(c)
		return flagFetched, nil
	case ok:
		return resultFlags(t), nil
	case j.fetchesHelper(t, c):
		return flagFetched, nil
	case check.runsDangerous():
		j.report(ruleDangerousCall, t, scanner.UseCall, c,
			fmt.Sprintf("hands %s, which %s, to %%s", check.runs.quoted(), check.runs.danger.Text))
	case check.nested:
		j.report(ruleNested, t, scanner.UseCall, c, "makes %s load bytes that could not be followed")
	default:
		j.report(ruleUnlistedCall, t, scanner.UseCall, c, "calls %s with arguments for which it was not shown to be inert")
	}
	return 0, nil
}

// A checker compares the arguments of a call with the shape for which the
// callable was shown inert.
type checker struct {
	j    *judge
	call picklevm.Call

	runs   *target // the argument that the callable would run
	nested bool    // bytes are unpickled that could not be followed
}

// arguments reports whether the arguments of the call have the shape.
func (c *checker) arguments(t target) (bool, error) {
	if c.call.Args.Kind() != picklevm.KindTuple || c.call.Kwargs != 0 {
		return false, nil
	}
	if ok, err := c.keywords(t); !ok || err != nil {
		return false, err
	}
	args, _, _ := c.j.m.Items(c.call.Args)
	args = append(slices.Clone(t.bound), args...)
	ok, err := c.shape(t.entry.Shape, args)
	switch {
	case !ok || err != nil:
		return false, err
	case t.path == "copyreg._reconstructor":
		return c.copies(args[1], args[2]), nil
	case setsTensorState[t.path]:
		return c.j.isTensorState(args[len(args)-1]), nil
	}
	return true, nil
}

// copies reports whether the base class that copyreg._reconstructor makes an instance by
// takes data, or only copies references out of a container: others ask what is in it for
// its text, its number or its hash.
func (c *checker) copies(base, state picklevm.Value) bool {
	if c.j.isValue(state) {
		return true
	}
	switch path := c.j.callee(base).path; state.Kind() {
	case picklevm.KindTuple, picklevm.KindList:
		return path == "builtins.tuple" || path == "builtins.list"
	case picklevm.KindDict:
		return path == "builtins.dict" || path == "collections.OrderedDict"
	default:
		return false
	}
}

// runsDangerous reports whether a dangerous callable is among the arguments that
// did not have the shape: what takes it may well run it.
func (c *checker) runsDangerous() bool {
	args, _, _ := c.j.m.Items(c.call.Args)
	for _, v := range args {
		if v.Kind() == picklevm.KindGlobal && (c.runs == nil || !c.runs.dangerous) {
			t := c.j.targetOf(v)
			c.runs = &t
		}
	}
	return c.runs != nil && c.runs.dangerous
}

// shape reports whether arguments have a shape.
func (c *checker) shape(s picklenames.Shape, args []picklevm.Value) (bool, error) {
	if len(args) < len(s.Args) || len(args) > len(s.Args)+len(s.Opt) && s.Rest == nil {
		return false, nil
	}
	for i, v := range args {
		want := s.Rest
		switch {
		case i < len(s.Args):
			want = &s.Args[i]
		case i < len(s.Args)+len(s.Opt):
			want = &s.Opt[i-len(s.Args)]
		}
		if ok, err := c.argument(want, v, args[i+1:]); !ok || err != nil {
			return false, err
		}
	}
	return true, nil
}

// argument reports whether one argument is what it has to be. rest are those
// behind it.
func (c *checker) argument(want *picklenames.Arg, v picklevm.Value, rest []picklevm.Value) (bool, error) {
	j := c.j
	switch want.Kind {
	case picklenames.Str:
		text, ok := j.m.Str(v)
		return v.Kind() == picklevm.KindStr && (want.In == nil || ok && slices.Contains(want.In, text)), nil
	case picklenames.Int:
		return v.Kind() == picklevm.KindInt || v.Kind() == picklevm.KindBool || v.Kind() == picklevm.KindBigInt, nil
	case picklenames.Bytes:
		return v.Kind() == picklevm.KindBytes || v.Kind() == picklevm.KindByteArray || v.Kind() == picklevm.KindStr || j.isEncoded(v), nil
	case picklenames.Class, picklenames.Global:
		return c.class(want, v), nil
	case picklenames.Callable:
		if v.Kind() == picklevm.KindNone {
			return true, nil
		}
		return c.callable(v)
	case picklenames.Kept:
		return v.Kind() == picklevm.KindGlobal || j.isModuleClass(v) || j.m.Flags(v)&(flagInert|flagFetched) != 0, nil
	case picklenames.Attr:
		name, ok := j.m.Str(v)
		return ok && (!strings.HasPrefix(name, "__") || fetchable[name]) && !strings.Contains(name, "."), nil
	case picklenames.Owner:
		return c.owner(v, rest), nil
	case picklenames.Storage:
		return j.isStorage(v) || j.m.Flags(v)&flagInert != 0, nil
	case picklenames.Nested:
		return c.follow(v)
	case picklenames.Config:
		return c.followConfig(v)
	case picklenames.Model:
		return c.followModel(v)
	case picklenames.Dtype:
		text, isText := j.m.Str(v)
		return isText && text != "" || j.isValue(v), nil
	case picklenames.Named:
		return c.named(want, v), nil
	case picklenames.Function:
		return c.function(want, v, rest)
	case picklenames.Applied:
		return c.applied(want, v, rest)
	case picklenames.Iterable:
		return c.iterable(v), nil
	case picklenames.Pairs:
		return c.pairs(v), nil
	case picklenames.Types:
		return c.types(v, 0), nil
	case picklenames.Literal:
		return c.literal(v, 0), nil
	case picklenames.Made:
		return v.Kind() != picklevm.KindGlobal && v.Kind() != picklevm.KindPersistent && j.isValue(v), nil
	case picklenames.Value:
		return j.isValue(v), nil
	default: // Any
		return j.isData(v), nil
	}
}

// fetchable are methods with two underscores that honest files fetch from instances
// and classes: by calling them, one gets no further.
var fetchable = map[string]bool{"__new__": true, "__next__": true, "__len__": true}

// class reports whether a value is a listed class, one of those that are allowed.
func (c *checker) class(want *picklenames.Arg, v picklevm.Value) bool {
	if v.Kind() != picklevm.KindGlobal && !c.j.isModuleClass(v) {
		return false
	}
	t := c.j.callee(v)
	if slices.Contains(want.Also, t.path) {
		c.j.judged[t.global] = scanner.UseConstruct
		return true
	}
	if want.In != nil && !slices.Contains(want.In, t.path) {
		return false
	}
	if want.Kind == picklenames.Global {
		c.j.judged[t.global] = scanner.UseCall // what takes it calls it as it is meant to
		return true
	}
	return t.listed && t.entry.Class
}

// owner reports whether fetching the attribute that rest names is inert: of data, of an instance
// that was shown inert, of a listed class.
func (c *checker) owner(v picklevm.Value, rest []picklevm.Value) bool {
	j := c.j
	switch {
	case v.Kind() == picklevm.KindGlobal:
		return j.isInert(v, scanner.UseConstruct) || picklenames.IsTensorClass(j.targetOf(v).path)
	case v.Kind() == picklevm.KindInstance && len(rest) > 0 && j.classOf(v).entry.Plain:
		name, ok := j.m.Str(rest[0])
		return ok && j.m.Flags(v)&flagUnknown != 0 && slices.Contains(j.classOf(v).entry.Has, name)
	case j.isModuleClass(v):
		return j.persistentCallee(v).entry.Construct
	}
	return v.IsPlain() || isContainer(v) || j.isOwner(v) || j.isListedMethod(v, rest) || len(rest) > 0 && j.isEstimate(v, rest[0])
}

// isModuleClass reports whether a value is a class behind an old persistent id of
// torch, which comes with its source code.
func (j *judge) isModuleClass(v picklevm.Value) bool {
	return v.Kind() == picklevm.KindPersistent && j.persistentCallee(v).unresolved == ""
}

// isContainer reports whether a value is a built-in container.
func isContainer(v picklevm.Value) bool {
	switch v.Kind() {
	case picklevm.KindList, picklevm.KindTuple, picklevm.KindDict, picklevm.KindSet, picklevm.KindFrozenSet:
		return true
	default:
		return false
	}
}

// iterators are what makes an iterator over its arguments, which are looked at
// themselves.
var iterators = map[string]bool{
	"builtins.enumerate": true, "builtins.iter": true, "builtins.range": true, "builtins.reversed": true, "builtins.zip": true, "itertools.chain": true,
	"itertools.count": true, "itertools.cycle": true, "itertools.islice": true, "itertools.repeat": true,
}

// iterable reports whether to iterate over a value runs C code alone, and gives data.
func (c *checker) iterable(v picklevm.Value) bool {
	switch v.Kind() {
	case picklevm.KindCall, picklevm.KindInstance:
		return c.j.isValue(v) || c.j.isDatum(v) && iterators[c.j.classOf(v).path]
	case picklevm.KindGlobal, picklevm.KindPersistent:
		return false
	default:
		return c.j.isData(v)
	}
}

// pairs reports whether a value is a dict, or pairs of a key and a value: what is in their
// place is iterated over.
func (c *checker) pairs(v picklevm.Value) bool {
	if c.j.isValue(v) {
		return true
	}
	switch v.Kind() {
	case picklevm.KindDict:
	case picklevm.KindList, picklevm.KindTuple:
		items, _, _ := c.j.m.Items(v)
		if slices.ContainsFunc(items, func(item picklevm.Value) bool { return !isContainer(item) && !item.IsPlain() }) {
			return false
		}
	default:
		return false
	}
	return c.j.isData(v)
}

// types reports whether a value is a listed class, None, or a tuple of those.
func (c *checker) types(v picklevm.Value, depth int) bool {
	switch v.Kind() {
	case picklevm.KindNone:
		return true
	case picklevm.KindGlobal:
		return c.class(&picklenames.Arg{Kind: picklenames.Class}, v)
	case picklevm.KindTuple:
		items, _, _ := c.j.m.Items(v)
		return depth < 8 && !slices.ContainsFunc(items, func(item picklevm.Value) bool { return !c.types(item, depth+1) })
	case picklevm.KindCall: // a type that was made: list[int], type(None)
		return c.j.m.Flags(v)&flagInert != 0 && typeMakers[c.j.classOf(v).path]
	default:
		return false
	}
}

// literal reports whether a value is a literal, bytes that stand for one, or a tuple of
// literals.
func (c *checker) literal(v picklevm.Value, depth int) bool {
	switch v.Kind() {
	case picklevm.KindTuple:
		items, _, _ := c.j.m.Items(v)
		return depth < 8 && !slices.ContainsFunc(items, func(item picklevm.Value) bool { return !c.literal(item, depth+1) })
	case picklevm.KindCall:
		return c.j.isEncoded(v)
	default:
		return v.IsPlain()
	}
}

// typeMakers are what makes types and generic types.
var typeMakers = map[string]bool{"builtins.type": true, "functools.reduce": true, "operator.getitem": true, "types.GenericAlias": true}

// named reports whether a value is a name that is allowed, a class of that name,
// or what a call of one made.
func (c *checker) named(want *picklenames.Arg, v picklevm.Value) bool {
	if text, ok := c.j.m.Str(v); ok {
		return slices.Contains(want.In, text)
	}
	if v.Kind() == picklevm.KindCall || v.Kind() == picklevm.KindInstance {
		return c.j.m.Flags(v)&flagInert != 0 && slices.Contains(want.In, c.j.classOf(v).path)
	}
	return c.class(&picklenames.Arg{Kind: picklenames.Global, In: want.In}, v)
}

// callable reports whether a value is inert when it is called without arguments, as
// collections.defaultdict does.
func (c *checker) callable(v picklevm.Value) (bool, error) {
	if v.Kind() != picklevm.KindGlobal && v.Kind() != picklevm.KindCall && !c.j.isModuleClass(v) {
		return false, nil
	}
	t := c.j.callee(v)
	switch {
	case t.unresolved != "" || !t.listed:
		c.runs = &t
		return false, nil
	case len(t.bound)+len(t.named) == 0 && (t.entry.Unconditional() || t.entry.Class && t.entry.Call):
		return true, nil
	case !t.entry.Call:
		c.runs = &t
		return false, nil
	}
	if ok, err := c.keywords(t); !ok || err != nil {
		return false, err
	}
	return c.shape(t.entry.Shape, t.bound)
}

// keywords reports whether what functools.partial binds by its name is what the callable
// takes by whatever name.
func (c *checker) keywords(t target) (bool, error) {
	for i, v := range t.named {
		if t.entry.Shape.Named == nil {
			return false, nil
		}
		if i%2 == 1 { // names stand before values
			if ok, err := c.argument(t.entry.Shape.Named, v, nil); !ok || err != nil {
				return false, err
			}
		}
	}
	return true, nil
}

// function reports whether a callable is inert when it is called with the
// arguments that stand in a tuple two places behind it, as _rebuild_from_type_v2 does.
func (c *checker) function(want *picklenames.Arg, v picklevm.Value, rest []picklevm.Value) (bool, error) {
	t := c.j.callee(v)
	c.j.judged[t.global] = scanner.UseCall
	if !t.listed || !t.entry.Call || !slices.Contains(want.In, t.path) || len(rest) < 2 || rest[1].Kind() != picklevm.KindTuple {
		c.runs = &t
		return false, nil
	}
	args, _, _ := c.j.m.Items(rest[1])
	return c.shape(t.entry.Shape, args)
}

// applied reports whether a callable that is allowed is inert when it is called with the
// arguments that stand in a tuple in the next place.
func (c *checker) applied(want *picklenames.Arg, v picklevm.Value, rest []picklevm.Value) (bool, error) {
	if !c.class(&picklenames.Arg{Kind: picklenames.Global, In: want.In}, v) || len(rest) == 0 || rest[0].Kind() != picklevm.KindTuple {
		return false, nil
	}
	args, _, _ := c.j.m.Items(rest[0])
	return c.shape(c.j.callee(v).entry.Shape, args)
}

// isEncoded reports whether a value is bytes as protocols 0 to 2 write them:
// _codecs.encode of a string, or an empty bytes().
func (j *judge) isEncoded(v picklevm.Value) bool {
	if v.Kind() != picklevm.KindCall || j.m.Flags(v)&flagInert == 0 {
		return false
	}
	path := j.classOf(v).path
	return path == "_codecs.encode" || path == "builtins.bytes" || path == "builtins.bytearray"
}
