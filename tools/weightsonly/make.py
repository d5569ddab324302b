"""Writes what torch.load(weights_only=True) allows by default, by version: python make.py WHEEL... > weightsonly.txt

A wheel is a file of torch of an older version, for any system: it is only read. The lists of its
_weights_only_unpickler.py are worked out with the torch that is installed here, and names
of torch are kept only where the older version mentions them; the last version is the installed one.
Rows are "op NAME SINCE" and "global PATH SINCE", sorted, with the last version behind them
where a later one no longer allows it.
"""

import pathlib
import pickle
import re
import sys
import types
import zipfile

import torch

UNPICKLER = "torch/_weights_only_unpickler.py"
OPCODES = {name for name in pickle.__all__ if name.isupper()} | {"TUPLE1", "TUPLE2", "TUPLE3", "NEWTRUE", "NEWFALSE"}


def release(version):
    """Returns a version's first two numbers."""
    return ".".join(version.split("+")[0].split(".")[:2])


def order(version):
    return tuple(map(int, version.split(".")))


def from_wheel(path):
    """Returns version, source of the unpickler, and every word that the package's Python mentions."""
    with zipfile.ZipFile(path) as wheel:
        words, source = set(), wheel.read(UNPICKLER).decode()
        for name in wheel.namelist():
            if name.startswith("torch/") and name.count("/") < 3 and name.endswith((".py", ".pyi")):
                words.update(re.findall(r"\w+", wheel.read(name).decode("utf-8", "replace")))
    return release(pathlib.Path(path).name.split("-")[1]), source, words


class Lenient:
    """A module in which everything exists: what a newer version lacks is a stand-in of that name."""

    def __init__(self, module):
        self._module = module

    def __getattr__(self, name):
        try:
            value = getattr(self._module, name)
        except AttributeError:
            return type(name, (), {"__module__": self._module.__name__})
        return Lenient(value) if isinstance(value, types.ModuleType) else value


def allowed(source, words):
    """Returns the paths of the globals that a version of the unpickler allows."""
    module = types.ModuleType("unpickler")
    source = re.sub(r"^from torch\._utils import (\([^)]*\)|.*)$", "", source, flags=re.M)  # not needed for the lists
    exec(compile(source, UNPICKLER, "exec"), module.__dict__)
    module.torch = Lenient(torch)
    paths = set(module._get_allowed_globals())
    if words is None:
        return paths
    return {p for p in paths if not p.startswith("torch.") or p.rsplit(".", 1)[1] in words}


def opcodes(source):
    """Returns the names of the opcodes that a version of the unpickler runs."""
    body = source[source.index("class Unpickler") :]
    return {name for name in re.findall(r"\b([A-Z][A-Z0-9_]+)\[0\]", body) if name in OPCODES}


def main():
    versions = [from_wheel(path) for path in sys.argv[1:]]
    installed = pathlib.Path(torch.__file__).parent.joinpath("_weights_only_unpickler.py").read_text()
    versions.append((release(torch.__version__), installed, None))
    versions.sort(key=lambda v: order(v[0]))
    span = {}
    for version, source, words in versions:
        for row in {("op", name) for name in opcodes(source)} | {("global", path) for path in allowed(source, words)}:
            span.setdefault(row, [version, version])[1] = version
    print("# What torch.load(weights_only=True) allows by default, and since which version. Written by tools/weightsonly/make.py.")
    print("# versions", *[v[0] for v in versions])
    for (kind, name), (since, until) in sorted(span.items()):
        print(kind, name, since, *([until] if until != versions[-1][0] else []))


if __name__ == "__main__":
    main()
