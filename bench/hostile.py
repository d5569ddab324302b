#!/usr/bin/env python3
"""Makes files that are meant to exhaust a scanner, and measures modelsieve on each.

    python3 bench/hostile.py [--work FOLDER] [--binary modelsieve] [NAME...]

Builds modelsieve from this checkout, unless it is given one, and runs it on one file after
the other. Each run has to end by itself within 20 seconds of processor time and 512 MB of
memory (ru_maxrss), with the exit code that its file deserves: 1 where the file calls
os.system before what makes it expensive, 3 where a limit of the budget ends the scan or
the file is broken, 0 where it is only large. The files call nothing but os.system("true").
"""

import argparse
import bz2
import gzip
import io
import json
import lzma
import os
import pathlib
import random
import struct
import subprocess
import sys
import tarfile
import time
import zipfile
import zlib

SECONDS, MEGABYTES = 20, 512

CALL = b"cos\nsystem\n(S'true'\ntR0"  # what must not be lost
ARRAY = b"cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}(U\x05shape(K\x00tU\x05dtypecnumpy\ndtype\n(U\x02f8ItRub".replace(b"ItR", b"K\x00K\x01tR")
CASES = {}


def case(code):
    """Registers a function that writes a file, with the exit code that the scan has to have."""

    def add(write):
        CASES[write.__name__.replace("_", "-")] = (code, write)
        return write

    return add


def text(s):
    return b"X" + struct.pack("<I", len(s)) + s


@case(1)
def memo_index_of_2_28(f):
    f.write(b"\x80\x02" + CALL + b"N" + b"".join(b"r" + struct.pack("<I", 1 << i) for i in range(20, 32)) + b".")


@case(1)
def memo_sparse(f):
    f.write(b"\x80\x02" + CALL + b"N" + b"".join(b"r" + struct.pack("<I", i * 5003 % (1 << 32)) for i in range(8_000_000)) + b".")


@case(1)
def memo_dense(f):
    f.write(b"\x80\x02" + CALL + b"N" + b"\x94" * 60_000_000 + b".")


@case(1)
def laughs_lists(f):
    f.write(b"\x80\x02" + CALL + b"]q\x00" + b"".join(b"](" + b"h" + bytes([i]) * 1 + b"h" + bytes([i]) + b"e" + b"q" + bytes([i + 1]) for i in range(200)) + b".")


@case(1)
def laughs_arguments(f):
    """A tree of 2**200 leaves in the arguments of a call, as a key, as a state and in a finding."""
    tree = b")q\x00" + b"".join(b"0h" + bytes([i]) + b"h" + bytes([i]) + b"\x86q" + bytes([i + 1]) for i in range(200))
    uses = b"ccollections\nOrderedDict\nh\xc8\x85R0}h\xc8Ns0cmypkg\nf\nh\xc8\x85R0cmypkg\nC\n)\x81h\xc8b0"
    f.write(b"\x80\x02" + CALL + tree + b"0" + uses * 2000 + b"N.")


@case(1)
def nested_tuples(f):
    f.write(b"\x80\x02" + CALL + b")" + b"\x85" * 5_000_000 + b"q\x00}h\x00Ns0cmypkg\nf\nh\x00\x85R0N.")


@case(1)
def nested_lists(f):
    f.write(b"\x80\x02" + CALL + b"]" * 5_000_000 + b"a" * 4_999_999 + b".")


@case(1)
def nested_dicts_as_state(f):
    f.write(b"\x80\x02" + CALL + b"cmypkg\nC\n)\x81" + b"}K\x01" * 2_000_000 + b"N" + b"s" * 2_000_000 + b"b.")


@case(1)
def marks(f):
    f.write(b"\x80\x02" + CALL + b"(" * 50_000_000 + b"N.")


@case(1)
def nested_calls(f):
    f.write(b"\x80\x02" + CALL + b"cmypkg\nf\n" + b")R" * 2_000_000 + b".")


@case(1)
def nested_call_arguments(f):
    f.write(b"\x80\x02" + CALL + b"cmypkg\nf\nq\x000N" + b"q\x010h\x00h\x01\x85R" * 500_000 + b".")


@case(1)
def nested_instances(f):
    f.write(b"\x80\x02" + CALL + b"cmypkg\nC\nq\x000N" + b"q\x010h\x00h\x01\x85\x81" * 500_000 + b".")


@case(1)
def many_names(f):
    f.write(b"\x80\x02" + CALL + b"".join(b"cmypkg%d\nf\n0" % i for i in range(1_500_000)) + b"N.")


