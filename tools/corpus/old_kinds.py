"""Writes models by old libraries: python old_kinds.py DIR [GROUP...]

Runs from Python 2.7 on, where make.py cannot, with the libraries that are there, in the versions that wrote
much of what lies on model hubs: every estimator, frame, array, sparse matrix and module that an old release
can make, under the protocols and by the save functions of its time.
"""

import collections
import datetime
import decimal
import fractions
import importlib
import json
import os
import pickle
import sys
import warnings

GROUPS = ("stdlib", "numpy", "scipy", "pandas", "sklearn", "torch", "vision", "boosting")


class Corpus(object):
    """Writes values by every save function; what a library refuses is counted."""

    def __init__(self, root):
        self.root, self.written, self.refused, self.group = root, 0, 0, ""

    def path(self, name):
        path = os.path.join(os.path.abspath(self.root), self.group, name)
        if not os.path.isdir(os.path.dirname(path)):
            os.makedirs(os.path.dirname(path))
        return path

    def save(self, name, function):
        """Calls a function with a path; removes what it wrote of a value that it then refused."""
        path = self.path(name)
        try:
            function(path)
            self.written += 1
        except Exception:
            self.refused += 1
            if os.path.exists(path):
                os.remove(path)

    def pickles(self, name, value, protocols=None):
        highest = pickle.HIGHEST_PROTOCOL
        for protocol in protocols or sorted({0, 1, 2, min(3, highest), min(4, highest), highest}):
            if protocol <= highest:
                self.save("%s.p%d.pkl" % (name, protocol), lambda path: write(path, pickle.dumps(value, protocol)))
        if sys.version_info < (3,):
            import cPickle

            for protocol in (0, 2):
                self.save("%s.c%d.pkl" % (name, protocol), lambda path: write(path, cPickle.dumps(value, protocol)))

    def joblib(self, name, value):
        for home, module in joblibs():
            self.save("%s.%s" % (name, home), lambda path: module.dump(value, path))
            for compress in (3, ("zlib", 3), ("gzip", 3), ("bz2", 3), ("lzma", 3), ("xz", 3)):
                suffix = compress[0] if isinstance(compress, tuple) else "z"
                self.save("%s.%s.%s" % (name, suffix, home), lambda path: module.dump(value, path, compress=compress))

    def torch(self, name, value):
        import torch

        self.save(name + ".pt", lambda path: torch.save(value, path))
        for zipped in (True, False):
            self.save("%s.zip%d.pt" % (name, zipped), lambda path: torch.save(value, path, _use_new_zipfile_serialization=zipped))

    def each(self, *every):
        """Yields the names and values of generators; one that its library does not support ends."""
        for kinds in every:
            items = kinds()
            while True:
                try:
                    name, value = next(items)
                except StopIteration:
                    break
                except Exception as problem:
                    sys.stderr.write("%s: %s ends: %r\n" % (self.group, kinds.__name__, problem))
                    break
                yield "%s/%s" % (kinds.__name__, name), value


def write(path, data):
    with open(path, "wb") as out:
        out.write(data)


def joblibs():
    """Yields joblib, and the one that scikit-learn brought with it before 0.23."""
    for home, name in (("joblib", "joblib"), ("externals.joblib", "sklearn.externals.joblib")):
        try:
            yield home, importlib.import_module(name)
        except ImportError:
            pass


def tried(*makers):
    """Returns what those of some functions make that an old library supports."""
    made = []
    for maker in makers:
        try:
            made.append(maker())
        except Exception:
            pass
    return made



def standard_values():
    yield "values", {
        u"text": u"caf\xe9", "str": "a", b"bytes": b"\x00\xff", "int": 1, "long": 2**70, "float": 1.5, "complex": 1j, "none": None, "list": [1, [2]], "tuple": (1, 2),
        "set": {1, 2}, "frozen": frozenset([1]), "bool": True, "empty": [(), [], {}, "", u"", b""],
    }
    yield "collections", [
        collections.OrderedDict([("a", 1)]), collections.defaultdict(list, {"a": [1]}), collections.defaultdict(int), collections.Counter("aab"), collections.deque([1], 3),
        collections.defaultdict(dict), collections.defaultdict(float), collections.defaultdict(set), collections.defaultdict(str), collections.defaultdict(tuple),
    ]
    yield "dates", [datetime.datetime(2017, 1, 2), datetime.date(2017, 1, 2), datetime.time(1), datetime.timedelta(1), decimal.Decimal("1.5"), fractions.Fraction(1, 3)]
    yield "types", [int, float, str, bytes, dict, list, set, tuple, object, type(u""), type(2**70), bool, complex, slice, type(None), range, bytearray, len, abs, sum, max, min]
    yield "slices", [slice(1, 2), range(3), bytearray(b"ab"), Ellipsis, NotImplemented]
    import argparse
    import array
    import logging
    import random
    import re
    import uuid

    yield "namespace", argparse.Namespace(lr=0.1, name="a")
    yield "array", [array.array("d", [1, 2]), array.array("i", [1])]
    yield "random", [random.Random(1), random.getstate()]
    yield "others", [re.compile("a"), uuid.uuid4(), re.compile(u"b", re.I)]
    yield "errors", [ValueError("a"), KeyError("b"), Exception(), StopIteration(), OSError(2, "c")]
    yield "logger", logging.getLogger("a")


def make_stdlib(corpus):
    for name, value in corpus.each(standard_values):
        corpus.pickles(name, value)
        for number, item in enumerate(value if isinstance(value, list) else []):
            corpus.pickles("%s-%d" % (name, number), item)


def main():
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    warnings.simplefilter("ignore")
    corpus = Corpus(sys.argv[1])
    for group in sys.argv[2:] or GROUPS:
        corpus.group = group
        try:
            make = make_stdlib if group == "stdlib" else importlib.import_module("old_" + group).make
        except ImportError as missing:
            sys.stderr.write("left out %s: %s\n" % (group, missing))
            continue
        before = corpus.written
        make(corpus)
        sys.stderr.write("%s: %d files\n" % (group, corpus.written - before))
    if not os.path.isdir(sys.argv[1]):
        os.makedirs(sys.argv[1])
    with open(os.path.join(sys.argv[1], "versions.json"), "w") as out:
        json.dump(versions(), out)


def versions():
    """Returns the versions of the libraries that wrote, Python's first."""
    found = {"python": "%d.%d.%d" % sys.version_info[:3]}
    for name in ("numpy", "scipy", "pandas", "sklearn", "joblib", "torch", "torchvision", "xgboost", "lightgbm", "catboost"):
        if name in sys.modules:
            found[name] = getattr(sys.modules[name], "__version__", "?")
    return found


if __name__ == "__main__":
    main()
