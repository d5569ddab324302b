"""Frames, series, indexes and extension arrays of pandas."""

import datetime
import decimal

import numpy as np
import pandas as pd

FRAME = pd.DataFrame({
    "a": [1, 2, 3], "b": list("xyz"), "c": pd.date_range("2020", periods=3), "d": pd.Categorical(list("aab")), "e": [1.5, None, 2], "f": [[1], {"k": 2}, None],
    "g": [True, False, True], "h": pd.timedelta_range("1D", periods=3), "i": np.array([1, 2, 3], "i1"), "j": np.array([1, 2, 3], "f4"),
})


def frames():
    yield "frame", FRAME
    yield "numbers", FRAME[["a", "e"]]
    yield "empty", [pd.DataFrame(), pd.Series(dtype="f8"), FRAME[:0], FRAME.iloc[:, :0]]
    yield "converted", FRAME.convert_dtypes()
    yield "multi-index", FRAME.set_index(["a", "b"])
    yield "multi-columns", FRAME.set_index(["a", "b"]).unstack()
    yield "wide", pd.DataFrame(np.zeros((3, 50), "f4"))
    yield "attributes", FRAME.assign(z=1).set_flags(allows_duplicate_labels=True)
    yield "views", [FRAME.iloc[::2], FRAME.T, FRAME.loc[:, "a":"c"], FRAME.a, FRAME.c, FRAME.d, FRAME.f]
    yield "series", [pd.Series([1, 2], name="x"), pd.Series(["a", None]), pd.Series({"a": 1}), pd.Series([decimal.Decimal(1)]), pd.Series([datetime.date(2020, 1, 1)])]
    yield "records", FRAME.to_records()
    yield "dict", [FRAME.to_dict(), FRAME.to_dict("records")]
    yield "grouped", FRAME.groupby("d", observed=True)["a"].agg(["mean", "sum"])
    yield "described", FRAME.describe()
    yield "dummies", pd.get_dummies(FRAME.b)
    yield "cut", pd.cut([1, 2, 3], 2)


def indexes():
    yield "range", pd.RangeIndex(3)
    yield "integers", [pd.Index([1, 2]), pd.Index([1, 2], dtype="u1"), pd.Index([1.5])]
    yield "objects", [pd.Index(["a", None]), pd.Index([("a", 1)], tupleize_cols=False), pd.Index([True, False])]
    yield "dates", [
        pd.date_range("2020", periods=3), pd.date_range("2020", periods=3, tz="UTC"), pd.date_range("2020", periods=3, tz="Europe/Berlin"),
        pd.date_range("2020", periods=3, freq="ME"), pd.date_range("2020", periods=3, freq="B"), pd.bdate_range("2020", periods=2), pd.DatetimeIndex(["2020"]).as_unit("s"),
        pd.date_range("2020", periods=2, tz=datetime.timezone(datetime.timedelta(hours=1))),
    ]
    yield "periods", [pd.period_range("2020", periods=3, freq=f) for f in ("M", "Q", "D", "Y", "W", "h")]
    yield "deltas", [pd.timedelta_range("1D", periods=3), pd.TimedeltaIndex(["1h"])]
    yield "intervals", [pd.interval_range(0, 3), pd.interval_range(pd.Timestamp("2020"), periods=2), pd.IntervalIndex.from_breaks([0.5, 1.5], closed="left")]
    yield "multi", [pd.MultiIndex.from_tuples([(1, "a"), (2, "b")], names=["x", "y"]), pd.MultiIndex.from_product([pd.date_range("2020", periods=2), [1, 2]])]
    yield "categories", [pd.CategoricalIndex(["a", "b"]), pd.Index(["a"], dtype="string"), pd.Index([1, None], dtype="Int64")]


