"""Writes files that are nearly safetensors, and what the real library says of them.

python agree.py FOLDER

manifest.json maps the names of the files to whether safetensors reads them.
"""
import json
import os
import random
import struct
import sys

import safetensors

folder, rng, answers = sys.argv[1], random.Random(7), {}
WIDTHS = {"F32": 4, "F16": 2, "BF16": 2, "U8": 1, "BOOL": 1, "I64": 8, "F64": 8, "F8_E4M3": 1, "F8_E5M2": 1, "F8_E8M0": 1, "I16": 2, "U16": 2, "U32": 4, "U64": 8, "C64": 8}


def tensors():
    """An honest header as a list of pairs, and how many bytes follow."""
    pairs, at = [], 0
    if rng.random() < .5:
        pairs.append(("__metadata__", {"format": "pt", "é": "x"}))
    for i in range(rng.randint(0, 4)):
        dtype = rng.choice(list(WIDTHS))
        shape = [rng.randint(0, 3) for _ in range(rng.randint(0, 3))]
        size = WIDTHS[dtype]
        for n in shape:
            size *= n
        pairs.append((f"t{i}", {"dtype": dtype, "shape": shape, "data_offsets": [at, at + size]}))
        at += size
    return pairs, at


def spoil(pairs, size):
    """Breaks one rule, or none, and returns the header as text and the size of the rest."""
    named = [p for p in pairs if p[0] != "__metadata__"]
    tensor = rng.choice(named)[1] if named else None
    how = rng.randrange(22)
    if tensor and how == 0:
        tensor["dtype"] = rng.choice(["F33", "f32", "", 4, None, "BF16", "U8", "F4", "F6_E2M3"])
    elif tensor and how == 1:
        tensor["shape"] = rng.choice([[-1], [1.0], [2**63], [2**64], ["1"], None, 3, [[]], [2**32, 2**32]])
    elif tensor and how == 2:
        tensor["data_offsets"] = rng.choice([[0], [1, 0], [0, 2**63], [-1, 3], [0, 0, 0], None, [0.0, 4.0], [0, size + 1]])
    elif tensor and how == 3:
        tensor.pop(rng.choice(list(tensor)))
    elif tensor and how == 4:
        tensor["more"] = 1
    elif how == 5:
        pairs.append(("__metadata__", rng.choice([{"a": 1}, {"a": None}, [], "x", {"a": {"b": "c"}}, {}, None])))
    elif named and how == 6:
        pairs.append(rng.choice(named))
    elif how == 7:
        size += rng.choice([1, 8])
    elif how == 8 and size:
        size -= 1
    elif how == 9 and len(named) > 1:
        named[-1][1]["data_offsets"] = named[0][1]["data_offsets"]
    elif how == 10 and tensor:
        a, b = tensor["data_offsets"]
        tensor["data_offsets"] = [a + 1, b + 1]
    text = "{" + rng.choice(["", " "]) + ",".join(json.dumps(k, ensure_ascii=False) + ":" + json.dumps(v, ensure_ascii=False) for k, v in pairs) + "}"
    if how == 11:
        text = text[:-1] + rng.choice(["", ",}", "}}", "} x", "}\0", "}\n\t ", "}" + " " * 9])
    elif how == 12:
        text = rng.choice([" ", "\n", "\ufeff", "[", ""]) + text
    elif how == 13:
        text = text.replace("[", "[ ").replace(":", " :\n")
    elif how == 14:
        text = text.replace("t0", rng.choice(["\\u0074\\u0030", "t\\x30", "t\t0", "\\ud800", "t1"]))
    elif how == 15:
        text = text.replace('"dtype":', '"dtype": "F32", "dtype":', 1)
    elif how == 16:
        text = text.replace("0", rng.choice(["00", "0.0", "0e0", "-0"]), 1)
    return text.encode("utf-8", "surrogatepass"), size


for i in range(3000):
    text, size = spoil(*tensors())
    length = len(text) + rng.choice([0] * 20 + [1, -1, 2**40])
    raw = struct.pack("<Q", max(0, length)) + text + bytes(size)
    name = f"{i}.safetensors"
    with open(os.path.join(folder, name), "wb") as f:
        f.write(raw)
    try:
        safetensors.deserialize(raw)
        answers[name] = True
    except Exception:
        answers[name] = False
with open(os.path.join(folder, "manifest.json"), "w") as f:
    json.dump(answers, f)
