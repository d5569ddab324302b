package pickle

import (
	"fmt"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/picklenames"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// judgeGuarded judges calls that are inert although their name alone is not: of
// something dangerous with arguments for which it does nothing, and of a listed class's
// __new__, by which protocols 2 and 3 make instances with keywords.
func (j *judge) judgeGuarded(t target, c picklevm.Call) (inert bool, err error) {
	if t.dangerous && t.guard.Call {
		check := checker{j: j, call: c}
		t.entry = t.guard
		return check.arguments(t)
	}
	if t.path == "numpy._core._ufunc_reconstruct" && j.findsFunction(c) {
		return true, nil
	}
	class, ok := strings.CutSuffix(t.path, ".__new__")
	if !ok || len(t.bound) == 0 || t.bound[0].Kind() != picklevm.KindGlobal {
		return false, nil
	}
	if base, listed := picklenames.Lookup(class); !listed || !base.Construct || !j.listedClass(j.targetOf(t.bound[0])) {
		return false, nil
	}
	j.judged[t.bound[0]] = scanner.UseConstruct
	args, _, _ := j.m.Items(c.Args)
	if c.Kwargs != 0 {
		return false, nil
	}
	return j.makesOf(j.targetOf(t.bound[0]), append(t.bound[1:len(t.bound):len(t.bound)], args...))
}

// findsFunction reports whether NumPy looks up, by a module and a name, a function that was
// shown inert: ufuncs are kept so, by whichever module shows them.
func (j *judge) findsFunction(c picklevm.Call) bool {
	module, isModule := j.m.Str(j.m.Item(c.Args, 0))
	name, isName := j.m.Str(j.m.Item(c.Args, 1))
	if !isModule || !isName || c.Kwargs != 0 || j.m.Len(c.Args) != 2 || strings.Contains(name, ".") {
		return false
	}
	entry, _ := picklenames.Lookup(picklenames.Canonical(module, name))
	return entry.Keep
}

// isKept reports whether a reference to something dangerous is inert, because it takes
// a call by others with arguments of theirs to do harm.
func (t target) isKept(stored bool) bool { return t.dangerous && t.guard.Keep && stored }

// keepSubclass accounts for the class that joblib notes beside an array: it makes the
// array of it by numpy's _reconstruct, which calls no __new__.
func (j *judge) keepSubclass(state picklevm.Value) {
	class := j.entry(state, "subclass")
	if class.Kind() == picklevm.KindGlobal && j.targetOf(class).path == "numpy.memmap" {
		j.judged[class] = scanner.UseConstruct
	}
}

// judgeFetched reports an attribute that is something dangerous: a method that the
// loaded object keeps.
func (j *judge) judgeFetched(c picklevm.Call) {
	if t, ok := j.fetched(c.Result); ok && t.dangerous {
		j.p.Report(ruleDangerousImport, j.at(c.At), scanner.Detail{
			Message:  fmt.Sprintf("Loading this pickle fetches %s, which %s.", t.quoted(), t.danger.Text),
			Evidence: []string{t.path}, Identity: []string{t.path, "fetch", j.identity(c.Args)},
			Name: t.path, Use: scanner.UseImport,
		})
	}
}

// fetchesHelper reports whether a call of getattr fetches a method of a class that is
// listed by itself, as pickles of Keras 3 name the one that loads them.
func (j *judge) fetchesHelper(t target, c picklevm.Call) bool {
	class := j.m.Item(c.Args, 0)
	if t.path != "builtins.getattr" || class.Kind() != picklevm.KindGlobal || j.m.Len(c.Args) != 2 || c.Kwargs != 0 {
		return false
	}
	method, ok := j.fetched(c.Result)
	if !ok || !method.listed || !method.entry.Call || method.entry.Class {
		return false
	}
	j.judged[class] = scanner.UseConstruct
	return true
}

// judgeScriptObject reports an object of C++ unless its class only holds tensors: the
// state, a pair of data and a class's name, goes to that class.
func (j *judge) judgeScriptObject(class target, v, state picklevm.Value, at int64) {
	name, ok := j.m.Str(j.m.Item(state, 1))
	if ok && j.m.Len(state) == 2 && picklenames.IsScriptClass(name) && j.isData(j.m.Item(state, 0)) {
		return
	}
	j.p.Report(ruleUnlistedCall, j.at(at), scanner.Detail{
		Message:  "Loading this pickle gives a state to an object of torch's C++ classes, which was not shown to be inert.",
		Evidence: []string{j.render(v, 100), j.render(state, 300)},
		Identity: []string{class.path, j.identity(state)},
		Name:     class.path, Use: scanner.UseConstruct,
	})
}
