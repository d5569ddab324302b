"""Writes the fixtures with functions that carry their code, under CPython 3.11, and string-dtype.joblib.

Needs cloudpickle, dill, joblib and numpy 2.
"""

import base64
import marshal
import pathlib
import pickle
import sys
import zlib

import cloudpickle
import dill
import joblib
import numpy as np


def run(x):
    import subprocess
    from os import path as p

    return subprocess.call(["true", p.join("a", str(x))])


class Net:
    def predict(self, x):
        return __import__("os").getcwd()


def main(folder):
    run.__module__ = "__main__"
    code = marshal.dumps(run.__code__)
    files = {
        "cloudpickle-function.pkl": cloudpickle.dumps({"w": 1, "f": run}, 4),
        "cloudpickle-function-2.pkl": cloudpickle.dumps(run, 2),
        "cloudpickle-class.pkl": cloudpickle.dumps(Net, 4),
        "dill-function.pkl": dill.dumps(run, 4, recurse=True),
        "marshal-raw.pkl": pickle.dumps({"code": code}, 4),
        "marshal-base64.pkl": pickle.dumps({"code": base64.b64encode(code).decode()}, 2),
        "marshal-base64-zlib.pkl": pickle.dumps([base64.b64encode(zlib.compress(code)).decode()], 2),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    joblib.dump([np.array(["a", "bb"], dtype=np.dtypes.StringDType()), 1], folder / "string-dtype.joblib")


main(pathlib.Path(sys.argv[1]))
