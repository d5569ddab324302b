"""Writes HDF5 files of every kind that h5py, pandas and PyTables can write, and what h5py
finds in them: make.py DIRECTORY [COUNT [SEED]]. Each NAME.h5 gets a NAME.json. With
"fixtures" as COUNT, only the few small files that the repository keeps; with "weights", a large one."""

import ctypes
import json
import os
import random
import sys

import h5py
import numpy as np

VERSIONS = [("earliest", "latest"), ("latest", "latest"), ("earliest", "v108"), ("v108", "v108"), ("v110", "v110"), ("v112", "v112"),
            ("v114", "v114"), ("v110", "latest"), ("earliest", "v112"), ("v200", "v200"), ("earliest", "v110")]
VERSIONS = [v for v in VERSIONS if set(v) <= set(h5py._hl.files.libver_dict)]  # older releases of h5py know fewer
STRING = h5py.string_dtype()
ASCII = h5py.string_dtype("ascii")


def blob(rng, n):
    return bytes(rng.randrange(256) for _ in range(n))


def array(rng, shape, dtype="<i4"):
    n = int(np.prod(shape))
    return np.frombuffer(blob(rng, n * np.dtype(dtype).itemsize), dtype=dtype).reshape(shape) if dtype != "<f8" else np.arange(n, dtype="<f8").reshape(shape)


def attributes(rng, target, count):
    for i in range(count):
        name = f"attr{i:04d}"
        kind = rng.randrange(16)
        if kind == 0:
            target.attrs[name] = "text " * rng.randrange(20)
        elif kind == 1:
            target.attrs[name] = np.bytes_(b"fixed" * rng.randrange(1, 9))
        elif kind == 2:
            target.attrs[name] = json.dumps({"class_name": "Sequential", "config": ["x" * 50] * rng.randrange(40)}).encode()
        elif kind == 3:
            target.attrs.create(name, ["a", "bb", "", "ccc\u00e9"], dtype=STRING)
        elif kind == 4:
            target.attrs.create(name, np.array([b"kernel:0", b"bias:0", b""], dtype="S12"))
        elif kind == 5:
            target.attrs[name] = array(rng, (rng.randrange(1, 6), 3), rng.choice(["<i4", ">i2", "<f8", "u1", ">f4"]))
        elif kind == 6:
            target.attrs[name] = h5py.Empty(rng.choice(["f4", "S10"]))
        elif kind == 7:
            target.attrs[name] = np.void(blob(rng, rng.randrange(1, 40)))
        elif kind == 8:
            target.attrs[name] = np.array([(1, b"one", 2.5), (2, b"two", 3.5)], dtype=[("id", "<i4"), ("name", "S5"), ("value", ">f8")])
        elif kind == 9:
            target.attrs[name] = target.ref
        elif kind == 10:
            target.attrs.create(name, 1, dtype=h5py.enum_dtype({"RED": 0, "GREEN": 1, "BLUE\u00e9": 42}, basetype="i2"))
        elif kind == 11:
            target.attrs.create(name, np.arange(12, dtype="u2").reshape(2, 6), shape=(2, 6), dtype=np.dtype(("u2", (6,))))
        elif kind == 12:
            value = np.empty(3, dtype=object)
            for j in range(3):
                value[j] = np.arange(j * 5, dtype="<i4")
            target.attrs.create(name, value, dtype=h5py.vlen_dtype("<i4"))
        elif kind == 13:
            target.attrs[name] = rng.choice([True, np.complex64(1 + 2j), 3, 4.5, np.float16(2)])
        elif kind == 14:
            target.attrs.create(name, "ascii", dtype=ASCII)
        elif kind == 15:
            nested = np.dtype([("a", [("s", "S3"), ("n", "i1")]), ("v", "V7"), ("m", "u1", (2, 2))])
            value = np.zeros(2, dtype=nested)
            value["a"]["s"], value["v"], value["m"] = b"xyz", b"opaque!", 7
            target.attrs[name] = value


FILTERS = [{}, {"compression": "gzip"}, {"compression": "lzf"}, {"shuffle": True, "compression": "gzip"}, {"fletcher32": True},
           {"fletcher32": True, "shuffle": True, "compression": "gzip", "compression_opts": 9}, {"shuffle": True, "compression": "lzf"}]


