"""Writes models with every layer class of a Keras, as that Keras does, and attacks on it.

Usage: models.py keras|tf_keras FOLDER. manifest.json in the folder says of each file which
rules have to fire; honest files have none. "attack" files leave a mark where their payload
ran: loaders.py loads them.
"""
import base64
import importlib
import inspect
import json
import os
import sys
import zipfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
import warnings

warnings.simplefilter("ignore")
import h5py
import numpy as np

which, folder = sys.argv[1], sys.argv[2]
keras = importlib.import_module(which)
layers = keras.layers
manifest = []
os.makedirs(folder, exist_ok=True)


def note(name, *rules):
    manifest.append({"path": name, "rules": sorted(rules)})


# What a layer needs besides defaults, and the shape of its inputs.
SEQUENCE, IMAGE, VOLUME, FLAT = (4, 6), (8, 8, 3), (6, 6, 6, 2), (5,)
SETTINGS = {
    "Dense": (FLAT, {"units": 2}), "EinsumDense": (FLAT, {"equation": "ab,bc->ac", "output_shape": 3}), "Embedding": (FLAT, {"input_dim": 9, "output_dim": 2}),
    "Reshape": (FLAT, {"target_shape": (5, 1)}), "RepeatVector": (FLAT, {"n": 2}), "Permute": (SEQUENCE, {"dims": (2, 1)}), "Activation": (FLAT, {"activation": "relu"}),
    "Lambda": None, "TFSMLayer": None, "TorchModuleWrapper": None, "JaxLayer": None, "FlaxLayer": None, "InputLayer": None, "Layer": None, "Wrapper": None,
    "AbstractRNNCell": None, "InputSpec": None, "Input": None, "DenseFeatures": None, "RNN": None, "StackedRNNCells": None, "Pipeline": None,
    "Bidirectional": (SEQUENCE, lambda: {"layer": layers.LSTM(2)}), "TimeDistributed": (SEQUENCE, lambda: {"layer": layers.Dense(2)}),
    "SpectralNormalization": (FLAT, lambda: {"layer": layers.Dense(2)}), "ConvLSTM1D": ((3, 8, 2), {"filters": 2, "kernel_size": 2}),
    "ConvLSTM2D": ((3, 8, 8, 2), {"filters": 2, "kernel_size": 2}), "ConvLSTM3D": ((3, 4, 4, 4, 2), {"filters": 2, "kernel_size": 2}),
    "CategoryEncoding": (FLAT, {"num_tokens": 9}), "Discretization": (FLAT, {"bin_boundaries": [0.0, 1.0]}), "Hashing": (FLAT, {"num_bins": 3}),
    "HashedCrossing": None, "StringLookup": ("text", {"vocabulary": ["a", "b/c"]}), "IntegerLookup": ("integers", {"vocabulary": [1, 2]}),
    "TextVectorization": ("text", {"vocabulary": ["a", "b"]}), "Normalization": (FLAT, {"mean": 1.0, "variance": 2.0}), "Rescaling": (FLAT, {"scale": 0.5}),
    "CenterCrop": (IMAGE, {"height": 4, "width": 4}), "RandomCrop": (IMAGE, {"height": 4, "width": 4}), "Resizing": (IMAGE, {"height": 4, "width": 4}),
    "RandomZoom": (IMAGE, {"height_factor": 0.1}), "RandomHeight": (IMAGE, {"factor": 0.1}), "RandomWidth": (IMAGE, {"factor": 0.1}),
    "RandomTranslation": (IMAGE, {"height_factor": 0.1, "width_factor": 0.1}), "RandomRotation": (IMAGE, {"factor": 0.1}),
    "RandomContrast": (IMAGE, {"factor": 0.1}), "RandomBrightness": (IMAGE, {"factor": 0.1}), "Cropping1D": (SEQUENCE, {}), "ZeroPadding1D": (SEQUENCE, {}),
    "Dropout": (FLAT, {"rate": 0.1}), "AlphaDropout": (FLAT, {"rate": 0.1}), "GaussianDropout": (FLAT, {"rate": 0.1}), "GaussianNoise": (FLAT, {"stddev": 0.1}),
    "SpatialDropout1D": (SEQUENCE, {"rate": 0.1}), "SpatialDropout2D": (IMAGE, {"rate": 0.1}), "SpatialDropout3D": (VOLUME, {"rate": 0.1}),
    "GroupQueryAttention": (SEQUENCE, {"head_dim": 2, "num_query_heads": 2, "num_key_value_heads": 1}), "MultiHeadAttention": (SEQUENCE, {"num_heads": 1, "key_dim": 2}),
    "STFTSpectrogram": ((256,), {"frame_length": 32, "frame_step": 16, "fft_length": 32}), "MelSpectrogram": ((4096,), {}), "ReversibleEmbedding": (FLAT, {"input_dim": 9, "output_dim": 2}),
    "GroupNormalization": ((4, 32), {}), "MaxNumBoundingBoxes": None, "AutoContrast": (IMAGE, {}), "LSTMCell": None, "GRUCell": None, "SimpleRNNCell": None,
    "LocallyConnected1D": (SEQUENCE, {"filters": 2, "kernel_size": 2}), "LocallyConnected2D": (IMAGE, {"filters": 2, "kernel_size": 2}),
    "RandomGrayscale": (IMAGE, {}), "Concatenate": (SEQUENCE, {}), "Dot": (FLAT, {"axes": 1}), "AdditiveAttention": (SEQUENCE, {}), "Attention": (SEQUENCE, {}),
}
TWO = {"Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "Subtract", "AdditiveAttention", "Attention"}


def guess(name):
    """What a layer is likely to take, by its name."""
    shape = SEQUENCE if "1D" in name or name in ("LSTM", "GRU", "SimpleRNN", "Masking") else IMAGE if "2D" in name or name.startswith(("Random", "Aug", "Cut", "Mix", "Solar", "Equal", "Poster", "Invert", "AutoC")) else VOLUME if "3D" in name else FLAT
    if name.startswith(("Conv", "SeparableConv", "Deconv")):
        return shape, {"filters": 2, "kernel_size": 2}
    if name.startswith("DepthwiseConv"):
        return shape, {"kernel_size": 2}
    if name.startswith("AdaptiveA") or name.startswith("AdaptiveM"):
        return shape, {"output_size": 2}
    if name.startswith(("AveragePooling", "AvgPool")):
        return shape, {"pool_size": 2}
    if name in ("RandomColorDegeneration", "RandomHue", "RandomPosterization", "RandomSaturation", "RandomSharpness"):
        return shape, {"factor": 4 if name == "RandomPosterization" else 0.1}
    if name in ("LSTM", "GRU", "SimpleRNN"):
        return shape, {"units": 2}
    return shape, {}


def single(name, make):
    shape, settings = SETTINGS.get(name) or guess(name)
    settings = settings() if callable(settings) else settings
    kind = {"dtype": "string"} if shape == "text" else {"dtype": "int64"} if shape == "integers" else {}
    shape = (1,) if isinstance(shape, str) else shape
    inputs = [keras.Input(shape, **kind) for _ in range(2 if name in TWO else 1)]
    layer = make(**settings)
    if name in ("MultiHeadAttention", "GroupQueryAttention"):
        output = layer(inputs[0], inputs[0])
    else:
        output = layer(inputs if len(inputs) > 1 else inputs[0])
    return keras.Model(inputs, output, name="one")


def every():
    failed = []
    for name, make in sorted(vars(layers).items()):
        if not inspect.isclass(make) or name.startswith("_") or name in SETTINGS and SETTINGS[name] is None:
            continue
        try:
            model = single(name, make)
        except Exception as e:
            failed.append("%s: %s" % (name, str(e).split("\n")[0][:90]))
            continue
        for end in (".keras", ".h5", ".weights.h5", ".json"):
            path = os.path.join(folder, which + "-" + name + end)
            try:
                if end == ".json":
                    open(path, "w").write(model.to_json())
                elif end == ".weights.h5":
                    model.save_weights(path)
                else:
                    model.save(path)
            except Exception as e:
                failed.append("%s%s: %s" % (name, end, str(e).split("\n")[0][:90]))
                if os.path.exists(path):
                    os.remove(path)
                continue
            note(os.path.basename(path))
    return failed


def write(name, config, weights=None):
    """Writes a .keras file."""
    path = os.path.join(folder, name)
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("metadata.json", json.dumps({"keras_version": keras.__version__, "date_saved": "2026-11-28@12:00:00"}))
        z.writestr("config.json", config if isinstance(config, bytes) else json.dumps(config))
        z.write(weights, "model.weights.h5")


def mark(name):
    return os.path.join(folder, "ran-" + name)


def compiled():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2, activation="relu", kernel_regularizer=keras.regularizers.L2(0.1)), layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.AdamW(1e-3), loss=keras.losses.Huber(), metrics=["mae", keras.metrics.AUC()])
    model.fit(np.zeros((2, 3)), np.zeros((2, 1)), verbose=0)
    for end in (".keras", ".h5"):
        model.save(os.path.join(folder, which + "-compiled" + end))
        note(which + "-compiled" + end)
    def own_loss(a, b):
        return keras.losses.mean_squared_error(a, b)

    model.compile(loss=own_loss)
    for end in (".keras", ".h5"):
        model.save(os.path.join(folder, which + "-own-loss" + end))
        note(which + "-own-loss" + end)

    @keras.saving.register_keras_serializable("mine")
    class Own(layers.Layer):
        def call(self, x):
            return x * 2

    model = keras.Sequential([keras.Input((3,)), Own()])
    for end in (".keras", ".h5"):
        model.save(os.path.join(folder, which + "-own-layer" + end))
        note(which + "-own-layer" + end, "custom-code-required")


