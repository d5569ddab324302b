"""Looks at the packages of one environment: python tools/vet/collect.py OUT.json PACKAGE... [+ [PACKAGE...]]

Imports every module of a package once, under an audit hook, and writes for each
class and function what it was shown inert for and why, or why not. Nothing that a
package does at import gets further than a scratch directory: connections and
processes are refused. After + come those packages that are looked at elsewhere: of
all others that were imported, what was imported is looked at too.
"""

import ast
import contextlib
import enum
import functools
import importlib
import inspect
import io
import json
import os
import pathlib
import pkgutil
import signal
import sys
import tempfile
import types
import warnings

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import functions as kept
import older
from rule import ATTRIBUTE_HOOKS, BELOW, BY_NAME, EXACT, HOOKS, ITEM_HOOKS, LOOK_UPS, META_HOOKS, NAMES, STRICT_HOOKS, Reviews, Rule, is_dangerous, path_of, tree_of
from scope import DISTRIBUTIONS, LIBRARIES, NEVER, OPENS, SKIP, SKIP_PATHS, STDLIB, STDLIB_ROOTS, UNVETTED
from sinks import unwrap

IMPORT_SECONDS = 90  # of the processor


class Effects:
    """What modules do when they are imported, by the audit events of the interpreter."""

    WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
    REFUSED = ("socket.connect", "socket.bind", "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty")
    WRITES = ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "shutil.")

    def __init__(self):
        self.of, self.on = {}, False
        getattr(sys, "addaudithook", older.addaudithook)(self.hook)

    def hook(self, event, arguments):
        if not self.on or any("__pycache__" in str(argument) for argument in arguments):
            return  # the interpreter keeps what it compiled
        refused = event in self.REFUSED
        wrote = event == "open" and not isinstance(arguments[0], int) and isinstance(arguments[2], int) and arguments[2] & self.WRITING and arguments[0] != os.devnull
        if refused or wrote or event.startswith(self.WRITES):
            self.blame(event)
        if refused:
            raise PermissionError(f"{event} while a module is imported")

    def blame(self, event):
        """Notes an event with the module whose import is under way."""
        frame = sys._getframe(2)
        while frame is not None and frame.f_code.co_name != "<module>":
            frame = frame.f_back
        if frame is not None:
            self.of.setdefault(frame.f_globals.get("__name__", "?"), event)


class Timeout(BaseException):
    """A module took too long to import."""


def expire(*_):
    raise Timeout


def bring(name, effects):
    """Imports a module and returns it, or None."""
    signal.setitimer(signal.ITIMER_PROF, IMPORT_SECONDS)
    try:
        effects.on = True
        return importlib.import_module(name)
    except BaseException as error:  # modules exit, or want what is not installed
        return sys.modules.get(name) if not isinstance(error, Exception) and "." not in name else None
    finally:
        effects.on = False
        signal.setitimer(signal.ITIMER_PROF, 0)


def modules(root, effects):
    """Yields a module and those below it that can be imported."""
    module = bring(root, effects)
    if module is None:
        return
    yield module
    if root.split(".")[0] in ("logging", "json", "collections"):
        return
    with contextlib.suppress(Exception):
        for info in pkgutil.iter_modules(getattr(module, "__path__", ())):
            name = f"{root}.{info.name}"
            if info.name not in SKIP and not info.name.startswith("test_") and name not in SKIP_PATHS:
                yield from modules(name, effects)


