"""Functions that models keep and run on the user's data later: losses, metrics,
kernels, ufuncs, tokenizers. They are judged by the names that they mention, those of
the functions that they call included."""

import dis
import functools
import inspect
import sys
import types

from sinks import GLOBAL_SINKS, METHOD_SINKS, MODULE_SINKS, unwrap

# Where functions are that honest models keep.
FUNCTIONS = {
    "numpy": ("numpy",),
    "scipy": ("scipy",),
    "sklearn": ("sklearn",),
    "torch": ("torch.nn", "torch.optim"),
    "stdlib": ("math", "cmath", "statistics", "operator", "builtins"),
    "statsmodels": ("statsmodels.genmod.families", "statsmodels.robust", "statsmodels.nonparametric", "statsmodels.tools.numdiff"),
    "torchvision": ("torchvision.transforms", "torchvision.ops", "torchvision.models.detection"),
    "transformers": ("transformers.activations", "transformers.optimization", "transformers.loss", "transformers.pytorch_utils"),
    "timm": ("timm.layers", "timm.optim", "timm.loss"),
    "torchmetrics": ("torchmetrics.functional", "torchmetrics.utilities"),
    "umap": ("umap.distances",),
    "pynndescent": ("pynndescent.distances",),
    "ultralytics": ("ultralytics.utils.loss", "ultralytics.utils.tal"),
    "fastai": ("fastai.losses", "fastai.metrics", "fastai.layers", "fastai.torch_core", "fastai.optimizer"),
    "imblearn": ("imblearn.metrics",),
    "pyod": ("pyod.utils.stat_models", "pyod.utils.utility"),
    "sktime": ("sktime.performance_metrics", "sktime.distances"),
    "lightning": ("lightning.pytorch.utilities",),
    "sentence_transformers": ("sentence_transformers.util",),
    "stable_baselines3": ("stable_baselines3.common.utils", "stable_baselines3.common.torch_layers"),
    "nltk": ("nltk.tokenize", "nltk.util"),
    "gensim": ("gensim.utils", "gensim.matutils"),
    "keras": ("keras.activations", "keras.losses", "keras.metrics", "keras.src.activations", "keras.src.losses", "keras.src.metrics"),
    "tf_keras": ("tf_keras.src.activations", "tf_keras.src.losses", "tf_keras.src.metrics"),
    "gplearn": ("gplearn.functions", "gplearn.fitness"),
    "tslearn": ("tslearn.metrics",),
}

CALLERS = frozenset("func fn f fun function callable callback method funcs default_factory target".split())
KERAS_HELPERS = frozenset("serialize clone_metric clone_metrics".split())  # they call methods of what they are given
KEPT_BUILTINS = "abs ascii bin bool chr divmod float format hash hex id int isinstance issubclass len oct ord pow repr round str".split()

# Packages whose compiled classes were read: their constructors only fill C fields.
COMPILED = ("sklearn.", "scipy.spatial.", "scipy.interpolate.", "scipy.stats.", "pandas._libs.", "numpy.random.", "arch.univariate.recursions")


class Verdicts:
    """Remembers what was said of functions. One that is looked at already adds nothing to
    what calls it, so that what was cleared meanwhile is forgotten where it is not."""

    def __init__(self):
        self.said, self.trail = {}, []

    def of(self, key, judge):
        if key not in self.said:
            self.said[key] = None
            begun = len(self.trail)
            found = judge()
            if found:
                self.forget(begun)
            self.said[key] = found
            self.trail.append(key)
        return self.said[key]

    def forget(self, begun):
        """Forgets which functions were cleared since the trail was that long."""
        for later in self.trail[begun:]:
            if self.said[later] is None:
                del self.said[later]
        self.trail[begun:] = [k for k in self.trail[begun:] if k in self.said]

    def get(self, key):
        return self.said.get(key)


CLEARED = Verdicts()  # what sink_of said of a function
REVIEWS = []  # the reviews of this run: what they cover is not looked into

SHIFT = 1 if sys.version_info >= (3, 11) else 0  # LOAD_GLOBAL keeps a flag in its argument


@functools.lru_cache(maxsize=None)
def names_of(code):
    """Returns the names that a code object and those inside it mention: global
    ones, all of them, and those of modules that it imports."""
    globals_, imports, argument, raw = set(), set(), 0, code.co_code
    for at in range(0, len(raw), 2):
        op, argument = raw[at], argument << 8 | raw[at + 1]
        if op == dis.EXTENDED_ARG:
            continue
        if op == LOAD_GLOBAL:
            globals_.add(code.co_names[argument >> SHIFT])
        elif op == LOAD_NAME:
            globals_.add(code.co_names[argument])
        elif op == IMPORT_NAME:
            imports.add(code.co_names[argument])
        argument = 0
    names = set(code.co_names)
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            inner = names_of(const)
            globals_ |= inner[0]
            names |= inner[1]
            imports |= inner[2]
    return frozenset(globals_), frozenset(names), frozenset(imports)


LOAD_GLOBAL, LOAD_NAME, IMPORT_NAME = (dis.opmap[name] for name in ("LOAD_GLOBAL", "LOAD_NAME", "IMPORT_NAME"))


def sink_of(function):
    """Returns the first sink that a Python function mentions, or None."""
    return CLEARED.of(function, lambda: None if any(r.covers(function) for r in REVIEWS) else first_sink(function))


