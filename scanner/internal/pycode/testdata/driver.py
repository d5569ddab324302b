"""Says what the dis module finds in code, a line of JSON for each code object.

driver.py modules COUNT [FILE...]   modules of the running Python's library, or files
driver.py values COUNT              code with random constants
driver.py damaged COUNT             changed streams that marshal still loads

A line has the marshalled code, the arguments of types.CodeType (of small modules of
the library) and what pycode must list.
"""

import ast
import dis
import json
import marshal
import os
import random
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
    return listing(path, code, marshal.dumps(code), list(aliases(ast.parse(source))), whole and len(source) < 30000)


def listing(name, code, stream, known=(), whole=False):
    every = list(codes(code))
    raw = {c for code in every for c in chains(code)}
    must = {"%s.%s" % c for c in raw}
    may = {target for _, target in known} | {target + "." + path for root, path in raw for name, target in known if name == root}
    return {
        "file": name,
        "release": "%d.%d" % sys.version_info[:2],
        "marshal": stream.hex(),
        "args": tree_of(code) if whole else None,
        "functions": [[c.co_name, getattr(c, "co_qualname", ""), c.co_firstlineno] for c in every],
        "names": sorted({n for c in every for n in c.co_names}),
        "imports": sorted({i for c in every for i in imports(c)}),
        "strings": sorted({s for c in every for const in c.co_consts for s in strings(const)}),
        "dotted": sorted(must),
        "may": sorted(may - must),
    }


def constant(random, depth=0):
    """A constant of a random kind, at times one that was made before."""
    made = constant.made
    if made and random.random() < 0.2:
        return random.choice(made)
    leaf = [None, True, Ellipsis, -1, 1 << 31, -(1 << 59), 1 << 200, 1.5, 2j, "ascii", "caf\xe9", "\u20ac", "\ud800", "x" * 300, b"\x00\xff"]
    value = random.choice(leaf)
    if depth < 6 and random.random() < 0.5:
        items = [constant(random, depth + 1) for _ in range(random.randrange(4))]
        value = frozenset(items) if random.random() < 0.3 else tuple(items)
    made.append(value)
    return value


constant.made = []


def values(count):
    """Code with random constants, in every version of marshal."""
    code = compile("import os\nos.getpid()", "values", "exec")
    for seed in range(count):
        value = constant(random.Random(seed))
        changed = types.CodeType(*[v + (value,) if v is code.co_consts else v for v in arguments(code)])
        yield listing("value %d" % seed, changed, marshal.dumps(changed, seed % (marshal.version + 1)))


def damaged(count):
    """Streams with changed bytes that marshal still loads."""
    import resource  # not everywhere

    resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20))  # marshal believes lengths
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    source = "from os import path as p\ndef f(x=('a', b'b')):\n    return p.join(x, 'c', 1.5, 1 << 40)\nclass A:\n    b = f"
    whole = marshal.dumps(compile(source, "damaged", "exec"))
    for seed in range(count):
        chance = random.Random(seed)
        stream = bytearray(whole)
        for _ in range(chance.randrange(1, 4)):
            at = chance.randrange(len(stream))
            stream[at : at + chance.randrange(2)] = bytes([chance.choice(b"()[<>{:crRsztaAZuiIlgyNTF.0\x00\x01\x02\xe3\xda\xa9\xff")])
        try:
            code = marshal.loads(bytes(stream))
        except Exception:
            continue
        if isinstance(code, types.CodeType):
            every = list(codes(code))
            names = sorted({n for c in every for n in c.co_names})
            found = sorted({s for c in every for const in c.co_consts for s in strings(const)})
            yield {"file": "seed %d" % seed, "marshal": stream.hex(), "names": names, "strings": found}


def library(count):
    root = os.path.dirname(os.__file__)
    names = sorted(os.path.join(d, n) for d, _, ns in os.walk(root) if "site-packages" not in d and "lib2to3/tests" not in d for n in ns)
    names = [n for n in names if n.endswith(".py") and os.path.getsize(n) < 200000]
    return names[:: max(1, len(names) // count)][:count]


def modules(count, files):
    for name in files or library(count):
        try:
            yield describe(name, not files)
        except (SyntaxError, ValueError, UnicodeError):
            pass  # bad on purpose: a library tests its own compiler


def main(mode, count, *files):
    count = int(count)
    for out in {"modules": lambda: modules(count, files), "values": lambda: values(count), "damaged": lambda: damaged(count)}[mode]():
        print(json.dumps(out), flush=True)


main(*sys.argv[1:])
