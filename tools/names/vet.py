"""Writes the tables of classes that were shown inert: python tools/names/vet.py

For each package below it imports every module and looks at every class. A class
is listed for construction (NEWOBJ, then BUILD, then items added) where no hook
that the unpickler can reach runs code beyond storing data: over the whole MRO
and the metaclass, each hook is either inherited from C code of the interpreter or
of the package, or its Python code reaches no sink, calls included, as far as
names resolve inside the package. What is not listed stays unlisted: modelsieve
reports its use. Enumerations and named tuples are listed for calls as well.

The tables are data and reviewed in a diff: scanner/internal/picklenames/data.
"""

import builtins
import contextlib
import dis
import enum
import importlib
import inspect
import io
import os
import pathlib
import pkgutil
import re
import sys
import types
import warnings

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
OUT = pathlib.Path(__file__).parents[2] / "scanner/internal/picklenames/data"

# What an unpickler can make an object do, with values from the file.
HOOKS = (
    "__new__ __setstate__ __setattr__ __del__ __getattr__ __getattribute__ __hash__ __eq__ __len__ __bool__ __iter__ "
    "append extend add __setitem__ update items __array_finalize__ __set__"
).split()

# Names that lead out of the data: a hook that mentions one is not inert. The first
# kind counts as a global name, the second as an attribute as well.
GLOBAL_SINKS = frozenset("eval exec compile __import__ open globals locals breakpoint input".split())
SINKS = frozenset(
    "import_module system popen Popen call check_call check_output spawn run_module run_path loads load Unpickler remove "
    "unlink rmtree makedirs mkdir urlopen urlretrieve socket connect CDLL LoadLibrary load_library fork execv getoutput "
    "getstatusoutput resolve_name locate attrgetter methodcaller import_optional_dependency load_module exec_module "
    "FunctionType CodeType sympify parse_expr lambdify query".split()
)

# Hooks that call or import by name and were read: each only moves data about.
REVIEWED = {
    "torch.nn.modules.module.Module.__setstate__": "fills __dict__ and adds hook dictionaries that are missing",
    "torch.optim.optimizer.Optimizer.__setstate__": "fills __dict__ and wraps step() of its own class for profiling",
    "sklearn.base.BaseEstimator.__setstate__": "compares a version string, then fills __dict__",
    "scipy.stats._distn_infrastructure.rv_generic._attach_argparser_methods":
        "runs text from the state, which the judge lets pass only where it is the template that scipy writes",
}

PACKAGES = {
    "numpy": ["numpy"],
    "scipy": ["scipy"],
    "pandas": ["pandas"],
    "sklearn": ["sklearn"],
    "joblib": ["joblib"],
    "torch": ["torch.nn", "torch.optim", "torch.utils.data", "torch.distributions", "torch.ao.nn", "torch.ao.quantization"],
    "stdlib": (
        "argparse array ast builtins calendar cmath collections collections.abc copy dataclasses datetime decimal difflib email.header enum "
        "fractions functools graphlib heapq html http.cookies ipaddress itertools json logging math numbers operator pathlib "
        "queue random re signal socket statistics string struct textwrap time types typing unicodedata urllib.parse uuid "
        "weakref zoneinfo"
    ).split(),
}

# Modules of packages that are not vetted as a whole: their listed names pass, and
# the others stay those of a package that nobody vetted. Needs them installed:
# python tools/names/vet.py others
OTHERS = (
    "transformers.training_args transformers.trainer_utils transformers.trainer_pt_utils transformers.training_args_seq2seq "
    "transformers.debug_utils transformers.utils.generic transformers.integrations.deepspeed transformers.generation.configuration_utils "
    "accelerate.state accelerate.utils.dataclasses torchmetrics.utilities.enums lightning.pytorch.utilities.types "
    "lightning.fabric.utilities.enums lightning.fabric.utilities.data lightning.pytorch.trainer.states pytorch_lightning.utilities.enums"
).split()

SKIP = ("test", "tests", "testing", "conftest", "setup", "__main__", "_testing", "distutils", "f2py", "_pyinstaller")