def datasets(rng, group, libver):
    for i in range(rng.randrange(1, 9)):
        name = f"data{i}"
        kind = rng.randrange(14)
        if kind == 0:
            d = group.create_dataset(name, data=array(rng, (5, 7), rng.choice(["<i4", ">u8", "<f4"])))
        elif kind == 1:
            shape = tuple(rng.randrange(1, 30) for _ in range(rng.randrange(1, 4)))
            chunks = tuple(rng.randrange(1, n + 1) for n in shape)
            d = group.create_dataset(name, data=array(rng, shape), chunks=chunks, **rng.choice(FILTERS))
        elif kind == 2:
            shape = tuple(rng.randrange(1, 25) for _ in range(rng.randrange(1, 4)))
            limits = list(shape)
            for j in range(len(limits)):
                limits[j] = rng.choice([None, limits[j], limits[j] + 9])
            chunks = tuple(min(n, rng.randrange(1, 6)) for n in shape)
            d = group.create_dataset(name, data=array(rng, shape), chunks=chunks, maxshape=tuple(limits), **rng.choice(FILTERS))
        elif kind == 3:
            d = group.create_dataset(name, data=["text", "", "more text " * 40, "\u20ac"] * rng.randrange(1, 40), dtype=STRING,
                                     **rng.choice([{}, {"chunks": (3,), "compression": "gzip"}]))
        elif kind == 4:
            d = group.create_dataset(name, data=np.array([b"fixed", b"strings"], dtype="S9"))
        elif kind == 5:
            d = group.create_dataset(name, data=np.void(blob(rng, 30)))
        elif kind == 6:
            d = group.create_dataset(name, (2,), dtype=h5py.vlen_dtype("u1"))
            d[0], d[1] = np.frombuffer(blob(rng, 20), "u1"), np.frombuffer(b"", "u1")
        elif kind == 7:
            d = group.create_dataset(name, (100, 100), dtype="f4", chunks=(10, 10), maxshape=(None, None))
            d[rng.randrange(100), rng.randrange(100)] = 3
        elif kind == 8:
            d = group.create_dataset(name, (4, 4), dtype="i2", external=[("weights.bin", 8, 16), ("/etc/hostname", 0, h5py.h5f.UNLIMITED)])
        elif kind == 9 and libver not in ("earliest", "v108"):
            layout = h5py.VirtualLayout(shape=(6, 10), dtype="i4")
            for j in range(3):
                layout[j] = h5py.VirtualSource(f"source{j}.h5", f"dset{j}", shape=(10,))
            layout[3, 0:10:2] = h5py.VirtualSource(".", "other", shape=(20,))[0:20:4]
            d = group.create_virtual_dataset(name, layout)
        elif kind == 10:
            d = group.create_dataset(name, data=h5py.Empty("f4"))
        elif kind == 11:
            space, plist = h5py.h5s.create_simple((4, 5)), h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            plist.set_layout(h5py.h5d.COMPACT)
            h5py.h5d.create(group.id, name.encode(), h5py.h5t.STD_I32LE, space, plist).write(h5py.h5s.ALL, h5py.h5s.ALL, array(rng, (4, 5)))
            d = group[name]
        elif kind == 12:
            space, plist = h5py.h5s.create_simple((40, 5)), h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            plist.set_chunk((7, 2))
            plist.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
            h5py.h5d.create(group.id, name.encode(), h5py.h5t.STD_I32LE, space, plist).write(h5py.h5s.ALL, h5py.h5s.ALL, array(rng, (40, 5)))
            d = group[name]
        else:
            d = group.create_dataset(name, data=np.array([(1, "vlen", b"fix")] * 3, dtype=[("n", "i8"), ("s", STRING), ("f", "S4")]))
        attributes(rng, d, rng.choice([0, 1, 3, 12]))


def links(rng, file, group, count):
    for i in range(count):
        name = f"link{i}" + "x" * rng.choice([0, 3, 60])
        kind = rng.randrange(4)
        if kind == 0:
            group[name] = h5py.SoftLink(rng.choice(["/", "/missing/" + "y" * 90, "sibling"]))
        elif kind == 1:
            group[name] = h5py.ExternalLink(rng.choice(["other.h5", "../up.h5", "/etc/passwd"]), "/a/b")
        elif kind == 2:
            group[name] = rng.choice([file, group])
        else:
            group.create_group(name, track_order=rng.choice([True, False, None]))


