"""Values of the standard library that people keep beside their models."""

import argparse
import array
import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import functools
import inspect
import io
import ipaddress
import itertools
import logging
import math
import operator
import os
import pathlib
import platform
import random
import re
import signal
import statistics
import string
import sys
import time
import types
import typing
import uuid
import zoneinfo
from http import HTTPStatus

UTC = datetime.timezone.utc


def plain():
    yield "none", None
    yield "numbers", [0, -1, 2**31, -(2**63), 2**100, 1.5, float("inf"), float("nan"), 1 + 2j, True]
    yield "text", ["", "a", "ü", "\U0001f600", "x" * 70000, "\udcff", "line\nbreak", "'quotes\"", "\\u0041"]
    yield "bytes", [b"", b"a", bytes(range(256)), b"x" * 70000, bytearray(b"abc"), bytearray(range(256))]
    yield "containers", [(), (1,), (1, 2, 3, 4), [], {}, set(), frozenset(), {1, 2}, frozenset({"a"}), {"a": {"b": [{"c": ()}]}}]
    yield "views", [range(5), range(1, 9, 2), slice(1, 2), slice(None), Ellipsis, NotImplemented]
    yield "types", [int, str, dict, list, tuple, set, float, bool, bytes, object, complex, type(None), collections.OrderedDict]
    yield "functions", [len, sorted, sum, min, max, abs, round, math.sqrt, math.exp, math.log, operator.add, operator.mul, statistics.mean]
    yield "exceptions", [ValueError("x"), KeyError("k"), OSError(2, "no"), UnicodeDecodeError("utf-8", b"a", 0, 1, "x"), StopIteration(3), RuntimeError()]
    shared = [1, 2]
    loop = {"shared": [shared, shared]}
    loop["self"] = loop
    yield "recursive", loop
    yield "many", {f"key{i}": [i, str(i), float(i)] for i in range(2000)}


def moments():
    yield "datetime", [datetime.datetime(2020, 1, 1), datetime.datetime(2020, 1, 1, tzinfo=UTC), datetime.datetime(2020, 1, 1, fold=1)]
    yield "date", [datetime.date(2020, 1, 1), datetime.time(1, 2, 3), datetime.timedelta(1, 2, 3), UTC, datetime.timezone(datetime.timedelta(hours=1), "x")]
    yield "zone", [zoneinfo.ZoneInfo("Europe/Berlin"), datetime.datetime(2020, 1, 1, tzinfo=zoneinfo.ZoneInfo("UTC"))]
    yield "time", [time.gmtime(0), time.localtime(0)]


def values():
    yield "decimal", [decimal.Decimal("1.5"), decimal.Decimal("NaN"), decimal.getcontext()]
    yield "fraction", fractions.Fraction(1, 2)
    yield "uuid", [uuid.UUID(int=5), uuid.uuid4()]
    yield "address", [ipaddress.ip_address("1.2.3.4"), ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_address("::1"), ipaddress.ip_interface("1.2.3.4/8")]
    yield "path", [pathlib.Path("/a"), pathlib.PurePosixPath("a/b"), pathlib.PureWindowsPath("c:/x"), pathlib.Path("runs/exp"), pathlib.Path()]
    yield "pattern", [re.compile("a.*"), re.compile(b"x+", re.I), re.compile(r"(?u)\b\w\w+\b"), re.I, re.M | re.S]
    yield "array", [array.array("d", [1, 2]), array.array("i"), array.array("B", b"ab"), array.array("u", "ab")]
    yield "enum", [signal.SIGINT, HTTPStatus.OK, inspect.Parameter.KEYWORD_ONLY, uuid.SafeUUID.unknown, enum.auto]
    yield "struct", [os.stat_result(range(10)), sys.float_info, platform.uname()]
    yield "random", [random.Random(1), random.Random(1).getstate()]
    yield "io", [io.BytesIO(b"abc"), io.StringIO("abc")]
    yield "logger", [logging.getLogger("x"), logging.getLogger(), logging.INFO]
    yield "typing", [typing.List[int], typing.Optional[str], typing.Dict[str, typing.Any], list[int], dict[str, float], int | None, typing.Any]
    yield "template", [string.Template("$a"), string.ascii_letters]
    yield "signature", inspect.signature(lambda a, b=1, *c, d, **e: None)


def collected():
    yield "ordered", collections.OrderedDict([("a", 1), ("b", [2])])
    yield "defaultdict", [
        collections.defaultdict(list, {"a": [1]}), collections.defaultdict(int), collections.defaultdict(dict), collections.defaultdict(set),
        collections.defaultdict(float), collections.defaultdict(None), collections.defaultdict(collections.Counter), collections.defaultdict(str),
        collections.defaultdict(collections.deque), collections.defaultdict(collections.OrderedDict), collections.defaultdict(tuple),
    ]
    yield "nested-default", collections.defaultdict(functools.partial(collections.defaultdict, int), {"a": collections.defaultdict(int, b=1)})
    yield "count-default", collections.defaultdict(itertools.count().__next__)
    yield "counter", collections.Counter("aab")
    yield "deque", [collections.deque([1], 5), collections.deque("abc"), collections.deque(maxlen=3)]
    yield "chain", collections.ChainMap({"a": 1}, {"b": 2})
    yield "user", [collections.UserDict(a=1), collections.UserList([1]), collections.UserString("a")]
    yield "namespace", [argparse.Namespace(a=1, path=pathlib.Path("x"), kind=HTTPStatus.OK), types.SimpleNamespace(a=1)]
    yield "partial", [
        functools.partial(int, base=2), functools.partial(sorted, reverse=True), functools.partial(max, 0), functools.partial(round, ndigits=2),
        functools.partial(functools.partial(pow, 2), 3),
    ]
    yield "getters", [operator.itemgetter(1, 2), operator.itemgetter("a")]
    yield "iterators", [itertools.count(5), itertools.repeat(1, 2), itertools.chain([1], [2]), iter([1, 2]), iter((1,)), iter(range(3)), enumerate("ab"), zip([1], [2]), reversed([1])]
    yield "bound", ["a".join, "abc".split, [1].append, {"a": 1}.get, re.compile("a").findall]
    yield "classmethod", [dict.fromkeys, datetime.datetime.fromtimestamp, int.from_bytes, str.lower, str.upper, str.strip]


def make(corpus):
    for _, _, name, value in corpus.each(plain, moments, values, collected):
        corpus.pickles(name, value)
        for index, item in enumerate(value if isinstance(value, list) else []):
            corpus.pickles(f"{name}-{index}", item, (2, 4))
