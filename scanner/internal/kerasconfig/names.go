package kerasconfig

import (
	"fmt"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/jsontree"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
	"github.com/modelsieve/modelsieve/scanner/internal/picklenames"
)

// known are the classes of Keras itself.
var known = func() map[string]bool {
	all := map[string]bool{}
	for _, name := range strings.Fields(classNames) {
		all[name] = true
	}
	return all
}()

// Known reports whether a class name is one of Keras's own, in any of its releases.
func Known(class string) bool { return known[class] }

// values are what Keras writes for values that are no objects of a class.
var values = []string{"__lambda__", "__typespec__", "__numpy__", "__tensor__", "__keras_tensor__", "__bytes__", "__slice__", "__ellipsis__", "__tuple__", "__list__"}

// names judges what an object is looked up by.
func (w *Walker) names(o *object, class jsontree.Node) {
	name := class.Text()
	if len(o.configs)+len(o.modules) == 0 || slices.Contains(values, name) {
		return
	}
	names := []string{name}
	if name == "function" {
		names = names[:0]
		for _, config := range o.configs {
			names = append(names, config.Text())
		}
	}
	modules := o.modules
	if len(modules) == 0 {
		modules = []jsontree.Node{{}}
	}
	for _, name := range names {
		for _, module := range modules {
			if name != "" {
				w.name(class, lookup{module.Text(), name, class.Is("function"), registered(o)})
			}
		}
	}
}

// A lookup is how a loader finds a class or a function.
type lookup struct {
	module, name string
	function     bool
	registered   bool // under a name "package>class", where loaders look first
}

// registered reports whether an object says a name under which code registered it.
func registered(o *object) bool {
	return slices.ContainsFunc(o.registered, func(n jsontree.Node) bool { return strings.Contains(n.Text(), ">") })
}

// name judges one way to look an object up.
func (w *Walker) name(class jsontree.Node, l lookup) {
	root, _, _ := strings.Cut(l.module, ".")
	switch {
	case root == "" || root == "builtins" || root == "__main__":
		w.builtin(class, l)
	case isKeras(l.module):
		w.keras(class, l)
	case root == "tensorflow":
		w.tensorflow(class, l)
	default:
		w.foreign(class, l)
	}
}

// harmless are Python's functions by whose names Keras means functions of its own.
var harmless = []string{"abs", "all", "any", "max", "min", "pow", "round", "slice", "sorted", "sum", "map", "divmod"}

// builtin judges a name without a module, which Keras takes for one of its own or for a
// registered one, and tf_keras for one of Python's builtins.
func (w *Walker) builtin(class jsontree.Node, l lookup) {
	if l.module == "builtins" && !slices.Contains(harmless, l.name) {
		if d, bad := picklenames.Dangerous(picklenames.Canonical("builtins", l.name)); bad {
			w.gadget(class, ruleModule, l, d.Text)
			return
		}
	}
	own := l.name[strings.LastIndexByte(l.name, '>')+1:]
	if !l.function && !known[own] && l.module != "builtins" {
		w.custom(class, l)
	}
}

// custom tells that a class is not Keras's own.
func (w *Walker) custom(class jsontree.Node, l lookup) {
	name := strings.TrimPrefix(l.module+"."+l.name, ".")
	if !w.once("custom " + name) {
		return
	}
	message := fmt.Sprintf("The model needs the class %s, which is not part of Keras: whoever loads it has to bring its code.", scanner.Clean(name, 120))
	w.report(modelrules.CustomCode, class, message, name)
}

// gadget reports a name that no model is made of.
func (w *Walker) gadget(class jsontree.Node, rule *scanner.Rule, l lookup, does string) {
	path := scanner.Clean(l.module+"."+l.name, 200)
	w.report(rule, class, fmt.Sprintf("Loading the model looks up %s, which %s; loaders that import by module call it with arguments from the file.", path, does), path)
}