class Collector:
    """Fills the rows of one package."""

    def __init__(self, package, rule, effects, loaded=()):
        self.package, self.rule, self.effects, self.loaded = package, rule, effects, loaded
        self.rows, self.aliases, self.reexports, self.seen = {}, {}, {}, set()
        self.called = set()  # methods that hooks of listed classes call on their instance

    def roots(self):
        return STDLIB_ROOTS if self.package == "stdlib" else [self.package]

    def belongs(self, thing):
        top = thing.__module__.split(".")[0] if isinstance(getattr(thing, "__module__", None), str) else ""
        return top in STDLIB if self.package == "stdlib" else top == self.package

    def collect(self):
        found = list(self.loaded)  # all are imported before the first is looked at
        for root in () if found else self.roots():
            found += modules(root, self.effects)
        for module in found:
            self.module(module)
        if self.package == "torch":
            for path, kind in (*kept.constants(), *kept.activations()):
                self.rows[path] = (kind, "torch-constant" if kind != "s" else "compiled")
        return self.rows

    def module(self, module):
        for attribute, thing in list(vars(module).items()):
            with contextlib.suppress(Exception):  # what stands for a missing package raises for whatever it is asked
                self.attribute(module, attribute, thing)

    def attribute(self, module, attribute, thing):
        spelt = f"{module.__name__}.{attribute}"
        if isinstance(thing, types.ModuleType):
            if is_sink_module(thing.__name__) and thing.__name__ != spelt:
                self.reexports.setdefault(module.__name__, {})[attribute] = thing.__name__
        elif issubclass(type(thing), type):  # generic aliases pass for their class
            self.type(spelt, thing)
        elif callable(thing) and isinstance(attribute, str):
            self.function(spelt, thing, module)

    def type(self, spelt, cls):
        path = path_of(cls)
        if is_dangerous(path) and path != spelt:
            self.reexports.setdefault(spelt.rpartition(".")[0], {})[spelt.rpartition(".")[2]] = path
        if not isinstance(cls.__module__, str) or not self.belongs(cls):
            return
        if path != spelt and (self.package == "stdlib" or spelt.startswith(self.package + ".")):
            self.aliases[spelt] = path
        if cls in self.seen or "<" in path:
            return
        self.seen.add(cls)
        if cls.__module__ == "builtins" and not issubclass(cls, BaseException):
            return
        letters, evidence = self.judged(path, cls)
        if evidence == "not-found-by-name" and path in self.rows:
            return  # another class of that name is the one that a file gets
        self.rows[path] = (letters, evidence)
        loader = kept.model_loader(cls)
        if loader and self.rule.reviews.covers(loader):
            self.rows[f"{path}.{loader.__name__}"] = ("m", "reviewed")
        if letters != "-":
            for name, thing in vars(cls).items():
                if issubclass(type(thing), type) and thing.__module__ == cls.__module__ and thing is not cls:
                    self.type(path_of(thing), thing)
                elif kept.keeps_methods(cls) and kept.kept_method(thing, name, self.package, cls):
                    self.rows[f"{path}.{name}"] = ("s", "names")

    def judged(self, path, cls):
        if path in NEVER or is_dangerous(path):
            return "-", "dangerous" if is_dangerous(path) else "never"
        if hidden(path):
            return "-", "hidden"
        if issubclass(cls, type):
            return "-", "metaclass"
        if not resolves(cls):
            return "-", "not-found-by-name"
        effect = self.effect(cls.__module__)
        if effect:
            return "-", f"import-{effect}"
        try:
            self.rule.called = set()
            reason, evidence = self.verdict(cls)
            if reason:
                return "-", short(reason)
            letters = self.kinds(cls) + self.without(cls)
            self.called |= {name for name in self.rule.called if not name.startswith("__")}
            return letters, evidence
        except Exception as error:  # a class that cannot be looked at is not listed
            return "-", f"unreadable-{type(error).__name__}"

    def effect(self, module):
        """Returns what disqualifies the import of a module, its parents included."""
        while module:
            if module in self.effects.of and module not in self.rule.reviews.imports:
                return self.effects.of[module]
            module = module.rpartition(".")[0]
        return None

    def verdict(self, cls):
        """Returns why a class is not inert for construction, or "" and the evidence."""
        hooks = STRICT_HOOKS + HOOKS + BY_NAME
        if unhashable(cls):
            hooks = [h for h in hooks if h not in ("__hash__", "__eq__")]  # it is neither key nor member
        kinds = set()
        for mro, names in ((cls.__mro__, hooks), (type(cls).__mro__, META_HOOKS)):
            for base in mro:
                for hook in names:
                    found = self.hook(base, hook, cls, kinds)
                    if found:
                        return found, ""
        found = self.beside(lambda: self.looks_up(cls), needed=False)
        if found:
            return found, ""
        if issubclass(cls, enum.Enum):
            return "", "enum"
        if issubclass(cls, tuple) and hasattr(cls, "_fields"):
            return "", "namedtuple"
        return "", next((k for k in ("reviewed", "compiled", "code") if k in kinds), "plain")

    def hook(self, base, hook, cls, kinds):
        """Returns why a hook that a class inherits from a base may do more than
        store data, or None, and notes what kind of hook it is."""
        member = base.__dict__.get(hook)
        if member is None or base in (object, type):
            return None
        function = unwrap(member)
        function = unwrap(function.fget) if isinstance(function, property) else function
        if not isinstance(function, types.FunctionType):
            return self.compiled_hook(base, hook, function, kinds)
        if (base.__module__ or "").split(".")[0] in STDLIB and self.package != "stdlib":
            return None  # the standard library's own bases are judged with it
        kinds.add("reviewed" if path_of(function) in self.rule.reviews.hooks else "code")
        if hook in BY_NAME:
            found = None if self.rule.reviews.covers(function) else kept.sink_of(function)
            return f"mentions-{found}:{path_of(function)}" if found else None
        return self.rule.reason(function, cls, hook in STRICT_HOOKS)

    def compiled_hook(self, base, hook, function, kinds):
        """Judges a hook that is no Python function."""
        if base.__module__.split(".")[0] in STDLIB or isinstance(
            function, (bool, str, int, tuple, list, dict, types.MemberDescriptorType, types.GetSetDescriptorType)
        ):
            return None
        kinds.add("compiled")
        return None if self.rule.reviews.reads(base.__module__) else f"compiled:{path_of(base)}.{hook}"

    def looks_up(self, cls):
        """Returns why a class that can pass for a mapping may do more than look up: it calls
        what it holds, or reads it from a file."""
        if self.package in LIBRARIES or issubclass(cls, enum.Enum):
            return None
        for name in LOOK_UPS:
            function = unwrap(inspect.getattr_static(cls, name, None))
            if isinstance(function, types.FunctionType):
                found = self.rule.reason(function, cls) or ""
                if found == f"calls-a-value:{path_of(function)}" or found.startswith(OPENS):
                    return f"looks-up-{found}"
        return None

    def without(self, cls):
        """Returns the letters of what the class is not inert for: I that items are added
        to it, A that slot state sets its attributes, G that an attribute is fetched from an
        instance, C that it is called."""
        own_state = inspect.getattr_static(cls, "__setstate__", None) is not None  # which gets slot state as well
        return (
            ("I" if self.beside(lambda: any(self.hook(base, hook, cls, set()) for base in cls.__mro__ for hook in ITEM_HOOKS)) else "")
            + ("A" if not own_state and self.beside(lambda: self.attributes(cls)) else "")
            + ("G" if self.beside(lambda: self.getters(cls), needed=False) else "")
            + ("C" if self.beside(lambda: self.calls(cls), needed=False) else "")
        )

    def beside(self, judge, needed=True):
        """Returns what a judgement says that costs a class a letter and no more. What is not
        granted is not called either."""
        called, begun, self.rule.reviews.needed = set(self.rule.called), len(self.rule.cleared.trail), needed
        found = judge()
        self.rule.reviews.needed = True
        if found:
            self.rule.called = called
            self.rule.cleared.forget(begun)  # to be read again where something else leads there
        return found

    def attributes(self, cls):
        """Returns why to set attributes of an instance may do more than store."""
        return any(self.hook(base, hook, cls, set()) for base in cls.__mro__ for hook in ATTRIBUTE_HOOKS) or self.setters(cls)

    def calls(self, cls):
        """Returns why to call an instance may do more than compute."""
        function = unwrap(next((base.__dict__["__call__"] for base in cls.__mro__ if "__call__" in base.__dict__), None))
        if function is None or isinstance(function, types.FunctionType):
            return function and self.rule.reason(function, cls)
        return "compiled"

    def getters(self, cls):
        """Returns why to fetch an attribute of an instance may run more than code that
        looks things up: properties and other descriptors."""
        for name in {name: None for base in cls.__mro__ if base is not object for name in base.__dict__}:
            function, owner = getter(inspect.getattr_static(cls, name, None), cls)
            found = self.rule.reason(function, owner) if isinstance(function, types.FunctionType) and not of_stdlib(function) else None
            if found:
                return found
        return ""

    def setters(self, cls):
        """Returns why slot state, which sets attributes, may do more than that."""
        for base in cls.__mro__:
            for name, member in base.__dict__.items():
                if isinstance(member, property) and isinstance(member.fset, types.FunctionType):
                    found = self.rule.reason(unwrap(member.fset), cls)
                    if found:
                        return found
                if type(member).__module__.split(".")[0] in STDLIB:
                    continue
                setter = unwrap(inspect.getattr_static(type(member), "__set__", None))
                found = isinstance(setter, types.FunctionType) and self.rule.reason(setter, type(member))
                if found:
                    return found
        return ""

    def kinds(self, cls):
        """Returns what the class is inert for: n construction, d calls with data."""
        if issubclass(cls, enum.Enum):
            missing = unwrap(inspect.getattr_static(cls, "_missing_"))
            plain = missing.__module__ == "enum" or self.rule.reason(missing, cls) is None
            return "nd" if plain and len(cls.__members__) else "n"
        if issubclass(cls, tuple) and hasattr(cls, "_fields"):
            return "nd" if self.rule.constructor(cls) is None else "n"
        if issubclass(cls, BaseException) and cls.__module__ == "builtins":
            return "nd"
        return "nd" if kept.compiled(cls) else "n"

    def function(self, spelt, thing, module):
        path = path_of(thing)
        if is_dangerous(path) and path != spelt:
            self.reexports.setdefault(module.__name__, {})[spelt.rpartition(".")[2]] = path
        for name, kind in kept.listed(self.package, module, spelt.rpartition(".")[2], thing):
            if self.effect(name.rpartition(".")[0]) is None and not is_dangerous(name):
                self.rows.setdefault(name, (kind, "cython" if kind == "p" else "ufunc" if type(thing).__name__ == "ufunc" else "names"))
        if isinstance(thing, types.FunctionType) and self.belongs(thing) and "<" not in path:
            self.rows.setdefault(path, ("-", "function-" + str(kept.CLEARED.get(unwrap(thing)) or "")))


