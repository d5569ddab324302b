"""Makes the models in this folder: python examples/make.py

Needs torch, scikit-learn and joblib. The models are real and small. One of them,
unsafe-classifier.pt, runs a command when it is loaded; the command is `true`,
which does nothing.
"""

import io
import os
import pathlib
import pickle
import zipfile

import joblib
import numpy as np
import torch
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

HERE = pathlib.Path(__file__).parent
# os.system("true"), its result dropped: what an attacker would put before the data.
PAYLOAD = b"cos\nsystem\n(S'true'\ntR0"


def classifier() -> torch.nn.Module:
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 3))


def splice(archive: bytes) -> bytes:
    """Returns a torch archive with the payload behind the first opcode of its pickle."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            data = old.read(info)
            if info.filename.endswith("/data.pkl"):
                data = data[:2] + PAYLOAD + data[2:]
            new.writestr(zipfile.ZipInfo(info.filename), data)
    return out.getvalue()


def main() -> None:
    features, labels = load_iris(return_X_y=True)
    pipeline = make_pipeline(StandardScaler(), LogisticRegression()).fit(features, labels)
    joblib.dump(pipeline, HERE / "iris-pipeline.joblib", compress=3)
    (HERE / "iris-pipeline.pkl").write_bytes(pickle.dumps(pipeline, 4))

    torch.save(classifier().state_dict(), HERE / "classifier.pt")
    torch.save(classifier().state_dict(), HERE / "classifier-legacy.pt", _use_new_zipfile_serialization=False)
    np.savez(HERE / "embeddings.npz", vectors=np.arange(12, dtype=np.float32).reshape(3, 4), ids=np.array(["a", "b", "c"]))

    archive = (HERE / "classifier.pt").read_bytes()
    (HERE / "unsafe-classifier.pt").write_bytes(splice(archive))
    for path in sorted(HERE.glob("*.*")):
        print(f"{os.path.getsize(path):8d}  {path.name}")


if __name__ == "__main__":
    main()
