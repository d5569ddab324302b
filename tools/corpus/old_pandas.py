"""Frames, series, indexes and data types of an old pandas."""

import datetime
import decimal
import os

import numpy as np
import pandas as pd
from old_kinds import tried

FRAME = pd.DataFrame({
    "a": [1, 2, 3], "b": list("xyz"), "c": pd.date_range("2017", periods=3), "d": pd.Categorical(list("aab")), "e": [1.5, None, 2], "f": [[1], {"k": 2}, None],
    "g": [True, False, True], "h": pd.timedelta_range("1D", periods=3), "i": np.array([1, 2, 3], "i1"), "j": np.array([1, 2, 3], "f4"),
    "k": pd.date_range("2017", periods=3, tz="Europe/Berlin"), u"caf\xe9": [u"\xe9", "b", "c"],
})


def frames():
    yield "frame", FRAME
    yield "numbers", FRAME[["a", "e"]]
    yield "empty", [pd.DataFrame(), pd.Series([], dtype="f8"), FRAME[:0]]
    yield "multi-index", FRAME.set_index(["a", "b"])
    yield "multi-columns", FRAME[["a", "b", "e"]].set_index(["a", "b"]).unstack()
    yield "views", [FRAME.iloc[::2], FRAME[["a", "e"]].T, FRAME.a, FRAME.b, FRAME.c, FRAME.d, FRAME.k, FRAME.f]
    yield "series", [pd.Series([1, 2], name="x"), pd.Series(["a", None]), pd.Series({"a": 1}), pd.Series([decimal.Decimal(1)]), pd.Series([datetime.date(2017, 1, 1)])]
    yield "records", FRAME[["a", "e"]].to_records()
    yield "dict", [FRAME.to_dict(), FRAME.to_dict("records")]
    yield "grouped", FRAME.groupby("b")["a"].agg(["mean", "sum"])
    yield "described", FRAME[["a", "e"]].describe()
    yield "cut", [pd.cut([1, 2, 3], 2), pd.qcut([1, 2, 3, 4], 2), pd.cut(FRAME.a, 2)]
    yield "sparse", tried(lambda: pd.SparseSeries([0.0, 1]), lambda: pd.SparseDataFrame({"a": [0.0, 1]}), lambda: pd.SparseArray([0, 1]), lambda: pd.DataFrame({"a": [0, 1]}).to_sparse())
    yield "panel", tried(lambda: pd.Panel(np.zeros((2, 2, 2))))
    yield "converted", FRAME[["a", "b"]].convert_dtypes()


def indexes():
    yield "plain", [pd.RangeIndex(3), pd.Index([1, 2]), pd.Index([1.5]), pd.Index(["a", None]), pd.Index([1, 2], dtype="u8"), pd.Index([True, False]), pd.Index([("a", 1)], tupleize_cols=False)]
    yield "dates", [
        pd.date_range("2017", periods=3), pd.date_range("2017", periods=3, tz="UTC"), pd.date_range("2017", periods=3, tz="Europe/Berlin"), pd.date_range("2017", periods=3, freq="M"),
        pd.date_range("2017", periods=3, freq="B"), pd.DatetimeIndex(["2017"]), pd.date_range("2017", periods=3, freq="W-MON"),
    ]
    yield "periods", [pd.period_range("2017", periods=3, freq=freq) for freq in ("M", "Q", "D", "A", "W", "H")]
    yield "deltas", [pd.timedelta_range("1D", periods=3), pd.TimedeltaIndex(["1h"])]
    yield "intervals", tried(lambda: pd.interval_range(0, 3), lambda: pd.IntervalIndex.from_breaks([0.5, 1.5], closed="left"))
    yield "multi", [pd.MultiIndex.from_tuples([(1, "a"), (2, "b")], names=["x", "y"]), pd.MultiIndex.from_product([pd.date_range("2017", periods=2), [1, 2]])]
    yield "categories", [pd.CategoricalIndex(["a", "b"]), pd.CategoricalIndex(["a"], ordered=True)]


