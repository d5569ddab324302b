"""The rule by which a class is shown inert for construction.

A hook is a method that an unpickler can reach with values from the file. Each hook
in the MRO of a class is C code of the interpreter or of a package whose C code was
read, or Python code of which every call is followed: a call of a value that comes
from the file, of a name that leads out of the data, or of code that cannot be read
rejects the class, unless the hook is reviewed and its source is the one that was
read. Runs on CPython 3.6 and newer, inside the environment of the package.
"""

import ast
import builtins
import functools
import hashlib
import inspect
import pathlib
import re
import sys
import textwrap
import types

import functions
import older
from sinks import GLOBAL_SINKS, METHOD_SINKS, SINKS, unwrap

PATTERN = type(re.compile(""))  # has no name before Python 3.7
ROOT = pathlib.Path(__file__).resolve().parents[2]
NAMES = ROOT / "scanner/internal/picklenames"

# What an unpickler can make an object do with values from the file, and what its
# users do with it later by themselves. BUILD asks for attributes, dictionaries and
# sets hash and compare.
STRICT_HOOKS = "__new__ __setstate__ __del__ __getattr__ __getattribute__ __hash__ __eq__".split()

# Hooks that only an instance in an unusual place is asked for, as a state or as the
# argument of a builtin. In these a value may be called, and a method of a value
# unless its name is one that leads out of the data.
HOOKS = "__bool__ __len__ __iter__ __contains__ __array_finalize__".split()

# Hooks by which a stream adds items to an instance, and by which slot state sets
# attributes, setters and descriptors included: classes whose hooks of these kinds
# may do more are listed with the letter I or A.
ITEM_HOOKS = "append extend add __setitem__ update items".split()
ATTRIBUTE_HOOKS = "__setattr__ __delattr__".split()

# Methods by which code looks things up in a mapping: hooks of other classes may do so in
# an instance that a file puts there, so that they may call nothing that it holds.
LOOK_UPS = "get items keys values setdefault pop popitem __getitem__ __missing__".split()

# Hooks that a stream reaches only by calls that are reported by themselves: type()
# with bases, an item of a class. They are judged by the names that they mention.
BY_NAME = "__init_subclass__ __class_getitem__ __torch_function__".split()

META_HOOKS = ("__getattr__", "__getattribute__", "__setattr__")

# Methods of numbers, texts, containers, arrays and tensors: called on a value from
# the file they do nothing but compute, whatever listed class it has.
DATA_METHODS = frozenset(
    "get items keys values update setdefault pop popitem clear copy append extend add discard insert index count sort reverse "
    "format join split rsplit splitlines strip lstrip rstrip startswith endswith lower upper replace title encode decode isidentifier "
    "removeprefix removesuffix partition rpartition find isdigit astype reshape ravel flatten tolist item view fill sum min max mean any all transpose "
    "setflags dim size numel clone detach cpu contiguous requires_grad_ is_floating_point most_common union difference intersection "
    "issubset issuperset fromkeys as_integer_ratio bit_length is_integer hex total_seconds toordinal appendleft extendleft "
    "__setstate__ __getstate__ __reduce__ __reduce_ex__ __setitem__ __getitem__ __len__ __iter__ __contains__ __hash__ __eq__ __setattr__ "
    "group groups groupdict span unsqueeze squeeze as_subclass stride storage_offset scatter_ __new__ __init__ __get__ __set__ __delitem__ __ne__ __repr__ __getattribute__ __dir__".split()
)

# Modules whose functions only compute; what of them is dangerous by name is not.
COMPUTING = frozenset(
    "builtins math cmath operator _operator itertools collections _collections _collections_abc functools _functools copy copyreg "
    "warnings _warnings numbers typing types enum abc _abc dataclasses decimal _decimal fractions datetime _datetime string re uuid "
    "weakref _weakref _weakrefset threading _thread logging textwrap inspect time contextlib bisect _bisect heapq _heapq array struct _struct "
    "statistics random _random keyword reprlib calendar ipaddress unicodedata ast _ast sys time _abc hashlib _hashlib base64 binascii json zoneinfo".split()
)


# Modules of which a hook calls what is dangerous only with other arguments.
HARMLESS = frozenset("builtins warnings _warnings copyreg operator _operator functools copy types weakref _weakref collections sys".split())

