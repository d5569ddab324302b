"""Writes real models of real libraries, all of them benign: python make.py DIR [--small] [--only NAME,...]

Every library that this Python has is used; which ones were left out is said. Writes files
and DIR/manifest.json, a list of {"path", "group", "clean"}. Nothing that fails by default may be found in
a file of the corpus, and nothing at all in one that is "clean": data, state dicts and fitted models of the
libraries that are vetted as a whole.
"""

import argparse
import importlib
import io
import json
import pathlib
import pickle
import sys
import warnings

GROUPS = ("stdlib", "numpy", "scipy", "pandas", "sklearn", "torch", "boosting", "statistics", "hub", "frameworks", "training", "library", "play", "tensorflow", "jax", "polars", "tabular", "forecast")
COMPRESSORS = ("zlib", "gzip", "bz2", "lzma", "xz", "lz4")


class Corpus:
    """Takes values and writes them by every save path that their library has."""

    def __init__(self, root, small):
        self.root, self.small, self.group, self.manifest, self.refused = pathlib.Path(root), small, "", [], []
        self.turn = 0

    def path(self, name, clean):
        path = self.root / self.group / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self.manifest.append({"path": f"{self.group}/{name}", "group": self.group, "clean": clean})
        return path

    def bytes(self, name, data, clean=True):
        self.path(name, clean).write_bytes(data)

    def pickles(self, name, value, protocols=range(6), clean=True):
        """Pickles a value. The small corpus has two protocols of each, in turn all of them."""
        if self.small and len(protocols) > 2:
            self.turn += 1
            protocols = (4, self.turn % 6)
        for protocol in sorted(set(protocols)):
            try:
                data = pickle.dumps(value, protocol)
            except Exception as problem:  # some objects have no old protocols, some none
                self.refused.append(f"{self.group}/{name} protocol {protocol}: {problem}")
                continue
            self.bytes(f"{name}.p{protocol}.pkl", data, clean)

    def joblib(self, name, value, compress=0, clean=True):
        import joblib

        suffix = f".{compress[0]}" if compress else ""
        out = io.BytesIO()
        try:
            joblib.dump(value, out, compress=compress)
        except Exception as problem:
            self.refused.append(f"{self.group}/{name} joblib: {problem}")
            return
        self.bytes(f"{name}{suffix}.joblib", out.getvalue(), clean)

    def torch(self, name, value, clean=True):
        import torch

        for suffix, zipped in (("", True), ("-legacy", False)):
            out = io.BytesIO()
            try:
                torch.save(value, out, _use_new_zipfile_serialization=zipped)
            except Exception as problem:  # some tensors cannot be saved in the old form
                self.refused.append(f"{self.group}/{name} torch.save{suffix}: {problem}")
                continue
            self.bytes(f"{name}{suffix}.pt", out.getvalue(), clean)

    def each(self, *every):
        """Yields what generators yield, as the folder's name and the value. One that a library no longer supports ends its generator."""
        for kinds in every:
            items = enumerate(kinds())
            while True:
                try:
                    index, (name, value) = next(items)
                except StopIteration:
                    break
                except Exception as problem:
                    print(f"{self.group}: {kinds.__name__} ends: {problem!r}", file=sys.stderr)
                    break
                yield kinds, index, f"{kinds.__name__}/{name}", value

    def finish(self):
        (self.root / "manifest.json").write_text(json.dumps(self.manifest, indent=1))
        (self.root / "refused.log").write_text("\n".join(self.refused) + "\n")
        print(f"{len(self.manifest)} files; {len(self.refused)} could not be written", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dir")
    parser.add_argument("--small", action="store_true", help="a part of it, in about a minute")
    parser.add_argument("--only", default=",".join(GROUPS), help="groups, separated by commas")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    corpus = Corpus(options.dir, options.small)
    corpus.root.mkdir(parents=True, exist_ok=True)
    for group in options.only.split(","):
        corpus.group = group
        try:
            kinds = importlib.import_module(f"{group}_kinds")
        except ImportError as missing:
            print(f"left out {group}: {missing}", file=sys.stderr)
            continue
        kinds.make(corpus)
    corpus.finish()


if __name__ == "__main__":
    main()
