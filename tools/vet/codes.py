"""Writes the code that is known: python tools/vet/codes.py

A function that a pickle carries by value is as good as one that it names, where its code is
what a vetted package's function compiles to. This fetches the versions of codes.txt from PyPI,
compiles their sources on every CPython of pyenv by code_dump.py, and writes
scanner/internal/picklenames/codes.txt: hash, path, and the Pythons and versions that give it.
"""

import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE.parents[1] / "scanner/internal/picklenames/codes.txt"
CACHE = pathlib.Path(os.environ.get("MODELSIEVE_CACHE", pathlib.Path.home() / ".cache/modelsieve-ci")) / "vet/sources"


def key(version):
    return [int(n) for n in re.findall(r"\d+", version)]


def pythons():
    """Returns the CPythons of pyenv from 3.6 on, by version."""
    found = {path.parents[1].name: path for path in (pathlib.Path.home() / ".pyenv/versions").glob("3.*/bin/python")}
    return {".".join(name.split(".")[:2]): found[name] for name in sorted(found, key=key)}


def archive(distribution, version):
    """Returns the address of a wheel of a version, or of its source distribution."""
    request = urllib.request.Request(f"https://pypi.org/simple/{distribution}/", headers={"Accept": "application/vnd.pypi.simple.v1+json"})
    with urllib.request.urlopen(request) as answer:
        files = {file["filename"]: file["url"] for file in json.load(answer)["files"]}
    stem = distribution.replace("-", "[-_]") + "-" + re.escape(version)
    for pattern in (rf"{stem}-.*any\.whl", rf"{stem}\.tar\.gz"):
        for name, url in files.items():
            if re.fullmatch(pattern, name):
                return name, url
    sys.exit(f"{distribution} {version} is not on PyPI as sources")


def fetch(distribution, version):
    """Returns the folder with the sources of a version."""
    at = CACHE / f"{distribution}-{version}"
    if not at.exists():
        load = CACHE / "load"
        shutil.rmtree(load, ignore_errors=True)
        load.mkdir(parents=True)
        name, url = archive(distribution, version)
        urllib.request.urlretrieve(url, load / name)
        shutil.unpack_archive(load / name, load / "out", "zip" if name.endswith(".whl") else "gztar")
        inside = list((load / "out").iterdir())
        (inside[0] if len(inside) == 1 else load / "out").rename(at)
    return at


def known():
    """Yields hash, path, Python and version of every function that is listed."""
    for line in (HERE / "codes.txt").read_text().splitlines():
        if line.startswith("#"):
            continue
        distribution, modules, kind, *versions = line.split()
        for version in versions:
            folder = fetch(distribution, version)
            for name, python in pythons().items():
                out = subprocess.run([python, HERE / "code_dump.py", folder, *modules.split(",")], check=True, capture_output=True, text=True).stdout
                for found in out.splitlines():
                    code, path = found.split()
                    if kind in ("all", path) or kind == "nested" and "<" in path:
                        yield code, path, name, version


def main():
    pythons_of, versions_of = collections.defaultdict(set), collections.defaultdict(set)
    for code, path, python, version in known():
        pythons_of[code, path].add(python)
        versions_of[code, path].add(version)
    lines, seen = ["# hash path pythons versions: the code of functions of vetted packages, from tools/vet/codes.py"], set()
    for code, path in sorted(pythons_of):
        if code not in seen:  # the same function in another place is the same
            seen.add(code)
            first, last = (f(versions_of[code, path], key=key) for f in (min, max))
            lines.append(f"{code} {path} {','.join(sorted(pythons_of[code, path], key=key))} {first if first == last else f'{first}..{last}'}")
    OUT.write_text("\n".join(lines) + "\n")
    print(f"{len(seen)} codes of {len({path for _, path in pythons_of})} functions")


if __name__ == "__main__":
    main()
