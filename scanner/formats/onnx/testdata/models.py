"""Writes ONNX models with the real library, ordinary ones and such as abuse what loaders do, and a manifest of what
the scanner has to report on each: models.py FOLDER. Needs onnx; uses onnxruntime where it is installed.

The ordinary ones are the test models of the onnx package, and what its helpers and onnxruntime write. The others are
accepted by a loader, which is tried here: those that current releases refuse, by their release 1.15 where the
environment variable ONNX115 names a folder with it."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

folder = pathlib.Path(sys.argv[1])
manifest = []


def note(path, *rules):
    manifest.append({"Path": str(path.relative_to(folder).as_posix()), "Rules": sorted(rules)})


def model(nodes, initializers=(), functions=(), **more):
    out = [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)]
    graph = helper.make_graph(nodes, "g", [], out, list(initializers), **more)
    domains = {n.domain for n in nodes} | {f.domain for f in functions} | {""}
    imports = [helper.make_opsetid(d, 21 if d == "" else 1) for d in sorted(domains)]
    return helper.make_model(graph, opset_imports=imports, functions=list(functions), ir_version=10)


def external(location, name="w", **keys):
    t = TensorProto(name=name, data_type=TensorProto.UINT8, dims=[5])
    t.data_location = TensorProto.EXTERNAL
    for key, value in {"location": location, **keys}.items():
        entry = t.external_data.add()
        entry.key, entry.value = key, str(value)
    return t


def ordinary():
    """The package's own models, and what helpers write."""
    own = pathlib.Path(onnx.__file__).parent / "backend" / "test" / "data"
    for i, path in enumerate(sorted(own.rglob("*.onnx"))):
        to = folder / f"own{i}.onnx"
        shutil.copyfile(path, to)
        note(to)
    from onnx.backend.test.case.node import collect_testcases

    for case in collect_testcases(None):
        if case.model is not None:
            to = folder / f"node_{case.name}.onnx"
            onnx.save(case.model, to)
            note(to)
    relu = helper.make_node("Identity", ["w"], ["y"])
    w = numpy_helper.from_array(np.arange(4096, dtype=np.float32), "w")
    constant = helper.make_node("Constant", [], ["c"], value=numpy_helper.from_array(np.ones((64, 64)), "c"))
    for name, options in {
        "external": {}, "external-attributes": {"convert_attribute": True}, "external-one": {"all_tensors_to_one_file": False},
        "external-located": {"location": "located.data"}, "external-folder": {"location": "weights/located.data"},
    }.items():
        to = folder / name / "model.onnx"
        (to.parent / "weights").mkdir(parents=True)
        onnx.save(model([relu, constant], [w]), to, save_as_external_data=True, size_threshold=0, **options)
        onnx.load(to)
        note(to)
    function = helper.make_function("local", "F", ["x"], ["z"], [helper.make_node("Relu", ["x"], ["z"])], [helper.make_opsetid("", 21)])
    to = folder / "function.onnx"
    onnx.save(model([helper.make_node("F", ["w"], ["y"], domain="local")], [w], [function]), to)
    note(to)
    sparse = helper.make_sparse_tensor(numpy_helper.from_array(np.ones(2, np.float32), "s"), numpy_helper.from_array(np.array([1, 5])), [9])
    to = folder / "sparse.onnx"
    onnx.save(model([helper.make_node("Identity", ["s"], ["y"])], sparse_initializer=[sparse]), to)
    note(to)
    try:
        import onnxruntime as ort
    except ImportError:
        return
    for name, settings in {"ort-optimized": {}, "ort-external": {
        "session.optimized_model_external_initializers_file_name": "optimized.data",
        "session.optimized_model_external_initializers_min_size_in_bytes": "16",
    }}.items():
        to = folder / name / "model.onnx"
        to.parent.mkdir()
        options = ort.SessionOptions()
        options.optimized_model_filepath = str(to)
        for key, value in settings.items():
            options.add_session_config_entry(key, value)
        m = model([helper.make_node("MatMul", ["w", "w"], ["y"])], [numpy_helper.from_array(np.ones((64, 64), np.float32), "w")])
        ort.InferenceSession(m.SerializeToString(), options, providers=["CPUExecutionProvider"])
        if to.exists():
            note(to)


    runtime(ort)


def runtime(ort):
    """A model in the format of onnxruntime, which is also the fixture ordinary.ort: an operator of ai.onnx.ml, and branches."""
    scale = helper.make_node("Scaler", ["x"], ["y"], domain="ai.onnx.ml", offset=[0.0], scale=[2.0])
    constant = helper.make_node("Constant", [], ["z"], value=numpy_helper.from_array(np.ones(3, np.float32), "z"))
    branch = helper.make_graph([constant], "b", [], [helper.make_tensor_value_info("z", TensorProto.FLOAT, None)])
    choose = helper.make_node("If", ["c"], ["q"], then_branch=branch, else_branch=branch)
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1]), helper.make_tensor_value_info("c", TensorProto.BOOL, [])]
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in "yq"]
    graph = helper.make_graph([scale, choose], "g", inputs, outputs)
    m = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)], ir_version=8)
    options = ort.SessionOptions()
    options.optimized_model_filepath = str(folder / "ordinary.ort")
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.add_session_config_entry("session.save_model_format", "ORT")
    ort.InferenceSession(m.SerializeToString(), options, providers=["CPUExecutionProvider"])
    note(folder / "ordinary.ort")