# Never listed, whatever the rule says: they hold or run callables, open files, or act by name.
NEVER = frozenset(
    "functools.partial functools.partialmethod functools.cached_property functools.singledispatchmethod "
    "operator.attrgetter operator.methodcaller operator.itemgetter weakref.finalize types.FunctionType types.MethodType "
    "types.CodeType types.LambdaType types.CellType types.ModuleType itertools.starmap itertools.accumulate "
    "logging.FileHandler logging.StreamHandler logging.Handler socket.socket socket.SocketType joblib.parallel.Parallel "
    "joblib.numpy_pickle_compat.NDArrayWrapper joblib.numpy_pickle_compat.ZNDArrayWrapper joblib.numpy_pickle.NumpyArrayWrapper "
    "typing.ForwardRef annotationlib.ForwardRef random.SystemRandom".split()
)


def dangerous():
    """Returns the names that modelsieve knows to be dangerous: they are never listed."""
    exact, below = set(), []
    for path in OUT.parent.glob("danger_*.go"):
        for name in re.findall(r'^\t\t"([^"]+)",$', path.read_text(), re.M):
            below.append(name[:-1]) if name.endswith(".*") else exact.add(name)
    return exact, tuple(below)


EXACT, BELOW = dangerous()


def modules(root):
    """Yields a module and, for a package, those below it that can be imported."""
    with contextlib.suppress(BaseException):
        module = importlib.import_module(root)
        yield module
        for info in pkgutil.iter_modules(getattr(module, "__path__", ())):
            if info.name not in SKIP and not info.name.startswith("test_") and root not in ("logging", "json", "collections"):
                yield from modules(f"{root}.{info.name}")


def unwrap(hook):
    while isinstance(hook, (staticmethod, classmethod)):
        hook = hook.__func__
    with contextlib.suppress(ValueError):
        hook = inspect.unwrap(hook)
    return hook


def names_of(code):
    """Returns the names that a code object and those inside it mention: global
    ones, and all of them."""
    loads = [i for i in dis.get_instructions(code) if i.opname in ("LOAD_GLOBAL", "LOAD_NAME")]
    globals_, names = {i.argval for i in loads}, set(code.co_names)
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            inner = names_of(const)
            globals_ |= inner[0]
            names |= inner[1]
    return globals_, names


CLEARED = {}  # what sink_of said of a function; None while it is looked at


def sink_of(function, cls=None):
    """Returns the first sink that a Python function reaches, or None. Attributes
    that it mentions and cls has are taken for methods that it calls."""
    key = (function, cls)
    if key in CLEARED:
        return CLEARED[key]
    CLEARED[key] = None
    CLEARED[key] = found = first_sink(function, cls)
    return found


def first_sink(function, cls):
    where = f"{function.__module__}.{function.__qualname__}"
    if where in REVIEWED:
        return None
    global_names, names = names_of(function.__code__)
    if hit := sorted(names & SINKS | global_names & GLOBAL_SINKS):
        return f"{where} mentions {hit[0]}"
    imports = {i.argval.split(".")[0] for i in dis.get_instructions(function) if i.opname == "IMPORT_NAME"}
    if foreign := sorted(i for i in imports - own(function) if i and not i.startswith("_")):
        return f"{where} imports {foreign[0]}"
    for name in sorted(names):
        method = unwrap(inspect.getattr_static(cls, name, None)) if cls else None
        if isinstance(method, property):
            method = unwrap(method.fget)
        for callee in (unwrap(function.__globals__.get(name)), method):
            if isinstance(callee, types.FunctionType) and (callee.__module__ or "").split(".")[0] in own(function):
                if found := sink_of(callee, cls):
                    return found
    return None


def own(function):
    return {function.__module__.split(".")[0], "numpy", "math", "warnings", "copy", "itertools", "collections", "functools", "operator", "pyarrow", "dateutil", "dataclasses", "jax", "pandas"}


