"""Writes numba-*.pkl beside this file: functions that numba compiled, as pickle.dump writes them.
Needs umap-learn 0.5.12 and pynndescent 0.7.0 on Python 3.13: python numba.py"""

import pathlib
import pickle

import numba
from pynndescent import distances

HERE = pathlib.Path(__file__).parent


@numba.njit
def mine(x):
    return x + 1


def write(name, value):
    (HERE / f"numba-{name}.pkl").write_bytes(pickle.dumps(value, 4))


write("dispatcher", distances.manhattan)
write("ufunc", distances.correct_alternative_cosine)
write("mine", mine)