def getter(member, cls):
    """Returns the function that runs where an attribute of an instance is fetched, if any,
    and the class whose method it is."""
    if isinstance(member, property):
        return unwrap(member.fget), cls
    if isinstance(member, getattr(functools, "cached_property", ())):  # since Python 3.8
        return unwrap(member.func), cls
    if isinstance(member, (types.FunctionType, staticmethod, classmethod, type)):
        return None, cls
    return unwrap(inspect.getattr_static(type(member), "__get__", None)), type(member)


def of_stdlib(function):
    """Reports whether a getter is that of a descriptor of the standard library, which
    binds a method or remembers what it got."""
    return function.__name__ == "__get__" and (function.__module__ or "").split(".")[0] in STDLIB


def unhashable(cls):
    """Reports whether instances are neither keys of dictionaries nor members of
    sets: hashing one is an error."""
    return only_raises(unwrap(inspect.getattr_static(cls, "__hash__", None)))


@functools.lru_cache(maxsize=None)
def only_raises(function):
    """Reports whether a hook is None or does nothing but raise an error."""
    tree = tree_of(function) if isinstance(function, types.FunctionType) else None
    if tree is None or not isinstance(tree.body[0], ast.FunctionDef):
        return function is None
    body = [n for n in tree.body[0].body if not (isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant))]
    return len(body) == 1 and isinstance(body[0], ast.Raise)