def verdict(cls):
    """Returns why a class is not inert for construction, or None."""
    for base in (*cls.__mro__, *type(cls).__mro__):
        if base is object or base is type:
            continue
        for hook in HOOKS:
            member = base.__dict__.get(hook)
            if member is None:
                continue
            if base in type(cls).__mro__ and hook not in ("__getattr__", "__getattribute__", "__setattr__"):
                continue
            function = unwrap(member)
            if isinstance(function, property):
                function = unwrap(function.fget)
            if isinstance(function, types.FunctionType):
                if found := sink_of(function, cls):
                    return found
    return None


def slot_writers(cls):
    """Yields properties whose setters slot state would run."""
    for base in cls.__mro__:
        for name, member in base.__dict__.items():
            if isinstance(member, property) and isinstance(member.fset, types.FunctionType):
                yield name, member.fset


def listed(cls):
    if reason := verdict(cls):
        return reason
    for name, setter in slot_writers(cls):
        if found := sink_of(setter, cls):
            return f"setter of {name}: {found}"
    return None


def resolves(cls):
    """Reports whether the class is found again under its own name."""
    at = sys.modules.get(cls.__module__)
    for part in cls.__qualname__.split("."):
        at = getattr(at, part, None)
    return at is cls


def kinds(cls):
    """Returns what the class is inert for: n construction, d calls with data."""
    if issubclass(cls, enum.Enum):
        missing = unwrap(inspect.getattr_static(cls, "_missing_"))
        return "nd" if missing.__module__ == "enum" or sink_of(missing) is None else "n"
    if issubclass(cls, tuple) and hasattr(cls, "_fields") or issubclass(cls, BaseException) and cls.__module__ == "builtins":
        return "nd"
    return "nd" if compiled(cls) else "n"


# Packages whose compiled classes were read: their constructors only fill C fields.
COMPILED = ("sklearn.", "scipy.spatial.", "scipy.interpolate.", "scipy.stats.", "pandas._libs.", "numpy.random.")


def compiled(cls):
    """Reports whether a class is of Cython: its constructor is no Python code."""
    file = getattr(sys.modules.get(cls.__module__), "__file__", "") or ""
    home = getattr(sys.modules.get(getattr(cls.__init__, "__module__", None) or ""), "__file__", "") or ""
    return cls.__module__.startswith(COMPILED) and file.endswith(".so") and not isinstance(cls.__init__, types.FunctionType) and not home.endswith(".py")


def belongs(cls, name):
    top = (cls.__module__ or "").split(".")[0]
    if name == "others":
        return cls.__module__ in OTHERS
    return top in sys.stdlib_module_names if name == "stdlib" else top == name


# Where functions are that honest models keep and run on the user's data.
FUNCTIONS = {
    "numpy": ("numpy",), "scipy": ("scipy",), "sklearn": ("sklearn",), "torch": ("torch.nn", "torch.optim"),
    "stdlib": ("math", "cmath", "statistics", "operator", "builtins"),
}
METHODS = ("scipy.interpolate",)  # whose classes' methods are kept as well
CALLERS = {"func", "fn", "f", "fun", "function", "callable", "callback", "method", "funcs", "default_factory", "target"}
KEPT_BUILTINS = "abs ascii bin bool chr divmod float format hash hex id int isinstance issubclass len oct ord pow repr round str".split()


def function_kind(value, name, module):
    """Returns what a function is inert for: s to be kept and run on data, p as the
    helper by which Cython classes are unpickled."""
    if type(value).__name__ == "ufunc":
        return "s"
    if getattr(value, "__name__", "").startswith("__pyx_unpickle_"):
        return "p"
    if name == "stdlib":
        builtin = isinstance(value, types.BuiltinFunctionType) and module in FUNCTIONS[name]
        return "s" if builtin and (module != "builtins" or value.__name__ in KEPT_BUILTINS) and module != "operator" else None
    function = unwrap(value)
    if not isinstance(function, types.FunctionType) or not module.startswith(FUNCTIONS.get(name, ("?",))):
        return None
    mentioned = names_of(function.__code__)[0] | set(function.__code__.co_varnames[: function.__code__.co_argcount])
    return None if mentioned & CALLERS or sink_of(function) else "s"