@case(1)
def many_findings(f):
    f.write(b"\x80\x02" + b"".join(b"cos\nsystem\n(S'%d'\ntR0" % i for i in range(1_000_000)) + b"N.")


@case(1)
def shared_arguments_in_findings(f):
    """A large argument that each of many findings hashes and prints."""
    big = b"(" + b"".join(text(b"%d" % i) for i in range(50_000)) + b"tq\x000"
    f.write(b"\x80\x02" + big + b"cos\nsystem\nq\x010" + b"h\x01h\x00R0" * 200_000 + b"N.")


@case(1)
def large_literal_in_findings(f):
    f.write(b"\x80\x02" + text(b"x" * 30_000_000) + b"q\x000cos\nsystem\nq\x010" + b"h\x01h\x00\x85R0" * 100_000 + b"N.")


@case(1)
def dict_of_many_callables(f):
    f.write(b"\x80\x02" + CALL + b"cmypkg\nC\n)\x81}(" + b"".join(text(b"__%d__" % i) + b"cmypkg\nf\n" for i in range(500_000)) + b"ubN.")


@case(1)
def states_of_one_large_dict(f):
    f.write(b"\x80\x02" + CALL + b"}(" + b"".join(text(b"__%d__" % i) + b"cmypkg\nf\n" for i in range(5_000)) + b"uq\x000cargparse\nNamespace\nq\x010"
            + b"h\x01)\x81h\x00b0" * 200_000 + b"N.")


@case(1)
def many_streams(f):
    f.write(CALL + b"N." + b"cmypkg\nf\n)R." * 1_000_000)


@case(1)
def streams_with_one_memo(f):
    """Streams that are read again with one memo for all."""
    f.write(CALL + b"N." + b"\x80\x04ccollections\nOrderedDict\n\x94h\x00)R\x94." * 1_000_000)


@case(1)
def many_starts_in_rubbish(f):
    f.write(CALL + b"N." + b"\xff" + (b"\x80\x04cmypkg\nf\n" + b"\xff") * 2_000_000)


@case(1)
def frames_cut_off(f):
    f.write(b"\x80\x04" + CALL + (b"\x95\x05" + bytes(7) + b"M\x01\x02\x8a\x08abcdefgh00") * 1_000_000 + b"N.")


@case(3)
def long_line(f):
    f.write(b"I" + b"9" * 200_000_000 + b"\n.")


@case(1)
def frames_behind_their_streams(f):
    """Streams that stop inside their frames: each is followed by what lies behind the stream, and behind the frame."""
    f.write(b"\x80\x04" + CALL + b"N." + b"\x80\x04\x95\x03\0\0\0\0\0\0\0N.N" * 300_000 + b".")


@case(1)
def tiny_streams(f):
    f.write(CALL + b"N." + b"N." * 20_000_000)


@case(1)
def long_lines(f):
    f.write(CALL + (b"V" + b"\\u0041" * 10_000 + b"\n0") * 2_000 + b"N.")


@case(1)
def many_numbers(f):
    f.write(CALL + b"(" + (b"L" + b"7" * 3_000 + b"L\n0") * 30_000 + b"I0x" + b"f" * 60_000 + b"\n" + b"t.")


@case(1)
def nested_pickles(f):
    inner = CALL + b"N."
    for _ in range(60):
        inner = b"cpickle\nloads\n(" + b"B" + struct.pack("<I", len(inner)) + inner + b"tR."
    f.write(CALL + inner)


@case(1)
def pickles_in_literals(f):
    inner = b"\x80\x02cmypkg\nf\n)R."
    f.write(b"\x80\x03" + CALL + b"(" + (b"B" + struct.pack("<I", len(inner)) + inner) * 500_000 + b"t.")


@case(1)
def bombs_in_literals(f):
    bomb = lzma.compress(b"\x80\x02cmypkg\nf\n)R0" + b"N0" * (40 << 20) + b"N.", lzma.FORMAT_ALONE)
    plain = lzma.compress(b"\x80\x02]", lzma.FORMAT_ALONE)
    one = lambda b: b"B" + struct.pack("<I", len(b)) + b
    f.write(b"\x80\x03" + CALL + b"(" + one(bomb) * 300 + one(plain) * 20_000 + b"t.")


