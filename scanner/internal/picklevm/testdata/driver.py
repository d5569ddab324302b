"""Runs pickle streams on CPython's unpicklers and prints what they look up and call.

driver.py [rows]: with rows, each input is a row of streams, which unpicklers load one
after the other: "again" one unpickler with one memo for all, else a new one for each.

Reads lines of hex from standard input; for each prints one JSON object
{"c": [...], "c, from a file": [...], "python": [...]}: per unpickler the list of events in order, ending
with "stop" where the stream was accepted. Nothing is imported: find_class gives
a stub that records its calls, and the streams come from the test's generator.

Stubs of the module "plain" have no __setstate__, so that unpicklers set their attributes;
plain.text gives a string when it is called. Extension codes up to 3 are registered.
The length of a stream chooses the encoding of Python 2 strings.
"""

import copyreg
import io
import json
import pickle
import resource
import sys

resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
sys.setrecursionlimit(2000)
for code in range(1, 4):
    copyreg.add_extension("copyreg._extension_registry", str(code), code)

ENCODINGS = "utf-8", "latin-1", "bytes", "ASCII"


def spelt(name):
    """Undoes the decoding of UTF-8 as latin-1, so that a name is one under every encoding."""
    try:
        return name.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return name


def unpickler(base, events):
    class Meta(type):
        def __call__(cls, *args, **kwargs):
            events.append("call " + cls.label)
            return "os" if cls.label == "plain:text" else object.__new__(cls)

    class Plain(metaclass=Meta):
        label = "?"

        def __new__(cls, *args, **kwargs):
            events.append("new " + cls.label)
            return object.__new__(cls)

        def __setattr__(self, name, value):
            events.append("build " + self.label)
            object.__setattr__(self, name, value)

        def __hash__(self):
            events.append("touch " + self.label)
            return id(self)

        def __bool__(self):
            events.append("touch " + self.label)
            return True

        def __index__(self):
            events.append("touch " + self.label)
            return 0

        def __iter__(self):
            events.append("touch " + self.label)
            return iter(())

        def keys(self):
            events.append("touch " + self.label)
            return ()

        items = keys

        def __call__(self, *args, **kwargs):
            events.append("call " + self.label)
            return self

    class Stub(Plain):
        def __setstate__(self, state):
            events.append("build " + self.label)

        def append(self, item):
            events.append("mutate " + self.label)

        def extend(self, items):
            events.append("mutate " + self.label)

        def add(self, item):
            events.append("mutate " + self.label)

        def __setitem__(self, key, value):
            events.append("mutate " + self.label)

    class Unpickler(base):
        def find_class(self, module, name):
            label = spelt(module) + ":" + spelt(name)
            events.append("import " + label)
            return Meta("Stub", (Plain if module == "plain" else Stub,), {"label": label})

        def persistent_load(self, pid):
            events.append("persistent")
            return object.__new__(Meta("Stub", (Stub,), {"label": "persistent"}))

    return Unpickler


class File(io.BytesIO):
    """A file that can be looked ahead into: the C unpickler then reads it as it reads bytes."""

    def peek(self, size):
        at = self.tell()
        return self.getvalue()[at : at + size]


def run(base, file, encoding, loads=1, again=False):
    events = []
    copyreg.clear_extension_cache()  # it holds the stubs of the last run
    try:
        one = unpickler(base, events)(file, encoding=encoding)
        for _ in range(loads):
            (one if again else unpickler(base, events)(file, encoding=encoding)).load()
            events.append("stop")
    except BaseException as error:  # whatever it is, the events before it happened
        events.append("error " + type(error).__name__)
    return events


def single(stream, encoding):
    return {
        "c": run(pickle.Unpickler, File(stream), encoding),
        "c, from a file": run(pickle.Unpickler, io.BytesIO(stream), encoding),
        "python": run(pickle._Unpickler, io.BytesIO(stream), encoding),
    }


def row(stream, encoding):
    answer = {}
    for again in (False, True):
        for name, base, file in ("c", pickle.Unpickler, File), ("c, from a file", pickle.Unpickler, io.BytesIO), ("python", pickle._Unpickler, io.BytesIO):
            answer[name + ", again" * again] = run(base, file(stream), encoding, stream.count(b".") + 1, again)
    return answer


answer = row if sys.argv[1:] == ["rows"] else single
for line in sys.stdin:
    stream = bytes.fromhex(line.strip())
    print(json.dumps(answer(stream, ENCODINGS[len(stream) % 4])), flush=True)
