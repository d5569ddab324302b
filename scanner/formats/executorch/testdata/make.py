"""Writes the programs of these tests with the package executorch.

    make.py models      linear.pte, xnnpack.pte, linear.ptd, apart.pte and cases.bpte, by its exporter (needs torch)
    make.py schema      the others, from JSON by the schema and the compiler that it ships

Nothing is run, and the "library" is a header without code.
"""
import json
import os
import struct
import subprocess
import sys
import tempfile
from importlib.util import find_spec


def models():
    import torch
    from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
    from executorch.devtools import BundledProgram
    from executorch.devtools.bundled_program.config import MethodTestCase, MethodTestSuite
    from executorch.devtools.bundled_program.serialize import serialize_from_bundled_program_to_flatbuffer
    from executorch.exir import ExecutorchBackendConfig, to_edge, to_edge_transform_and_lower

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.a = torch.nn.Linear(4, 2)

        def forward(self, x):
            return torch.cat([self.a(x).relu(), x], 1)

    x = (torch.ones(1, 4),)
    torch.manual_seed(0)
    exported = torch.export.export(Net(), x)

    def write(name, edge, **config):
        done = edge.to_executorch(ExecutorchBackendConfig(**config))
        with open(name, "wb") as f:
            done.write_to_file(f)
        return done

    portable = write("linear.pte", to_edge(exported))
    write("xnnpack.pte", to_edge_transform_and_lower(exported, partitioner=[XnnpackPartitioner()]))
    apart = write("apart.pte", to_edge(exported), external_constants=True)
    apart.write_tensor_data_to_file(".")
    os.replace("_default_external_constant.ptd", "linear.ptd")
    cases = [MethodTestSuite("forward", [MethodTestCase(inputs=x, expected_outputs=exported.module()(*x))])]
    with open("cases.bpte", "wb") as f:
        f.write(serialize_from_bundled_program_to_flatbuffer(BundledProgram(portable, cases)))


def compiled(value):
    """The FlatBuffer of a program."""
    package = find_spec("executorch").submodule_search_locations[0]
    with tempfile.TemporaryDirectory() as folder:
        at = os.path.join(folder, "x.json")
        with open(at, "w") as f:
            json.dump(value, f)
        subprocess.run([package + "/data/bin/flatc", "--binary", "-o", folder, package + "/exir/_serialize/program.fbs", at], check=True)
        with open(os.path.join(folder, "x.pte"), "rb") as f:
            return f.read()


def with_segments(buffer, *segments):
    """Puts the extended header of a program in, and segments behind."""
    root, rest = struct.unpack_from("<I", buffer)[0], buffer[8:]
    size = 40 + len(buffer)
    base = (size + 15) // 16 * 16
    body = b"".join(s.ljust((len(s) + 15) // 16 * 16, b"\0") for s in segments)
    header = struct.pack("<4sIQQQ", b"eh00", 32, size, base, len(body)).ljust(40, b"\0")
    return (struct.pack("<I", root + 40) + buffer[4:8] + header + rest).ljust(base, b"\0") + body


def plan(**changes):
    value = {
        "name": "forward", "values": [{"val_type": "Int", "val": {"int_val": 1}}, {"val_type": "Int", "val": {"int_val": 2}}],
        "inputs": [0], "outputs": [1], "operators": [{"name": "aten::add", "overload": "out"}], "delegates": [], "chains": [{
            "inputs": [0], "outputs": [1], "instructions": [
                {"instr_args_type": "KernelCall", "instr_args": {"op_index": 0, "args": [0, 1]}},
                {"instr_args_type": "MoveCall", "instr_args": {"move_from": 0, "move_to": 1}},
                {"instr_args_type": "JumpFalseCall", "instr_args": {"cond_value_index": 0, "destination_instruction": 4}},
                {"instr_args_type": "FreeCall", "instr_args": {"value_index": 1}}]}],
    }
    return {**value, **changes}


def calls(kind, **arguments):
    return [{"instructions": [{"instr_args_type": kind, "instr_args": arguments}]}]


def write(name, content):
    with open(name, "wb") as f:
        f.write(content)


def delegate(name, index=1):
    return {"id": name, "processed": {"location": "SEGMENT", "index": index}, "compile_specs": []}


def program(method, *segments, **more):
    """A program whose first segment holds the constants, as runtimes want it."""
    every, at = [], 0
    for content in (bytes(16), *segments):
        every.append({"offset": at, "size": len(content)})
        at += (len(content) + 15) // 16 * 16
    constants = {"segment_index": 0, "offsets": [0]}
    return with_segments(compiled({"execution_plan": [method], "segments": every, "constant_segment": constants, **more}), bytes(16), *segments)


def schema():
    write("plain.pte", program(plan()))
    odd = {
        "kernel": plan(chains=calls("KernelCall", op_index=7, args=[0])), "argument": plan(chains=calls("KernelCall", op_index=0, args=[0, 9])),
        "delegate": plan(chains=calls("DelegateCall", delegate_index=0, args=[])), "move": plan(chains=calls("MoveCall", move_from=0, move_to=-1)),
        "jump": plan(chains=calls("JumpFalseCall", cond_value_index=2, destination_instruction=50)), "free": plan(chains=calls("FreeCall", value_index=2)),
        "list": plan(values=[{"val_type": "TensorList", "val": {"items": [2]}}] * 2), "input": plan(inputs=[5]),
        "buffer": plan(values=[{"val_type": "Tensor", "val": {"data_buffer_idx": 3, "sizes": [1], "dim_order": [0]}}] * 2),
    }
    for name, method in odd.items():
        write(f"odd-{name}.pte", program(method))
    write("odd-segment.pte", with_segments(compiled({"execution_plan": [plan()], "segments": [{"offset": 2**64 - 8, "size": 16}]})))
    write("custom.pte", program(plan(operators=[{"name": "mine::op", "overload": "out"}])))
    library = bytes.fromhex("7f454c4602010100") + bytes(8) + struct.pack("<HHI", 3, 62, 1)
    write("library.pte", program(plan(delegates=[delegate("CudaBackend", 2)]), library, bytes(16), named_data=[{"key": "0a_so_blob", "segment_index": 1}]))
    pickle = b"cposix\nsystem\n(S'true'\ntR."
    write("delegate.pte", program(plan(delegates=[delegate("TheirBackend")]), pickle))
    write("no-header.pte", compiled({"execution_plan": [plan()]}))
    write("segment-without-header.pte", compiled({"execution_plan": [plan()], "segments": [{"offset": 0, "size": 16}]}))


os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "made"))
{"models": models, "schema": schema}[sys.argv[1]]()
