"""Prints archives and what Python's zipfile reads from them, one JSON line each.

{"archive": hex, "members": [hex of each member that can be read]}: archives as zipfile
writes them, and the same with bytes changed, cut off or put around them.
"""

import io
import json
import random
import sys
import warnings
import zipfile

warnings.simplefilter("ignore")
rng = random.Random(7)


METHODS = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
if hasattr(zipfile, "ZIP_ZSTANDARD"):  # since Python 3.14
    METHODS.append(zipfile.ZIP_ZSTANDARD)


class Unseekable(io.RawIOBase):
    """A file that cannot seek makes zipfile write sizes behind the content."""

    def __init__(self):
        self.data = bytearray()

    def writable(self):
        return True

    def write(self, data):
        self.data += data
        return len(data)


def honest():
    for method in METHODS:
        for zip64 in (False, True):
            for seekable in (True, False):
                out = io.BytesIO() if seekable else Unseekable()
                with zipfile.ZipFile(out, "w", method) as archive:
                    archive.comment = b"a comment" * rng.randrange(3)
                    for i in range(rng.randrange(1, 4)):
                        with archive.open(f"folder/member-{i}", "w", force_zip64=zip64) as member:
                            member.write(bytes([i]) * rng.randrange(400) + rng.randbytes(20))
                yield bytes(out.getvalue() if seekable else out.data)


def mutated(data):
    data = bytearray(data)
    kind = rng.randrange(6)
    if kind == 0:
        return rng.randbytes(rng.randrange(1, 60)) + data
    if kind == 1:
        return data + rng.randbytes(rng.randrange(1, 60))
    if kind == 2:
        return data + data
    for _ in range(rng.randrange(1, 4)):
        data[rng.randrange(len(data))] = rng.randrange(256)
    return data


def members(data):
    out = []
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except Exception:
        return out
    for info in archive.infolist():
        try:
            content = archive.read(info)
        except Exception:
            continue
        out.append(content.hex())
    return out


archives = list(honest())
plain = archives[: len(archives) * 2 // len(METHODS)]  # other decoders differ about what is broken
for i in range(int(sys.argv[1])):
    data = bytes(archives[i] if i < len(archives) else mutated(rng.choice(plain)))
    print(json.dumps({"archive": data.hex(), "members": members(data)}))