@case(1)
def code_in_code(f):
    """Code objects in the constants of code objects, and a function of each."""
    out = b"\x80\x03" + CALL + b"ctypes\nCodeType\nq\x000ctypes\nFunctionType\nq\x010Nq\x020"
    code = b"h\x00(K\x00K\x00K\x00K\x00K\x00K\x00C\x02d\x00h\x02\x85))U\x01fU\x01fK\x01C\x00))tRq\x020h\x01h\x02\x85R0"
    f.write(out + code * 20_000 + b"N.")


@case(1)
def arrays_of_joblib(f):
    f.write(b"\x80\x02" + CALL + (ARRAY + b"0") * 200_000 + b"N.")


@case(0)
def only_large(f):
    """Millions of opcodes and nothing else."""
    f.write(b"\x80\x02](" + b"".join(b"K%cM%c%cJ%c%c%c%c\x87" % tuple(random.Random(1).randbytes(7)) for _ in range(3_000_000)) + b"e.")


def stored(f, members):
    with zipfile.ZipFile(f, "w") as z:
        for name, content in members:
            z.writestr(name, content)


@case(1)
def zip_of_many_members(f):
    stored(f, [("0.pkl", CALL + b"N.")] + [("%x" % i, b"") for i in range(1_000_000)])


@case(1)
def zip_of_many_pickles(f):
    stored(f, ((f"{i}.pkl", CALL + b"N.") for i in range(200_000)))


@case(0)
def zip_of_deflated_pickles(f):
    with zipfile.ZipFile(f, "w", zipfile.ZIP_DEFLATED) as z:
        for i in range(900_000):
            z.writestr(f"{i}.pkl", b"\x80\x02N.")


@case(1)
def zip_of_compressed_pickles(f):
    """Compressed files of a few bytes, whose decoders take megabytes."""
    kinds = ("bz2", bz2.compress(b"\x80\x02N.")), ("xz", lzma.compress(b"\x80\x02N.", preset=9)), ("lzma", lzma.compress(b"\x80\x02N.", lzma.FORMAT_ALONE))
    stored(f, [("0.pkl", CALL + b"N.")] + [(f"{i}.{end}", content) for i in range(100_000) for end, content in kinds])


@case(1)
def lzma_streams(f):
    f.write(lzma.compress(CALL + b"N.", lzma.FORMAT_ALONE) + lzma.compress(b"N.", lzma.FORMAT_ALONE) * 300_000)


def zeros(megabytes):
    """Raw deflated zeros, made at once: one megabyte, and again and again."""
    c = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = c.compress(bytes(1 << 20)) + c.flush(zlib.Z_FULL_FLUSH)
    return block * megabytes + c.flush()


@case(3)
def zip_bomb(f):
    """Ten gigabytes of zeros in ten megabytes."""
    data = zeros(10 << 10)
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 45, 0, 8, 0, 33, 0, len(data), 0xFFFFFFFE, 5, 0) + b"a.pkl"
    central = struct.pack("<4s6H3L5H2L", b"PK\1\2", 45, 45, 0, 8, 0, 33, 0, len(data), 0xFFFFFFFE, 5, 0, 0, 0, 0, 0, 0) + b"a.pkl"
    f.write(local + data + central + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(central), len(local) + len(data), 0))


