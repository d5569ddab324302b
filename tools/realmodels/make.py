"""Makes real models, safe and unsafe: python make.py DIR [--small]

Writes files and DIR/manifest.json, a list of {"path", "verdict", "names"}: the
verdict that modelsieve must give ("clean", "passed", "findings", "incomplete") and
names that its findings must mention. Unsafe files are real ones with an inert
os.system("true") spliced in; they are never loaded here.
"""

import argparse
import array
import collections
import datetime
import decimal
import fractions
import functools
import gzip
import io
import ipaddress
import itertools
import json
import logging
import operator
import pathlib
import pickle
import pickletools
import random
import re
import signal
import sys
import types
import uuid
import warnings
import zipfile

import joblib
import numpy as np
import pandas as pd
import scipy.interpolate
import scipy.sparse
import scipy.spatial
import scipy.stats
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.utils import all_estimators

warnings.simplefilter("ignore")
PROTOCOLS = range(6)
# os.system("true") in four spellings, each leaving the stack as it was.
PAYLOADS = {
    "reduce": b"cos\nsystem\n(S'true'\ntR0",
    "inst": b"(S'true'\nios\nsystem\n0",
    "obj": b"(cos\nsystem\nS'true'\no0",
    "stack-global": b"\x8c\x02os\x8c\x06system\x93\x8c\x04true\x85R0",
}


class Corpus:
    def __init__(self, root, small):
        self.root, self.small, self.manifest = pathlib.Path(root), small, []
        self.root.mkdir(parents=True, exist_ok=True)

    def path(self, name, verdict, names=()):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self.manifest.append({"path": name, "verdict": verdict, "names": list(names)})
        return path

    def bytes(self, name, data, verdict, names=()):
        self.path(name, verdict, names).write_bytes(data)

    def pickles(self, name, value, protocols=PROTOCOLS, verdict="clean"):
        for protocol in protocols:
            try:
                data = pickle.dumps(value, protocol)
            except Exception:  # some objects have no old protocols
                continue
            self.bytes(f"{name}.p{protocol}.pkl", data, verdict)

    def torch(self, name, value):
        for suffix, zipped in (("", True), ("-legacy", False)):
            out = io.BytesIO()
            try:
                torch.save(value, out, _use_new_zipfile_serialization=zipped)
            except Exception:  # some tensors cannot be saved in the old form
                continue
            self.bytes(f"{name}{suffix}.pt", out.getvalue(), "clean")

    def joblib(self, name, value, compress=0, verdict="clean"):
        joblib.dump(value, self.path(name, verdict), compress=compress)

    def finish(self):
        (self.root / "manifest.json").write_text(json.dumps(self.manifest, indent=1))
        print(f"{len(self.manifest)} files", file=sys.stderr)


def fitted(cls, features, labels):
    """Returns an instance of an estimator, fitted where it can be."""
    base = LogisticRegression()
    for arguments in ((), (base,), ([("a", base)],), (base, {"C": [1]})):
        try:
            estimator = cls(*arguments)
            break
        except TypeError:
            continue
    for data in ((features, labels), (np.abs(features), np.c_[labels, labels]), (["a b", "b c"] * 10,)):
        try:
            return estimator.fit(*data)
        except Exception:
            continue
    return estimator


def sklearn_models(corpus):
    rng = np.random.RandomState(0)
    features = rng.rand(30, 4)
    labels = (features[:, 0] > 0.5).astype(int)
    for index, (name, cls) in enumerate(all_estimators()):
        if corpus.small and index % 8:
            continue
        estimator = fitted(cls, features, labels)
        corpus.pickles(f"sklearn/{name}", estimator, (index % 6, 4))
        corpus.joblib(f"sklearn/{name}.joblib", estimator)
        compress = [("zlib", 3), ("gzip", 3), ("bz2", 3), ("lzma", 3), ("xz", 3), ("lz4", 3)][index % 6]
        corpus.joblib(f"sklearn/{name}.{compress[0]}.joblib", estimator, compress)
    pipeline = make_pipeline(FunctionTransformer(np.log1p), StandardScaler(), LogisticRegression()).fit(features, labels)
    corpus.pickles("sklearn/pipeline", pipeline)


