"""Writes JSON texts, sound and broken, and what Python's json.loads makes of their bytes.

Usage: texts.py COUNT SEED. One line a text: its bytes in hexadecimal, a space, and either
"-" or the value: n t f, #number, $string in hexadecimal, [items], {members}.
"""
import json
import random
import sys

count, random_source = int(sys.argv[1]), random.Random(int(sys.argv[2]))


class Number(str):
    pass


class Pairs(list):
    pass


def show(value):
    if value is None or value is True or value is False:
        return {None: "n", True: "t", False: "f"}[value]
    if isinstance(value, Number):
        return "#" + value
    if isinstance(value, str):
        return "$" + value.encode("utf-8", "surrogatepass").hex()
    if isinstance(value, Pairs):
        return "{" + ",".join(show(k) + ":" + show(v) for k, v in value) + "}"
    return "[" + ",".join(map(show, value)) + "]"


def load(data):
    try:
        return show(json.loads(data, object_pairs_hook=Pairs, parse_int=Number, parse_float=Number, parse_constant=Number))
    except (ValueError, RecursionError):
        return "-"


def string():
    parts = ["", "a", "class_name", "é", "\u4e2d", "\U0001f600", "\\n", "\\u0061", "\\ud83d\\ude00", "\\ud83d", "\\ude00\\ud83d", '\\"', "\\\\", "\\/", "\ud800", "\x7f"]
    return '"' + "".join(random_source.choice(parts) for _ in range(random_source.randrange(4))) + '"'


def number():
    return random_source.choice(["0", "-0", "12", "-3.5", "1e5", "1E-3", "2.5e+10", "NaN", "Infinity", "-Infinity", "null", "true", "false"])


def blank():
    return random_source.choice(["", "", "", " ", "\n", "\t\r "])


def value(depth):
    kind = random_source.randrange(6 if depth else 3)
    if kind < 2:
        return blank() + string() + blank()
    if kind == 2:
        return blank() + number() + blank()
    items = [value(depth - 1) for _ in range(random_source.randrange(4))]
    if kind < 5:
        return blank() + "{" + ",".join(blank() + string() + blank() + ":" + item for item in items) + blank() * (not items) + "}" + blank()
    return "[" + ",".join(items) + "]"


def encode(text):
    name = random_source.choice(["utf-8"] * 4 + ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
    return text.encode(name, "surrogatepass")


def damage(data):
    data = bytearray(data)
    for _ in range(random_source.choice([0, 0, 1, 1, 2])):
        if not data:
            break
        at = random_source.randrange(len(data))
        how = random_source.randrange(4)
        if how == 0:
            del data[at:]
        elif how == 1:
            data[at] = random_source.randrange(256)
        elif how == 2:
            del data[at]
        else:
            data[at:at] = random_source.choice([b",", b'"', b"0", b"\\", b"\x01", b"\xff", b"}", b"]", b"-", b".", b"e"])
    return bytes(data)


for _ in range(count):
    data = damage(encode(value(4)))
    print(data.hex(), load(data))
