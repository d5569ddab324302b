package picklenames

import "strings"

// FixImport turns a Python 2 name into the one of Python 3, as unpicklers do under
// protocols before 3.
func FixImport(module, name string) (string, string) {
	if to, ok := nameMapping[[2]string{module, name}]; ok {
		return to[0], to[1]
	}
	if to, ok := importMapping[module]; ok {
		return to, name
	}
	return module, name
}

// moduleAliases are modules that hold the objects of another, which has the name
// that people know.
var moduleAliases = map[string]string{
	"_collections": "collections", "_datetime": "datetime", "_decimal": "decimal", "_pydecimal": "decimal",
	"_functools": "functools", "_io": "io", "_json": "json", "_operator": "operator", "_pickle": "pickle", "_pyio": "io",
	"_posixshmem": "multiprocessing.shared_memory", "_queue": "queue", "_random": "random", "_signal": "signal", "_socket": "socket",
	"_struct": "struct", "_thread": "threading", "_weakref": "weakref", "nt": "os", "posix": "os", "os.path": "posixpath",
	"pathlib._local": "pathlib", "pathlib._abc": "pathlib", "_pydatetime": "datetime", "array": "array",
	"cloudpickle.cloudpickle_fast": "cloudpickle.cloudpickle", "joblib.externals.cloudpickle": "cloudpickle", "numba.cloudpickle": "cloudpickle",
	"joblib.externals.cloudpickle.cloudpickle_fast": "cloudpickle.cloudpickle", "numba.cloudpickle.cloudpickle_fast": "cloudpickle.cloudpickle",
	"numpy.core": "numpy._core", "numpy.matrixlib.defmatrix": "numpy",
}

// hopAliases are modules that other modules expose under these attribute names. An
// attribute path that passes through one goes on from the module itself.
var hopAliases = map[string]string{
	"_builtins": "builtins", "__builtins__": "builtins", "_os": "os", "_sys": "sys", "bltns": "builtins", "builtins": "builtins",
	"ctypes": "ctypes", "importlib": "importlib", "marshal": "marshal", "os": "os", "pathlib": "pathlib", "pickle": "pickle",
	"platform": "platform", "posix": "os", "nt": "os", "pty": "pty", "runpy": "runpy", "shutil": "shutil", "socket": "socket", "subprocess": "subprocess",
	"sys": "sys", "tempfile": "tempfile", "torch": "torch", "webbrowser": "webbrowser",
}

// Canonical returns the dotted path by which an object is known, from the module
// and the dotted attribute path by which a stream names it: "os.system" for posix
// and system, and for torch and serialization.os.system. A path through another module
// stands for what is dangerous there, and for constants of torch, for which pickle takes
// the first module that has a "torch". Whatever else it leads to, the module that is
// imported is the one that the stream names.
func Canonical(module, name string) string {
	path := spelled(module, name)
	hop, ok := hopped(name)
	if !ok {
		return path
	}
	_, hopDangerous := Dangerous(hop)
	_, dangerous := Dangerous(path)
	if e, _ := Lookup(hop); hopDangerous || e.isConstant() && Known(module) && !dangerous {
		return hop
	}
	return path
}

// isConstant reports whether something is only referred to.
func (e Entry) isConstant() bool { return e.Class && !e.Construct && !e.Call }

// hopped returns the path of what an attribute path leads to that passes through a module.
func hopped(name string) (string, bool) {
	hops := strings.Split(name, ".")
	for i := len(hops) - 2; i >= 0; i-- {
		if target, ok := hopAliases[hops[i]]; ok {
			return spelled(target, strings.Join(hops[i+1:], ".")), true
		}
	}
	return "", false
}

// spelled returns the path of an object by its module and the name that it has there.
func spelled(module, name string) string {
	path := alias(module) + "." + name
	if to, ok := moved[path]; ok {
		return to
	}
	return known(renamed(path))
}

// known returns the path of the object that a vetted package has under another one
// as well.
func known(path string) string {
	t, _ := tableOf(path)
	if to, ok := t.alias(path); ok {
		return to
	}
	return path
}

// alias replaces the longest leading part of a module that has another name.
func alias(module string) string {
	for at := len(module); at > 0; at = strings.LastIndexByte(module[:at], '.') {
		if to, ok := moduleAliases[module[:at]]; ok {
			return to + module[at:]
		}
	}
	return module
}

// renamed replaces the module of an object that its package has moved.
func renamed(path string) string {
	for at := strings.LastIndexByte(path, '.'); at > 0; at = strings.LastIndexByte(path[:at], '.') {
		if to, ok := movedModules[path[:at]]; ok {
			return to + path[at:]
		}
	}
	return path
}