def numpy_models(corpus):
    for kind in ("f8", "f4", "f2", "i8", "i4", "u1", "?", "c16", "S5", "U7", "M8[ns]", "m8[s]", "O"):
        name = re.sub(r"\W", "_", kind)
        values = np.zeros(5, kind)
        objects = "clean"
        corpus.pickles(f"numpy/array-{name}", values, verdict=objects)
        corpus.pickles(f"numpy/scalar-{name}", values[0], (2, 4))
        both = {"a": values, "b": [values, np.zeros((3, 4), kind, order="F"), np.zeros((0, 2), kind)]}
        corpus.joblib(f"numpy/{name}.joblib", both)
        np.save(corpus.path(f"numpy/{name}.npy", "passed" if kind == "O" else "clean"), values)
        np.savez(corpus.path(f"numpy/{name}.npz", "passed" if kind == "O" else "clean"), a=values, b=np.zeros(3))
        np.savez_compressed(corpus.path(f"numpy/{name}-c.npz", "passed" if kind == "O" else "clean"), a=values)
    corpus.pickles("numpy/structured", np.zeros(3, dtype=[("a", "i4"), ("b", "O"), ("c", "f8", (2,))]))
    corpus.pickles("numpy/record", np.rec.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]))
    corpus.pickles("numpy/masked", np.ma.array([1, 2], mask=[0, 1]))
    corpus.pickles("numpy/matrix", np.matrix([[1]]))
    corpus.pickles("numpy/random-state", np.random.RandomState(1))
    corpus.pickles("numpy/generator", np.random.default_rng(1))
    for name in ("MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64"):
        corpus.pickles(f"numpy/{name}", getattr(np.random, name)(1))
    corpus.pickles("numpy/ufunc", np.log1p)
    corpus.pickles("numpy/function", np.mean)
    corpus.pickles("numpy/poly", np.poly1d([1, 2]))
    corpus.pickles("numpy/type", np.float64)


def scipy_models(corpus):
    for kind in ("csr", "csc", "coo", "lil", "dok", "bsr", "dia"):
        corpus.pickles(f"scipy/{kind}-matrix", getattr(scipy.sparse, kind + "_matrix")(np.eye(3)))
        corpus.pickles(f"scipy/{kind}-array", getattr(scipy.sparse, kind + "_array")(np.eye(3)))
    points = np.random.RandomState(0).rand(20, 2)
    for name, value in {
        "frozen": scipy.stats.norm(0, 1), "distribution": scipy.stats.gamma, "kde": scipy.stats.gaussian_kde([1.0, 2, 3]),
        "interp1d": scipy.interpolate.interp1d([1, 2, 3], [1, 2, 3]), "spline": scipy.interpolate.CubicSpline([1, 2, 3], [1, 2, 3]),
        "univariate": scipy.interpolate.UnivariateSpline(range(6), range(6)), "rbf": scipy.interpolate.RBFInterpolator(points, points[:, 0]),
        "kdtree": scipy.spatial.KDTree(points), "rotation": scipy.spatial.transform.Rotation.identity(2),
    }.items():
        corpus.pickles(f"scipy/{name}", value)


def pandas_models(corpus):
    frame = pd.DataFrame({
        "a": [1, 2, 3], "b": list("xyz"), "c": pd.date_range("2020", periods=3), "d": pd.Categorical(list("aab")), "e": [1.5, None, 2],
    })
    for name, value in {
        "frame": frame, "series": frame.a, "index": frame.index, "multi": frame.set_index(["a", "b"]), "dates": pd.date_range("2020", periods=3, tz="UTC"),
        "periods": pd.period_range("2020", periods=3, freq="M"), "deltas": pd.timedelta_range("1D", periods=3), "intervals": pd.interval_range(0, 3),
        "timestamp": pd.Timestamp("2020", tz="Europe/Berlin"), "delta": pd.Timedelta("1D"), "period": pd.Period("2020"), "interval": pd.Interval(0, 1),
        "nullable": pd.array([1, None], dtype="Int64"), "boolean": pd.array([True, None], dtype="boolean"),
        "string": pd.array(["a", None], dtype="string"), "sparse": pd.arrays.SparseArray([0, 0, 1]), "categorical": frame.d,
        "offset": pd.offsets.MonthEnd(), "nat": pd.NaT, "na": pd.NA, "converted": frame.convert_dtypes(),
    }.items():
        corpus.pickles(f"pandas/{name}", value)
    for compression in ("gzip", "bz2", "xz", "zip", "tar"):
        frame.to_pickle(corpus.path(f"pandas/frame.pkl.{compression}", "clean"), compression=compression)