# Libraries whose functions get data from hooks of others: judged by the names that they mention.
LIBRARIES = frozenset("numpy scipy".split())

COMPILED_FUNCTIONS = frozenset(
    "ufunc builtin_function_or_method builtin_method cython_function_or_method fused_cython_function method_descriptor wrapper_descriptor "
    "method-wrapper classmethod_descriptor type_descriptor".split()
)


def dangerous():
    """Returns the names that modelsieve knows to be dangerous, and the prefixes."""
    exact, below = set(), []
    for path in NAMES.glob("danger_*.go"):
        for name in re.findall(r'^\t\t"([^"]+)",$', path.read_text(), re.M):
            below.append(name[:-1]) if name.endswith(".*") else exact.add(name)
    return exact, tuple(below)


EXACT, BELOW = dangerous()


def is_dangerous(path):
    return path in EXACT or path.startswith(BELOW)


def path_of(thing):
    """Returns the dotted path by which a function or class calls itself."""
    module, name = getattr(thing, "__module__", None), getattr(thing, "__qualname__", None) or getattr(thing, "__name__", None)
    return f"{module}.{name}" if isinstance(module, str) and isinstance(name, str) else str(name)


def source_of(function):
    """Returns the text of a function without indentation and trailing blanks."""
    text = textwrap.dedent(inspect.getsource(function))
    return "\n".join(line.rstrip() for line in text.splitlines())


@functools.lru_cache(maxsize=None)
def tree_of(function):
    """Returns the syntax tree of a function, or None where it has no source of its
    own: a lambda, or generated code."""
    try:
        return older.constants(ast.parse(source_of(function)))
    except (OSError, TypeError, SyntaxError, ValueError):
        return None


class Reviews:
    """The hooks and compiled modules that were read by hand: reviews.txt."""

    def __init__(self, path):
        self.hooks, self.compiled, self.imports, self.changed, self.used = {}, {}, {}, {}, set()
        self.needed = True  # whether a class is left out where a review does not cover its source
        for line in path.read_text().splitlines():
            if not line or line.startswith("#"):
                continue
            kind, name, pins, reason = line.split(maxsplit=3)
            if kind == "hook":
                self.hooks[name] = (pins.split(","), reason)
            else:
                {"compiled": self.compiled, "import": self.imports}[kind][name] = reason

    def covers(self, function):
        """Reports whether a function is reviewed. What was found rests on the review,
        so merge.py refuses it where the source is not the one that was read."""
        name = path_of(function)
        if name not in self.hooks:
            return False
        self.used.add(name)
        pin = pin_of(function)
        if pin in self.hooks[name][0]:
            return True
        if not self.needed:
            return False  # it is read like any other
        self.changed[name] = pin
        return True

    def reads(self, module):
        """Reports whether the compiled code of a module was read."""
        return any(module == m or module.startswith(m + ".") for m in self.compiled)


@functools.lru_cache(maxsize=None)
def pin_of(function):
    """Returns a hash of a function's source and of what it calls in its package."""
    texts, todo, seen = [], [function], set()
    while todo:
        f = todo.pop(0)
        if f in seen or len(seen) > 40:
            continue
        seen.add(f)
        try:
            texts.append(source_of(f))
        except (OSError, TypeError):
            continue
        for name in sorted(f.__code__.co_names):
            callee = unwrap(f.__globals__.get(name))
            if isinstance(callee, types.FunctionType) and (callee.__module__ or "").split(".")[0] == (function.__module__ or "").split(".")[0]:
                todo.append(callee)
    return hashlib.sha256("\n\n".join(texts).encode()).hexdigest()[:12]


class Value:
    """What an expression is: an object that is known, the instance or its class, a
    method of a base, or a value that may come from the file."""

    def __init__(self, kind, thing=None):
        self.kind, self.thing = kind, thing


FILE = Value("file")