def first_sink(function):
    global_names, names, imports = names_of(function.__code__)
    hit = sorted(names & (METHOD_SINKS - {"apply", "pipe", "agg", "aggregate"}) | global_names & (GLOBAL_SINKS | MODULE_SINKS))
    if hit:
        return hit[0]
    foreign = sorted(i for i in imports if i.split(".")[0] not in own(function) and i and not i.startswith("_") and not within(function, i))
    if foreign:
        return foreign[0]
    for name in sorted(names):
        callee = unwrap(function.__globals__.get(name))
        if isinstance(callee, types.FunctionType) and (callee.__module__ or "").split(".")[0] in own(function):
            found = sink_of(callee)
            if found:
                return found
    return None


def own(function):
    return {
        (function.__module__ or "").split(".")[0], "numpy", "math", "warnings", "copy", "itertools", "collections", "functools", "operator",
        "dateutil", "dataclasses", "pandas", "scipy", "torch", "array_api_compat", "array_api_strict", "cupy", "jax", "dask", "sparse", "ndonnx", "typing", "re", "time",
    }


def within(function, name):
    """Reports whether a name that is imported is relative to the function's package."""
    at = function.__globals__.get("__package__") or ""
    while at:
        if f"{at}.{name}" in sys.modules:
            return True
        at = at.rpartition(".")[0]
    return False


def function_kind(value, package, module):
    """Returns what a function is inert for: s to be kept and run on data, p as the
    helper by which Cython classes are unpickled."""
    if type(value).__name__ == "ufunc":
        return "s"
    if getattr(value, "__name__", "").startswith("__pyx_unpickle_"):
        return "p"
    if package == "stdlib":
        builtin = isinstance(value, types.BuiltinFunctionType) and module in FUNCTIONS[package]
        return "s" if builtin and (module != "builtins" or value.__name__ in KEPT_BUILTINS) and module != "operator" else None
    function = unwrap(value)
    if not isinstance(function, types.FunctionType) or not module.startswith(FUNCTIONS.get(package, ("?",))):
        return None
    mentioned = names_of(function.__code__)[0] | set(function.__code__.co_varnames[: function.__code__.co_argcount])
    return None if mentioned & CALLERS or sink_of(function) else "s"


def listed(package, module, attribute, value):
    """Yields the names under which a function of a module is listed, with its kind."""
    home = getattr(value, "__module__", None) or module.__name__
    spelt = getattr(value, "__qualname__", None) or getattr(value, "__name__", attribute)
    top = home.split(".")[0] if isinstance(home, str) else None
    if not isinstance(spelt, str) or spelt.startswith("__") and not spelt.startswith("__pyx_unpickle_"):
        return
    if package in ("keras", "tf_keras") and (spelt.startswith("_") or spelt in KERAS_HELPERS):
        return
    if top != package and not (package == "stdlib" and top in FUNCTIONS[package]) or "<" in spelt:
        return
    kind = function_kind(value, package, home)
    if kind:
        yield f"{home}.{spelt}", kind
        if kind == "s" and module.__name__ == package:
            yield f"{package}.{attribute}", kind


def keeps_methods(cls):
    """Reports whether models keep bound methods of the class."""
    return cls.__module__.startswith("scipy.interpolate")


def kept_method(value, name, package, cls):
    return isinstance(value, types.FunctionType) and not name.startswith("__") and function_kind(value, package, cls.__module__)


def model_loader(cls):
    """Returns the method by which pickles of a class of Keras 3 load a model's file, or None."""
    found = inspect.getattr_static(cls, "_unpickle_model", None) if cls.__module__.startswith("keras.") else None
    return unwrap(found) if found is not None else None


def compiled(cls):
    """Reports whether a class is of Cython: its constructor is no Python code."""
    file = getattr(sys.modules.get(cls.__module__), "__file__", "") or ""
    home = getattr(sys.modules.get(getattr(cls.__init__, "__module__", None) or ""), "__file__", "") or ""
    return cls.__module__.startswith(COMPILED) and file.endswith(".so") and not isinstance(cls.__init__, types.FunctionType) and not home.endswith(".py")


def constants():
    """Yields torch's data types, layouts and the like, which pickles name, and the
    classes of storages and tensors by element type, with their kind."""
    import torch

    values = tuple(getattr(torch, name) for name in ("dtype", "layout", "qscheme", "memory_format") if hasattr(torch, name))
    for module in (torch, torch.cuda, torch.sparse):
        for attribute, value in vars(module).items():
            if isinstance(value, values):
                yield f"{module.__name__}.{attribute}", "c"
            elif attribute.endswith(("Storage", "Tensor")) and isinstance(value, type):
                yield f"{module.__name__}.{attribute}", "n"


def activations():
    """Yields torch's compiled functions that models keep: activations and the like."""
    import torch

    for module in filter(None, (torch, torch._C._nn, getattr(torch._C, "_special", None))):
        for attribute in (
            "relu relu_ gelu silu silu_ sigmoid tanh softmax log_softmax softplus elu selu celu leaky_relu hardtanh hardswish hardsigmoid "
            "mish logsigmoid prelu rrelu threshold softshrink tanhshrink log_sigmoid exp log sqrt abs clamp sin cos mean sum square"
        ).split():
            if isinstance(getattr(module, attribute, None), types.BuiltinFunctionType):
                yield f"{module.__name__}.{attribute}", "s"
