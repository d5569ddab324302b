"""Writes TensorFlow models with the real libraries, ordinary ones and such as open files, and a manifest of what the scanner
has to report on each: models.py FOLDER. Needs tensorflow; uses keras and tf_keras where they are installed.

Models that open files are loaded and called here, each in a process of its own: what they write must be there after it.
All write into FOLDER and hold nothing but a word."""

import json
import os
import pathlib
import socket
import subprocess
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
import tensorflow as tf

folder = pathlib.Path(sys.argv[1]).resolve()
manifest = []
v1 = tf.compat.v1


def note(path, *rules):
    manifest.append({"Path": path.relative_to(folder).as_posix(), "Rules": sorted(rules)})


def module(name, function, *rules, spec=(), attributes=None):
    m = tf.Module()
    for key, value in (attributes or {}).items():
        setattr(m, key, value)
    m.f = tf.function(function, input_signature=[tf.TensorSpec(*s) for s in spec])
    to = folder / name
    tf.saved_model.save(m, to)
    note(to / "saved_model.pb", *rules)
    return to


def vocabulary():
    path = folder / "vocabulary.txt"
    path.write_text("a\nb\nc\n")
    return str(path)


def ordinary_modules():
    v = tf.Variable(tf.ones([4, 4]))
    strings, floats = [([None], tf.string)], [([4, 4], tf.float32)]
    module("plain", lambda x: tf.matmul(x, v), spec=floats, attributes={"v": v})
    module("loop", lambda x: tf.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, tf.matmul(x, v)), [0, x]), spec=floats, attributes={"v": v})
    module("branch", lambda x: tf.cond(tf.reduce_sum(x) > 0, lambda: x + v, lambda: x - v), spec=floats, attributes={"v": v})
    file = tf.lookup.TextFileInitializer(vocabulary(), tf.string, tf.lookup.TextFileIndex.WHOLE_LINE, tf.int64, tf.lookup.TextFileIndex.LINE_NUMBER)
    table = tf.lookup.StaticVocabularyTable(file, 1)
    module("file-table", table.lookup, spec=strings, attributes={"t": table})
    fixed = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["a", "b"], tf.constant([1, 2], tf.int64)), -1)
    module("fixed-table", fixed.lookup, spec=strings, attributes={"t": fixed})
    asset = tf.saved_model.Asset(vocabulary())
    module("asset-read", lambda: tf.strings.length(tf.io.read_file(asset.asset_path)), attributes={"a": asset})
    module("images", lambda x: tf.image.resize(tf.io.decode_jpeg(x), [8, 8]), spec=[([], tf.string)])
    module("records", lambda x: tf.io.parse_example(x, {"a": tf.io.FixedLenFeature([2], tf.float32)}), spec=strings)

    def printed(x):
        tf.print(x)
        tf.debugging.assert_greater(x, -1e9)
        return x

    module("printed", printed, spec=floats)
    module("dataset", lambda x: tf.data.Dataset.from_tensor_slices(x).map(lambda y: y * 2).batch(2).cache().reduce(0.0, lambda s, y: s + tf.reduce_sum(y)), spec=floats)
    module("strings", lambda x: tf.strings.regex_replace(tf.strings.lower(x), "[^a-z]", ""), spec=strings)


def ordinary_keras(library, name):
    layers = library.layers
    image = layers.Input((16, 16, 3))
    x = layers.Conv2D(4, 3, activation="relu")(image)
    x = layers.DepthwiseConv2D(3)(layers.BatchNormalization()(x))
    x = layers.LayerNormalization()(layers.SpatialDropout2D(0.1)(x))
    x = layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x))
    sequence = layers.Input((7,), dtype="int32")
    y = layers.Embedding(50, 8)(sequence)
    y = layers.Bidirectional(layers.LSTM(4, return_sequences=True))(y)
    y = layers.MultiHeadAttention(2, 4)(y, y)
    y = layers.GRU(3)(layers.Conv1D(4, 2)(y))
    text = layers.Input((), dtype="string")
    lookup = layers.StringLookup(vocabulary=["a", "b"])
    models = {
        "image": library.Model(image, x), "sequence": library.Model(sequence, y), "augment": library.Sequential(
            [layers.Input((16, 16, 3)), layers.RandomFlip(), layers.RandomRotation(0.1), layers.Rescaling(2.0), layers.Flatten()]),
        "lookup": library.Model(text, layers.CategoryEncoding(4)(lookup(text))),
        "file-lookup": library.Model(text, layers.StringLookup(vocabulary=vocabulary())(text)),
        "words": library.Model(text, layers.TextVectorization(vocabulary=["a", "b"])(text)),
    }
    for key, m in models.items():
        to = folder / f"{name}-{key}"
        if hasattr(library, "__version__") and library.__version__.startswith("2"):
            if key in ("image", "sequence"):
                m.compile("adam", "mse")
                m.fit(np.ones((2, *m.input_shape[1:])), np.ones((2, m.output_shape[1])), verbose=0)
            m.save(to)
        else:
            m.export(to, verbose=False)
        note(to / "saved_model.pb")
        if (to / "keras_metadata.pb").exists():  # the config keeps the path of a vocabulary, and loading it reads that
            note(to / "keras_metadata.pb", *(["keras-external-vocabulary"] if key == "file-lookup" else []))