class Rule:
    """Judges hooks; remembers what it said of each."""

    def __init__(self, reviews):
        self.reviews, self.cleared = reviews, functions.Verdicts()
        self.called = set()  # methods that hooks call on their own instance
        functions.REVIEWS[:] = [reviews]

    def reason(self, function, cls, strict=True):
        """Returns why a Python function may do more than store data, or None."""
        return self.cleared.of((function, cls, strict), lambda: self.judge(function, cls, strict))

    def judge(self, function, cls, strict):
        tree = tree_of(function)
        if self.reviews.covers(function):
            self.called |= own_calls(function, tree)
            return None
        where = path_of(function)
        if tree is None:
            if function.__code__.co_filename.startswith("<"):  # dataclasses and named tuples write their own
                return self.generated(function, where)
            return f"unreadable:{where}"
        reader = Reader(self, function, cls, strict)
        for node in tree.body:
            reader.visit_top(node)
        return f"{reader.found}:{where}" if reader.found else None

    def generated(self, function, where):
        """Judges a function that the standard library wrote from a template by the
        names that it mentions."""
        names = set(function.__code__.co_names)
        known = {"self", "other", "cls", "__class__", "NotImplemented", "hash", "object", "super", "__setattr__", "type", "FrozenInstanceError", "_tuple_new", "tuple", "__new__"}
        if where.split(".")[0] in ("dataclasses", "collections") or names <= known | set(getattr(function, "__globals__", {}).get("__dataclass_fields__", ())):
            return None
        return None if not (names & (SINKS | GLOBAL_SINKS)) and function.__name__ in ("__eq__", "__hash__", "__init__", "__new__", "__setattr__", "__delattr__") else f"unreadable:{where}"

    def callee(self, thing, cls, strict):
        """Returns why a call of a known object may do more than compute, or None."""
        thing = unwrap(getattr(thing, "_implementation", getattr(thing, "__func__", thing)))
        name = path_of(thing)
        module = getattr(thing, "__module__", None) or ""
        top, leaf = module.split(".")[0], name.rpartition(".")[2]
        if leaf in SINKS or leaf in GLOBAL_SINKS and top in ("", "builtins", "io", "_io") or name in EXACT and top not in HARMLESS:
            return f"reaches-{name}"
        if isinstance(thing, type):
            return self.constructor(thing, strict)
        if isinstance(thing, types.FunctionType):
            if top in COMPUTING:
                return None
            return functions.sink_of(thing) if top in LIBRARIES else self.reason(thing, cls, strict)
        if type(thing).__name__ in COMPILED_FUNCTIONS:
            bound = getattr(thing, "__self__", None)
            known = bound is not None and not isinstance(bound, types.ModuleType) or not module
            return None if known or top in COMPUTING or self.reviews.reads(module) else f"compiled-{name}"
        if type(thing).__name__ == "OpOverloadPacket" and str(thing).startswith("quantized."):
            return None  # torch's compiled operators on quantized tensors
        return f"calls-{type(thing).__name__}"

    def constructor(self, cls, strict=True):
        """Returns why calling a class may do more than store data, or None."""
        if cls.__module__ in COMPUTING:
            return None
        for base in cls.__mro__:
            for hook in ("__new__", "__init__", "__post_init__"):
                function = unwrap(base.__dict__.get(hook))
                if isinstance(function, types.FunctionType) and base.__module__ not in COMPUTING:
                    found = self.reason(function, cls, strict)
                    if found:
                        return found
                elif function is not None and base.__module__ not in COMPUTING and not self.reviews.reads(base.__module__):
                    return f"compiled-{path_of(base)}"
        return None