def random_file(path, seed):
    rng = random.Random(seed)
    low, high = rng.choice(VERSIONS)
    options = {"libver": (low, high), "track_order": rng.choice([None, True, False]), "userblock_size": rng.choice([0, 0, 512, 4096])}
    if rng.randrange(4) == 0 and high != "v108":
        options.update(fs_strategy=rng.choice(["fsm", "page", "aggregate", "none"]), fs_persist=True, userblock_size=0)
    with h5py.File(path, "w", **options) as file:
        groups = [file]
        for i in range(rng.randrange(1, 6)):
            groups.append(rng.choice(groups).create_group(f"group{i}", track_order=rng.choice([None, True, False])))
        for group in groups:
            attributes(rng, group, rng.choice([0, 1, 5, 30, 200 if low != "earliest" else 20]))
            datasets(rng, group, low)
            links(rng, file, group, rng.choice([0, 3, 15, 120]))
        if rng.randrange(3) == 0:
            file["named"] = np.dtype([("a", "i4"), ("b", "S7")])
            groups[-1].create_dataset("of_named", (3,), dtype=file["named"])
            groups[-1].attrs.create("of_named", np.zeros(2, file["named"].dtype), dtype=file["named"])
        if rng.randrange(3) == 0:
            del groups[-1][list(groups[-1])[0]]


def many(path):
    with h5py.File(path, "w", libver="latest") as file:
        group = file.create_group("links", track_order=True)
        for i in range(3000):
            group[f"name {i} " + "z" * (i % 50)] = h5py.SoftLink(f"/target/{i}")
        group = file.create_group("attributes")
        for i in range(2000):
            group.attrs[f"a{i}"] = "v" * (i % 70)
        file.attrs["model_config"] = np.bytes_(b"{" + b"m" * 60000 + b"}")
        file.attrs.create("huge", np.arange(200000, dtype="u1"))


def old_many(path):
    with h5py.File(path, "w", libver="earliest") as file:
        for i in range(3000):
            file[f"name {i:05d}"] = h5py.SoftLink(f"/target/{i}")
        file.create_dataset("chunks", data=np.arange(90000).reshape(300, 300), chunks=(3, 7))


def library():
    """The HDF5 library that h5py has loaded, for what h5py has no name for."""
    with open("/proc/self/maps") as maps:
        name = next(line.split()[-1] for line in maps if "libhdf5-" in line or "libhdf5." in line)
    return ctypes.CDLL(name)


def filtered_heap(path, count=200):
    """Links in a heap that is compressed, and attributes in one of objects of their own."""
    with h5py.File(path, "w", libver="latest") as file:
        plist = h5py.h5p.create(h5py.h5p.GROUP_CREATE)
        hid = ctypes.c_int64(plist.id)
        assert library().H5Pset_link_phase_change(hid, 0, 0) >= 0
        assert library().H5Pset_deflate(hid, 6) >= 0
        group = h5py.Group(h5py.h5g.create(file.id, b"dense", gcpl=plist))
        for i in range(count):
            group[f"soft{i}"] = h5py.SoftLink("/x" * (i + 1))
        group["huge"] = h5py.SoftLink("/huge" * 2000)
        group.create_group("sub").attrs["a"] = 1


def shared_messages(path):
    """Messages that object headers have in common, in heaps of the file."""
    plist = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    hid = ctypes.c_int64(plist.id)
    assert library().H5Pset_shared_mesg_nindexes(hid, 2) >= 0
    assert library().H5Pset_shared_mesg_index(hid, 0, 0x02 | 0x08 | 0x01, 10) >= 0  # dataspaces, datatypes
    assert library().H5Pset_shared_mesg_index(hid, 1, 0x1000, 10) >= 0  # attributes
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_libver_bounds(h5py.h5f.LIBVER_LATEST, h5py.h5f.LIBVER_LATEST)
    with h5py.File(h5py.h5f.create(path.encode(), h5py.h5f.ACC_TRUNC, plist, access)) as file:
        for i in range(60):
            group = file.create_group(f"g{i}")
            group.attrs["same"] = np.arange(30)
            group.attrs["text"] = "text " * (i % 3)
            group.create_dataset("d", data=np.array([b"same"] * 4), chunks=(2,), compression="gzip")
        for i in range(30):
            file.attrs[f"dense{i}"] = np.arange(30)