def ordinary_v1():
    for name, options in {"v1": {}, "v1-sharded": {"sharded": True}, "v1-old": {"write_version": v1.train.SaverDef.V1}}.items():
        with tf.Graph().as_default(), v1.Session() as session:
            x = v1.placeholder(tf.float32, [None, 4], name="x")
            y = tf.matmul(x, v1.get_variable("w", [4, 2]), name="y")
            session.run(v1.global_variables_initializer())
            saver = v1.train.Saver(**options)
            (folder / name).mkdir()
            try:
                saver.save(session, str(folder / name / "model"))
                note(folder / name / "model.meta")
            except (tf.errors.OpError, ValueError) as e:
                print(f"{name}: {e}", file=sys.stderr)
            if name == "v1":
                v1.saved_model.simple_save(session, str(folder / "v1-saved"), {"x": x}, {"y": y})
                note(folder / "v1-saved" / "saved_model.pb")
                frozen = v1.graph_util.convert_variables_to_constants(session, session.graph_def, ["y"])
                (folder / "frozen.pb").write_bytes(frozen.SerializeToString())
                note(folder / "frozen.pb")
                tf.io.write_graph(frozen, str(folder), "frozen.pbtxt", as_text=True)
                note(folder / "frozen.pbtxt")
    with tf.Graph().as_default(), v1.Session() as session:
        table = tf.lookup.StaticHashTable(tf.lookup.TextFileInitializer(vocabulary(), tf.string, 0, tf.int64, -1, delimiter=" "), -1)
        x = v1.placeholder(tf.string, [None])
        asset = tf.constant(vocabulary())
        v1.add_to_collection(v1.GraphKeys.ASSET_FILEPATHS, asset)
        builder = v1.saved_model.Builder(str(folder / "v1-asset"))
        y = table.lookup(x)
        builder.add_meta_graph_and_variables(
            session, ["serve"], {"f": v1.saved_model.predict_signature_def({"x": x}, {"y": y})},
            assets_collection=v1.get_collection(v1.GraphKeys.ASSET_FILEPATHS), main_op=v1.tables_initializer())
        builder.save()
        note(folder / "v1-asset" / "saved_model.pb")
        builder.save(as_text=True)
        note(folder / "v1-asset" / "saved_model.pbtxt")
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    v = tf.Variable(tf.ones([4, 4]))
    f = tf.function(lambda x: tf.matmul(x, v)).get_concrete_function(tf.TensorSpec([4, 4]))
    (folder / "frozen2.pb").write_bytes(convert_variables_to_constants_v2(f).graph.as_graph_def().SerializeToString())
    note(folder / "frozen2.pb")


# run loads models and calls them where that is wanted.
run = """
import json, sys, tensorflow as tf
for name, model, how in json.loads(sys.argv[1]):
    said = ""
    m = tf.saved_model.load(model)
    if how == "call":
        try:
            said = str(m.f())
        except tf.errors.OpError as e:
            said = str(e)
    print("@@" + name, said)
"""

wanted = []  # name, folder, "load" or "call", a pattern of files that it makes, what the result says


def check():
    """Loads the models in a process that is thrown away, and looks at what they did."""
    for leftover in folder.glob("written*"):
        leftover.unlink()
    shell = 'ulimit -v 16000000; exec timeout 400 "$0" "$@"'
    models = json.dumps([[name, str(path), how] for name, path, how, _, _ in wanted])
    result = subprocess.run(["bash", "-c", shell, sys.executable, "-c", run, models], cwd=folder, capture_output=True, text=True, check=False)
    parts = dict(p.split(" ", 1) for p in result.stdout.split("@@")[1:])
    for name, _, _, made, said in wanted:
        if name not in parts or said not in parts[name] or made and not list(folder.glob(made)):
            sys.exit(f"{name} did not do what it should: {parts.get(name)} {result.stderr[-2000:]}")


# serve listens, calls a model and says whether the model connected, which ends it: TensorFlow would try again for ever.
serve = """
import os, socket, sys, threading
import tensorflow as tf
server = socket.create_server(("127.0.0.1", int(sys.argv[2])))
def accept():
    server.accept()
    os.write(1, b"connected")
    os._exit(0)
threading.Thread(target=accept, daemon=True).start()
tf.saved_model.load(sys.argv[1]).f()
"""


