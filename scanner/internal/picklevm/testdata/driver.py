"""Runs pickle streams on CPython's unpicklers and prints what they look up and call.

Reads lines of hex from standard input; for each prints one JSON object
{"c": [...], "c, from a file": [...], "python": [...]}: per unpickler the list of events in order, ending
with "stop" where the stream was accepted. Nothing is imported: find_class gives
a stub that records its calls, and the streams come from the test's generator.
"""

import io
import json
import pickle
import resource
import sys

resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
sys.setrecursionlimit(2000)


def unpickler(base, events):
    class Meta(type):
        def __call__(cls, *args, **kwargs):
            events.append("call " + cls.label)
            return object.__new__(cls)

    class Stub(metaclass=Meta):
        label = "?"

        def __new__(cls, *args, **kwargs):
            events.append("new " + cls.label)
            return object.__new__(cls)

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

        def __call__(self, *args, **kwargs):
            events.append("call instance of " + self.label)
            return self

    class Unpickler(base):
        def find_class(self, module, name):
            label = module + ":" + name
            events.append("import " + label)
            return Meta("Stub", (Stub,), {"label": label})

        def persistent_load(self, pid):
            events.append("persistent")
            return object.__new__(Meta("Stub", (Stub,), {"label": "persistent"}))

    return Unpickler


class File(io.BytesIO):
    """A file that can be looked ahead into: the C unpickler then reads it as it reads bytes."""

    def peek(self, size):
        at = self.tell()
        return self.getvalue()[at : at + size]


def run(base, file):
    events = []
    try:
        unpickler(base, events)(file, encoding="utf-8").load()
        events.append("stop")
    except BaseException as error:  # whatever it is, the events before it happened
        events.append("error " + type(error).__name__)
    return events


for line in sys.stdin:
    stream = bytes.fromhex(line.strip())
    answer = {
        "c": run(pickle.Unpickler, File(stream)),
        "c, from a file": run(pickle.Unpickler, io.BytesIO(stream)),
        "python": run(pickle._Unpickler, io.BytesIO(stream)),
    }
    print(json.dumps(answer), flush=True)
