"""Runs pickle streams on CPython's unpicklers and prints what they look up and call.

Reads lines of hex from standard input; for each prints one JSON object
{"c": [...], "python": [...]}: per unpickler the list of events in order, ending
with "stop" where the stream was accepted. Nothing is imported: find_class gives
a stub that records its calls, and the streams come from the test's generator.
"""

import io
import json
import pickle
import resource
import sys

resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
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
            return "persistent"

    return Unpickler


def run(base, data):
    events = []
    try:
        unpickler(base, events)(io.BytesIO(data), encoding="utf-8").load()
        events.append("stop")
    except BaseException as error:  # whatever it is, the events before it happened
        events.append("error " + type(error).__name__)
    return events


for line in sys.stdin:
    stream = bytes.fromhex(line.strip())
    print(json.dumps({"c": run(pickle.Unpickler, stream), "python": run(pickle._Unpickler, stream)}), flush=True)