def scalars():
    yield "timestamps", [pd.Timestamp("2017"), pd.Timestamp("2017", tz="Europe/Berlin"), pd.Timestamp("2017", tz="UTC"), pd.NaT, pd.Timestamp("2017", freq="D")]
    yield "missing", tried(lambda: pd.NA)
    yield "deltas", tried(lambda: pd.Timedelta("1D"), lambda: pd.Period("2017-01", freq="M"), lambda: pd.Period("2017"), lambda: pd.Interval(0, 1))
    names = (
        "Day Hour Minute Second Milli Micro Nano MonthEnd MonthBegin BMonthEnd BMonthBegin QuarterEnd QuarterBegin YearEnd YearBegin BQuarterEnd BYearEnd Week WeekOfMonth "
        "LastWeekOfMonth SemiMonthEnd BusinessDay BusinessHour CustomBusinessDay Easter FY5253 DateOffset CustomBusinessHour CustomBusinessMonthEnd"
    )
    yield "offsets", tried(*[lambda name=name: getattr(pd.offsets, name)() for name in names.split()])
    yield "offsets-more", [pd.DateOffset(months=3), pd.offsets.Week(weekday=2), pd.offsets.MonthEnd(2)]
    yield "dtypes", tried(
        lambda: pd.api.types.CategoricalDtype(["a"]), lambda: pd.api.types.DatetimeTZDtype("ns", "UTC"), lambda: FRAME.dtypes, lambda: FRAME.k.dtype, lambda: FRAME.d.dtype, lambda: pd.Int64Dtype(),
        lambda: pd.BooleanDtype(), lambda: pd.StringDtype(), lambda: pd.SparseDtype("f8"), lambda: pd.PeriodDtype("M"), lambda: pd.IntervalDtype("i8"),
    )


def arrays():
    yield "arrays", tried(
        *[lambda kind=kind: pd.array([1, None], dtype=kind) for kind in ("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt64", "Float32", "Float64")]
    )
    yield "others", tried(
        lambda: pd.array([True, None], dtype="boolean"), lambda: pd.array(["a", None], dtype="string"), lambda: pd.Series([1, None], dtype="Int64"), lambda: pd.Categorical(["a", "b"], ordered=True),
        lambda: pd.Categorical([1, 2]), lambda: pd.array(pd.date_range("2017", periods=2)), lambda: pd.array(pd.period_range("2017", periods=2, freq="M")), lambda: pd.array(pd.interval_range(0, 2)),
        lambda: pd.array([1, 2], dtype="i8"), lambda: pd.arrays.SparseArray([0, 0, 1]), lambda: pd.DataFrame({"s": pd.arrays.SparseArray([0, 1])}), lambda: pd.Series(pd.period_range("2017", periods=2, freq="M")),
        lambda: pd.Series(pd.interval_range(0, 2)),
    )


def tools():
    yield "rolling", [FRAME[["a", "e"]].rolling(2), FRAME[["a", "b"]].groupby("b"), FRAME[["a"]].expanding(), FRAME[["a"]].ewm(1)]
    yield "grouper", [pd.Grouper(key="a"), pd.IndexSlice[1:2]]


def make(corpus):
    for name, value in corpus.each(frames, indexes, scalars, arrays, tools):
        corpus.pickles(name, value)
        corpus.joblib(name, value)
        for number, item in enumerate(value if isinstance(value, list) else []):
            corpus.pickles("%s-%d" % (name, number), item, (0, 2, 4))
        if isinstance(value, (pd.DataFrame, pd.Series)):
            for ending in ("pkl", "pkl.gz", "pkl.bz2", "pkl.xz", "pkl.zip"):
                corpus.save("to-%s.%s" % (name, ending), lambda path: beside(path, value))


def beside(path, frame):
    """Writes a frame from its folder, as people do: an old pandas calls the member of a zip file by the whole path."""
    here = os.getcwd()
    os.chdir(os.path.dirname(path))
    try:
        frame.to_pickle(os.path.basename(path))
    finally:
        os.chdir(here)
