"""Has every loader and reader open every file of a folder, and prints what they look up.

read.py FOLDER: prints {file: {loader: [[module, name]]}}. The loaders are those of
drive.py, whose find_class imports nothing, and the archive readers of Python: whatever
member they give is unpickled in the same way. A file whose name starts with "offset-" is
also handed to torch.load behind its own header.
"""

import bz2
import io
import json
import lzma
import os
import pathlib
import sys
import tarfile
import zipfile

import pandas as pd
import torch

import drive


def unpickle(content):
    for load in drive.CUnpickler, drive.PythonUnpickler:
        try:
            load(io.BytesIO(content)).load()
        except Exception:
            pass  # what it looked up before is recorded


def each(contents):
    """Unpickles what an archive reader gives, as far as it gets."""
    for content in contents:
        try:
            unpickle(content())
        except Exception:
            pass


def by_entry(path):
    with zipfile.ZipFile(path) as archive:
        each([lambda info=info: archive.read(info) for info in archive.infolist()])


def by_name(path):
    with zipfile.ZipFile(path) as archive:
        each([lambda name=name: archive.read(name) for name in archive.namelist()])


def by_tarfile(path):
    with tarfile.open(path) as archive:
        for info in archive:
            file = archive.extractfile(info)
            if file:
                each([file.read])


def load_pandas(path):
    import pandas.io.pickle as module

    module.pickle = drive.Pickle
    for compression in None, "infer", "gzip", "bz2", "xz", "zip", "tar":
        try:
            pd.read_pickle(path, compression=compression)
        except Exception:
            pass


def at_offset(path):
    content = pathlib.Path(path).read_bytes()
    for magic in b"\x80\x02\x8a\x0a", b"PK\x03\x04":
        if magic in content:
            with open(path, "rb") as file:
                file.seek(content.index(magic))
                torch.load(file, pickle_module=drive.Pickle, weights_only=False)


def opened(module):
    return lambda path: unpickle(module.open(path).read())


LOADERS = {
    "pickle": drive.load_pickle, "pickle in Python": drive.load_python, "joblib": drive.load_joblib, "numpy": drive.load_numpy, "torch": drive.load_torch,
    "pandas": load_pandas, "zipfile by entry": by_entry, "zipfile by name": by_name, "tarfile": by_tarfile,
    "gzip": opened(drive.gzip), "bz2": opened(bz2), "lzma": opened(lzma),
}


def in_turn(loaders):
    """Returns a loader that is all of some, one after the other, each behind a line with its name."""

    def load(path):
        for name, one in loaders.items():
            os.write(drive.Recorder.out, json.dumps(name).encode() + b"\n")
            try:
                one(path)
            except Exception:
                pass

    return load


def main():
    answer = {}
    for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
        loaders = LOADERS | ({"torch at an offset": at_offset} if path.name.startswith("offset-") else {})
        found = answer[path.name] = {}
        for line in drive.imports(in_turn(loaders), str(path)):
            if isinstance(line, str):
                names = found[line] = []
            else:
                names.append(line)
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
