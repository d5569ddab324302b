"""Makes mutants of pieces of Python files, with what CPython's own parser says they import
and call: a line of JSON each, with the source, and an error where it is refused.

    ast_mutants.py EVERY COUNT SEED
"""
import ast
import json
import random
import re
import sys

from ast_facts import facts, sources

# What is put into sources: constructs of the whole grammar, a line each.
PIECES = [piece.replace("\\n", "\n") for piece in r'''
async def f(): await g()
async def f():\n    async with a() as b, c(): pass\n    async for x in y(): await z()\n    return [x async for x in y() if await x]
async def f(): await None; await a()[b()]
def f(): (yield); x = yield a(); yield from b()
lambda: a()
lambda x, /, y=b(), *z, k=c(), **w: d()
if (n := f()): pass
while a(): pass\nelse: b()
try: a()\nexcept* B(): c()
try: a()\nexcept (B, C) as e: d()\nelse: e()\nfinally: f()
with (a() as b, c() as d,): pass
with (a()), (b()) as c: pass
with a(): b()
assert a(), b()
raise a() from b()
@a()\ndef f(x: b() = c(), *a: d(), **k) -> e(): pass
@lambda f: a()\n@(b or c)()[d]\ndef g(): pass
@a.b\nclass C(D(), metaclass=m()): x: int = f()
def f(a, /, b, *, c=d()): return e()
match a():\n    case B(x=[1, *_], y={'a': 1, **r}) if c(): d()\n    case -1 | 'x' | None | b.c: e()\n    case _: pass
match = a(); case = b(); type = c(); match(d()); print(match[a()], type (b))
type X[T: (a, b)] = b
class A[T]: pass
f'{a()!r:>{b()}} {c()=} {{d()}}'
f"""{'x' if a() else f'{b()}'}
{c()}"""
rb'x\y' b"z"
print(a(), file=b, *c(), **d())
global x
del a().b, c()[0], (d, [e])
import a.b as c, d
from . import x
from .. import (a as b, c,)
from ...x.y import z
*a, b = c()
a = b, *c = d()
a += b()
a @= b()
a: b() = c()
(a): b
a.b: c
x[a():b():c(), ...]
x[*a(), b]
x[*a() if b() else c(), *not d()]
f(x for x in y())
f(*a(), **b(), c=d(), *e())
{**a(), 'b': c()}
{a() for b in c() if d() if e()}
{a(): b() for c in d() for e in f()}
a() if b() else c() if d() else e()
not a() or b() and c()
a() < b() <= c() != d() is not e() not in f()
-a() ** -b() // ~c() @ d() << e() & f() | g() ^ h()
a()[b()](c()).d(e()).f
0xff.real(), 1_0.5e-3j, 0o17, 0b1_1, 1e5.real(), 1..real()
1if a()else 2
a();b();c()
pass
...
return a()
break
(a(),); (); []; {}; [a(), *b()]
if a(): b()\nelif c(): d()\nelse: e()
for x, (y, *z) in a(), b(): c()\nelse: d()
a = \\n    b()
# comment a()
"text" 'more' r"""long"""
'''.strip().split("\n")]
TOKENS = """( ) [ ] { } : ; , . = == := -> @ * ** ~ ! - + | & ^ << // ' " ''' f' rb' # \\ async await lambda if else for in not is and or
yield import from as None True x""".split()
TOKEN = re.compile(r"\w+|[^\w\s]|\n[ \t]*")


def mutant(chance, source):
    """The source with a few pieces left out, doubled, exchanged or put in."""
    for _ in range(chance.randint(1, 3)):
        tokens = list(TOKEN.finditer(source))
        one, other = chance.choice(tokens), chance.choice(tokens)
        lines = [m for m in tokens if m[0].startswith("\n")]
        kind = chance.randrange(10)
        if kind < 6 and lines:
            line = chance.choice(lines)
            source = source[: line.end()] + chance.choice(PIECES).replace("\n", line[0]) + source[line.start() :]
        elif kind == 6:
            source = source[: one.start()] + source[one.end() :]
        elif kind == 7:
            source = source[: one.start()] + other[0] + source[one.end() :]
        elif kind == 8:
            source = source[: one.start()] + chance.choice(TOKENS) + " " + source[one.start() :]
        else:
            source = source[: one.end()] + " " + other[0] + source[one.end() :]
    return source


def pieces(source):
    """The statements of a file that are no longer than a page."""
    lines = source.splitlines(keepends=True)
    for node in ast.parse(source).body:
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        if 1 < node.end_lineno - first < 50:
            yield "".join(lines[first - 1 : node.end_lineno])


def answer(source):
    try:
        imports, calls = facts(ast.parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        return {"source": source, "error": str(problem)}
    return {"source": source, "imports": imports, "calls": calls}


every, count, seed = map(int, sys.argv[1:])
chance = random.Random(seed)
originals = [piece for path, source in sources(every) if source.isascii() for piece in pieces(source.decode())]
for _ in range(count):
    print(json.dumps(answer(mutant(chance, chance.choice(originals)))))