def stdlib_models(corpus):
    for name, value in {
        "datetime": datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc), "timedelta": datetime.timedelta(1), "decimal": decimal.Decimal("1.5"),
        "fraction": fractions.Fraction(1, 2), "uuid": uuid.UUID(int=5), "path": pathlib.Path("/a"), "ordered": collections.OrderedDict(a=1),
        "defaultdict": collections.defaultdict(list, {"a": [1]}), "counter": collections.Counter("aab"), "deque": collections.deque([1], 5),
        "signal": signal.SIGINT, "namespace": argparse.Namespace(a=1), "pattern": re.compile("a.*"), "array": array.array("d", [1, 2]), "complex": 1j,
        "bytes": b"abc", "bytearray": bytearray(b"abc"), "range": range(5), "slice": slice(1, 2), "set": {1, 2}, "frozenset": frozenset([1]),
        "exception": ValueError("x"), "partial": functools.partial(int, base=2), "itemgetter": operator.itemgetter(1, 2), "random": random.Random(1),
        "simple": types.SimpleNamespace(a=1), "address": ipaddress.ip_address("1.2.3.4"), "logger": logging.getLogger("x"), "big": 2**100,
        "nested": [{"a": [(1, 2), {"b": b"x" * 300}]}] * 3, "class": dict, "function": len, "chain": collections.ChainMap({"a": 1}),
        "count": itertools.count(5), "strings": ["s" * i for i in range(300)],
    }.items():
        corpus.pickles(f"stdlib/{name}", value)


def torch_models(corpus):
    torch.manual_seed(0)
    nn = torch.nn
    model = nn.Sequential(
        nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2), nn.LSTM(2, 2), nn.TransformerEncoderLayer(4, 2), nn.Embedding(3, 4),
    )
    adam = torch.optim.Adam(model.parameters())
    sgd = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    schedule = torch.optim.lr_scheduler.StepLR(sgd, 1)
    dataset = torch.utils.data.TensorDataset(torch.zeros(3))
    for name, value in {
        "state": model.state_dict(), "module": model, "adam": adam.state_dict(), "adam-object": adam, "sgd": sgd, "schedule": schedule.state_dict(),
        "tensor": torch.zeros(3), "parameter": nn.Parameter(torch.zeros(3)), "bfloat16": torch.zeros(3, dtype=torch.bfloat16),
        "complex": torch.zeros(3, dtype=torch.complex64), "bool": torch.zeros(3, dtype=torch.bool), "sparse": torch.eye(3).to_sparse(),
        "csr": torch.eye(3).to_sparse_csr(), "quantized": torch.quantize_per_tensor(torch.zeros(3), 0.1, 0, torch.qint8),
        "meta": torch.zeros(3, device="meta"), "size": torch.Size([1, 2]), "dtype": torch.float32, "device": torch.device("cpu"),
        "checkpoint": {"model": model.state_dict(), "optimizer": sgd.state_dict(), "epoch": 3, "loss": np.float64(1), "args": argparse.Namespace(lr=0.1)},
        "empty": {}, "float8": torch.zeros(3).to(torch.float8_e4m3fn), "shared": [model[0].weight, model[0].weight[0]], "loss": nn.CrossEntropyLoss(),
        "dataset": dataset, "subset": torch.utils.data.Subset(dataset, [0]), "parameters": nn.ParameterList([nn.Parameter(torch.zeros(1))]),
        "parallel": nn.DataParallel(model[0]), "activation": nn.functional.relu,
    }.items():
        corpus.torch(f"torch/{name}", value)
        corpus.pickles(f"torch/{name}", value, (2, 4, 5))


def after_opcode(data, count):
    """Returns where the opcode behind the first count ones starts."""
    for index, (_, _, at) in enumerate(pickletools.genops(data)):
        if index == count:
            return at
    raise ValueError("the stream is shorter")


def unframed(data):
    """Returns a pickle without its FRAME opcodes, which a splice would break."""
    out, last = bytearray(), 0
    for opcode, _, at in pickletools.genops(data):
        if opcode.name == "FRAME":
            out += data[last:at]
            last = at + 9
    return bytes(out + data[last:])


def spliced(data, payload, count=1):
    at = after_opcode(data, count)
    return data[:at] + payload + data[at:]