def attack(name, rule):
    """Notes a file that does something when it is loaded."""
    manifest.append({"path": name, "rules": [rule], "attack": True})


def lambdas():
    """Files with bytecode, as the library writes them."""
    for end in (".keras", ".h5"):
        name = which + "-lambda" + end
        # Where the mark is there, as it is now, the code does nothing.
        os.makedirs(mark(name))
        inner = eval("lambda x: [x, __import__('os').makedirs(%r, exist_ok=True)][0]" % mark(name))
        keras.Sequential([keras.Input((3,)), layers.Lambda(inner, output_shape=(3,))]).save(os.path.join(folder, name))
        os.rmdir(mark(name))
        attack(name, "keras-lambda-bytecode")


def splice(name, layer, node=None):
    """Writes an honest file with another layer in the place of its last."""
    with zipfile.ZipFile(os.path.join(folder, which + "-Dense.keras")) as z:
        config = json.loads(z.read("config.json"))
    config.pop("compile_config", None)
    config["build_config"] = None
    inner = config["config"]
    first = inner["layers"][0]["name"] if "name" in inner["layers"][0] else inner["layers"][0]["config"]["name"]
    tensor = {"class_name": "__keras_tensor__", "config": {"shape": [None, 5], "dtype": "float32", "keras_history": [first, 0, 0]}}
    old = which == "tf_keras"
    layer.update({"name": "gadget", "inbound_nodes": node or ([[[first, 0, 0, {}]]] if old else [{"args": [tensor], "kwargs": {}}])})
    layer["config"].update({"name": "gadget", "trainable": True})
    layer.setdefault("registered_name", None)
    inner["layers"] = [inner["layers"][0], layer]
    inner["output_layers"] = [["gadget", 0, 0]] if old else ["gadget", 0, 0]
    empty = os.path.join(folder, "empty.tmp")
    with h5py.File(empty, "w"):
        pass
    write(name, config, empty)


