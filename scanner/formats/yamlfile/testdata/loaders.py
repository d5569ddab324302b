"""Loads configurations with the real loaders and says what they ran.

Standard input has one JSON object a line: {"loader": ..., "files": {name: text in latin-1}}.
For each, one line of JSON is written: the event of CPython's audit hooks that came first of
those that start a process or run code from a text, or "". The event is stopped before it has
an effect, and each case runs in a process of its own.
"""
import json
import os
import sys
import tempfile

import hydra.utils
import hyperpyyaml
import mlflow.pyfunc
import mlflow.pytorch
import skops.io
import torch
import xgboost
import yaml
from omegaconf import OmegaConf

hyperpyyaml.load_hyperpyyaml("a: !new:collections.Counter\n")  # what it imports late


def load(loader, path):
    with open(path, "rb") as f:
        raw = f.read()
    if loader == "pyyaml":
        return lambda: list(yaml.load_all(raw, Loader=yaml.UnsafeLoader))
    if loader == "hydra":
        config = OmegaConf.load(path)
        return lambda: hydra.utils.instantiate(config)
    if loader == "hyperpyyaml":
        return lambda: hyperpyyaml.load_hyperpyyaml(raw.decode())
    if loader == "mlflow":
        return lambda: mlflow.pyfunc.load_model(os.path.dirname(path))
    raise SystemExit("no such loader: " + loader)


def child(case, out):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in case["files"].items():
            os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
            with open(os.path.join(folder, name), "wb") as f:
                f.write(text.encode("latin-1"))
        run = load(case["loader"], os.path.join(folder, next(iter(case["files"]))))

        def hook(event, args):
            what = None
            if event in ("os.system", "subprocess.Popen", "os.fork"):
                what = event
            elif event == "compile" and isinstance(args[0], (str, bytes)) and len(args[0]) < 40 and "MARK" in str(args[0]):
                what = event
            if what:
                os.write(out, what.encode())
                os._exit(0)

        sys.addaudithook(hook)
        try:
            run()
        except BaseException as e:
            print(case["loader"], type(e).__name__, str(e)[:200], file=sys.stderr)


for line in sys.stdin:
    case = json.loads(line)
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(r)
        child(case, w)
        os._exit(0)
    os.close(w)
    with os.fdopen(r) as answer:
        print(json.dumps(answer.read()), flush=True)
    os.waitpid(pid, 0)