def connects():
    """A model that takes its data from a service, on a port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    def f():
        spec = tf.TensorSpec([], tf.int64)
        data = tf.data.experimental.service.from_dataset_id("parallel_epochs", f"grpc://127.0.0.1:{port}", dataset_id="1", element_spec=spec)
        return data.reduce(tf.constant(0, tf.int64), lambda a, b: a + b)

    model = module("service", f, "tf-op-network")
    shell = 'ulimit -v 16000000; exec timeout 300 "$0" "$@"'
    result = subprocess.run(["bash", "-c", shell, sys.executable, "-c", serve, str(model), str(port)], capture_output=True, text=True, check=False)
    if "connected" not in result.stdout:
        sys.exit(f"service did not connect: {result.stderr[-2000:]}")


def attacks():
    out = str(folder / "written")
    write, read = "tf-op-file-write", "tf-op-file-read"

    def one(name, *rules, made=None, said=""):
        def decorate(f):
            wanted.append((name, module(name, f, *rules), "call", made, said))

        return decorate

    @one("write", write, made="written-write")
    def _():
        tf.io.write_file(out + "-write", "x")
        return 1

    @one("joined", write, made="written-joined")
    def _():
        tf.io.write_file(tf.strings.join([str(folder), "/written", "-joined"]), "x")
        return 1

    @one("printed-file", write, made="written-print")
    def _():
        tf.print("x", output_stream="file://" + out + "-print")
        return 1

    @one("saved", write, made="written-save*")
    def _():
        saved = tf.raw_ops.SaveV2(prefix=out + "-save", tensor_names=["x"], shape_and_slices=[""], tensors=[1.0])
        with tf.control_dependencies([saved]):
            return tf.identity(1)

    @one("cached", write, made="written-cache*")
    def _():
        return tf.data.Dataset.range(3).cache(out + "-cache").reduce(tf.constant(0, tf.int64), lambda a, b: a + b)

    @one("dumped", write, made="written-dump*/*")
    def _():
        tf.raw_ops.DebugIdentityV2(
            input=1.0, tfdbg_context_id="c", op_name="a", output_slot=0, tensor_debug_mode=8, debug_urls=["file://" + out + "-dump"], tfdbg_run_id="r")
        return 1

    @one("summary", write, made="written-summary/*")
    def _():
        w = tf.raw_ops.SummaryWriter(shared_name="w", container="")
        tf.raw_ops.CreateSummaryFileWriter(writer=w, logdir=out + "-summary", max_queue=1, flush_millis=1, filename_suffix=".v2")
        return 1

    @one("read", read, said="s3cr")
    def _():
        return tf.io.read_file(str(folder / "secret"))

    @one("listed", read, said="secret")
    def _():
        return tf.io.matching_files(str(folder / "s*ret"))

    @one("lines", read, said="s3cr")
    def _():
        return tf.data.TextLineDataset(str(folder / "secret")).reduce("", lambda a, b: tf.strings.join([a, b]))

    @one("mapped", read, said="s3cr")
    def _():
        paths = tf.data.Dataset.from_tensor_slices([str(folder / "secret")])
        return paths.map(tf.io.read_file).reduce("", lambda a, b: tf.strings.join([a, b]))

    @one("immutable", read, said="115")
    def _():
        return tf.raw_ops.ImmutableConst(dtype=tf.uint8, shape=[5], memory_region_name=str(folder / "secret"))

    @one("python", "tf-py-callback", said="pyfunc")
    def _():
        return tf.py_function(lambda: 1.0, [], tf.float32)

    graph = tf.data.Dataset.from_tensors(0).map(lambda i: (tf.io.write_file(out + "-nested", "x"), i)[1])
    serialized = graph._as_serialized_graph(external_state_policy=tf.data.experimental.ExternalStatePolicy.IGNORE).numpy()

    @one("nested", "tf-nested-graph", write)
    def _():
        tf.raw_ops.DatasetFromGraph(graph_def=serialized)
        return 1

    table = tf.lookup.StaticHashTable(Loaded(out), -1)
    loaded = module("loaded", lambda: table.lookup(tf.constant(["a"])), write, attributes={"t": table})
    wanted.append(("loaded", loaded, "load", "written-loaded", ""))


class Loaded(tf.lookup.KeyValueTensorInitializer):
    """An initializer that writes, which loading runs."""

    def __init__(self, out):
        super().__init__(["a"], tf.constant([1], tf.int64))
        self.out = out

    def initialize(self, table):
        tf.io.write_file(self.out + "-loaded", "x")
        return super().initialize(table)


(folder / "secret").write_text("s3cr!\n")
ordinary_modules()
ordinary_v1()
for name in ("keras", "tf_keras"):
    try:
        library = __import__(name)
    except ImportError:
        continue
    ordinary_keras(library, name)
attacks()
check()
connects()
(folder / "manifest.json").write_text(json.dumps(manifest))
