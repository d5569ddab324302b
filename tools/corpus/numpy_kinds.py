"""Arrays of every dtype and layout, scalars, generators and functions of NumPy."""

import io

import numpy as np

KINDS = (
    "?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "g", "c8", "c16", "G", ">i4", ">f8", "S5", "S0", "U7", ">U3", "V8", "M8[ns]", "M8[D]",
    "M8[s]", ">M8[ms]", "m8[s]", "m8", "O",
)
RECORDS = {
    "structured": [("a", "i4"), ("b", "f8")],
    "nested": [("a", [("x", "f4"), ("y", "O")]), ("b", "S3")],
    "subarray": [("a", "i4"), ("b", "O"), ("c", "f8", (2, 3))],
    "titles": [(("title", "a"), "i4"), ("b", "M8[s]")],
    "aligned": np.dtype([("a", "i1"), ("b", "f8")], align=True),
    "overlap": {"names": ["a", "b"], "formats": ["i4", "u1"], "offsets": [0, 1]},
    "padded": {"names": ["a"], "formats": ["i4"], "offsets": [8], "itemsize": 24},
    "metadata": np.dtype("i4", metadata={"unit": "m"}),
    "void": [("a", "V4"), ("b", "V0")],
    "empty": [],
    "object": [("o", "O")],
    "wide": [(f"f{i}", "f4") for i in range(60)],
}


def layouts(kind):
    """Returns arrays of one dtype in every memory layout."""
    flat = np.zeros(6, kind)
    square = np.zeros((3, 4), kind)
    return {
        "flat": flat, "zero-dim": np.zeros((), kind), "empty": np.zeros((0, 2), kind), "fortran": np.zeros((3, 4), kind, order="F"),
        "strided": square[::2, ::-1], "transposed": square.T, "readonly": readonly(flat), "broadcast": np.broadcast_to(flat, (2, 6)),
    }


def readonly(array):
    array = array.copy()
    array.flags.writeable = False
    return array


def subclasses():
    record = np.rec.array([(1, 2.0, "a")], dtype=[("a", "i4"), ("b", "f8"), ("c", "U2")])
    yield "record", [record, record[0]]
    yield "masked", [
        np.ma.array([1, 2], mask=[0, 1]), np.ma.array([1.0, 2.0]), np.ma.masked, np.ma.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]),
        np.ma.masked_all((2, 2)), np.ma.array(["a", None], dtype=object, mask=[0, 1]), np.ma.masked_invalid([1, np.nan]),
    ]
    yield "matrix", [np.matrix([[1, 2]]), np.matrix([["a"]], dtype=object)]
    yield "chararray", np.char.array(["a", "b"])
    yield "poly", [np.poly1d([1, 2]), np.polynomial.Polynomial([1, 2]), np.polynomial.Chebyshev([1, 2]), np.polynomial.Legendre([1])]
    yield "string-dtype", [np.array(["a", "b"], dtype=np.dtypes.StringDType()), np.dtypes.StringDType(na_object=None)]


def generators():
    yield "random-state", [np.random.RandomState(1), np.random.RandomState(np.random.PCG64(1)), np.random.get_state()]
    yield "generator", [np.random.default_rng(1), np.random.Generator(np.random.MT19937(1)), np.random.Generator(np.random.SFC64(1))]
    for name in ("MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64"):
        yield name, getattr(np.random, name)(1)
    yield "seed", [np.random.SeedSequence(5), np.random.SeedSequence(5).spawn(1)[0]]
    yield "state-dict", np.random.PCG64(1).state


def functions():
    yield "ufuncs", [np.log1p, np.exp, np.add, np.sqrt, np.maximum, np.isnan, np.tanh, np.clip]
    yield "functions", [np.mean, np.median, np.std, np.concatenate, np.linalg.norm, np.argmax, np.percentile, np.nanmean, np.array, np.asarray]
    yield "types", [np.float64, np.int32, np.ndarray, np.str_, np.bool_, np.datetime64, np.random.RandomState, np.dtype, np.generic, np.void]
    yield "dtypes", [np.dtype(k) for k in KINDS] + [np.dtype(r) for r in RECORDS.values()]
    yield "info", [np.finfo("f4"), np.iinfo("i4"), np.s_[1:2, ..., None], np.newaxis, np.nan, np.inf]
    yield "index", [np.ix_([0], [1]), np.ndindex(2, 2).__class__]


def make(corpus):
    import joblib

    for kind in KINDS:
        name = np.dtype(kind).str.strip("|<").replace(">", "big-").replace("[", "-").rstrip("]").replace("?", "b")
        every = layouts(kind)
        for layout, array in every.items():
            corpus.pickles(f"arrays/{name}-{layout}", array, range(6) if layout == "flat" else (2, 5))
        corpus.pickles(f"scalars/{name}", every["flat"][0])
        corpus.joblib(f"joblib/{name}", every)
        for compress in ("zlib", "gzip", "bz2", "lzma", "xz", "lz4")[: 1 if corpus.small else 6]:
            corpus.joblib(f"joblib/{name}", every, (compress, 3))
        files(corpus, name, every, kind)
    for name, kind in RECORDS.items():
        array = np.zeros(3, dtype=kind)
        corpus.pickles(f"records/{name}", array)
        corpus.pickles(f"records/{name}-scalar", array[0], (2, 4))
        corpus.joblib(f"records/{name}", [array, array[:0]])
        if name not in ("overlap", "void"):  # .npy cannot hold them
            files(corpus, f"record-{name}", {"a": array}, kind)
    for _, _, name, value in corpus.each(subclasses, generators, functions):
        corpus.pickles(name, value)
        if "string-dtype" not in name:  # joblib writes its pointers
            corpus.joblib(name, value)
        for index, item in enumerate(value if isinstance(value, list) else []):
            corpus.pickles(f"{name}-{index}", item, (0, 2, 4, 5))
    memory_mapped(corpus)


def files(corpus, name, arrays, kind):
    """Writes .npy and .npz files. One with objects is a pickle that load must be allowed to read, which is said."""
    data = not np.dtype(kind).hasobject
    first = next(iter(arrays.values()))
    for version in ((1, 0), (2, 0), (3, 0)):
        out = io.BytesIO()
        np.lib.format.write_array(out, first, version=version)
        corpus.bytes(f"npy/{name}-v{version[0]}.npy", out.getvalue(), data)
    for save in (np.savez, np.savez_compressed):
        out = io.BytesIO()
        save(out, first, **{k.replace("-", "_"): v for k, v in arrays.items()})
        corpus.bytes(f"npz/{name}-{save.__name__}.npz", out.getvalue(), data)


def memory_mapped(corpus):
    path = corpus.path("memmap/data.npy", True)
    np.save(path, np.arange(1000.0))
    mapped = np.load(path, mmap_mode="r")
    corpus.pickles("memmap/mapped", mapped)
    corpus.joblib("memmap/mapped", {"a": mapped, "b": mapped[3:]})
