"""What users of polars pickle: frames, series, data types, expressions and queries."""

import datetime

import numpy as np
import polars


def frames():
    day = datetime.date(2020, 1, 1)
    frame = polars.DataFrame({"a": [1, 2], "b": ["x", None], "c": [[1.0], [2.0, 3.0]], "d": [day, day]})
    yield "frame", frame
    yield "empty", polars.DataFrame()
    yield "categories", frame.with_columns(polars.col("b").cast(polars.Categorical))
    yield "bundle", {"train": frame, "features": ["a"], "mean": 1.5}
    yield "rows", frame.rows()


def series():
    for name, values in (("numbers", [1.0, 2.0]), ("texts", ["a", None]), ("lists", [[1], [2, 3]]), ("times", [datetime.datetime(2020, 1, 1)]), ("records", [{"a": 1}])):
        yield name, polars.Series(name, values)
    yield "array", polars.Series(np.arange(3))


def types():
    yield "each", [polars.Int64, polars.Utf8, polars.List(polars.Int8), polars.Datetime("us", "UTC"), polars.Struct({"a": polars.Int64}), polars.Enum(["a", "b"])]
    yield "schema", polars.DataFrame({"a": [1]}).schema


def queries():
    yield "expression", polars.col("a").sum().alias("s")
    yield "lazy", polars.DataFrame({"a": [1, 2]}).lazy().filter(polars.col("a") > 1)


EVERY = (frames, series, types, queries)


def make(corpus):
    for _, _, name, value in corpus.each(*EVERY):
        for number, item in enumerate(value if type(value) is list and name.endswith("each") else [value]):
            corpus.pickles(f"{name}-{number}", item, protocols=(2, 3, 4, 5), clean=False)
            corpus.joblib(f"{name}-{number}", item, clean=False)