class Reader(ast.NodeVisitor):
    """Reads the body of one function; found is the first reason against it."""

    def __init__(self, rule, function, cls, strict):
        self.rule, self.function, self.cls, self.strict, self.found = rule, function, cls, strict, ""
        self.code, self.globals = function.__code__, function.__globals__
        self.cells = dict(zip(self.code.co_freevars, (cell_of(c) for c in function.__closure__ or ())))
        self.locals, self.nested, self.imported, self.me = set(), set(), {}, None
        self.assigned = {}  # what a local name stands for, where it is assigned once
        if cls is not None and self.code.co_argcount and self.code.co_varnames[0] in ("self", "cls", "_cls", "mcs", "klass", "cls_", "subtype"):
            self.me = self.code.co_varnames[0]

    def visit_top(self, node):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self.bind(node)
            for child in node.body:
                self.visit(child)
        else:
            self.bind(node)
            self.visit(node)

    def bind(self, node):
        """Collects the names that the function binds, those of inner ones included."""
        bound = bindings(node)
        self.assigned = dict(bound.assigned)
        self.locals |= bound.locals
        self.nested |= bound.nested
        for child in bound.imports:
            for alias in child.names:
                if isinstance(child, ast.ImportFrom):
                    self.imports(alias.asname or alias.name, self.absolute(child), alias.name)
                else:
                    first = alias.name.split(".")[0]
                    self.imports(alias.asname or first, alias.name if alias.asname else first, None)

    def absolute(self, node):
        package = self.globals.get("__package__") or ""
        parts = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
        return ".".join(parts + ([node.module] if node.module else []))

    def imports(self, name, module, attribute):
        thing = sys.modules.get(module)
        if thing is not None and attribute is not None:
            thing = getattr(thing, attribute, None) or sys.modules.get(f"{module}.{attribute}")
        if thing is None:
            self.reject(f"imports-{module}")
        self.imported[name] = thing

    def reject(self, reason):
        self.found = self.found or reason or ""

    def resolve(self, node):
        """Returns what an expression is."""
        if isinstance(node, ast.Name):
            return self.name(node.id)
        if isinstance(node, ast.Attribute):
            base = self.resolve(node.value)
            if base.kind == "super":
                return Value("bases", node.attr)
            if base.kind == "known":
                thing = getattr(base.thing, node.attr, None)
                return Value("known", thing) if thing is not None else FILE
            if base.kind == "me":
                return self.member(node.attr)
            return FILE
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id == "super":
                return Value("super")
            if node.func.id == "type" and len(node.args) == 1 and self.resolve(node.args[0]).kind == "me":
                return Value("me")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "__new__":
            if node.args and self.resolve(node.args[0]).kind == "me":
                return Value("me")
        if isinstance(node, ast.Constant):
            return Value("known", node.value)
        return FILE

    def name(self, name):
        if name == self.me:
            return Value("me")
        if name in self.nested:
            return Value("nested")
        if name in self.imported:
            return Value("known", self.imported[name])
        if name in self.assigned:
            return self.alias(name)
        if name in self.locals:
            return FILE
        if name == "__class__" and self.cls is not None:
            return Value("me")
        for space in (self.cells, self.globals, vars(builtins)):
            if name in space:
                return Value("known", space[name])
        return FILE

    def alias(self, name):
        """Returns what a local name stands for that is assigned once."""
        expression = self.assigned.pop(name)  # a name that stands for itself is a value
        found = self.resolve(expression)
        self.assigned[name] = expression
        return found

    def member(self, name):
        if name == "__class__":
            return Value("me")
        if name.startswith("__") and not name.endswith("__"):
            name = "_" + self.function.__qualname__.split(".")[-2].lstrip("_") + name if "." in self.function.__qualname__ else name
        found = inspect.getattr_static(self.cls, name, None)
        if isinstance(found, PATTERN):
            return Value("known", found)
        if isinstance(found, property):
            self.follow(unwrap(found.fget))
            return FILE
        if found is None or not callable(unwrap(found)):
            return FILE
        return Value("known", unwrap(found))

    def follow(self, function):
        if isinstance(function, types.FunctionType) and (function.__module__ or "").split(".")[0] not in COMPUTING:
            found = self.rule.reason(function, self.cls, self.strict)
            if found:
                self.reject(found)

    def visit_Call(self, node):
        self.call(node)
        for child in (*node.args, *node.keywords):
            self.visit(child)
        if isinstance(node.func, ast.Attribute):
            self.visit(node.func.value)

    def call(self, node):
        target = self.resolve(node.func)
        if target.kind == "known" and isinstance(node.func, ast.Attribute) and self.resolve(node.func.value).kind == "me":
            self.rule.called.add(node.func.attr)
        if target.kind == "known":
            if getattr(target.thing, "__name__", "") in ("setattr", "delattr") and not (node.args and self.resolve(node.args[0]).kind in ("me", "super")):
                self.reject("sets-attributes-of-values")
            elif fixed_options(target.thing, node):
                pass
            elif getattr(target.thing, "__name__", "") in ("map", "filter", "reduce") and not (node.args and self.resolve(node.args[0]).kind != "file"):
                self.reject("calls-values")
            else:
                self.reject(self.rule.callee(target.thing, self.cls, self.strict))
        elif target.kind == "bases":
            self.bases(target.thing)
        elif target.kind == "file" and isinstance(node.func, ast.Attribute):
            method = node.func.attr
            if method in METHOD_SINKS or self.strict and method not in DATA_METHODS:
                self.reject(f"calls-{node.func.attr}-of-a-value")
        elif target.kind == "file" and not self.strict:
            pass  # what a file can name and keep is listed by itself
        elif target.kind == "file" or target.kind == "me" and isinstance(node.func, ast.Name) and self.me not in ("cls", "klass", "_cls", "subtype"):
            self.reject("calls-a-value")
        elif target.kind == "me":
            self.reject(self.rule.constructor(self.cls, self.strict))

    def bases(self, name):
        """Follows a method by way of super()."""
        for base in self.cls.__mro__ if self.cls is not None else ():
            function = unwrap(base.__dict__.get(name))
            if function is not self.function:
                self.follow(function)

    def visit_Name(self, node):
        if isinstance(node.ctx, ast.Load):
            target = self.name(node.id)
            if target.kind == "known" and isinstance(unwrap(target.thing), types.FunctionType):
                self.follow(unwrap(target.thing))

    def visit_Attribute(self, node):
        target = self.resolve(node)
        if isinstance(node.ctx, ast.Store) and self.resolve(node.value).kind == "known":
            self.reject("writes-to-a-global")
        if node.attr in ("__globals__", "__code__", "__builtins__", "__subclasses__", "gi_frame", "f_globals"):
            self.reject(f"reads-{node.attr}")
        if target.kind == "known":
            self.follow(unwrap(target.thing))
        self.visit(node.value)

    def visit_Subscript(self, node):
        if isinstance(node.ctx, ast.Store) and self.resolve(node.value).kind == "known":
            self.reject("writes-to-a-global")
        self.generic_visit(node)

    def visit_Global(self, node):
        self.reject("writes-to-a-global")

    def visit_With(self, node):
        for item in node.items:
            target = self.resolve(item.context_expr.func) if isinstance(item.context_expr, ast.Call) else self.resolve(item.context_expr)
            if target.kind != "known":
                self.reject("enters-a-value")
        self.generic_visit(node)