def scalars():
    yield "timestamps", [pd.Timestamp("2020"), pd.Timestamp("2020", tz="Europe/Berlin"), pd.Timestamp("2020", tz="UTC"), pd.Timestamp("2020", unit="s"), pd.NaT, pd.NA]
    yield "deltas", [pd.Timedelta("1D"), pd.Period("2020"), pd.Period("2020-01", freq="M"), pd.Interval(0, 1), pd.Interval(pd.Timestamp("2020"), pd.Timestamp("2021"))]
    yield "offsets", [
        getattr(pd.offsets, n)() for n in (
            "Day", "Hour", "Minute", "Second", "Milli", "Micro", "Nano", "MonthEnd", "MonthBegin", "BMonthEnd", "BMonthBegin", "QuarterEnd", "QuarterBegin", "YearEnd", "YearBegin",
            "BQuarterEnd", "BYearEnd", "Week", "WeekOfMonth", "LastWeekOfMonth", "SemiMonthEnd", "BusinessDay", "BusinessHour", "CustomBusinessDay", "Easter", "FY5253", "DateOffset",
            "CustomBusinessHour", "CustomBusinessMonthEnd",
        )
    ] + [pd.DateOffset(months=3), pd.offsets.Week(weekday=2)]
    yield "dtypes", [
        pd.Int64Dtype(), pd.Float32Dtype(), pd.BooleanDtype(), pd.StringDtype(), pd.CategoricalDtype(["a"]), pd.DatetimeTZDtype(tz="UTC"), pd.PeriodDtype("M"),
        pd.IntervalDtype("i8"), pd.SparseDtype("f8"), FRAME.dtypes,
    ]


def arrays():
    yield "integers", [pd.array([1, None], dtype=d) for d in ("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt64", "Float32", "Float64")]
    yield "others", [
        pd.array([True, None], dtype="boolean"), pd.array(["a", None], dtype="string"), pd.array(["a", None], dtype=pd.StringDtype("python")),
        pd.arrays.SparseArray([0, 0, 1]), pd.arrays.SparseArray([1.0, np.nan]), pd.Categorical(["a", "b"], ordered=True), pd.Categorical([1, 2]),
        pd.array(pd.date_range("2020", periods=2)), pd.array(pd.period_range("2020", periods=2, freq="M")), pd.array(pd.interval_range(0, 2)),
        pd.array([1, 2], dtype="i8"), pd.arrays.NumpyExtensionArray(np.array([1, 2])), pd.DataFrame({"s": pd.arrays.SparseArray([0, 1])}),
    ]


def arrow():
    import pyarrow as pa

    yield "strings", [pd.array(["a", None], dtype="string[pyarrow]"), pd.Series(["a"], dtype=pd.ArrowDtype(pa.string())), pd.Index(["a"], dtype="string[pyarrow]")]
    yield "numbers", [pd.Series([1, None], dtype=pd.ArrowDtype(k)) for k in (pa.int64(), pa.float32(), pa.bool_(), pa.timestamp("ns", "UTC"), pa.date32(), pa.decimal128(5, 2))]
    yield "nested", [pd.Series([[1], [2, 3]], dtype=pd.ArrowDtype(pa.list_(pa.int64()))), pd.Series([{"a": 1}], dtype=pd.ArrowDtype(pa.struct([("a", pa.int64())])))]
    yield "tables", [pa.table({"a": [1, 2]}), pa.array(["a"]), pa.chunked_array([[1], [2]]), pa.schema([("a", pa.int64())]), pa.record_batch({"a": [1]}), pa.scalar(5)]
    yield "types", [pa.int64(), pa.string(), pa.list_(pa.int8()), pa.dictionary(pa.int8(), pa.string()), pa.timestamp("s"), pa.struct([("a", pa.bool_())])]


def tools():
    yield "rolling", [FRAME[["a", "e"]].rolling(2), FRAME.groupby("b"), FRAME[["a"]].expanding(), FRAME[["a"]].ewm(1)]
    yield "flags", [FRAME.flags, pd.NamedAgg("a", "sum"), pd.Grouper(key="a"), pd.IndexSlice[1:2]]


def make(corpus):
    every = [frames, indexes, scalars, arrays, tools]
    try:
        list(arrow())
        every.append(arrow)
    except ImportError:
        pass
    for _, _, name, value in corpus.each(*every):
        corpus.pickles(name, value)
        corpus.joblib(name, value)
        for index, item in enumerate(value if isinstance(value, list) else []):
            corpus.pickles(f"{name}-{index}", item, (2, 4, 5))
    for compression in ("gzip", "bz2", "xz", "zip", "tar", "zstd"):
        for protocol in (2, 4, 5):
            path = corpus.path(f"files/frame-{protocol}.pkl.{compression}", True)
            try:
                FRAME.to_pickle(path, compression=compression, protocol=protocol)
            except ImportError:
                corpus.manifest.pop()
