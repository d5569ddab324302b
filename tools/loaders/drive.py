"""Writes mutated model files to a folder, and what the real loaders import from them.

drive.py FOLDER COUNT SEED: the files, and manifest.json, a list of {"path", "imports":
[[module, name]]}. The loaders are those of pickle, joblib, torch, NumPy and pandas;
their find_class is replaced by one that records the name and gives a stub for all but
a few names that loaders need to read on. Nothing that a file names is imported or
called. Files come from the real libraries and have a recognisable import spliced in
here and there; the process has a limit on memory, and each load one on time.
"""

import gzip
import io
import json
import os
import pathlib
import pickle
import random
import resource
import signal
import sys
import warnings

import joblib
import joblib.numpy_pickle
import numpy as np
import pandas as pd
import torch

warnings.simplefilter("ignore")
resource.setrlimit(resource.RLIMIT_DATA, (2 << 30, 2 << 30))

# What a loader itself has to understand to find the bytes that follow.
NEEDED = {
    ("joblib.numpy_pickle", "NumpyArrayWrapper"): joblib.numpy_pickle.NumpyArrayWrapper,
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
}


class Stub:
    """Stands for whatever a file names. It can be called and filled, and does nothing."""

    def __new__(cls, *args, **kwargs):
        return object.__new__(cls)

    def __init__(self, *args, **kwargs):
        pass

    def __call__(self, *args, **kwargs):
        return Stub()

    def __setstate__(self, state):
        pass

    def __hash__(self):
        return id(self)

    def __getitem__(self, key):
        raise TypeError

    def __iter__(self):
        return iter(())

    def append(self, item):
        pass

    extend = add = append

    def __setitem__(self, key, value):
        pass


class Recorder:
    """Replaces find_class and writes down what it is asked for."""

    out = -1  # where the child of a load writes

    def find_class(self, module, name):
        os.write(Recorder.out, json.dumps([module, name]).encode() + b"\n")
        return NEEDED.get((module, name), Stub)

    def persistent_load(self, pid):
        return Stub()


class PythonUnpickler(Recorder, pickle._Unpickler):
    pass


class CUnpickler(Recorder, pickle.Unpickler):
    pass


class JoblibUnpickler(Recorder, joblib.numpy_pickle.NumpyUnpickler):
    pass


class Pickle:
    """Takes the place of the module pickle in loaders."""

    Unpickler = CUnpickler
    UnpicklingError = pickle.UnpicklingError

    @staticmethod
    def load(file, **kwargs):
        return CUnpickler(file, **{k: v for k, v in kwargs.items() if k in ("encoding", "errors", "fix_imports")}).load()

    @staticmethod
    def loads(data, **kwargs):
        return Pickle.load(io.BytesIO(data), **kwargs)


def load_joblib(path):
    before = joblib.numpy_pickle.NumpyUnpickler
    joblib.numpy_pickle.NumpyUnpickler = JoblibUnpickler
    try:
        joblib.load(path)
    finally:
        joblib.numpy_pickle.NumpyUnpickler = before


def load_numpy(path):
    import numpy.lib._format_impl as impl
    import numpy.lib._npyio_impl as io_impl

    before = impl.pickle, io_impl.pickle
    impl.pickle = io_impl.pickle = Pickle
    try:
        loaded = np.load(path, allow_pickle=True)
        for name in getattr(loaded, "files", []):
            loaded[name]
    finally:
        impl.pickle, io_impl.pickle = before


def load_pickle(path):
    with open(path, "rb") as file:
        CUnpickler(file).load()


def load_python(path):
    with open(path, "rb") as file:
        PythonUnpickler(file).load()


def load_torch(path):
    torch.load(path, pickle_module=Pickle, weights_only=False, map_location="cpu")


def load_gzip(path):
    with gzip.open(path, "rb") as file:
        CUnpickler(file).load()