def arrays(path):
    """Chunk indexes with many pages and levels."""
    with h5py.File(path, "w", libver="latest") as file:
        file.create_dataset("fixed", data=np.arange(5000, dtype="u2"), chunks=(2,))
        file.create_dataset("fixed_filtered", data=np.arange(3000, dtype="u2"), chunks=(2,), compression="gzip")
        file.create_dataset("extensible", data=np.arange(20000, dtype="u2"), chunks=(2,), maxshape=(None,))
        file.create_dataset("extensible2", data=np.arange(6000, dtype="u2").reshape(3, 2000), chunks=(2, 1), maxshape=(5, None), compression="lzf")
        sparse = file.create_dataset("sparse", (400000,), dtype="u1", chunks=(2,), maxshape=(None,))
        for i in (0, 777, 40000, 399999):
            sparse[i] = 9
        sparse = file.create_dataset("sparse_fixed", (40000,), dtype="u1", chunks=(2,))
        for i in (0, 777, 39999):
            sparse[i] = 9
        file.create_dataset("tree", data=np.arange(10000, dtype="u2").reshape(100, 100), chunks=(2, 3), maxshape=(None, None))
        file.create_dataset("tree_filtered", data=np.arange(10000, dtype="u2").reshape(100, 100), chunks=(2, 3), maxshape=(None, None), shuffle=True,
                            compression="gzip")
        file.create_dataset("single", data=np.arange(100, dtype="u2"), chunks=(100,), compression="gzip")
        file.create_dataset("single_plain", data=np.arange(100, dtype="u2"), chunks=(100,))


def file_with(path, **settings):
    """A file whose creation properties only the C interface sets."""
    plist = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    for name, values in settings.items():
        assert getattr(library(), "H5Pset_" + name)(ctypes.c_int64(plist.id), *map(ctypes.c_size_t, values)) >= 0
    return h5py.File(h5py.h5f.create(path.encode(), h5py.h5f.ACC_TRUNC, plist))


def odd_sizes(path):
    """Addresses and lengths of four bytes."""
    with file_with(path, sizes=(4, 4)) as file:
        rng = random.Random(1)
        attributes(rng, file, 12)
        file.create_dataset("chunks", data=array(rng, (30, 30)), chunks=(4, 5), compression="gzip")
        file.create_dataset("grows", data=array(rng, (30,)), chunks=(4,), maxshape=(None,))
        links(rng, file, file.create_group("links"), 30)


def superblock1(path):
    """Other sizes of nodes than usual, which version 1 of the superblock is for."""
    with file_with(path, istore_k=(3,), sym_k=(2, 1)) as file:
        for i in range(300):
            file[f"name {i}"] = h5py.SoftLink("/target")
        file.create_dataset("chunks", data=np.arange(10000).reshape(100, 100), chunks=(3, 5))


def virtual(path):
    """Every kind of selection."""
    with h5py.File(path, "w", libver="latest") as file:
        layout = h5py.VirtualLayout(shape=(8, 100), dtype="i4")
        layout[0] = h5py.VirtualSource("a.h5", "whole", shape=(100,))
        layout[1, [3, 5, 50]] = h5py.VirtualSource("../b.h5", "list", shape=(9,))[[1, 4, 8]]
        layout[2:4, 0:100:10] = h5py.VirtualSource("c.h5", "slab", shape=(40, 40))[0:2, 5:15]
        file.create_virtual_dataset("selections", layout)
        layout = h5py.VirtualLayout(shape=(1, 10), maxshape=(None, 10), dtype="i4")
        layout[0:h5py.h5s.UNLIMITED:1, :] = h5py.VirtualSource("grown.h5", "data", shape=(1, 10), maxshape=(None, 10))[0:h5py.h5s.UNLIMITED, :]
        file.create_virtual_dataset("unlimited", layout)


def keras_models(path):
    """What Keras itself writes; the numpy backend is enough for it."""
    os.environ["KERAS_BACKEND"] = "numpy"
    import keras
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="relu"), keras.layers.BatchNormalization(), keras.layers.Dense(1)])
    model.save(path)
    model.save_weights(path[:-3] + ".weights.h5")
    finish(path[:-3] + ".weights.h5")


