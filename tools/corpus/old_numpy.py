"""Arrays, scalars, records and generators of an old NumPy."""

import numpy as np
from old_kinds import tried

KINDS = "? i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 g c8 c16 G >i4 >f8 S5 U7 V8 M8[ns] M8[D] m8[s] O".split()


def arrays():
    for kind in KINDS:
        square = np.zeros((3, 4), kind)
        name = kind.replace("?", "b1").replace(">", "big-")
        yield name, square
        yield name + "-layouts", [np.zeros((), kind), np.zeros((0, 2), kind), np.asfortranarray(square), square[::2, ::-1], square.T]
        yield name + "-scalar", square[0, 0]
    yield "strings", [np.array(["a", u"caf\xe9"]), np.array([u"a"], dtype=object), np.array([b"\xff"]), np.array([None, 1, "a"], dtype=object)]


def records():
    simple = np.zeros(3, [("a", "i4"), ("b", "f8"), ("c", "O")])
    yield "records", [simple, simple[0], simple.view(np.recarray), np.rec.array([(1, 2.0)], names="a,b"), np.rec.array([(1, 2.0)], names="a,b")[0]]
    yield "nested", np.zeros(2, [("a", [("x", "f4"), ("y", "S3")]), ("b", "f8", (2, 3))])
    yield "dtypes", [np.dtype(kind) for kind in KINDS] + [simple.dtype, np.dtype([("a", "i1"), ("b", "f8")], align=True)]


def subclasses():
    yield "masked", [np.ma.array([1, 2], mask=[0, 1]), np.ma.array([1.0, 2]), np.ma.masked, np.ma.masked_all((2, 2)), np.ma.array(["a"], mask=[1])]
    yield "masked-records", tried(lambda: np.ma.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]), lambda: np.ma.mrecords.fromarrays([[1, 2]], names="a"))
    yield "matrix", [np.matrix([[1, 2]]), np.matrix([["a"]], dtype=object), np.asmatrix(np.eye(2))]
    yield "chararray", np.char.array(["a", "b"])
    yield "polynomials", [np.poly1d([1, 2]), np.polynomial.Polynomial([1, 2]), np.polynomial.Chebyshev([1]), np.polynomial.Legendre([1]), np.polynomial.Hermite([1])]


def generators():
    state = np.random.RandomState(1)
    state.normal()
    yield "state", [state, np.random.get_state(), np.random.RandomState()]
    yield "generators", tried(
        lambda: np.random.default_rng(1), lambda: np.random.Generator(np.random.MT19937(1)), lambda: np.random.Philox(1), lambda: np.random.SFC64(1),
        lambda: np.random.SeedSequence(1), lambda: np.random.RandomState(np.random.PCG64(1)),
    )


def functions():
    yield "ufuncs", [np.log1p, np.exp, np.add, np.sqrt, np.maximum, np.isnan, np.tanh]
    yield "functions", [np.mean, np.median, np.std, np.concatenate, np.linalg.norm, np.argmax, np.percentile, np.nanmean, np.sum, np.array, np.asarray]
    yield "types", [np.float64, np.int32, np.ndarray, np.bool_, np.datetime64, np.random.RandomState, np.dtype, np.float32, np.int64, np.uint8, np.object_, np.str_]


def make(corpus):
    for name, value in corpus.each(arrays, records, subclasses, generators, functions):
        corpus.pickles(name, value)
        corpus.joblib(name, value)
        if isinstance(value, np.ndarray):
            corpus.save(name + ".npy", lambda path: np.save(path, value))
            corpus.save(name + ".npz", lambda path: np.savez(path, value, a=value))
            corpus.save(name + ".dump", value.dump)
        for number, item in enumerate(value if isinstance(value, list) else []):
            corpus.pickles("%s-%d" % (name, number), item, (0, 2, 4))