@functools.lru_cache(maxsize=None)
def is_sink_module(name):
    return any(n.startswith(name + ".") for n in EXACT) or name + "." in BELOW


def hidden(path):
    """Reports whether a path leads through a name with two underscores in front."""
    return path[0] == "_" or ".__" in path


def resolves(cls):
    """Reports whether the class is found again under its own name."""
    at = sys.modules.get(cls.__module__)
    for part in cls.__qualname__.split("."):
        at = getattr(at, part, None)
    return at is cls


def short(reason):
    """Shortens a reason to the words of a column: what, and in which hook."""
    what, _, where = reason.partition(":")
    return (f"{what}:{'.'.join(where.split(':')[0].split('.')[-2:])}" if where else what).replace(" ", "-")[:90]


def version(package):
    if package == "stdlib":
        return "%d.%d.%d" % sys.version_info[:3]
    with contextlib.suppress(Exception):
        from importlib import metadata

        return metadata.version(DISTRIBUTIONS.get(package, package))
    return str(getattr(sys.modules.get(package), "__version__", "0"))


def loaded_below(package, parts, effects):
    """Imports parts of a package, and returns all of its modules that came with them. Of
    TensorFlow, which brings thousands along, those are returned that models reach."""
    for part in parts:
        list(modules(part, effects))
    below = parts if package == "tensorflow" else [package]
    names = sorted(n for n in sys.modules if parts and any(n == b or n.startswith(b + ".") for b in below))
    return [sys.modules[n] for n in names if isinstance(sys.modules[n], types.ModuleType)]