def functions(name, module):
    """Yields the functions of a module that are listed, with their kind."""
    for attribute, value in list(vars(module).items()):
        home = getattr(value, "__module__", None) or module.__name__
        spelt = getattr(value, "__qualname__", None) or getattr(value, "__name__", attribute)
        top = home.split(".")[0] if isinstance(home, str) else None
        if not isinstance(spelt, str) or spelt.startswith("__") and not spelt.startswith("__pyx_unpickle_"):
            continue
        if isinstance(value, type) or top != name and not (name == "stdlib" and top in FUNCTIONS[name]) or "<" in spelt:
            continue
        if kind := function_kind(value, name, home):
            yield f"{home}.{spelt}", kind
            if kind == "s" and module.__name__ == name:
                yield f"{name}.{attribute}", kind


def methods(cls, name):
    """Yields the plain methods of a listed class that models keep."""
    if cls.__module__.startswith(METHODS):
        for attribute, value in vars(cls).items():
            if isinstance(value, types.FunctionType) and not attribute.startswith("__") and function_kind(value, name, cls.__module__):
                yield f"{cls.__module__}.{cls.__qualname__}.{attribute}", "s"


def constants():
    """Yields torch's data types, layouts and the like, which pickles name, and the
    classes of storages and tensors by element type, with their kind."""
    import torch

    values = (torch.dtype, torch.layout, torch.qscheme, torch.memory_format)
    for module in (torch, torch.cuda, torch.sparse):
        for attribute, value in vars(module).items():
            if isinstance(value, values):
                yield f"{module.__name__}.{attribute}", "c"
            elif attribute.endswith(("Storage", "Tensor")) and isinstance(value, type):
                yield f"{module.__name__}.{attribute}", "n"


def activations():
    """Yields torch's compiled functions that models keep: activations and the like."""
    import torch

    for module in (torch, torch._C._nn, torch._C._special):
        for attribute in (
            "relu relu_ gelu silu silu_ sigmoid tanh softmax log_softmax softplus elu selu celu leaky_relu hardtanh hardswish hardsigmoid "
            "mish logsigmoid prelu rrelu threshold softshrink tanhshrink log_sigmoid exp log sqrt abs clamp sin cos mean sum square"
        ).split():
            if isinstance(getattr(module, attribute, None), types.BuiltinFunctionType):
                yield f"{module.__name__}.{attribute}", "s"


def table(name, roots):
    rows, rejected = {}, 0
    if name == "torch":
        rows.update(constants())
        rows.update(activations())
    for root in roots:
        for module in modules(root):
            rows.update(functions(name, module))
            for value in list(vars(module).values()):
                if not isinstance(value, type) or not belongs(value, name) or issubclass(value, type):
                    continue
                path = f"{value.__module__}.{value.__qualname__}"
                if path in rows or path in NEVER or "<" in path or not resolves(value):
                    continue
                if value.__module__ == "builtins" and not issubclass(value, BaseException):
                    continue
                try:
                    reason = listed(value)
                except Exception as error:  # a class that cannot be looked at is not listed
                    reason = str(error)
                if reason is None:
                    rows[path] = kinds(value)
                    rows.update(methods(value, name))
                else:
                    rejected += 1
    rows = {path: kind for path, kind in rows.items() if path not in EXACT and not path.startswith(BELOW) and path[0] != "_" and ".__" not in path.replace(".__pyx_", "")}
    text = "".join(f"{path} {kind}\n" for path, kind in sorted(rows.items()))
    (OUT / f"{name}.txt").write_text(text)
    print(f"{name}: {len(rows)} listed, {rejected} not", file=sys.stderr)


def main():
    warnings.simplefilter("ignore")
    OUT.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[1:] or PACKAGES:
        with contextlib.redirect_stdout(io.StringIO()):
            table(name, OTHERS if name == "others" else PACKAGES[name])


if __name__ == "__main__":
    main()