def function(module, name):
    return {"module": module, "class_name": "function", "config": name, "registered_name": "function"}


def gadgets():
    name = which + "-module.keras"  # cProfile.run writes its file whatever it was told to run
    config = {"function": function("cProfile", "run"), "arguments": {"filename": mark(name)}, "output_shape": [5]}
    config.update({"function_type": "function", "output_shape_type": "raw"} if which == "tf_keras" else {})
    splice(name, {"module": "keras.layers", "class_name": "Lambda", "config": config})
    attack(name, "keras-module-gadget")
    terms = os.path.join(folder, "terms.tmp")
    open(terms, "w").write("secret\n")
    splice(which + "-vocabulary.keras", {"module": "keras.layers", "class_name": "StringLookup", "config": {"vocabulary": terms}})
    attack(which + "-vocabulary.keras", "keras-external-vocabulary")
    config = {"function": function("keras.config", "enable_unsafe_deserialization"), "function_type": "function", "output_shape_type": "raw", "output_shape": [5]}
    splice(which + "-unsafe.keras", {"module": "keras.layers", "class_name": "Lambda", "config": config})
    note(which + "-unsafe.keras", "keras-internal-gadget")


def operations():
    """TensorFlow functions that tf_keras calls, and a SavedModel that Keras loads."""
    if which == "tf_keras":
        name = "tf_keras-operation.keras"
        layer = {"module": "tf_keras.src.layers.core.tf_op_layer", "class_name": "TFOpLambda", "config": {"function": "io.write_file"}}
        splice(name, layer, [["_CONSTANT_VALUE", -1, mark(name), {"contents": "x"}]])
        attack(name, "keras-internal-gadget")
        return
    import tensorflow as tf

    class Served(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None, 5], tf.float32)])
        def serve(self, x):
            return x

    tf.saved_model.save(Served(), os.path.join(folder, "served"))
    splice("keras-saved-model.keras", {"module": "keras.layers", "class_name": "TFSMLayer", "config": {"filepath": os.path.join(folder, "served")}})
    attack("keras-saved-model.keras", "keras-tfsm-layer")


def elsewhere():
    """Weights whose values are in another file."""
    name, secret = which + "-elsewhere.weights.h5", os.path.join(folder, "secret.tmp")
    open(secret, "wb").write(b"secret!!" * 8)
    model = keras.Sequential([keras.Input((5,)), layers.Dense(2, name="dense")])
    model.save_weights(os.path.join(folder, name))
    with h5py.File(os.path.join(folder, name), "r+") as f:
        names = []
        f.visititems(lambda path, item: names.append(path) if getattr(item, "shape", None) == (5, 2) else None)
        del f[names[0]]
        f.create_dataset(names[0], (5, 2), "f4", external=[(secret, 0, 40)])
    attack(name, "hdf5-external-reference")


failed = every()
compiled()
lambdas()
gadgets()
operations()
elsewhere()
json.dump({"files": manifest, "failed": failed, "version": keras.__version__}, open(os.path.join(folder, "manifest.json"), "w"), indent=1)
for line in failed:
    print("not saved:", line)
print(len(manifest), "files")
