"""Writes files of models with the real libraries, each family that is installed.

python families.py FOLDER

A family whose libraries are missing is named and left out.
"""
import os
import sys
import warnings

warnings.simplefilter("ignore")
root = sys.argv[1]
os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_VERBOSITY="error", MLFLOW_DISABLE_TELEMETRY="true",
                  MLFLOW_TRACKING_URI="sqlite:///" + os.path.join(os.environ.get("HOME", "/tmp"), "mlflow.db"))


def at(*parts):
    path = os.path.join(root, *parts)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return path


def data():
    import numpy as np
    x = np.random.default_rng(0).random((40, 3))
    return x, (x[:, 0] > .5).astype(int)


def trainer():
    import torch
    import transformers
    config = transformers.BertConfig(hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2, vocab_size=32)
    rows = [{"input_ids": torch.tensor([1, 2, 3]), "labels": torch.tensor(0)}] * 8
    arguments = transformers.TrainingArguments(at("trainer"), max_steps=2, save_steps=1, per_device_train_batch_size=2, report_to=[], use_cpu=True)
    t = transformers.Trainer(transformers.BertForSequenceClassification(config), arguments, train_dataset=rows)
    t.train()
    t.save_model(at("trainer"))
    t.save_state()


def mlflow_sklearn():
    import mlflow.sklearn
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    x, y = data()
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(x, y)
    for form in ("cloudpickle", "pickle"):
        mlflow.sklearn.save_model(model, at("mlflow-sklearn-" + form), serialization_format=form, input_example=x[:2], pip_requirements=["scikit-learn"])


def mlflow_pytorch():
    import mlflow.pytorch
    import torch
    for form in ("pt2", "pickle"):
        mlflow.pytorch.save_model(torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.ReLU()), at("mlflow-pytorch-" + form), pip_requirements=["torch"],
                                  serialization_format=form, input_example=torch.rand(2, 2).numpy())


def mlflow_xgboost():
    import mlflow.xgboost
    import xgboost
    model = xgboost.XGBClassifier(n_estimators=2).fit(*data())
    mlflow.xgboost.save_model(model, at("mlflow-xgboost"), pip_requirements=["xgboost"])
    for form in ("json", "ubj"):
        model.save_model(at("trees", "model." + form))


def lightgbm_text():
    import lightgbm
    lightgbm.LGBMClassifier(n_estimators=2, verbose=-1).fit(*data()).booster_.save_model(at("trees", "model.txt"))


def catboost_forms():
    import catboost
    model = catboost.CatBoostClassifier(iterations=2, verbose=0, allow_writing_files=False).fit(*data())
    for form in ("cbm", "json", "onnx", "coreml", "cpp", "python"):
        model.save_model(at("catboost", "model." + form), format=form)


def skops_files():
    import numpy as np
    import skops.io
    from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer
    for i, m in enumerate([RandomForestClassifier(3), HistGradientBoostingClassifier(max_iter=3), make_pipeline(FunctionTransformer(np.log1p), RandomForestClassifier(2))]):
        skops.io.dump(m.fit(*data()), at("skops", f"{i}.skops"))


def spacy_pipeline():
    import spacy
    from spacy.tokens import DocBin
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "ORG", "pattern": "Apple"}])
    for pipe in ("ner", "tagger"):
        nlp.add_pipe(pipe).add_label("X")
    nlp.initialize()
    nlp.to_disk(at("spacy"))
    DocBin(docs=[nlp("Apple is here")]).to_disk(at("corpus.spacy"))


def orbax_checkpoints():
    import jax.numpy as jnp
    import orbax.checkpoint as ocp
    standard = ocp.StandardCheckpointer()
    standard.save(at("orbax-standard"), {"params": {"kernel": jnp.ones((64, 64)), "bias": jnp.zeros(4)}, "step": 3})
    standard.wait_until_finished()
    manager = ocp.CheckpointManager(at("orbax-manager"))
    manager.save(0, args=ocp.args.Composite(state=ocp.args.StandardSave({"a": jnp.ones(3)}), meta=ocp.args.JsonSave({"x": 1})))
    manager.wait_until_finished()
    ocp.PyTreeCheckpointer(use_ocdbt=False).save(at("orbax-zarr"), {"a": jnp.ones((4, 4))})


def flax_params():
    import flax.serialization
    import jax.numpy as jnp
    with open(at("flax_model.msgpack"), "wb") as f:
        f.write(flax.serialization.to_bytes({"params": {"k": jnp.ones((4, 4))}}))


def arrow_files():
    import pyarrow as pa
    import pyarrow.feather
    import pyarrow.parquet
    table = pa.table({"a": [1, 2], "b": ["x", "y"]})
    pa.parquet.write_table(table, at("arrow", "a.parquet"))
    pa.feather.write_feather(table, at("arrow", "a.feather"))
    with pa.ipc.new_stream(at("arrow", "stream.arrow"), table.schema) as w:
        w.write_table(table)


def datasets_folder():
    import datasets
    datasets.Dataset.from_dict({"text": ["a", "b"], "label": [0, 1]}).save_to_disk(at("dataset"))


def lightning_checkpoint():
    import lightning
    import torch

    class Model(lightning.LightningModule):
        def __init__(self, lr=0.1):
            super().__init__()
            self.save_hyperparameters()
            self.layer = torch.nn.Linear(2, 1)

        def training_step(self, batch, index):
            return self.layer(batch[0]).sum()

        def configure_optimizers(self):
            return torch.optim.Adam(self.parameters())

    t = lightning.Trainer(max_steps=2, default_root_dir=at("lightning"), accelerator="cpu", enable_progress_bar=False, enable_model_summary=False)
    t.fit(Model(), torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.rand(4, 2))))


def accelerate_state():
    import accelerate
    import torch
    a, model = accelerate.Accelerator(cpu=True), torch.nn.Linear(2, 2)
    a.prepare(model, torch.optim.Adam(model.parameters()))
    a.save_state(at("accelerate"))


def gguf_file():
    import gguf
    import numpy as np
    w = gguf.GGUFWriter(at("model.gguf"), "llama")
    w.add_block_count(1)
    w.add_token_list(["a", "b"])
    w.add_chat_template("{{ bos_token }}{% for m in messages %}{{ m.content }}{% endfor %}")
    w.add_tensor("token_embd.weight", np.ones((4, 4), dtype=np.float32))
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()


for family in (trainer, mlflow_sklearn, mlflow_pytorch, mlflow_xgboost, lightgbm_text, catboost_forms, skops_files, spacy_pipeline, orbax_checkpoints,
               flax_params, arrow_files, datasets_folder, lightning_checkpoint, accelerate_state, gguf_file):
    try:
        family()
        print(family.__name__)
    except Exception as e:
        print("left out:", family.__name__, type(e).__name__, str(e)[:200])
