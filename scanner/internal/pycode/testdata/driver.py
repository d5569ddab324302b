"""Says what the dis module finds in code: driver.py COUNT [FILE...]

Compiles COUNT modules of the running Python's library, or the files, and prints a
line of JSON for each: the marshalled code, the arguments of types.CodeType (of
small modules of the library) and what pycode must list.
"""

import ast
import dis
import json
import marshal
import os
import sys
import types
import warnings

warnings.simplefilter("ignore")
ROOTS = ("LOAD_NAME", "LOAD_GLOBAL", "LOAD_FAST", "LOAD_DEREF", "LOAD_CLASSDEREF", "LOAD_FROM_DICT")
ATTRIBUTES = ("LOAD_ATTR", "LOAD_METHOD")
SKIPPED = ("EXTENDED_ARG", "CACHE", "NOP", "NOT_TAKEN")


def codes(code):
    yield code
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield from codes(const)


def strings(value):
    if isinstance(value, str):
        yield value.encode("utf-8", "surrogatepass").hex()
    elif isinstance(value, bytes):
        yield value.hex()
    elif isinstance(value, (tuple, frozenset)):
        for item in value:
            yield from strings(item)
    elif isinstance(value, slice):
        yield from strings((value.start, value.stop, value.step))


def instructions(code):
    return [i for i in dis.get_instructions(code) if i.opname not in SKIPPED]


def imports(code):
    seen = instructions(code)
    for at, op in enumerate(seen):
        if op.opname == "IMPORT_NAME":
            level, names = seen[at - 2].argval, seen[at - 1].argval
            for name in names or [""]:
                yield op.argval, name, level


def chains(code):
    root = None
    path = []
    for op in instructions(code) + [None]:
        if op is not None and op.opname in ATTRIBUTES and root:
            path.append(op.argval)
            continue
        if path:
            yield root, ".".join(path)
        root, path = None, []
        if op is not None and op.opname.startswith(ROOTS) and op.opname != "LOAD_FAST_AND_CLEAR":
            root = op.argval[1] if isinstance(op.argval, tuple) else op.argval
        elif op is not None and op.opname == "STORE_FAST_LOAD_FAST":
            root = op.argval[1]


def aliases(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for a in node.names:
                if a.asname:
                    yield a.asname, a.name
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            for a in node.names:
                yield a.asname or a.name, module + ("" if module.endswith(".") else ".") + a.name


def tree_of(value):
    """A constant as JSON."""
    if isinstance(value, types.CodeType):
        return {"code": [tree_of(v) for v in arguments(value)]}
    if isinstance(value, str):
        return {"text": value.encode("utf-8", "surrogatepass").hex()}
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, int) and abs(value) < 1 << 50:
        return {"int": int(value)}
    if isinstance(value, (tuple, frozenset)):
        return {"tuple": [tree_of(v) for v in value]}
    if isinstance(value, slice):
        return {"tuple": [tree_of(v) for v in (value.start, value.stop, value.step)]}
    return None


def arguments(c):
    """What types.CodeType wants, as cloudpickle writes it."""
    out = [c.co_argcount]
    if hasattr(c, "co_posonlyargcount"):
        out.append(c.co_posonlyargcount)
    out += [c.co_kwonlyargcount, c.co_nlocals, c.co_stacksize, c.co_flags, c.co_code, c.co_consts, c.co_names, c.co_varnames]
    out += [c.co_filename, c.co_name]
    if hasattr(c, "co_exceptiontable"):
        out += [c.co_qualname, c.co_firstlineno, c.co_linetable, c.co_exceptiontable]
    else:
        out += [c.co_firstlineno, c.co_lnotab]
    return out + [c.co_freevars, c.co_cellvars]


def describe(path, whole):
    with open(path, "rb") as f:
        source = f.read()
    code = compile(source, os.path.basename(path), "exec")
    every = list(codes(code))
    raw = {c for code in every for c in chains(code)}
    known = list(aliases(ast.parse(source)))
    must = {"%s.%s" % c for c in raw}
    may = {target for _, target in known} | {target + "." + path for root, path in raw for name, target in known if name == root}
    return {
        "file": path,
        "release": "%d.%d" % sys.version_info[:2],
        "marshal": marshal.dumps(code).hex(),
        "args": tree_of(code) if whole and len(source) < 30000 else None,
        "functions": [[c.co_name, getattr(c, "co_qualname", ""), c.co_firstlineno] for c in every],
        "names": sorted({n for c in every for n in c.co_names}),
        "imports": sorted({i for c in every for i in imports(c)}),
        "strings": sorted({s for c in every for const in c.co_consts for s in strings(const)}),
        "dotted": sorted(must),
        "may": sorted(may - must),
    }


def library(count):
    root = os.path.dirname(os.__file__)
    names = sorted(os.path.join(d, n) for d, _, ns in os.walk(root) if "site-packages" not in d and "lib2to3/tests" not in d for n in ns)
    names = [n for n in names if n.endswith(".py") and os.path.getsize(n) < 200000]
    return names[:: max(1, len(names) // count)][:count]


files = sys.argv[2:]
for name in files or library(int(sys.argv[1])):
    try:
        print(json.dumps(describe(name, not files)))
    except (SyntaxError, ValueError, UnicodeError):
        pass  # bad on purpose: a library tests its own compiler