def pandas_store(path):
    import pandas as pd
    frame = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "z"], "c": [{"any": "object"}, None, (1, 2)]})
    frame.to_hdf(path, key="frame", mode="w")
    frame[["a", "b"]].to_hdf(path, key="table", format="table")
    pd.Series([1.5, 2.5], name="s").to_hdf(path, key="series")


def keras_weights(path):
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"], file.attrs["backend"] = b"2.15.0", b"tensorflow"
        file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": {"layers": []}}).encode()
        file.attrs["layer_names"] = [b"dense", b"dense_1"]
        for name in ("dense", "dense_1"):
            group = file.create_group(name)
            group.attrs["weight_names"] = [f"{name}/kernel:0".encode(), f"{name}/bias:0".encode()]
            group.create_dataset(f"{name}/kernel:0", data=np.zeros((4, 3), "f4"))
            group.create_dataset(f"{name}/bias:0", data=np.zeros(3, "f4"))


# What h5py finds.

def has(tid, wanted):
    kind = tid.get_class()
    if kind == wanted:
        return True
    if kind == h5py.h5t.COMPOUND:
        return any(has(tid.get_member_type(i), wanted) for i in range(tid.get_nmembers()))
    if kind in (h5py.h5t.ARRAY, h5py.h5t.VLEN):
        return has(tid.get_super(), wanted)
    return False


def items(tid, values):
    """The items of an array of values of a type, as hdf5.Item describes them."""
    values = np.asarray(values)
    kind = tid.get_class()
    if kind == h5py.h5t.STRING:
        return [v.encode("utf-8", "surrogateescape").hex() if isinstance(v, str) else bytes(v).hex() for v in values.reshape(-1)]
    if kind == h5py.h5t.VLEN:
        return [np.asarray(v).tobytes().hex() for v in values.reshape(-1) ]
    if kind == h5py.h5t.OPAQUE:
        return [v.tobytes().hex() for v in values.reshape(-1)]
    if kind == h5py.h5t.ARRAY:
        inner = int(np.prod(tid.get_array_dims()))
        return [i for row in values.reshape(-1, inner) for i in items(tid.get_super(), row)]
    if kind == h5py.h5t.COMPOUND:
        out = []
        if values.dtype.names is None:
            return out  # a complex number
        for value in values.reshape(-1):
            for n in range(tid.get_nmembers()):
                member = tid.get_member_type(n)
                if member.get_class() in (h5py.h5t.STRING, h5py.h5t.VLEN, h5py.h5t.OPAQUE, h5py.h5t.ARRAY, h5py.h5t.COMPOUND):
                    out += items(member, value[tid.get_member_name(n).decode()])
        return out
    return [values.tobytes().hex()] if values.size else []


CLASSES = {h5py.h5t.INTEGER: "integer", h5py.h5t.FLOAT: "float", h5py.h5t.STRING: "string", h5py.h5t.BITFIELD: "bitfield",
           h5py.h5t.OPAQUE: "opaque", h5py.h5t.COMPOUND: "compound", h5py.h5t.REFERENCE: "reference", h5py.h5t.ENUM: "enum",
           h5py.h5t.VLEN: "vlen", h5py.h5t.ARRAY: "array"}


def class_of(tid):
    if tid.get_class() == h5py.h5t.STRING and tid.is_variable_str():
        return "vlen"
    return CLASSES.get(tid.get_class(), "complex")


def read(tid, reader):
    if has(tid, h5py.h5t.REFERENCE):
        return None
    value = reader()
    return [] if isinstance(value, h5py.Empty) else items(tid, value)


def attribute(target, name):
    aid = h5py.h5a.open(target.id, name.encode())
    tid = aid.get_type()
    fact = {"class": class_of(tid), "size": tid.get_size() if class_of(tid) != "vlen" else 0, "shape": list(aid.shape or ())}
    try:
        fact["items"] = read(tid, lambda: target.attrs[name])
    except (OSError, TypeError, ValueError) as err:
        fact["items"] = None
    return fact


LAYOUTS = {h5py.h5d.COMPACT: "compact", h5py.h5d.CONTIGUOUS: "contiguous", h5py.h5d.CHUNKED: "chunked", h5py.h5d.VIRTUAL: "virtual"}


