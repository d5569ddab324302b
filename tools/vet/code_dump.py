"""Prints the code objects of a package's sources: python code_dump.py FOLDER MODULE...

Runs on every Python from 3.6 on, since each compiles to code of its own. It compiles and never
imports. A line is the hash of a function's code and the function's path, for those that mention
nothing that leads out of the data. The hash is over the fields that decide what runs: all but the
file, the lines and the table of lines; scanner/formats/pickle/known.go makes it of a stream.
"""

import dis
import hashlib
import os
import struct
import sys
import types

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from sinks import GLOBAL_SINKS, METHOD_SINKS, MODULE_SINKS

FIELDS = "argcount posonlyargcount kwonlyargcount nlocals stacksize flags code consts names varnames name qualname exceptiontable freevars cellvars".split()
SHIFT = 1 if sys.version_info >= (3, 11) else 0  # LOAD_GLOBAL keeps a flag in its argument
LOAD_GLOBAL, LOAD_NAME, IMPORT_NAME = (dis.opmap[name] for name in ("LOAD_GLOBAL", "LOAD_NAME", "IMPORT_NAME"))
HARMLESS = frozenset("numpy math itertools functools collections operator copy warnings typing torch scipy".split())


def text(value):
    """Returns bytes that stand for a constant and for no other one."""
    if value is None or isinstance(value, bool):
        return {None: b"N", True: b"T", False: b"F"}[value]
    if isinstance(value, int):
        return b"i%d;" % value
    if isinstance(value, float):
        return b"d" + struct.pack(">d", value)
    if isinstance(value, (str, bytes)):
        raw = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
        return (b"s" if isinstance(value, str) else b"b") + b"%d:" % len(raw) + raw
    if isinstance(value, tuple):
        return b"(" + b"".join(map(text, value)) + b")"
    if isinstance(value, frozenset):
        return b"{" + b"".join(sorted(map(text, value))) + b"}"
    if isinstance(value, types.CodeType):
        return b"C" + b"".join(text(getattr(value, "co_" + field)) for field in FIELDS if hasattr(value, "co_" + field)) + b";"
    raise ValueError(value)  # an ellipsis or a complex number


def mentions(code):
    """Returns the global names that a code object and those inside it mention, all names, and imports."""
    names, imported, argument = set(), set(), 0
    for at in range(0, len(code.co_code), 2):
        op, argument = code.co_code[at], argument << 8 | code.co_code[at + 1]
        if op == dis.EXTENDED_ARG:
            continue
        if op in (LOAD_GLOBAL, LOAD_NAME):
            names.add(code.co_names[argument >> (SHIFT if op == LOAD_GLOBAL else 0)])
        elif op == IMPORT_NAME:
            imported.add(code.co_names[argument].split(".")[0])
        argument = 0
    every = set(code.co_names)
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            inner = mentions(const)
            names, every, imported = names | inner[0], every | inner[1], imported | inner[2]
    return names, every, imported


def inert(code):
    names, every, imported = mentions(code)
    return not (every & METHOD_SINKS or names & (GLOBAL_SINKS | MODULE_SINKS) or imported - HARMLESS)


def functions(code, path):
    """Yields the functions below a code object with their paths."""
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            inner = path + "." + const.co_name
            if const.co_flags & 1 and inert(const):  # CO_OPTIMIZED: no body of a class
                yield inner, const
            for found in functions(const, inner + (".<locals>" if const.co_flags & 1 else "")):
                yield found


def sources(root, module):
    """Yields the names and texts of a module, or of all below a package."""
    path = os.path.join(root, *module.split("."))
    if os.path.isdir(path):
        for name in sorted(os.listdir(path)):
            if name.endswith(".py") or os.path.isdir(os.path.join(path, name)) and "." not in name:
                for found in sources(root, module + "." + name.partition(".")[0]):
                    yield found
    elif os.path.exists(path + ".py"):
        with open(path + ".py", "rb") as file:
            yield module, file.read()


def main():
    for module in sys.argv[2:]:
        for name, source in sources(sys.argv[1], module):
            try:
                code = compile(source, name, "exec", dont_inherit=True)
            except SyntaxError:  # of a newer Python
                continue
            for path, function in functions(code, name):
                try:
                    print(hashlib.sha256(text(function)).hexdigest()[:32], path)
                except ValueError:
                    pass


if __name__ == "__main__":
    main()
