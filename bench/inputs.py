"""Makes the files that bench/compare.py scans: python inputs.py FOLDER

All of them are benign. Needs numpy and joblib, but no torch: the torch archive is
written by hand, so that its storage can be a hole in the file.
"""

import json
import pathlib
import pickle
import random
import struct
import sys
import zipfile
from collections import OrderedDict

import joblib
import numpy as np

STORAGE = 2 << 30  # bytes
BLOCK = bytes(1 << 20)


class _Named:
    """Pickles as a reference to a name, without importing it."""

    def __init__(self, module: str, name: str):
        self.text = f"c{module}\n{name}\n".encode()


class _TorchPickler(pickle._Pickler):  # the one in Python can be extended
    def save(self, obj, save_persistent_id=True):
        if isinstance(obj, _Named):
            self.write(obj.text)
        elif isinstance(obj, _Call):
            self.save(obj.function)
            self.save(obj.arguments)
            self.write(pickle.REDUCE)
        else:
            super().save(obj, save_persistent_id)

    def persistent_id(self, obj):
        return obj.key if isinstance(obj, _Storage) else None


class _Call:
    def __init__(self, function: _Named, arguments: tuple):
        self.function, self.arguments = function, arguments


class _Storage:
    def __init__(self, key: tuple):
        self.key = key


class _Sparse:
    """A file to write into that leaves holes where whole blocks are zero."""

    def __init__(self, path: pathlib.Path):
        self.file = open(path, "wb")
        self.tell, self.seek, self.flush = self.file.tell, self.file.seek, self.file.flush

    def write(self, data) -> int:
        if len(data) == len(BLOCK) and data == BLOCK:
            self.file.seek(len(data), 1)
            return len(data)
        return self.file.write(data)


def torch_zip(path: pathlib.Path) -> None:
    """A state dict of one tensor, as torch.save writes it."""
    elements = STORAGE // 4
    storage = _Storage(("storage", _Named("torch", "FloatStorage"), "0", "cpu", elements))
    tensor = _Call(
        _Named("torch._utils", "_rebuild_tensor_v2"),
        (storage, 0, (1 << 14, elements >> 14), (elements >> 14, 1), False, OrderedDict()),
    )
    out = _Sparse(path)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        with archive.open("archive/data.pkl", "w") as member:
            _TorchPickler(member, 2).dump({"weight": tensor})
        archive.writestr("archive/byteorder", "little")
        with archive.open("archive/data/0", "w", force_zip64=True) as member:
            for _ in range(STORAGE // len(BLOCK)):
                member.write(BLOCK)
        archive.writestr("archive/version", "3\n")
    out.file.close()


def dense_pickle(path: pathlib.Path) -> None:
    """20 MB in which every byte is an opcode or its argument."""
    rng = random.Random(0)
    rows = [
        {"id": i, "score": rng.random(), "name": f"row-{rng.getrandbits(40):x}", "tags": [rng.randrange(1000) for _ in range(6)]}
        for i in range(330_000)
    ]
    path.write_bytes(pickle.dumps(rows, 4))


def joblib_files(raw: pathlib.Path, compressed: pathlib.Path) -> None:
    """200 MB of arrays, and 40 MB of them behind zlib."""
    rng = np.random.default_rng(0)
    arrays = {f"layer{i}": rng.standard_normal((1000, 2500)) for i in range(10)}
    joblib.dump(arrays, raw)
    joblib.dump({name: array[:200] for name, array in arrays.items()}, compressed, compress=("zlib", 3))


def hole(path: pathlib.Path, head: bytes, size: int) -> None:
    """A file that starts with some bytes; the rest is a hole."""
    with open(path, "wb") as out:
        out.write(head)
        out.truncate(size)


def safetensors_file(path: pathlib.Path) -> None:
    """70 GB of tensors, of which only the header takes space on disk."""
    tensors, each = 1000, 70_000_000
    header = {"__metadata__": {"format": "pt"}}
    for i in range(tensors):
        header[f"model.layers.{i}.weight"] = {"dtype": "BF16", "shape": [each // 2], "data_offsets": [i * each, (i + 1) * each]}
    text = json.dumps(header, separators=(",", ":")).encode()
    hole(path, struct.pack("<Q", len(text)) + text, 8 + len(text) + tensors * each)


def gguf_file(path: pathlib.Path) -> None:
    """40 GB of tensors behind an ordinary vocabulary, as a hole."""
    tensors, each, tokens = 400, 100_000_000, 150_000

    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value)) + value.encode()

    head = b"GGUF" + struct.pack("<IQQ", 3, tensors, 2)
    head += text("general.architecture") + struct.pack("<I", 8) + text("llama")
    head += text("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, tokens) + b"".join(text(f"token{i}") for i in range(tokens))
    for i in range(tensors):
        head += text(f"blk.{i}.weight") + struct.pack("<IQIQ", 1, each, 24, i * each)  # 24 is the type of bytes
    head += bytes(-len(head) % 32)
    hole(path, head, len(head) + tensors * each)


def main(folder: pathlib.Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tiny.pkl").write_bytes(pickle.dumps({"epoch": 3}, 4))
    dense_pickle(folder / "dense.pkl")
    torch_zip(folder / "big.pt")
    safetensors_file(folder / "big.safetensors")
    gguf_file(folder / "big.gguf")
    joblib_files(folder / "raw.joblib", folder / "compressed.joblib")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