# attempt loads a model as its argument says and prints what the tensors hold.
attempt = """
import sys, onnx
from onnx import numpy_helper
m = onnx.load(sys.argv[1])
found = []
def tensors(graph):
    found.extend(graph.initializer)
    for n in graph.node:
        for a in n.attribute:
            found.extend([a.t] if a.HasField("t") else [])
            found.extend(a.tensors)
            if a.HasField("g"): tensors(a.g)
tensors(m.graph)
for f in m.functions: tensors(type("g", (), {"initializer": [], "node": f.node}))
print(b"".join(t.raw_data for t in found))
"""


def leaks(path):
    """Whether a release of onnx that followed such paths reads the secret."""
    old = os.environ.get("ONNX115")
    if not old:
        return None
    env = {**os.environ, "PYTHONPATH": old}
    run = subprocess.run(["timeout", "60", sys.executable, "-S", "-c", attempt, str(path)], env=env, capture_output=True, text=True, check=False)
    return "s3cr" in run.stdout


def attacks():
    secret = folder / "secret"
    secret.write_bytes(b"s3cr!")
    home = folder / "attack"
    home.mkdir()
    (home / "w.bin").write_bytes(b"plain")
    (home / "sub").mkdir()
    identity = helper.make_node("Identity", ["w"], ["y"])
    traversal = "onnx-external-data-traversal"

    def save(name, m, *rules, read=False):
        to = home / (name + ".onnx")
        to.write_bytes(m.SerializeToString())
        note(to, *rules)
        if read and leaks(to) is False:
            print(f"{name}: onnx 1.15 does not read the secret", file=sys.stderr)
            sys.exit(1)

    up = external("sub/../../secret")
    branch = helper.make_graph([identity], "b", [], [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], [up])
    constant = helper.make_node("Constant", [], ["y"], value=up)
    save("benign", model([identity], [external("w.bin")]))
    save("initializer", model([identity], [up]), traversal, read=True)
    save("attribute", model([constant]), traversal, read=True)
    save("branch", model([helper.make_node("If", ["c"], ["y"], then_branch=branch, else_branch=branch)]), traversal, read=True)
    save("tensors", model([helper.make_node("X", [], ["y"], values=[up])]), traversal, read=True)
    function = helper.make_function("local", "F", [], ["y"], [constant], [helper.make_opsetid("", 21)])
    save("function", model([helper.make_node("F", [], ["y"], domain="local")], functions=[function]), traversal)
    try:  # release 1.15 does not look into functions, but this one
        onnx.load(home / "function.onnx")
        sys.exit("a path in a function is not looked at")
    except onnx.checker.ValidationError:
        pass
    onnx.save(model([identity], [up]), home / "text.textproto")
    note(home / "text.textproto", traversal)
    onnx.save(model([identity], [external("w.bin")]), home / "benign.textproto")
    note(home / "benign.textproto")
    save("absolute", model([identity], [external(str(secret))]), traversal)
    save("key", model([identity], [external("w.bin", added="1")]), "onnx-external-data-key")
    save("range", model([identity], [external("big.bin", offset=4096, length=5)]), "model-malformed")
    (home / "big.bin").write_bytes(bytes(4100))
    os.symlink("../secret", home / "link.bin")
    save("link", model([identity], [external("link.bin")]), "onnx-external-data-link", read=True)
    os.symlink("..", home / "up")
    save("folder-link", model([identity], [external("up/secret")]), "onnx-external-data-link", read=True)
    os.link(secret, home / "hard.bin")
    save("hard-link", model([identity], [external("hard.bin")]), "onnx-external-data-link", read=True)
    f = helper.make_function("local", "F", [], ["y"], [helper.make_node("F", [], ["y"], domain="local")], [helper.make_opsetid("local", 1)])
    save("recursive", model([helper.make_node("F", [], ["y"], domain="local")], functions=[f]), "model-malformed")
    save("pyop", model([helper.make_node("PyOp", [], ["y"], domain="pyop", module="payload", class_name="Run")]), "onnx-python-op")
    save("custom", model([helper.make_node("Mine", [], ["y"], domain="acme")]), "custom-code-required")
    context = helper.make_node("EPContext", [], ["y"], domain="com.microsoft", embed_mode=0, ep_cache_context="../../engine.so")
    save("context", model([context]), "manifest-path-traversal", "native-engine-unverified")


def python_op():
    """An operator of onnxruntime-extensions that runs a function of the process, which is seen to run."""
    try:
        import onnxruntime as ort
        from onnxruntime_extensions import PyCustomOpDef, get_library_path, onnx_op
    except ImportError:
        return
    ran = []

    @onnx_op(op_type="PyOp", inputs=[PyCustomOpDef.dt_float], outputs=[PyCustomOpDef.dt_float])
    def _(x):
        ran.append(1)
        return x

    node = helper.make_node("PyOp", ["x"], ["y"], domain="ai.onnx.contrib")
    tensors = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in "xy"]
    graph = helper.make_graph([node], "g", tensors[:1], tensors[1:])
    imports = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.contrib", 1)]
    m = helper.make_model(graph, opset_imports=imports, ir_version=8)
    to = folder / "python-op.onnx"
    to.write_bytes(m.SerializeToString())
    note(to, "onnx-python-op")
    options = ort.SessionOptions()
    options.register_custom_ops_library(get_library_path())
    ort.InferenceSession(str(to), options, providers=["CPUExecutionProvider"]).run(None, {"x": np.ones(1, np.float32)})
    if not ran:
        sys.exit("the function of a PyOp did not run")


ordinary()
attacks()
python_op()
(folder / "manifest.json").write_text(json.dumps(manifest))
