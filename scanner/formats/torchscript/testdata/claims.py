"""Makes TorchScript archives with the real torch, honest ones and ones that reach files,
loads and runs them, and prints which of them wrote a file as JSON.
Usage: claims.py FOLDER"""
import enum
import json
import os
import sys
import warnings
import zipfile
from typing import Dict, List, NamedTuple, Tuple

warnings.simplefilter("ignore")
import torch
import torch.jit.mobile

folder = sys.argv[1]
x = torch.rand(2, 4)


def at(name):
    return os.path.join(folder, name)


class Color(enum.Enum):
    RED = 1


class Pair(NamedTuple):
    number: int
    tensor: torch.Tensor


class Kinds(torch.nn.Module):
    color: Color
    table: Dict[str, List[int]]

    def __init__(self):
        super().__init__()
        self.color, self.table, self.tensor = Color.RED, {"x": [1]}, torch.zeros(2)
        self.device, self.layers = torch.device("cpu"), torch.nn.ModuleList([torch.nn.Linear(4, 4)])

    def forward(self, x):
        pair = Pair(1, x)
        for layer in self.layers:
            x = layer(x)
        assert x.size(0) > 0, "empty"
        return x + pair.tensor, self.table["x"]

    @torch.jit.export
    def __getstate__(self):
        return (self.tensor, self.training)

    @torch.jit.export
    def __setstate__(self, state: Tuple[torch.Tensor, bool]):
        self.tensor = state[0]
        self.training = state[1]


class Recurrent(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear, self.lstm = torch.nn.Linear(4, 4), torch.nn.LSTM(4, 4)

    def forward(self, x):
        return self.lstm(self.linear(x))[0]


def honest():
    torch.jit.script(Kinds()).save(at("honest-kinds.pt"))
    torch.jit.freeze(torch.jit.script(torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2)).eval())).save(at("honest-frozen.pt"))
    torch.jit.trace(torch.nn.TransformerEncoderLayer(8, 2, 16).eval(), torch.rand(2, 1, 8), check_trace=False).save(at("honest-traced.pt"))
    layers = {torch.nn.Linear, torch.nn.LSTM}
    torch.jit.script(torch.ao.quantization.quantize_dynamic(Recurrent(), layers, dtype=torch.qint8)).save(at("honest-quantized.pt"))
    quantized = torch.jit.script(torch.ao.quantization.quantize_dynamic(Recurrent(), layers, dtype=torch.qint8))
    deep = torch.jit.script(torch.nn.Sequential(*[torch.nn.Conv2d(1, 1, 3) for _ in range(80)]))
    for name, module in {"deep": deep, "recurrent": torch.jit.script(Recurrent()), "kinds": torch.jit.script(Kinds()), "quantized": quantized}.items():
        module._save_for_lite_interpreter(at(f"honest-{name}.ptl"))
        if name != "quantized":  # its packed weights have no form in a FlatBuffer
            module._save_for_lite_interpreter(at(f"honest-{name}.ff"), _use_flatbuffer=True)


class Writes(torch.nn.Module):
    def forward(self, x: torch.Tensor):
        torch.ops.aten.save(x, "PLACE")
        return x


def rewritten(name, call):
    """Saves a module whose forward writes, with the call spelt in another way."""
    place = at(name + ".written")
    torch.jit.script(Writes()).save(at("writes.pt"))
    with zipfile.ZipFile(at("writes.pt")) as old, zipfile.ZipFile(at(name), "w") as new:
        for member in old.namelist():
            data = old.read(member)
            if member.endswith(".py"):
                data = data.replace(b'torch.save(x, "PLACE")', call.replace("PLACE", place).encode())
            new.writestr(member, data)
    os.remove(at("writes.pt"))
    try:
        torch.jit.load(at(name))(x)
    except Exception as e:
        print(name, type(e).__name__, e, file=sys.stderr)
    return os.path.exists(place)


class AtLoad(torch.nn.Module):
    def forward(self, x: torch.Tensor):
        return x

    @torch.jit.export
    def __getstate__(self):
        return (torch.zeros(1), self.training)

    @torch.jit.export
    def __setstate__(self, state: Tuple[torch.Tensor, bool]):
        torch.ops.aten.save(state[0], "PLACE")
        self.training = state[1]


def mobile(name, load, **options):
    """Saves a module for mobiles whose forward writes: its operators stand there by name, besides the code, which is taken away."""
    os.chdir(folder)
    torch.jit.script(Writes())._save_for_lite_interpreter(at("source"), **options)
    content = open(at("source"), "rb").read()
    if options:
        content = content.replace(b'torch.save(x, "PLACE")', b"x = x + x" + b" " * 13)
        with open(at(name), "wb") as f:
            f.write(content)
    else:
        with zipfile.ZipFile(at("source")) as old, zipfile.ZipFile(at(name), "w") as new:
            for member in old.namelist():
                if "/code/" not in member:
                    new.writestr(member, old.read(member))
    os.remove(at("source"))
    load(at(name))(x)
    wrote = os.path.exists(at("PLACE"))
    os.remove(at("PLACE"))
    return wrote


def at_load():
    place = at("at-load.pt.written")
    torch.jit.script(AtLoad()).save(at("source.pt"))
    with zipfile.ZipFile(at("source.pt")) as old, zipfile.ZipFile(at("at-load.pt"), "w") as new:
        for member in old.namelist():
            content = old.read(member)
            if member.endswith(".py"):  # the pickles for debugging hold lengths
                content = content.replace(b"PLACE", place.encode())
            new.writestr(member, content)
    os.remove(at("source.pt"))
    torch.jit.load(at("at-load.pt"))
    return os.path.exists(place)


honest()
print(json.dumps({name: False for name in os.listdir(folder)} | {
    "write-torch.pt": rewritten("write-torch.pt", 'torch.save(x, "PLACE")'),
    "write-ops.pt": rewritten("write-ops.pt", 'ops.aten.save(x, "PLACE")'),
    "write-chain.pt": rewritten("write-chain.pt", 'torch.autograd.autograd.save(x, "PLACE")'),
    "write-escape.pt": rewritten("write-escape.pt", 'torch.save(x, "PLACE\\056x")') or os.path.exists(at("write-escape.pt.written.x")),
    "read-create.pt": rewritten("read-create.pt", 'x = torch.from_file("PLACE", True, 4)'),
    "at-load.pt": at_load(),
    "mobile.ff": mobile("mobile.ff", torch.jit.mobile._load_for_lite_interpreter, _use_flatbuffer=True),
    "mobile.ptl": mobile("mobile.ptl", torch.jit.mobile._load_for_lite_interpreter),
}))