def dataset(d):
    plist, tid = d.id.get_create_plist(), d.id.get_type()
    fact = {"class": class_of(tid), "shape": list(d.shape or ()), "layout": LAYOUTS[plist.get_layout()], "chunks": list(d.chunks or ()),
            "filters": [plist.get_filter(i)[0] for i in range(plist.get_nfilters())],
            "external": [list(map(str, (n.decode() if isinstance(n, bytes) else n, o, s))) for n, o, s in (plist.get_external(i) for i in range(plist.get_external_count()))],
            "virtual": [[plist.get_virtual_filename(i), plist.get_virtual_dsetname(i)] for i in range(plist.get_virtual_count())]
            if fact_virtual(plist) else [], "items": None, "storage": d.id.get_storage_size()}
    if None in (d.maxshape or ()) and fact["virtual"]:
        fact["shape"] = None  # as large as what the sources have
    if not fact["external"] and not fact["virtual"] and set(fact["filters"]) <= {1, 2, 3, 32000}:
        fact["items"] = read(tid, lambda: d[()])
    return fact


def fact_virtual(plist):
    return plist.get_layout() == h5py.h5d.VIRTUAL


def link(group, name):
    found = group.get(name, getlink=True)
    if isinstance(found, h5py.ExternalLink):
        return ["external", found.filename, found.path]
    if isinstance(found, h5py.SoftLink):
        return ["soft", found.path, ""]
    return ["hard", str(h5py.h5o.get_info(group[name].id).addr), ""]


def facts(path):
    out = {}
    with h5py.File(path, "r") as file:
        queue = [file["/"]]
        while queue:
            target = queue.pop()
            address = str(h5py.h5o.get_info(target.id).addr)
            if address in out:
                continue
            fact = out[address] = {"attributes": {n: attribute(target, n) for n in list(target.attrs)}, "links": {}, "dataset": None}
            if isinstance(target, h5py.Group):
                fact["kind"] = "group"
                fact["links"] = {n: link(target, n) for n in list(target)}
                queue += [target[n] for n, found in fact["links"].items() if found[0] == "hard"]
            elif isinstance(target, h5py.Dataset):
                fact["kind"], fact["dataset"] = "dataset", dataset(target)
            else:
                fact["kind"] = "datatype"
    return out


def finish(path):
    with open(path[:-3] + ".json", "w") as out:
        json.dump(facts(path), out)


# The files that the repository keeps. Each shows much in few bytes.

def fixture_old(path):
    with h5py.File(path, "w", libver="earliest") as file:
        file.attrs["model_config"] = np.bytes_(b'{"class_name": "Sequential"}')
        file.attrs["layer_names"] = np.array([b"dense"])
        file["soft"], file["external"] = h5py.SoftLink("/missing"), h5py.ExternalLink("other.h5", "/x")
        file.create_dataset("kernel", data=np.arange(6, dtype="<f4").reshape(2, 3), chunks=(2, 2), compression="gzip", shuffle=True, fletcher32=True)
        file["again"] = file


def fixture_dense(path):
    with h5py.File(path, "w", libver="latest", track_order=True) as file:
        for i in range(9):
            file.attrs[f"a{i}"] = np.bytes_(b"text" * i)
            file[f"soft{i}"] = h5py.SoftLink(f"/target/{i}")
        file["external"] = h5py.ExternalLink("../other.h5", "/x")


def fixture_elsewhere(path):
    with h5py.File(path, "w", libver="latest", userblock_size=512) as file:
        file.create_dataset("outside", (4,), dtype="u1", external=[("weights.bin", 8, 2), ("/etc/hostname", 0, h5py.h5f.UNLIMITED)])
        layout = h5py.VirtualLayout(shape=(2, 4), dtype="u1")
        layout[0], layout[1, 1:3] = h5py.VirtualSource("a.h5", "x", shape=(4,)), h5py.VirtualSource("../b.h5", "y", shape=(9,))[[2, 5]]
        file.create_virtual_dataset("virtual", layout)


def fixture_chunks(path):
    with h5py.File(path, "w", libver="latest") as file:
        data = np.arange(12, dtype="u1").reshape(3, 4)
        file.create_dataset("fixed", data=data, chunks=(2, 3))
        file.create_dataset("extensible", data=data, chunks=(2, 3), maxshape=(3, None), compression="lzf")
        file.create_dataset("tree", data=data, chunks=(2, 3), maxshape=(None, None))
        file.create_dataset("single", data=data, chunks=(3, 4), compression="gzip")