// foreign judges a module that is none of Keras's.
func (w *Walker) foreign(class jsontree.Node, l lookup) {
	path := picklenames.Canonical(l.module, l.name)
	entry, listed := picklenames.Lookup(path)
	danger, bad := picklenames.Dangerous(path)
	inert := listed && (entry.Class || entry.Keep || entry.Unconditional())
	switch {
	case bad:
		w.gadget(class, ruleModule, l, danger.Text)
	case inert:
		w.custom(class, l)
	case picklenames.Stdlib(l.module):
		w.gadget(class, ruleModule, l, "is part of Python and of no model")
	case l.function:
		w.gadget(class, ruleModule, l, "is a function outside of Keras, which Keras never writes with its module")
	case l.registered:
		w.custom(class, l)
	default:
		w.unvetted(class, l)
	}
}

// unvetted tells that a class is found by its module.
func (w *Walker) unvetted(class jsontree.Node, l lookup) {
	path := scanner.Clean(l.module+"."+l.name, 200)
	if w.once("unvetted " + path) {
		w.report(ruleCustomModule, class, fmt.Sprintf("Loading the model imports %s and makes %s from it, a class that nobody vetted.",
			scanner.Clean(l.module, 160), scanner.Clean(l.name, 80)), path)
	}
}

// isClass reports whether a name is written as those of classes are.
func isClass(name string) bool {
	name = name[strings.LastIndexByte(name, '>')+1:]
	name = strings.TrimLeft(name[strings.LastIndexByte(name, '.')+1:], "_")
	return name != "" && (name[0] >= 'A' && name[0] <= 'Z' || name[0] >= 0x80)
}

// kerasRoots are the packages that are Keras, or are made by its authors.
var kerasRoots = []string{"keras", "tf_keras", "keras_core", "keras_hub", "keras_nlp", "keras_cv", "keras_rs", "tensorflow.keras", "tensorflow.python.keras"}

// isKeras reports whether a module is one of Keras's.
func isKeras(module string) bool {
	return slices.ContainsFunc(kerasRoots, func(root string) bool { return module == root || strings.HasPrefix(module, root+".") })
}

// modelling are the parts of Keras whose functions models are made of.
var modelling = []string{"activations", "backend", "constraints", "initializers", "losses", "metrics", "ops", "random", "regularizers"}

// wrapping are parts of a module path that say nothing about what is in it.
var wrapping = []string{"keras", "tf_keras", "tensorflow", "python", "src", "api", "_tf_keras", "_legacy", "legacy", "v1", "v2", "_v1", "_v2", "compat", "experimental"}

// acting are beginnings of names of functions that do something besides computing.
var acting = []string{"deserialize", "serialize", "load", "save", "get_file", "open", "enable_", "disable_", "register_", "set_", "clear_", "from_", "export", "import"}

// keras judges a name of Keras itself. Its classes are made as any class of a model; of
// its functions only those that compute are part of one.
func (w *Walker) keras(class jsontree.Node, l lookup) {
	part := part(l.module)
	fine := !l.function && isClass(l.name) && part != "applications"
	if !fine && slices.Contains(modelling, part) {
		fine = !slices.ContainsFunc(acting, func(prefix string) bool { return strings.HasPrefix(l.name, prefix) })
	}
	if !fine {
		w.gadget(class, ruleInternal, l, "is no part of a model")
	}
}

// part returns the part of Keras that a module belongs to.
func part(module string) string {
	for step := range strings.SplitSeq(module, ".") {
		if !slices.Contains(wrapping, step) {
			return step
		}
	}
	return ""
}

// computing are the parts of TensorFlow whose functions compute.
var computing = []string{"nn", "math", "nn_ops", "nn_impl", "math_ops", "array_ops", "gen_nn_ops", "gen_math_ops", "clip_ops", "special_math_ops"}

// tensorflow judges a name of TensorFlow: the specs of types are classes there, functions
// of its modules are nothing that Keras writes.
func (w *Walker) tensorflow(class jsontree.Node, l lookup) {
	danger, bad := picklenames.Dangerous(picklenames.Canonical(l.module, l.name))
	last := l.module[strings.LastIndexByte(l.module, '.')+1:]
	switch {
	case bad:
		w.gadget(class, ruleModule, l, danger.Text)
	case isClass(l.name) && !l.function, slices.Contains(computing, last):
	default:
		w.gadget(class, ruleInternal, l, "is no part of a model")
	}
}