@case(1)
def zip_of_overlapping_members(f):
    """Every member of the directory is the same megabyte."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("a.pkl", CALL + b"N0" * (10 << 20) + b"N.")
    raw = content.getvalue()
    start = z.start_dir
    entry = raw[start : start + 46 + 5]
    n = 60_000
    f.write(raw[:start] + entry * n + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, n, n, len(entry) * n, start, 0))


@case(3)
def zips_in_zips(f):
    content = bytes(1 << 20)
    for depth in range(40):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
            for i in range(2):
                z.writestr(f"{i}.zip", content)
        content = out.getvalue()
        if depth == 11:  # 4096 of them: deeper nesting only multiplies
            break
    f.write(content)


@case(1)
def local_headers_without_directory(f):
    header = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 33, 0, 4, 4, 1, 0) + b"a" + b"abcd"
    stored(f, [("0.pkl", CALL + b"N.")])
    f.write(header * 1_000_000)


@case(1)
def many_end_records(f):
    stored(f, [("0.pkl", CALL + b"N.")])
    f.write(struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, 46, 0, 0) * 1_000_000)


@case(1)
def gzip_bomb(f):
    """Ten gigabytes; its check sum is wrong."""
    first = zlib.compressobj(9, zlib.DEFLATED, -15)
    head = first.compress(CALL + b"N.") + first.flush(zlib.Z_FULL_FLUSH)
    f.write(b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + head + zeros(10 << 10) + bytes(8))


@case(1)
def bzip2_bomb(f):
    f.write(bz2.compress(CALL + b"N.") + bz2.compress(bytes(100 << 20)) * 40)


@case(1)
def xz_bomb(f):
    f.write(lzma.compress(CALL + b"N.") + lzma.compress(bytes(100 << 20), preset=0) * 80)


@case(1)
def lzma_bomb(f):
    f.write(lzma.compress(CALL + b"N.", lzma.FORMAT_ALONE) + lzma.compress(bytes(100 << 20), lzma.FORMAT_ALONE, preset=0) * 40)


@case(3)
def zip_of_slow_members(f):
    """Members of 100 megabytes of zeros, by the slowest methods."""
    with zipfile.ZipFile(f, "w") as z:
        for i in range(40):
            z.writestr(f"{i}.pkl", bytes(100 << 20), zipfile.ZIP_LZMA if i % 2 else zipfile.ZIP_BZIP2)


@case(3)
def gzip_of_gzip(f):
    content = bytes(64 << 20)
    for _ in range(20):
        content = gzip.compress(content, 6, mtime=0)
    f.write(content)


@case(1)
def gzip_members(f):
    f.write(gzip.compress(CALL + b"N.", mtime=0) + gzip.compress(b"", mtime=0) * 1_000_000)


@case(1)
def tar_of_many_members(f):
    with tarfile.open(fileobj=f, mode="w") as t:
        first = tarfile.TarInfo("0.pkl")
        first.size = len(CALL) + 2
        t.addfile(first, io.BytesIO(CALL + b"N."))
        block = tarfile.TarInfo("a").tobuf()
    f.seek(1024)
    f.write(block * 1_000_000 + bytes(1024))


@case(3)
def npy_of_long_header(f):
    f.write(b"\x93NUMPY\x02\x00" + struct.pack("<I", 100_000_000) + b"{" + b"[" * 100_000_000)


@case(3)
def npy_of_deep_dtype(f):
    header = b"{'descr': " + b"[('a'," * 20_000 + b"'f8'" + b")]" * 20_000 + b", 'fortran_order': False, 'shape': (1,)}\n"
    f.write(b"\x93NUMPY\x02\x00" + struct.pack("<I", len(header)) + header)


def measure(binary, path):
    """Scans a file; returns the exit code, seconds of processor time and wall clock, megabytes, and the report."""
    with open(path.with_suffix(".json"), "w+") as out:
        start = time.monotonic()
        process = subprocess.Popen(["timeout", str(6 * SECONDS), binary, "--format", "json", "--progress", "never", str(path)], stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        out.seek(0)
        raw = out.read()
    try:
        report = json.loads(raw)
    except ValueError:
        report = {"findings": [], "gaps": [{"message": raw[-200:]}]}
    return os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024, report


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path.home() / ".cache/modelsieve-hostile")
    parser.add_argument("--binary")
    parser.add_argument("--make", action="store_true", help="only make the files")
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    if not args.binary and not args.make:
        args.binary = str(args.work / "modelsieve")
        root = pathlib.Path(__file__).resolve().parent.parent
        subprocess.run(["go", "build", "-o", args.binary, "./cmd/modelsieve"], cwd=root, check=True)
    failed = 0
    if not args.make:
        print(f"{'file':36} {'size':>9} {'exit':>4} {'cpu s':>6} {'wall s':>6} {'MB':>5}  first gap")
    for name, (code, write) in CASES.items():
        if args.names and name not in args.names:
            continue
        path = args.work / (name + ".pkl")
        if args.make:
            with open(path.with_suffix(".tmp"), "wb+") as f:
                write(f)
            path.with_suffix(".tmp").rename(path)
            continue
        if not path.exists():  # in another process: what is measured inherits the memory of this one
            subprocess.run([sys.executable, __file__, "--make", "--work", str(args.work), name], check=True)
        got, cpu, wall, rss, report = measure(args.binary, path)
        kept = code != 1 or any("os.system" in e for x in report["findings"] for e in x.get("evidence", []))
        ok = got == code and cpu <= SECONDS and rss <= MEGABYTES and kept
        failed += not ok
        gap = report["gaps"][0]["message"] if report["gaps"] else ""
        size = path.stat().st_size
        print(f"{name:36} {size / 1e6:7.1f}MB {got:4} {cpu:6.1f} {wall:6.1f} {rss:5.0f}  {'' if ok else 'FAILED '}{gap[:110]}", flush=True)
    sys.exit(failed > 0)


main()
