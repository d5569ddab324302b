"""Writes the files of this folder with h5py, PyTables, pandas, netCDF4 and hdf5storage.

Usage: make.py FOLDER. The payloads are inert: they would run `true`. What is in FOLDER/large is for a test alone.
"""
import json
import os
import pickle
import sys

import h5py
import numpy as np

folder = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))


class Payload:
    def __reduce__(self):
        return os.system, ("true",)


PICKLE = pickle.dumps(Payload(), 4)
TEXT = b"cposix\nsystem\n(S'true'\ntR."
LAMBDA = ["4wEAAAAAAAAAAAAAAAIAAAADAAAA8wwAAACXAHwAZAF6CwAAUwApAk5nAAAAAADgb0CpACkB2gF4\ncwEAAAAg+gg8c3RyaW5nPvoIPGxhbWJkYT5yBQAAAAEAAABzCgAAAIAAiCGIZYkpgADzAAAAAA==\n", None, None]


def config(layer, settings):
    return json.dumps({"class_name": "Sequential", "config": [{"class_name": layer, "config": settings}], "keras_version": "2.15.0"})


DENSE = config("Dense", {"units": 1, "activation": "relu"})
LAMBDAS = config("TimeDistributed", {"layer": {"class_name": "Lambda", "config": {"function": LAMBDA, "function_type": "lambda", "module": "__main__"}}})


def new(name, **how):
    return h5py.File(os.path.join(folder, name), "w", **how)


def weights(f):
    dense = f.create_group("model_weights").create_group("dense")
    dense.attrs["weight_names"] = [b"kernel:0"]
    dense["kernel:0"] = np.zeros((2, 2), "f4")
    f["model_weights"].attrs["layer_names"] = [b"dense"]


with new("honest-model.h5") as f:  # as Keras writes it: bytes of variable length
    f.attrs["keras_version"], f.attrs["backend"] = b"2.15.0", b"tensorflow"
    f.attrs["model_config"] = DENSE.encode()
    f.attrs["training_config"] = json.dumps({"loss": "my_loss", "optimizer_config": {"class_name": "Custom>Adam", "config": {}}}).encode()
    weights(f)
with new("lambda.h5") as f:
    f.attrs["model_config"] = LAMBDAS.encode()
    weights(f)
with new("lambda-fixed-text.h5") as f:
    f.attrs["model_config"] = np.bytes_(LAMBDAS)
with new("lambda-dense-attributes.h5", libver="latest") as f:
    for i in range(12):
        f.attrs["a%d" % i] = i
    f.attrs.create("model_config", np.bytes_(LAMBDAS + " " * 70000))
with new("lambda-user-block.h5", userblock_size=512) as f:
    f.attrs["model_config"] = LAMBDAS.encode()
with new("lambda-in-a-group.h5") as f:
    f.create_group("a/b").attrs["my_model"] = LAMBDAS
with new("training-config.h5") as f:
    f.attrs["training_config"] = json.dumps({"loss": {"class_name": "function", "config": "system", "module": "os", "registered_name": "x"}})
with new("objects.h5") as f:  # one of each that the walk of configs reports
    f.attrs["model_config"] = json.dumps([
        {"class_name": "get_file", "config": {}, "module": "keras.utils", "registered_name": None},
        {"class_name": "TorchModuleWrapper", "config": {"module": "gAQu"}, "module": "keras.layers"},
        {"class_name": "TFSMLayer", "config": {"filepath": "/models/other"}, "module": "keras.layers"},
        {"class_name": "StringLookup", "config": {"vocabulary": "/etc/hostname"}},
        {"class_name": "Mine", "config": {}, "module": "my.layers", "registered_name": "Mine"},
        {"class_name": "Scale", "config": {}},
    ])
with new("config-cut-off.h5") as f:
    f.attrs["model_config"] = LAMBDAS[:-5]
with new("not-json.h5") as f:
    f.attrs["model_config"] = "layers: 3"
    f.attrs["note"] = "This is a sentence."

with new("external-link.h5") as f:
    weights(f)
    f["model_weights/other"] = h5py.ExternalLink("../secret.h5", "/x")
with new("external-storage.h5") as f:
    f.create_group("layers/dense/vars").create_dataset("0", (4,), "u1", external=[("/etc/hostname", 0, h5py.h5f.UNLIMITED)])
with new("virtual.weights.h5") as f:
    layout = h5py.VirtualLayout((4,), "f4")
    layout[:] = h5py.VirtualSource("/tmp/other.h5", "x", (4,))
    f.create_virtual_dataset("w", layout)
with new("soft-link.h5") as f:
    weights(f)
    f["again"] = h5py.SoftLink("/model_weights")
with new("linked-measurements.h5") as f:
    f["run1"] = h5py.ExternalLink("run1.h5", "/data")
with new("virtual-in-itself.h5") as f:
    f["x"] = np.zeros(4, "f4")
    layout = h5py.VirtualLayout((4,), "f4")
    layout[:] = h5py.VirtualSource(".", "x", (4,))
    f.create_virtual_dataset("v", layout)
