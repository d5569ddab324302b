"""Makes exported programs with the real torch, honest ones and ones whose symbolic size
or guard does something (it prints), loads them, and prints what happened as JSON.
Usage: claims.py FOLDER"""
import collections
import contextlib
import io
import json
import os
import re
import sys
import warnings
import zipfile

warnings.simplefilter("ignore")
import torch

folder = sys.argv[1]


class Sizes(torch.nn.Module):
    def forward(self, x, y):
        n = x.shape[0] * 2 // 3 + 1
        return torch.nn.functional.pad(x, (0, n)), x[: y.shape[0] // 2], y + torch.sym_max(n, 4)


class Data(torch.nn.Module):
    def forward(self, x):
        n = x.max().item()
        torch._check(n >= 0)
        torch._check(n < 10)
        return torch.zeros(n) + 0.5, torch.nonzero(x)


def rewrite(source, target, change):
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if "/models/" in name:
                program = json.loads(data)
                change(program)
                data = json.dumps(program).encode()
            new.writestr(name, data)


def expression(program):
    def walk(node):
        if isinstance(node, dict):
            if "expr_str" in node:
                node["expr_str"] = "__import__('sys').stdout.write('EVALUATED')"
            node = list(node.values())
        if isinstance(node, list):
            for item in node:
                walk(item)

    walk(program)


def guard(program):
    program["guards_code"] = ["__import__('sys').stdout.write('EVALUATED')"]


def happens(f):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        try:
            f()
        except Exception as e:
            print(type(e).__name__, file=sys.stderr)
    return "EVALUATED" in out.getvalue()


FLAGS = {
    "include_dirs": [], "definitions": [], "cflags": [], "ldflags": [], "libraries_dirs": [], "libraries": [], "compile_only": True, "use_relative_path": False,
    "compiler": "true",
}


def compiled():
    """A package that holds C++ and no library: the loader runs a compiler, with flags from the package."""
    mark, at = os.path.join(folder, "mark"), "m/data/aotinductor/model/x.wrapper"
    with zipfile.ZipFile(os.path.join(folder, "compiled.pt2"), "w") as new:
        new.writestr("m/archive_format", "pt2")
        new.writestr(at + ".cpp", "int nothing;")
        new.writestr(at + "_metadata.json", json.dumps({"AOTI_DEVICE_KEY": "cpu"}))
        for flags in ("_compile_flags.json", "_linker_flags.json"):
            new.writestr(at + flags, json.dumps({**FLAGS, "passthrough_args": [f"; touch {mark} #"]}))
    try:
        torch._inductor.aoti_load_package(os.path.join(folder, "compiled.pt2"))
    except Exception as e:
        print(type(e).__name__, str(e)[:300], file=sys.stderr)
    return os.path.exists(mark)


class Plain(torch.nn.Module):
    def forward(self, x):
        return x.relu()


def mapped():
    """A program whose only operator creates a file."""
    mark, plain = os.path.join(folder, "mapped"), os.path.join(folder, "honest-plain.pt2")
    torch.export.save(torch.export.export(Plain(), (torch.ones(4),)), plain)

    def change(program):
        node = program["graph_module"]["graph"]["nodes"][0]
        node["target"] = "torch_.autograd.torch.ops.aten.from_file.default"
        node["inputs"] = [{"name": "filename", "arg": {"as_string": mark}, "kind": 1}, {"name": "shared", "arg": {"as_bool": True}, "kind": 2},
                          {"name": "size", "arg": {"as_int": 4}, "kind": 2}]

    rewrite(plain, os.path.join(folder, "mapped.pt2"), change)
    torch.export.load(os.path.join(folder, "mapped.pt2")).module()(torch.ones(4))
    return os.path.exists(mark)


class Defaults(torch.nn.Module):
    def forward(self, x):
        return collections.defaultdict(list, {"a": x.relu()})


def imported():
    """A program whose output is a dict with a default, from a module in the working folder."""
    mark, honest = os.path.join(folder, "imported"), os.path.join(folder, "honest-defaults.pt2")
    torch.export.save(torch.export.export(Defaults(), (torch.ones(4),)), honest)
    with open(os.path.join(folder, "own_module.py"), "w") as f:
        f.write(f"open({mark!r}, 'w').close()\nclass list(list): pass\n")
    with zipfile.ZipFile(honest) as old, zipfile.ZipFile(os.path.join(folder, "imports.pt2"), "w") as new:
        for name in old.namelist():
            new.writestr(name, re.sub(rb"(default_factory_module[^a-z]+)builtins", rb"\1own_module", old.read(name)))
    sys.path.insert(0, folder)
    torch.export.load(os.path.join(folder, "imports.pt2"))
    return os.path.exists(mark)


dynamic = torch.export.Dim.DYNAMIC
both = {"x": {0: dynamic}, "y": {0: dynamic}}
inputs = torch.rand(60, 3), torch.rand(6, 2)
honest = os.path.join(folder, "honest-sizes.pt2")
torch.export.save(torch.export.export(Sizes(), inputs, dynamic_shapes=both), honest)
torch.export.save(torch.export.export(Data(), (torch.tensor([1, 2, 3]),)), os.path.join(folder, "honest-data.pt2"))
torch.export.save(torch.export.export(torch.nn.Linear(2, 2), (torch.rand(1, 2),)), os.path.join(folder, "honest-static.pt2"))
seen = {}
for name, change in (("expression", expression), ("guard", guard)):
    path = os.path.join(folder, name + ".pt2")
    rewrite(honest, path, change)
    seen[name + ".pt2"] = happens(lambda: torch.export.load(path).module()(*inputs))
seen["honest-sizes.pt2"] = happens(lambda: torch.export.load(honest).module()(*inputs))
seen |= {"honest-data.pt2": False, "honest-static.pt2": False}
seen["compiled.pt2"] = compiled()
seen |= {"imports.pt2": imported(), "honest-defaults.pt2": False, "mapped.pt2": mapped(), "honest-plain.pt2": False}
print(json.dumps(seen))
