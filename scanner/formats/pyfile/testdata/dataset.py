"""Has load_dataset load a folder with a script of its own, which calls os.system when it is
imported, with os.system replaced, and prints whether it did as JSON. Usage: dataset.py FOLDER"""
import json
import os
import sys

folder, calls = sys.argv[1], []
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_HOME"] = os.path.join(folder, ".home")
import datasets

os.system = calls.append
os.mkdir(os.path.join(folder, "mine"))
with open(os.path.join(folder, "mine", "mine.py"), "w") as f:
    f.write("import os\nimport datasets\nos.system('script')\n\n\nclass Mine(datasets.GeneratorBasedBuilder):\n    def _info(self):\n"
            "        return datasets.DatasetInfo(features=datasets.Features({'a': datasets.Value('int64')}))\n"
            "    def _split_generators(self, dl_manager):\n        return [datasets.SplitGenerator('train')]\n"
            "    def _generate_examples(self):\n        yield 0, {'a': 1}\n")
assert len(datasets.load_dataset(os.path.join(folder, "mine"), trust_remote_code=True)["train"]) == 1
print(json.dumps({"mine/mine.py": calls == ["script"]}))
