"""Loads configurations of ONNX Runtime GenAI, one of which names a library beside it, and prints whether that ran.
Usage: claims.py FOLDER. Needs a C compiler; the models are empty, so that nothing else happens."""
import json
import os
import subprocess
import sys

import onnxruntime_genai

folder = os.path.abspath(sys.argv[1])


def load(name, **options):
    home, mark = os.path.join(folder, name), os.path.join(folder, name + ".ran")
    os.makedirs(home)
    code = '#include <stdio.h>\n__attribute__((constructor)) static void go(void) { FILE *f = fopen("%s", "w"); if (f) fclose(f); }\n' \
        'void *RegisterCustomOps(void *options, void *base) { return 0; }\n' % mark
    subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-", "-o", os.path.join(home, "own.so")], input=code.encode(), check=True)
    decoder = {"session_options": {"log_id": "x", "provider_options": [], **options}, "filename": "model.onnx", "head_size": 2, "hidden_size": 4}
    model = {"type": "llama", "vocab_size": 10, "context_length": 16, "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0, "decoder": decoder}
    with open(os.path.join(home, "genai_config.json"), "w") as f:
        json.dump({"model": model, "search": {"max_length": 16}}, f)
    open(os.path.join(home, "model.onnx"), "w").close()
    try:
        onnxruntime_genai.Model(home)
    except Exception as e:
        print(name, str(e)[:160], file=sys.stderr)
    return os.path.exists(mark)


print(json.dumps({"library/genai_config.json": load("library", custom_ops_library="own.so"), "honest-plain/genai_config.json": load("honest-plain")}))