def imports(load, path):
    """Returns what a loader looks up, in a process of its own: native code may crash."""
    result, Recorder.out = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(10)
        try:
            load(path)
        finally:  # whatever went wrong, what came before it was looked up
            os._exit(0)
    os.close(Recorder.out)
    with open(result, "rb") as file:
        lines = file.read().splitlines()
    os.waitpid(child, 0)
    return [json.loads(line) for line in lines]


MARK = b"csplicedmodule\nsplicedname\n0"  # looked up and dropped again


def dumped(write, *args, **kwargs):
    out = io.BytesIO()
    write(out, *args, **kwargs)
    return out.getvalue()


def seeds():
    """Yields an ending, the bytes of a real file, and its loaders."""
    arrays = [np.arange(7.0), {"a": np.ones((3, 2), order="F"), "b": np.array(["x", None], dtype=object)}, "text"]
    plain = (load_pickle, load_python, load_joblib)
    for protocol in (2, 4):
        yield ".pkl", pickle.dumps(arrays, protocol), plain
        yield ".joblib", dumped(lambda f: joblib.dump(arrays, f, protocol=protocol)), (load_joblib, load_pickle, load_python)
        codes = [np.frombuffer(b"N" * 40 + MARK + b"N0" * 9 + b".", dtype=np.uint8), "text"]  # that other loaders run
        unpadded = dumped(lambda f: joblib.dump(codes, f, protocol=protocol)).replace(b"numpy_array_alignment_bytes", b"numpy_array_alignment_bytez")
        yield ".joblib", unpadded, (load_joblib, load_pickle, load_python)
    for compress in ("zlib", "gzip", "bz2", "xz", "lzma"):
        yield ".joblib", dumped(lambda f: joblib.dump(arrays, f, compress=(compress, 3))), (load_joblib,)
    tensors = {"w": torch.ones(3, 2), "b": torch.zeros(4, dtype=torch.int64)}
    yield ".pt", dumped(lambda f: torch.save(tensors, f)), (load_torch,)
    yield ".pt", dumped(lambda f: torch.save(tensors, f, _use_new_zipfile_serialization=False)), (load_torch, load_pickle)
    objects = np.array([{"a": 1}, "b"], dtype=object)
    yield ".npy", dumped(lambda f: np.save(f, objects, allow_pickle=True)), (load_numpy,)
    yield ".npz", dumped(lambda f: np.savez(f, a=objects, b=np.arange(3))), (load_numpy,)
    yield ".npz", dumped(lambda f: np.savez_compressed(f, a=objects)), (load_numpy,)
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    yield ".pkl.gz", gzip.compress(pickle.dumps(frame, 4), mtime=0), (load_gzip,)


def mutated(rng, data):
    """Changes a few bytes, often by putting the mark where an opcode may stand."""
    data = bytearray(data)
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(data))
        kind = rng.randrange(6)
        if kind < 2:
            starts = [i for i in range(len(data) - 1) if data[i] in b"\x94qrjhK]}(" ] or [at]
            at = rng.choice(starts)
            data[at:at] = MARK
        elif kind == 2:
            data[at] = rng.randrange(256)
        elif kind == 3:
            del data[at : at + rng.randrange(1, 9)]
        elif kind == 4:
            data[at:at] = data[rng.randrange(len(data)) :][: rng.randrange(1, 60)]
        else:
            data += rng.choice([MARK + b"N.", b"\0" * 9, bytes(data[:50])])
    return bytes(data)


def main():
    folder, count, seed = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    rng = random.Random(seed)
    kinds, manifest = list(seeds()), []
    for index in range(count):
        ending, data, loaders = kinds[index % len(kinds)]
        path = folder / f"{index}{ending}"
        path.write_bytes(data if index < len(kinds) else mutated(rng, data))
        found = []
        for load in loaders:
            for name in imports(load, str(path)):
                if name not in found and all(isinstance(part, str) for part in name):
                    found.append(name)
        manifest.append({"path": path.name, "imports": found})
    (folder / "manifest.json").write_text(json.dumps(manifest))


if __name__ == "__main__":
    main()