def fixture_types(path):
    with h5py.File(path, "w", libver="v110") as file:
        file["named"] = np.dtype([("a", "i4"), ("s", "S3"), ("v", STRING), ("m", "u1", (2,))])
        file.attrs.create("of_named", np.array([(1, b"abc", "vlen", [1, 2])], file["named"].dtype), dtype=file["named"])
        file.attrs.create("enum", 1, dtype=h5py.enum_dtype({"RED": 0, "GREEN": 1}))
        file.attrs["void"], file.attrs["ref"], file.attrs["empty"] = np.void(b"\x80opaque."), file.ref, h5py.Empty("f4")
        value = np.empty(2, dtype=object)
        value[0], value[1] = np.arange(3, dtype="u1"), np.arange(0, dtype="u1")
        file.create_dataset("sequences", data=value, dtype=h5py.vlen_dtype("u1"))


def fixture_symbols(path):
    with h5py.File(path, "w", libver="earliest") as file:
        for name in "ab":
            file.create_group(name)["in_" + name] = h5py.SoftLink("/target/of_" + name)


def fixture_bomb(path):
    with h5py.File(path, "w", libver="latest") as file:
        file.create_dataset("bomb", (1 << 20, 1 << 20), "u1", chunks=(1 << 14, 1 << 14), compression="gzip")


class ImageConfig(ctypes.Structure):
    _fields_ = [("version", ctypes.c_int32), ("generate", ctypes.c_bool), ("resize", ctypes.c_bool), ("ageout", ctypes.c_int32)]


def cached(path):
    """Structures that stand in an image of the library's cache rather than at their addresses."""
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_libver_bounds(h5py.h5f.LIBVER_LATEST, h5py.h5f.LIBVER_LATEST)
    assert library().H5Pset_mdc_image_config(ctypes.c_int64(access.id), ctypes.byref(ImageConfig(1, True, False, -1))) >= 0
    with h5py.File(h5py.h5f.create(path.encode(), h5py.h5f.ACC_TRUNC, fapl=access)) as file:
        file.attrs["model_config"] = np.bytes_(b"{}")
        file["soft"] = h5py.SoftLink("/elsewhere")
        if os.path.basename(path) == "cached.h5":  # HDF5 2.0 does not read its own images of dense groups
            attributes(random.Random(1), file, 7)
            links(random.Random(3), file, file.create_group("links"), 7)


def weights(path):
    """What a model has most of: 256 MiB of numbers, in both layouts."""
    with h5py.File(path, "w") as file:
        for i in range(100):
            file.create_dataset(f"layer{i}/kernel", data=np.full((2 << 20) // 4, i, "f4"))
        file.create_dataset("chunked", data=np.zeros((56 << 20) // 4, "f4"), chunks=((64 << 10) // 4,))


def main():
    where = sys.argv[1]
    if sys.argv[2:] == ["weights"]:
        return weights(os.path.join(where, "weights.h5"))
    if sys.argv[2:] == ["fixtures"]:
        for name, write in list(globals().items()):
            if name.startswith("fixture_"):
                write(os.path.join(where, name.removeprefix("fixture_") + ".h5"))
        filtered_heap(os.path.join(where, "filtered.h5"), 8)
        cached(os.path.join(where, "image.h5"))
        return
    where, count, seed = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 100, int(sys.argv[3]) if len(sys.argv) > 3 else 1
    named = {"many": many, "old_many": old_many, "arrays": arrays, "filtered_heap": filtered_heap, "shared_messages": shared_messages, "odd_sizes": odd_sizes, "cached": cached,
             "superblock1": superblock1, "virtual": virtual, "keras_models": keras_models, "pandas": pandas_store, "keras": keras_weights}
    for name, write in named.items():
        path = os.path.join(where, name + ".h5")
        try:
            write(path)
        except ImportError as err:
            print(f"{name}: {err}", file=sys.stderr)
            continue
        finish(path)
    for i in range(count):
        path = os.path.join(where, f"random{seed + i}.h5")
        random_file(path, seed + i)
        finish(path)


if __name__ == "__main__":
    main()