def look(package, loaded, rule, effects, found, in_part=False):
    """Adds what is seen in one package, or in those of its modules that are given:
    then it is known in part."""
    collector = Collector(package, rule, effects, loaded)
    rows = {}
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()), contextlib.suppress(Exception):
        rows = collector.collect()
    if not rows and not loaded:
        print(f"{package}: nothing could be imported", file=sys.stderr)
        return
    found[package] = {"version": version(package), "part": in_part, "rows": rows, "aliases": collector.aliases, "reexports": collector.reexports, "called": sorted(collector.called)}
    listed = sum(letters != "-" for letters, _ in rows.values())
    print(f"{package} {version(package)}: {listed} listed, {len(rows) - listed} not", file=sys.stderr, flush=True)


def closure(packages):
    """Returns the modules that the packages have imported from others beside them,
    by package: what they install is as reachable as they are."""
    found = {}
    for name, module in sorted(sys.modules.items()):
        top = name.split(".")[0]
        if "site-packages" in (getattr(module, "__file__", None) or "") and top not in packages and not UNVETTED.match(top):
            if not set(name.split(".")) & SKIP:
                found.setdefault(top, []).append(module)
    return found


def main():
    warnings.simplefilter("ignore")
    os.environ.update(CUDA_VISIBLE_DEVICES="", HOME=tempfile.mkdtemp(), TOKENIZERS_PARALLELISM="false", HF_HUB_OFFLINE="1", MPLBACKEND="agg")
    os.environ.update(XDG_CACHE_HOME=os.environ["HOME"], XDG_CONFIG_HOME=os.environ["HOME"])
    os.chdir(os.environ["HOME"])
    signal.signal(signal.SIGPROF, expire)
    out, packages, beside = pathlib.Path(sys.argv[1]), sys.argv[2:], None
    if "+" in packages:
        at = packages.index("+")
        packages, beside = packages[:at], packages[at + 1 :]
    effects, reviews, found = Effects(), Reviews(HERE / "reviews.txt"), {}
    rule = Rule(reviews)
    def save():
        out.write_text(json.dumps({"packages": found, "changed": reviews.changed, "effects": effects.of}))

    tops = dict.fromkeys(p.split(".")[0] for p in packages)
    for package in tops:
        parts = [p for p in packages if p.startswith(package + ".")]
        look(package, loaded_below(package, parts, effects), rule, effects, found, bool(parts))
        save()
    if beside is not None:
        for package, loaded in closure({*tops, *beside}).items():
            look(package, loaded, rule, effects, found)
            if package in found:
                found[package]["beside"] = True
        save()
    for name, pin in sorted(reviews.changed.items()):
        print(f"CHANGED since it was reviewed: {name} is now {pin}", file=sys.stderr)
    sys.stderr.flush()
    os._exit(0)  # no handlers of what was imported


if __name__ == "__main__":
    main()
