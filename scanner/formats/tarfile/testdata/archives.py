"""Prints archives and what Python's tarfile reads from them, one JSON line each.

{"archive": hex, "members": [hex of each member that can be read]}: archives as tarfile
writes them in all formats, and the same with bytes changed, cut off or put behind them.
Checksums of changed headers are put right in half of them.
"""

import io
import json
import random
import sys
import tarfile
import warnings

warnings.simplefilter("ignore")
rng = random.Random(11)


def honest():
    for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        for length in (5, 90, 140, 300):
            out = io.BytesIO()
            with tarfile.open(fileobj=out, mode="w", format=form) as archive:
                for i in range(rng.randrange(1, 4)):
                    content = bytes([i]) * rng.randrange(900) + rng.randbytes(20)
                    folder = "d" * 60 + "/" if length > 60 else ""
                    info = tarfile.TarInfo(folder * (length // 61) + "m" * (length % 60 or 1) + str(i))
                    info.size = len(content)
                    if form == tarfile.PAX_FORMAT and rng.randrange(2):
                        info.pax_headers = {"comment": "é" * rng.randrange(1, 9), "size": str(len(content))}
                    try:
                        archive.addfile(info, io.BytesIO(content))
                    except ValueError:
                        pass  # the name is too long for the format
            yield out.getvalue()


def checksum(data, at):
    header = bytearray(data[at : at + 512])
    header[148:156] = b" " * 8
    data[at + 148 : at + 156] = b"%06o\0 " % sum(header)


def mutated(data):
    data = bytearray(data)
    kind = rng.randrange(8)
    if kind == 0:
        return data + rng.randbytes(rng.randrange(1, 700))
    if kind == 1:
        return data + data
    if kind == 2:
        return data[: rng.randrange(len(data))]
    headers = [at for at in range(0, len(data) - 511, 512) if data[at + 257 : at + 262] == b"ustar"]
    if not headers:
        return data
    at = rng.choice(headers)
    for _ in range(rng.randrange(1, 4)):
        where = rng.choice([rng.randrange(100), rng.randrange(124, 136), 156, rng.randrange(257, 265), rng.randrange(345, 500), rng.randrange(512)])
        if at + where < len(data):
            data[at + where] = rng.choice([0, 0x20, 0x30, 0x37, 0x80, 0xFF, ord("x"), ord("L"), ord("5"), rng.randrange(256)])
    if rng.randrange(2):
        checksum(data, at)
    return data


def members(data):
    out = []
    try:
        archive = tarfile.open(fileobj=io.BytesIO(data), mode="r:")
    except Exception:
        return out
    try:
        for info in archive:
            try:
                file = archive.extractfile(info) if info.isreg() else None
                content = file.read() if file else b""
            except Exception:
                continue
            if content and not info.sparse:
                out.append(content.hex())
    except Exception:
        pass
    return out


archives = list(honest())
for i in range(int(sys.argv[1])):
    data = bytes(archives[i] if i < len(archives) else mutated(rng.choice(archives)))
    print(json.dumps({"archive": data.hex(), "members": members(data)}))