with new("bomb.weights.h5") as f:
    f.create_group("vars").create_dataset("0", (1 << 20, 1 << 14), "f4", chunks=(1024, 1024), compression="gzip")
with new("bomb-elsewhere.h5") as f:
    f.create_dataset("0", (1 << 20, 1 << 14), "f4", chunks=(1024, 1024), compression="gzip")
with new("plug-in.h5") as f:
    space = h5py.h5s.create_simple((4,))
    for name, number in ((b"mine", 40000), (b"blosc", 32001)):
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plist.set_chunk((4,))
        plist.set_filter(number, h5py.h5z.FLAG_OPTIONAL, (1, 2))
        h5py.h5d.create(f.id, name, h5py.h5t.NATIVE_FLOAT, space, plist)

with new("pickle-attribute.h5") as f:
    f.create_group("g").attrs.create("state", np.bytes_(PICKLE))
with new("pickle-attribute-text.h5") as f:
    f.attrs.create("title", np.bytes_(TEXT))
with new("pickle-bytes.h5") as f:
    f["blob"] = np.frombuffer(PICKLE, "u1")
    f.create_dataset("packed", data=np.frombuffer(PICKLE * 1, "u1"), compression="gzip")
    f["opaque"] = np.void(PICKLE)
with new("pickle-rows.h5") as f:
    rows = f.create_dataset("rows", (2,), h5py.vlen_dtype("u1"))
    rows[0] = np.frombuffer(pickle.dumps([1, 2], 4), "u1")
    rows[1] = np.frombuffer(PICKLE, "u1")
    rows.attrs["PSEUDOATOM"] = np.bytes_("object")
with new("honest-free-room.h5") as f:
    f["old"] = np.frombuffer(PICKLE, "u1")
    f["keep"] = np.arange(10)
    f.flush()
    del f["old"]
with new("honest-types.h5", libver="latest") as f:
    f["text"] = ["a", "b"]
    f["fixed"] = np.array([b"a.", b"b."])
    f["image"] = np.arange(65536, dtype="u1").reshape(256, 256)
    f["bytes"] = np.arange(256, dtype="u1")
    f["complex"] = np.zeros(3, "c16")
    f["table"] = np.zeros(3, [("a", "i4"), ("b", "S5")])
    f["flag"] = True
    f["ref"] = f["text"].ref
    f.attrs["json"] = '{"class_name": "Widget", "config": {}}'
    f.attrs["end"] = "ends with a point."

# The beginning of a file of 1.5 GB, whose rest is zeros: for the test of what a scan costs.
with new("large.h5") as f:
    f.attrs["model_config"] = DENSE.encode()
    weights(f)
    early = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    early.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    early.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
    for name, kind, count in (b"w", h5py.h5t.NATIVE_FLOAT, 1 << 28), (b"b", h5py.h5t.NATIVE_UINT8, 1 << 29):
        h5py.h5d.create(f["model_weights/dense"].id, name, kind, h5py.h5s.create_simple((count,)), early)
with open(os.path.join(folder, "large.h5"), "r+b") as f:
    size = f.seek(0, 2)
    print("large.h5 has", size, "bytes")
    f.truncate(16384)
os.rename(os.path.join(folder, "large.h5"), os.path.join(folder, "large-%d.head" % size))

import pandas as pd
import tables

with tables.open_file(os.path.join(folder, "pytables.h5"), "w", title="A title.") as f:
    f.root._v_attrs.settings = {"a": 1, "b": [1, 2.5, "x"]}
    f.create_array("/", "numbers", list(range(5)))
    f.create_vlarray("/", "objects", tables.ObjectAtom(), chunkshape=1).append({"a": (1, None)})
    f.create_carray("/", "packed", obj=np.arange(1000), filters=tables.Filters(1, "blosc"))
with tables.open_file(os.path.join(folder, "pytables-payload.h5"), "w") as f:
    f.root._v_attrs.settings = Payload()
    f.create_vlarray("/", "objects", tables.ObjectAtom(), chunkshape=1).append(Payload())
frame = pd.DataFrame({"n": [1, 2], "x": [0.5, 1.5], "s": ["a", "b"], "t": pd.date_range("2026", periods=2)})
large = os.path.join(folder, "large")  # with room for rows to come: made for a test, not kept
os.makedirs(large, exist_ok=True)
frame.to_hdf(os.path.join(large, "pandas-fixed.h5"), key="df", mode="w")
frame.to_hdf(os.path.join(large, "pandas-table.h5"), key="df", mode="w", format="table")
frame.astype({"s": object}).assign(o=[{"a": 1}, None]).to_hdf(os.path.join(large, "pandas-objects.h5"), key="df", mode="w")
import netCDF4

with netCDF4.Dataset(os.path.join(folder, "netcdf.nc"), "w") as d:
    d.createDimension("t", None)
    d.createVariable("v", "f4", ("t",), zlib=True)[:] = np.arange(5)
    d.history = "Made for a test."
import hdf5storage

hdf5storage.savemat(os.path.join(folder, "matlab.mat"), {"a": np.arange(4.0), "s": "text", "c": [1, "x"]}, format="7.3")
