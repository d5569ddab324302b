"""Saves values with torch and says which torch.load(weights_only=True) loads: python weightsonly.py DIR"""

import argparse
import collections
import json
import pathlib
import sys
import warnings

import numpy as np
import torch

warnings.simplefilter("ignore")
root = pathlib.Path(sys.argv[1])
layer = torch.nn.Linear(2, 2)
optimizer = torch.optim.AdamW(layer.parameters())
tagged = torch.zeros(2)
tagged.label = "x"
VALUES = {
    "state": layer.state_dict(), "module": layer, "optimizer": optimizer.state_dict(), "optimizer-object": optimizer, "numbers": {"a": 1.5, "b": 2**40, "c": None, "d": (True, "x")},
    "parameter": torch.nn.Parameter(torch.zeros(2)), "bfloat16": torch.zeros(2, dtype=torch.bfloat16), "bytes": b"abc", "set": {1, 2}, "frozenset": frozenset([1]),
    "counter": collections.Counter("aab"), "ordered": collections.OrderedDict(a=[1]), "default": collections.defaultdict(list), "namespace": argparse.Namespace(a=1),
    "numpy": np.zeros(2), "scalar": np.float64(1), "size": torch.Size([1]), "device": torch.device("cpu"), "dtype": torch.float32, "sparse": torch.eye(2).to_sparse(),
    "csr": torch.eye(2).to_sparse_csr(), "quantized": torch.quantize_per_tensor(torch.zeros(2), 0.1, 0, torch.qint8), "meta": torch.zeros(2, device="meta"), "tagged": tagged,
    "complex": 1 + 2j, "path": root, "many": list(range(300)), "strings": ["a" * 300], "untyped": torch.zeros(2).untyped_storage(), "bytearray": bytearray(b"a"), "range": range(3),
}
answers = {}
for name, value in VALUES.items():
    for suffix, zipped, protocol in (("", True, 2), ("-legacy", False, 2), ("-protocol-4", True, 4)):
        path = root / f"{name}{suffix}.pt"
        try:
            torch.save(value, path, pickle_protocol=protocol, _use_new_zipfile_serialization=zipped)
        except Exception:  # some values have no legacy form
            path.unlink(missing_ok=True)
            continue
        try:
            torch.load(path, weights_only=True)
            answers[path.name] = True
        except Exception:
            answers[path.name] = False
print(json.dumps(answers))
