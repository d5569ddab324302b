"""Makes large models of frameworks whose weights are holes in the file, scans each, and prints what it cost:

    python bench/frameworks.py MODELSIEVE [FOLDER]

The files take up no space. All but the HDF5 one, which needs h5py, are made without any library.
"""

import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
import time

GIB = 1 << 30


def varint(n: int) -> bytes:
    out = b""
    while n >= 0x80:
        out, n = out + bytes([n & 0x7F | 0x80]), n >> 7
    return out + bytes([n])


class Hole:
    """Zeros that are not written."""

    def __init__(self, size: int):
        self.size = size


def size(parts) -> int:
    return sum(p.size if isinstance(p, Hole) else len(p) for p in parts)


def field(number: int, *parts) -> list:
    """A field of a protobuf message: bytes and holes in a row."""
    flat = [q for p in parts for q in (p if isinstance(p, list) else [p])]
    return [varint(number << 3 | 2) + varint(size(flat)), *flat]


def number(tag: int, value: int) -> bytes:
    return varint(tag << 3) + varint(value)


def write(path: pathlib.Path, parts) -> pathlib.Path:
    with open(path, "wb") as f:
        for p in parts:
            if isinstance(p, Hole):
                f.seek(p.size, os.SEEK_CUR)
            else:
                f.write(p)
        f.truncate(f.tell())
    return path


def onnx_model(*weights) -> list:
    """A model of one node that adds its weights, which are a tensor's fields."""
    node = field(1, field(1, b"x"), field(1, b"w"), field(2, b"y"), field(4, b"Add"))
    tensor = field(5, number(1, GIB // 2), number(2, 1), field(8, b"w"), *weights)
    return [number(1, 8), *field(7, node, field(2, b"g"), tensor), *field(8, number(2, 13))]


def onnx_inline(folder: pathlib.Path) -> pathlib.Path:
    return write(folder / "inline.onnx", onnx_model(field(9, Hole(2 * GIB - 1024))))  # protobuf ends there


def onnx_external(folder: pathlib.Path) -> pathlib.Path:
    pair = lambda key, value: field(13, field(1, key), field(2, value))  # noqa: E731
    write(folder / "weights.bin", [Hole(2 * GIB)])
    return write(folder / "external.onnx", onnx_model(pair(b"location", b"weights.bin"), pair(b"length", str(2 * GIB).encode()), number(14, 1)))


def saved_model(folder: pathlib.Path) -> pathlib.Path:
    """A SavedModel whose weights are a constant, and variables beside it."""
    tensor = field(8, number(1, 1), field(2, field(2, number(1, GIB // 4))), field(4, Hole(GIB)))
    node = field(1, field(1, b"w"), field(2, b"Const"), field(5, field(1, b"value"), field(2, tensor)))
    more = field(1, field(1, b"y"), field(2, b"Relu"), field(3, b"w"))
    (folder / "saved" / "variables").mkdir(parents=True)
    write(folder / "saved" / "variables" / "variables.data-00000-of-00001", [Hole(GIB)])
    write(folder / "saved" / "saved_model.pb", [number(1, 1), *field(2, field(1, field(4, b"serve")), field(2, node, more))])
    return folder / "saved"


def hdf5(folder: pathlib.Path) -> pathlib.Path:
    """Weights as Keras has them: 256 layers of 4 MiB."""
    import h5py
    import numpy as np

    path = folder / "weights.h5"
    with h5py.File(path, "w") as f:
        f.attrs["layer_names"] = [f"dense_{i}".encode() for i in range(256)]
        for i in range(256):
            group = f.create_group(f"dense_{i}/dense_{i}")
            plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            plan.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
            plan.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
            h5py.h5d.create(group.id, b"kernel:0", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple((1 << 20,)), plan)
            group["bias:0"] = np.zeros(4, "f4")
    return path


def measure(binary: str, path: pathlib.Path) -> str:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run([binary, "scan", "--verbose", "--color", "never", "--progress", "never", str(path)], capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    read = sum(int(n) for n in re.findall(r"(\d+) read", done.stdout))
    whole = sum(f.stat().st_size for f in ([path] if path.is_file() else path.rglob("*")) if f.is_file())
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return f"| {path.name} | {whole:,} | {read:,} | {cpu:.2f} | {seconds:.2f} | {after.ru_maxrss // 1024} | {done.returncode} |"


def main() -> None:
    binary = sys.argv[1]
    with tempfile.TemporaryDirectory(dir=sys.argv[2] if len(sys.argv) > 2 else None) as name:
        folder = pathlib.Path(name)
        print("| model | bytes | bytes read | CPU s | wall s | most memory so far, MiB | exit |\n|---|---|---|---|---|---|---|")
        for make in (onnx_external, onnx_inline, hdf5, saved_model):
            try:
                print(measure(binary, make(folder)), flush=True)
            except ImportError as e:
                print(f"{make.__name__}: {e}", file=sys.stderr)


main()
