"""Makes what loads Python files along with a model, each of which calls os.system when it
is imported, has the real libraries load it with os.system replaced, and prints which
calls came as JSON. Usage: claims.py FOLDER"""
import json
import os
import sys
import warnings

warnings.simplefilter("ignore")
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_HOME"] = os.path.join(sys.argv[1], ".home")
folder, calls = sys.argv[1], []
os.system = calls.append


def write(name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)


def named_by_auto_map():
    from transformers import AutoConfig

    write("repository/config.json", json.dumps({"model_type": "mine", "auto_map": {"AutoConfig": "configuration_mine.MineConfig"}}))
    write("repository/configuration_mine.py", "import os\nfrom transformers import PretrainedConfig\nfrom .helpers import x\nos.system('auto_map')\n\n\n"
          "class MineConfig(PretrainedConfig):\n    model_type = 'mine'\n")
    write("repository/helpers.py", "import os\nos.system('helpers')\nx = 1\n")
    AutoConfig.from_pretrained(os.path.join(folder, "repository"), trust_remote_code=True)


def interned_in_a_package():
    from torch.package import PackageExporter, PackageImporter

    write("source/mine.py", "import os\nos.system('package')\n\n\nclass Mine:\n    pass\n")
    sys.path.insert(0, os.path.join(folder, "source"))
    import mine

    with PackageExporter(os.path.join(folder, "package.pt")) as e:
        e.intern("mine")
        e.save_pickle("model", "model.pkl", mine.Mine())
    calls.remove("package")  # of the import above
    PackageImporter(os.path.join(folder, "package.pt")).load_pickle("model", "model.pkl")


def looked_for_by_generate():
    import transformers

    tiny = transformers.LlamaConfig(hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=2, vocab_size=8)
    model = transformers.LlamaForCausalLM(tiny)
    model.save_pretrained(os.path.join(folder, "generating"))
    write("generating/custom_generate/generate.py", "import os\nos.system('generate')\n\n\ndef generate(model, **kwargs):\n    return 1\n")
    loaded = transformers.AutoModelForCausalLM.from_pretrained(os.path.join(folder, "generating"), trust_remote_code=True)
    assert loaded.generate() == 1


def named_in_a_model_of_mlflow():
    from mlflow.transformers.model_io import _load_class_from_transformers_config

    write("mlflow/MLmodel", "flavors: {transformers: {}}\n")
    write("mlflow/model/config.json", json.dumps({"model_type": "kept", "architectures": ["Kept"], "auto_map": {
        "AutoConfig": "configuration_kept.KeptConfig", "AutoModel": "configuration_kept.Kept"}}))
    write("mlflow/model/configuration_kept.py", "import os\nfrom transformers import PretrainedConfig\nos.system('mlflow')\n\n\n"
          "class KeptConfig(PretrainedConfig):\n    model_type = 'kept'\n\n\nclass Kept:\n    pass\n")
    _load_class_from_transformers_config(os.path.join(folder, "mlflow", "model"))  # no flag is given


for f in (named_by_auto_map, interned_in_a_package, looked_for_by_generate, named_in_a_model_of_mlflow):
    try:
        f()
    except Exception as e:
        print(f.__name__, type(e).__name__, e, file=sys.stderr)
print(json.dumps({"repository/configuration_mine.py": "auto_map" in calls, "repository/helpers.py": "helpers" in calls, "package.pt": "package" in calls,
                  "generating/custom_generate/generate.py": "generate" in calls, "mlflow/model/configuration_kept.py": "mlflow" in calls}))
