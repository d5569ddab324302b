"""Loads the attacks that models.py wrote, with the loaders' own defaults, and says which of
them did something: {"path": "ran" or why not}.

Usage: loaders.py keras|tf_keras FOLDER. Run it in a process of its own: what it loads runs.
"""
import importlib
import json
import os
import sys

import numpy as np

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
which, folder = sys.argv[1], sys.argv[2]
keras = importlib.import_module(which)


def load(path):
    """Loads a file, uses it once, and tells what it took from elsewhere."""
    if path.endswith(".weights.h5"):
        model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(2, name="dense")])
        model.load_weights(path)
        return b"secret" in model.get_weights()[0].tobytes()
    model = keras.models.load_model(path, compile=False)
    last = model.layers[-1]
    try:
        model(np.zeros((1,) + tuple(model.input_shape[1:]), "float32"))
    except Exception:
        pass
    return hasattr(last, "get_vocabulary") and "secret" in last.get_vocabulary() or type(last).__name__ == "TFSMLayer"


results = {}
for entry in json.load(open(os.path.join(folder, "manifest.json")))["files"]:
    if not entry.get("attack"):
        continue
    name = entry["path"]
    mark = os.path.join(folder, "ran-" + name)
    try:
        ran, why = load(os.path.join(folder, name)), "nothing happened"
    except BaseException as e:
        ran, why = False, "%s: %s" % (type(e).__name__, str(e).strip().split("\n")[0][:120])
    if os.path.isdir(mark):
        ran = bool(os.rmdir(mark)) or True
    elif os.path.exists(mark):
        ran = bool(os.remove(mark)) or True
    results[name] = "ran" if ran else why
print(json.dumps({"version": keras.__version__, "results": results}, indent=1))