def own_calls(function, tree):
    """Returns the methods that a function which was reviewed calls on its first argument."""
    me = function.__code__.co_varnames[:1]
    calls = (n.func for n in ast.walk(tree) if isinstance(n, ast.Call)) if tree else ()
    return {f.attr for f in calls if isinstance(f, ast.Attribute) and isinstance(f.value, ast.Name) and f.value.id in me}


def fixed_options(thing, node):
    """Reports whether a call says how NumPy treats errors of numbers, by words of the code."""
    return path_of(thing) == "numpy.errstate" and not node.args and all(isinstance(k.value, ast.Constant) and k.arg != "call" for k in node.keywords)


class Bindings:
    """The names that a function binds."""

    def __init__(self):
        self.locals, self.nested, self.imports, self.assigned = set(), set(), [], {}


@functools.lru_cache(maxsize=None)
def bindings(node):
    """Returns what a function binds; assigned are the expressions of local names
    that are bound by one assignment."""
    bound, stores = Bindings(), {}
    for child in ast.walk(node):
        if isinstance(child, ast.Name):
            if isinstance(child.ctx, (ast.Store, ast.Del)):
                bound.locals.add(child.id)
                stores[child.id] = stores.get(child.id, 0) + 1
        elif isinstance(child, ast.arg):
            bound.locals.add(child.arg)
            stores[child.arg] = 2
        elif isinstance(child, ast.Assign):
            if len(child.targets) == 1 and isinstance(child.targets[0], ast.Name):
                bound.assigned[child.targets[0].id] = child.value
        elif isinstance(child, (ast.FunctionDef, ast.ClassDef)):
            if child is not node:
                bound.nested.add(child.name)
        elif isinstance(child, ast.ExceptHandler):
            bound.locals |= {child.name} - {None}
        elif isinstance(child, (ast.Import, ast.ImportFrom)):
            bound.imports.append(child)
    bound.assigned = {name: value for name, value in bound.assigned.items() if stores[name] == 1}
    return bound


def cell_of(cell):
    try:
        return cell.cell_contents
    except ValueError:
        return None
