"""Writes the modules for mobiles of these tests with the real torch: mobile.py. Nothing is run."""
import pathlib

import torch

to = pathlib.Path(__file__).parent / "made"


class Writes(torch.nn.Module):
    def forward(self, x: torch.Tensor):
        torch.ops.aten.save(x, "/nonexistent/inert")
        return x


class Reads(torch.nn.Module):
    def forward(self, x: torch.Tensor):
        return torch.from_file("/nonexistent/inert", False, 4)


class Kinds(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(2, 2)

    def forward(self, x: torch.Tensor):
        return self.linear(x), {"a": [1.5, 2.0]}, (True, "text")


torch.manual_seed(0)
to.mkdir(exist_ok=True)
for name, module in {"ordinary": Kinds(), "write": Writes(), "read": Reads()}.items():
    torch.jit.script(module)._save_for_lite_interpreter(str(to / (name + ".ff")), _use_flatbuffer=True)