def spliced_archive(data, payload):
    """Returns a torch archive with a payload in its data.pkl."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename.endswith("/data.pkl"):
                content = spliced(content, payload)
            new.writestr(zipfile.ZipInfo(info.filename), content)
    return out.getvalue()


def zipped(name, data, method=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr(name, data)
    return out.getvalue()


def encrypted(data):
    """Returns a zip archive whose only member says that it is encrypted."""
    at = data.find(b"PK\x01\x02")
    data = bytearray(data)
    for flags in (6, at + 8):
        data[flags] |= 1
    data[30 + 7 : 30 + 7 + 12] = bytes(range(100, 112))  # what ZipCrypto puts before the content
    return bytes(data)


def unsafe_models(corpus):
    """Splices the payload into real files of every kind, and breaks some."""
    model = torch.nn.Linear(3, 2)
    out = io.BytesIO()
    torch.save(model.state_dict(), out)
    archive = out.getvalue()
    out = io.BytesIO()
    torch.save(model.state_dict(), out, _use_new_zipfile_serialization=False)
    legacy = out.getvalue()
    labels = np.arange(6) % 2
    estimator = LogisticRegression().fit(np.random.RandomState(0).rand(6, 3), labels)
    plain = unframed(pickle.dumps(estimator, 4))
    named = ("os.system",)
    for spelling, payload in PAYLOADS.items():
        corpus.bytes(f"unsafe/plain-{spelling}.pkl", spliced(plain, payload), "findings", named)
        corpus.bytes(f"unsafe/archive-{spelling}.pt", spliced_archive(archive, payload), "findings", named)
        for index, at in enumerate(stream_starts(legacy)):
            data = legacy[: at + 2] + payload + legacy[at + 2 :]
            corpus.bytes(f"unsafe/legacy-{spelling}-{index}.pt", data, "findings", named)
    payload = PAYLOADS["reduce"]
    corpus.bytes("unsafe/joblib-start.joblib", b"\x80\x04" + payload + b"N.", "findings", named)
    corpus.bytes("unsafe/joblib-after-array.joblib", array_then(payload), "findings", named)
    compressors = {"zlib": ("zlib", 3), "gzip": ("gzip", 3), "bz2": ("bz2", 3), "lzma": ("lzma", 3), "xz": ("xz", 3), "lz4": ("lz4", 3)}
    for name, compress in compressors.items():
        path = corpus.path(f"unsafe/joblib-{name}.joblib", "findings", named)
        with joblib.numpy_pickle_utils._COMPRESSORS[compress[0]].compressor_file(str(path), compresslevel=3) as file:
            file.write(spliced(plain, payload))
    corpus.bytes("unsafe/zip-in-zip.zip", zipped("inner.zip", zipped("a/data.pkl", spliced(plain, payload), zipfile.ZIP_DEFLATED)), "findings", named)
    corpus.bytes("unsafe/gzip-in-zip.zip", zipped("model.bin", gzip.compress(spliced(plain, payload), mtime=0)), "findings", named)
    corpus.bytes("unsafe/no-name", spliced(plain, payload), "findings", named)
    corpus.bytes("broken/plain.pkl", plain[: len(plain) // 2], "incomplete")
    corpus.bytes("broken/archive.pt", archive[: len(archive) // 2], "incomplete")
    corpus.bytes("broken/legacy.pt", legacy[:-5], "incomplete")
    corpus.bytes("broken/array.npy", npy()[:-5], "incomplete")
    corpus.bytes("broken/encrypted.zip", encrypted(zipped("a/b.pkl", plain)), "incomplete")


def npy():
    out = io.BytesIO()
    np.save(out, np.arange(5))
    return out.getvalue()


def stream_starts(legacy):
    """Returns where the five pickles of a legacy torch file start."""
    starts, file = [], io.BytesIO(legacy)
    for _ in range(5):
        starts.append(file.tell())
        for _ in pickletools.genops(file):
            pass
    return starts


def array_then(payload):
    """Returns a joblib file with a payload right behind the bytes of its array."""
    out = io.BytesIO()
    joblib.dump([np.arange(50, dtype="f8"), 1], out)
    data = out.getvalue()
    raw = np.arange(50, dtype="f8").tobytes()
    at = data.index(raw) + len(raw)
    tail = data[at:]
    if tail[:1] == b"\x95":  # a frame starts behind the array: it would be too short
        tail = tail[9:]
    return data[:at] + payload + tail


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dir")
    parser.add_argument("--small", action="store_true", help="a part of it, in seconds")
    options = parser.parse_args()
    corpus = Corpus(options.dir, options.small)
    for make in (stdlib_models, numpy_models, scipy_models, pandas_models, sklearn_models, torch_models, unsafe_models):
        make(corpus)
    corpus.finish()


if __name__ == "__main__":
    main()
