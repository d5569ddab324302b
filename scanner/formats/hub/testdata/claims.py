"""Writes repositories, has earlier releases of the real loaders load them, and prints what
that did as JSON: imported a library, fetched a kernel, called a function, or read a file
outside of the repository. What would start something is replaced.

python claims.py FOLDER
"""
import json
import os
import sys
import warnings

warnings.simplefilter("ignore")
os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_VERBOSITY="error")
folder, calls = sys.argv[1], []
import peft
import safetensors.torch
import torch
import transformers
import transformers.integrations.hub_kernels as hub_kernels
from sentence_transformers import models

os.fork = lambda: calls.append("fork")
hub_kernels.get_kernel = lambda name, **_: calls.append(name)
sys.path.insert(0, os.path.join(folder, "path"))


def write(name, value):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(value if isinstance(value, str) else json.dumps(value))


def tiny(name):
    config = transformers.LlamaConfig(hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=2, vocab_size=8)
    model = transformers.LlamaForCausalLM(config)
    model.save_pretrained(os.path.join(folder, name))
    return model


def library_of_an_adapter():
    write("path/some_library.py", "import os\nos.fork()\n")
    write("adapter/adapter_config.json", {"peft_type": "LORA", "base_model_name_or_path": "x", "auto_mapping": {
        "parent_library": "some_library", "base_model_class": "Model"}})
    peft.AutoPeftModel.from_pretrained(os.path.join(folder, "adapter"))


def kernel():
    tiny("kernel")
    config = json.load(open(os.path.join(folder, "kernel/config.json")))
    write("kernel/config.json", config | {"_attn_implementation_internal": "someone/kernel"})
    transformers.AutoModelForCausalLM.from_pretrained(os.path.join(folder, "kernel"))


def activation():
    models.Dense(2, 2).save(os.path.join(folder, "path"))
    os.makedirs(os.path.join(folder, "dense"))
    write("dense/config.json", {"in_features": 2, "out_features": 2, "bias": True, "activation_function": "os.fork"})
    models.Dense.load(os.path.join(folder, "dense"))


def shard_outside():
    tensors = dict(tiny("traversal").state_dict())
    os.remove(os.path.join(folder, "traversal/model.safetensors"))
    tensors["model.norm.weight"] = torch.full((8,), 7.0)
    safetensors.torch.save_file({k: v.clone() for k, v in tensors.items()}, os.path.join(folder, "outside.safetensors"), {"format": "pt"})
    write("traversal/model.safetensors.index.json", {"metadata": {}, "weight_map": {k: "../outside.safetensors" for k in tensors}})
    model = transformers.AutoModelForCausalLM.from_pretrained(os.path.join(folder, "traversal"))
    if model.model.norm.weight[0] == 7:
        calls.append("read")


def handler_of_an_archive():
    import zipfile
    from ts.model_loader import TsModelLoader
    write("mar/MAR-INF/MANIFEST.json", {"runtime": "python", "model": {"modelName": "m", "handler": "my_handler.py", "modelVersion": "1"}})
    write("mar/my_handler.py", "import os\nos.fork()\n\n\ndef handle(data, context):\n    return data\n")
    with zipfile.ZipFile(os.path.join(folder, "served.mar"), "w") as z:
        for name in ("MAR-INF/MANIFEST.json", "my_handler.py"):
            z.write(os.path.join(folder, "mar", name), name)
    sys.path.insert(0, os.path.join(folder, "mar"))  # as the server unpacks it
    TsModelLoader().load("m", os.path.join(folder, "mar"), os.path.join(folder, "mar", "my_handler.py"), None, 1)


def ordinary():
    tiny("plain")
    os.rename(os.path.join(folder, "plain"), os.path.join(folder, "honest-plain"))
    transformers.AutoModelForCausalLM.from_pretrained(os.path.join(folder, "honest-plain"))


answers = {}
for case, file in ((library_of_an_adapter, "adapter/adapter_config.json"), (kernel, "kernel/config.json"), (activation, "dense/config.json"),
                   (shard_outside, "traversal/model.safetensors.index.json"), (handler_of_an_archive, "served.mar"), (ordinary, "honest-plain/config.json")):
    calls.clear()
    try:
        case()
    except Exception as e:
        print(case.__name__, type(e).__name__, str(e)[:200], file=sys.stderr)
    answers[file] = bool(calls)
print(json.dumps(answers))
